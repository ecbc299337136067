"""The base of every view about a clinic's data."""

import time
import uuid
from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar

from django.db import DatabaseError, transaction
from rest_framework import status
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.api.idempotency import Creates
from backend.api.problems import Problem
from backend.api.purpose import read_purpose
from backend.api.throttling import Quota, count_request, policy_header
from clinics.api.authentication import Principal
from clinics.api.keyed import answer_again, first_answer, read_keyed, remember
from clinics.api.reads import log_reads, patients_shown
from clinics.models import Clinic
from clinics.services.answer_again import FirstAnswer
from clinics.tenancy import clinicless_transaction


def scope_needed(view: APIView | type[APIView], method: str) -> str | None:
    """The scope of one operation: resource ``assessments`` and POST need ``assessments:write``.

    ``None`` for a view that names no resource. ``reading_methods`` of a view are those that change nothing.
    """
    resource = getattr(view, "resource", None)
    return f"{resource}:{'read' if is_read(view, method) else 'write'}" if resource else None


def is_read(view: APIView | type[APIView], method: str) -> bool:
    """True for an operation that changes nothing."""
    return method in getattr(view, "reading_methods", SAFE_METHODS)


class HasScope(BasePermission):
    """The token carries the scope of the view's resource."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """True when the principal may do this; a view that names no resource is refused."""
        needed = scope_needed(view, request.method or "")
        return needed is not None and isinstance(request.user, Principal) and needed in request.user.scopes


class ClinicAPIView(APIView):
    """A view whose whole request is one transaction inside the caller's clinic.

    Every read goes into the access log, unless ``logs_reads`` is false.

    A POST that changes something has ``show_again`` (``clinics.api.keyed``) and so takes an Idempotency-Key.
    """

    resource: ClassVar[str]
    logs_reads: ClassVar[bool] = True
    permission_classes = [HasScope]
    request: Request
    _quota: Quota | None = None

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
            if self._keyed is not None and (answer := first_answer(self._keyed)) is not None:
                self._keyed = None
                # An attribute of the instance is what ``dispatch`` finds before the method of the class.
                vars(self)["post"] = partial(_answer_again, self, answer)

    def perform_authentication(self, request: Request) -> None:
        """Authenticate, then count the request: refused ones count too. Raises ``Problem`` (429)."""
        super().perform_authentication(request)
        if isinstance(request.user, Principal):
            self._quota = count_request(request.user.client.id, now=time.time())
        if self._quota is not None and self._quota.exceeded:
            raise Problem("throttled", headers={"Retry-After": str(self._quota.seconds_left)})

    def handle_exception(self, exc: Exception) -> Response:
        """Nothing of a refused request is stored."""
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
                    self._log_reads(response)
            except DatabaseError as exc:
                response = self.handle_exception(exc)
        response.headers.setdefault("Cache-Control", "no-store")
        response["RateLimit-Policy"] = policy_header()
        if self._quota is not None:
            response["RateLimit"] = self._quota.header
        return super().finalize_response(request, response, *args, **kwargs)

    def _is_logged(self) -> bool:
        return self.logs_reads and is_read(self, self.request.method or "")

    def _log_reads(self, response: Response) -> None:
        """Note whose data a read shows, in the read's own transaction: without the entry no answer."""
        if self._is_logged() and status.is_success(response.status_code):
            shown = self.patients_shown(getattr(response, "data", None))
            log_reads(self.request, self.principal, shown, purpose=self._purpose)

    def patients_shown(self, data: Any) -> Iterable[uuid.UUID]:
        """Whose data a document shows."""
        return patients_shown(self, data)

    def _remember(self, response: Response) -> None:
        """Store the answer of a keyed request with what it changed; refusals may be sent again corrected."""
        keyed = getattr(self, "_keyed", None)
        if keyed is not None and response.status_code < HTTPStatus.BAD_REQUEST:
            remember(keyed, response)


def _answer_again(view: Creates, answer: FirstAnswer, *_: Any, **__: Any) -> Response:
    """In place of the view's own ``post``."""
    return answer_again(view, answer)
