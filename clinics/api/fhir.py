"""The base of every FHIR resource about a clinic's data."""

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.platform.api.headers import REPLAYED
from backend.platform.api.problems import Problem
from backend.platform.fhir.bundles import searchset
from backend.platform.fhir.elements import Resource, identifier_system, patients_in
from backend.platform.fhir.search import Search, read_reference, read_search
from backend.platform.fhir.views import FhirAPIView
from backend.platform.refusals import FieldProblem
from clinics.api.authentication import Principal
from clinics.api.views import ClinicAPIView, HasScope, body_of
from clinics.identity.models import Membership
from clinics.identity.scopes import native_scopes

#: What a client that needs no resource back asks for (RFC 7240, FHIR 3.1.0.1.8).
MINIMAL = "return=minimal"
#: What a client asks for that wants to hear what became of its resource instead.
OUTCOME = "return=OperationOutcome"


def opens(scopes: frozenset[str], kind: str, letter: str) -> bool:
    """Whether scopes open an interaction (SMART's letter) with a type, be they native ones or SMART's."""
    if native_scopes(kind, letter) <= scopes:
        return True
    prefix = f"system/{kind}."
    return any(scope.startswith(prefix) and letter in scope.removeprefix(prefix) for scope in scopes)


class HasFhirScope(HasScope):
    """The token carries the native scope of the row behind the resource, or SMART's of the resource."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """True when the principal may do this."""
        if super().has_permission(request, view):
            return True
        letter = letter_of(view, request.method or "")
        kind = getattr(view, "body_type" if letter in "cu" else "resource_type", "")
        return isinstance(request.user, Principal) and opens(request.user.scopes, kind, letter)


def letter_of(view: APIView, method: str) -> str:
    """SMART's letter of an operation: a search of a type, a read of one, or a change."""
    if method in getattr(view, "searching", ()):
        return "s"
    return {"PUT": "u", "POST": "c"}.get(method, "r")


class FhirView(FhirAPIView, ClinicAPIView):
    """One type of resource, in the caller's clinic; every read goes into the access log.

    ``resource_type`` is FHIR's name of it; ``resource`` is ours, which the scope is made of.
    """

    resource_type: ClassVar[str]
    permission_classes = [HasFhirScope]

    def may_read(self, kind: str) -> bool:
        """Whether the caller's scopes, ours or SMART's, open resources of another type too."""
        return opens(self.principal.scopes, kind, "r")

    def may_show(self) -> bool:
        """Whether the caller may read the type that a change answers with."""
        return self.may_read(self.resource_type)

    def wants_shown(self) -> bool:
        """Whether the caller didn't ask for the address alone."""
        return not self.prefers(MINIMAL)

    def patients_refused(self) -> Iterable[uuid.UUID]:
        """Also whom the body's resource is about."""
        try:
            about = list(patients_in(body_of(self.request)))
        except ValueError:
            about = []
        known = self.clinic.patients.filter(pk__in=about).values_list("pk", flat=True)
        return [*super().patients_refused(), *known]

    def withheld(self, response: Response) -> Response:
        """The address and the version alone, which is FHIR's ``return=minimal``."""
        shown = {name: response[name] for name in ("Location", "ETag", REPLAYED) if response.has_header(name)}
        applied = {"Preference-Applied": MINIMAL} if self.prefers(MINIMAL) else {}
        return Response(status=response.status_code, headers={**shown, **applied})

    def prefers(self, preference: str) -> bool:
        """Whether the caller prefers this (``Prefer``)."""
        given = self.request.headers.get("Prefer", "").replace(" ", "").split(",")
        return preference in {one.partition(";")[0] for one in given}

    def patients_shown(self, data: Any) -> Iterable[uuid.UUID]:
        """Whose data the answer shows, found in the resources themselves."""
        return patients_in(data)


class FhirSearch(FhirView):
    """The search of a type: ``parameters`` are its own, each with FHIR's type of it."""

    searching: ClassVar[frozenset[str]] = frozenset({"GET", "HEAD"})
    parameters: ClassVar[dict[str, str]] = {"patient": "reference"}
    time: ClassVar[str] = "updated_at"

    def get(self, request: Request) -> Response:
        """One page of what is found."""
        search = read_search(request.query_params, self.parameters, zone=self.clinic.zone)
        rows = self.rows(search)
        if search.ids is not None:
            rows = rows.filter(id__in=[found for text in search.ids if (found := self.row_id(text))])
        return Response(searchset(self.resource_type, rows, search, self.represent_rows, time=self.time))

    def rows(self, search: Search) -> Any:
        """The rows that the search finds: each is one resource, each parameter a condition of them."""
        raise NotImplementedError

    def represent_rows(self, rows: list[Any]) -> Iterable[Resource]:
        """The resources of a page; a type that reads more for them reads it here, at once."""
        return map(self.represent_row, rows)

    def represent_row(self, row: Any) -> Resource:
        """The resource that a row is shown as."""
        raise NotImplementedError

    def row_id(self, identity: str) -> uuid.UUID | str | None:
        """The id of the row behind the id of a resource; ``None`` when it can't be one of these."""
        return read_reference(identity, self.resource_type)

    def of_patient(self, search: Search) -> dict[str, Any]:
        """The filter by ``patient``; a reference that can't be one of ours is refused."""
        text = search.one("patient")
        if text is None:
            return {}
        patient = read_reference(text, "Patient")
        if patient is None or len(search.values["patient"]) > 1:
            raise Problem(
                "invalid", errors=[FieldProblem("/patient", "malformed", "One Patient/{id} is needed.")]
            )
        return {"patient": patient}


def member_reference(member: Membership) -> dict[str, Any]:
    """A person of the clinic, by the id the native API knows them by; practitioners are no resources here."""
    identifier = {"system": identifier_system("member"), "value": str(member.id)}
    return {"type": "Practitioner", "identifier": identifier, "display": member.shown_name}
