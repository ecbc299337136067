"""The base of every view about a clinic's data."""

import time
import uuid
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar

from django.db import DatabaseError, transaction
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.platform.api.etags import etag_of
from backend.platform.api.headers import REPLAYED, Creates, read_purpose
from backend.platform.api.problems import Meanings, Problem, meant
from backend.platform.api.throttling import Quota, count_recording, count_request, policy_header
from backend.platform.storage.tenancy import clinic_scope, clinicless_transaction
from clinics.api.authentication import Principal
from clinics.api.idempotency import FirstAnswer, answer_again, claim_request, read_keyed, remember
from clinics.api.reads import log_reads, patients_named, patients_shown
from clinics.identity.models import Clinic


def scope_needed(view: APIView | type[APIView], method: str) -> str | None:
    """The scope of one operation: resource ``assessments`` and POST need ``assessments:write``.

    ``None`` for a view that names no resource. ``reading_methods`` of a view are those that change nothing.
    """
    resource = getattr(view, "resource", None)
    return f"{resource}:{'read' if is_read(view, method) else 'write'}" if resource else None


def scopes_needed(view: APIView | type[APIView], method: str) -> frozenset[str]:
    """Every scope of one operation: what can be answered once and never again needs the one to read too."""
    needed = scope_needed(view, method)
    if needed is None:
        return frozenset()
    once = method in getattr(view, "answers_once", ())
    return frozenset({needed, *([f"{view.resource}:read"] if once else [])})  # type: ignore[union-attr]


def is_read(view: APIView | type[APIView], method: str) -> bool:
    """True for an operation that changes nothing."""
    return method in getattr(view, "reading_methods", SAFE_METHODS)


class HasScope(BasePermission):
    """The token carries the scope of the view's resource."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """True when the principal may do this; a view that names no resource is refused."""
        needed = scopes_needed(view, request.method or "")
        return bool(needed) and isinstance(request.user, Principal) and needed <= request.user.scopes


class ClinicAPIView(APIView):
    """A view whose whole request is one transaction inside the caller's clinic.

    Every patient whose data an answer shows goes into the access log, whatever the method was, unless
    ``logs_reads`` is false: those views show nobody's. A write answers a caller who may not read with
    nothing but the address and the version of what it stored. A refusal that says how a patient's row stands
    is noted likewise, and says it to nobody who may not read.

    ``shown_with`` is the resource that a write's answer shows, where that isn't ``resource``;
    ``shows_own_input`` says that an answer holds nothing but what the request itself brought;
    ``answers_once`` are methods whose answer can't be had again, so that they need the scope to read too.

    A POST that changes something has ``show_again`` (``idempotency.py``) and so takes an Idempotency-Key.
    """

    resource: ClassVar[str]
    #: Methods by which an emergency gets in or is taken on: an allowance of their own counts them.
    cannot_wait: ClassVar[frozenset[str]] = frozenset()
    logs_reads: ClassVar[bool] = True
    shown_with: ClassVar[str] = ""
    shows_own_input: ClassVar[bool] = False
    answers_once: ClassVar[frozenset[str]] = frozenset()
    #: Exceptions that mean something else to this view's requests than they say by themselves.
    meanings: ClassVar[Meanings] = {}
    permission_classes = [HasScope]
    request: Request
    _quota: Quota | None = None
    _purpose = ""

    @property
    def principal(self) -> Principal:
        """Who is calling."""
        principal: Principal = self.request.user  # type: ignore[assignment]
        return principal

    @property
    def clinic(self) -> Clinic:
        """Whose data this is about; the only way to a queryset."""
        return self.principal.clinic

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Open the transaction, then authenticate, which enters the caller's clinic."""
        self._scope = ExitStack()
        self._scope.enter_context(clinicless_transaction())
        super().initial(request, *args, **kwargs)
        self._purpose = read_purpose(request) if self._is_logged() else ""
        if request.method == "POST" and isinstance(self, Creates):
            self._keyed = read_keyed(request, self.principal.client)
            if self._keyed is not None and (answer := claim_request(self._keyed)) is not None:
                self._keyed = None
                # An attribute of the instance is what ``dispatch`` finds before the method of the class.
                vars(self)["post"] = partial(_answer_again, self, answer)

    def perform_authentication(self, request: Request) -> None:
        """Authenticate, then count the request: refused ones count too. Raises ``Problem`` (429)."""
        super().perform_authentication(request)
        if isinstance(request.user, Principal):
            count = count_recording if request.method in self.cannot_wait else count_request
            self._quota = count(request.user.client.id, now=time.time())
        if self._quota is not None and self._quota.exceeded:
            raise Problem("throttled", headers={"Retry-After": str(self._quota.seconds_left)})

    def handle_exception(self, exc: Exception) -> Response:
        """Nothing of a refused request is stored, but for whom the refusal tells something of."""
        exc = meant(exc, self.meanings)
        if isinstance(exc, Problem) and exc.telling and isinstance(self.request.user, Principal):
            self._told_of = list(self.patients_refused())
            if self._told_of and self.may_withhold(self.request.method or "") and not self.may_show():
                exc = exc.without_words()
        scope = getattr(self, "_scope", None)
        if scope is not None and transaction.get_connection().in_atomic_block:
            transaction.set_rollback(True)
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Commit before the answer leaves; clinical answers are not for caches."""
        scope = self.__dict__.pop("_scope", None)
        if scope is not None:
            try:
                with scope:
                    self._remember(response)
                    response = self._audited(response)
                if told_of := self.__dict__.pop("_told_of", None):
                    with clinic_scope(self.clinic.id):  # what was refused is undone by now
                        log_reads(self.request, self.principal, told_of, purpose=self._purpose)
            except DatabaseError as exc:
                response = self.handle_exception(exc)
        response.headers.setdefault("Cache-Control", "no-store")
        response["RateLimit-Policy"] = policy_header()
        if self._quota is not None:
            response["RateLimit"] = self._quota.header
        return super().finalize_response(request, response, *args, **kwargs)

    def _is_logged(self) -> bool:
        return self.logs_reads and is_read(self, self.request.method or "")

    def _audited(self, response: Response) -> Response:
        """Withhold what the caller may not read, else note whose data the answer shows.

        It happens in the request's own transaction: without the entry there is no answer.
        """
        if not status.is_success(response.status_code) or _is_empty(response):
            return response
        if self.may_withhold(self.request.method or "") and not (self.may_show() and self.wants_shown()):
            return self.withheld(response)
        if self.logs_reads:
            shown = self.patients_shown(getattr(response, "data", None))
            log_reads(self.request, self.principal, shown, purpose=self._purpose)
        return response

    def may_withhold(self, method: str) -> bool:
        """Whether an operation answers who may not read without what was stored."""
        own = self.shows_own_input or method in self.answers_once
        return not own and not is_read(self, method)

    def may_show(self) -> bool:
        """Whether the caller may read what a write answers with."""
        return f"{self.shown_with or self.resource}:read" in self.principal.scopes

    def wants_shown(self) -> bool:
        """Whether the caller wants to read it."""
        return True

    def withheld(self, response: Response) -> Response:
        """204 with the address and the version of what was stored."""
        document = response.data
        shown = {"Location": response.get("Location") or self.address_of(document)}
        shown["ETag"] = response.get("ETag") or etag_of(document)
        if response.has_header(REPLAYED):
            shown[REPLAYED] = response[REPLAYED]
        return Response(status=status.HTTP_204_NO_CONTENT, headers=shown)

    def address_of(self, document: Mapping[str, Any]) -> str:
        """Where the row of a document is read: the request's own path as far as it names the row."""
        before, named, _ = self.request.path.partition(str(document.get("id", "-")))
        return self.request.build_absolute_uri(before + named)

    def patients_shown(self, data: Any) -> Iterable[uuid.UUID]:
        """Whose data a document shows."""
        return patients_shown(self, data)

    def patients_refused(self) -> Iterable[uuid.UUID]:
        """Whom a refusal tells something of: whom the rows are about that the address and the body name."""
        return patients_named(self.clinic, {**_named(self.request), **self.kwargs})

    def _remember(self, response: Response) -> None:
        """Store the answer of a keyed request with what it changed; refusals may be sent again corrected."""
        keyed = getattr(self, "_keyed", None)
        if keyed is not None and response.status_code < HTTPStatus.BAD_REQUEST:
            remember(keyed, response)


def _named(request: Request) -> dict[str, Any]:
    """The rows that a body names by id, under the names that they have in an address."""
    body = body_of(request)
    return {f"{name}_id": value for name, value in body.items()} if isinstance(body, Mapping) else {}


def body_of(request: Request) -> Any:
    """The body of a request that is refused; nothing where it can't be read."""
    try:
        return request.data
    except APIException:
        return None


def _is_empty(response: Response) -> bool:
    """Whether an answer has no body."""
    return response.status_code == HTTPStatus.NO_CONTENT


def _answer_again(view: Creates, answer: FirstAnswer, *_: Any, **__: Any) -> Response:
    """In place of the view's own ``post``."""
    return answer_again(view, answer)
