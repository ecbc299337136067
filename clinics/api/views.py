"""The base of every view about a clinic's data."""

from contextlib import ExitStack
from typing import Any, ClassVar

from django.db import DatabaseError, transaction
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clinics.api.authentication import Principal
from clinics.models import Clinic
from clinics.tenancy import clinic_scope


def scope_needed(resource: str, method: str) -> str:
    """The scope of one operation: ``assessments`` and POST need ``assessments:write``."""
    return f"{resource}:{'read' if method in SAFE_METHODS else 'write'}"


class HasScope(BasePermission):
    """The token carries the scope of the view's resource."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """True when the principal may do this; a view that names no resource is refused."""
        resource = getattr(view, "resource", None)
        if resource is None or not isinstance(request.user, Principal) or request.method is None:
            return False
        return scope_needed(resource, request.method) in request.user.scopes


class ClinicAPIView(APIView):
    """A view whose whole request is one transaction inside the caller's clinic."""

    resource: ClassVar[str]
    permission_classes = [HasScope]
    request: Request

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
        """Authenticate, check the scope, then enter the clinic."""
        super().initial(request, *args, **kwargs)
        self._scope = ExitStack()
        self._scope.enter_context(clinic_scope(self.clinic.id))

    def handle_exception(self, exc: Exception) -> Response:
        """Nothing of a refused request is stored."""
        scope = getattr(self, "_scope", None)
        if scope is not None and transaction.get_connection().in_atomic_block:
            transaction.set_rollback(True)
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        """Commit before the answer leaves; clinical answers are not for caches."""
        scope = self.__dict__.pop("_scope", None)
        if scope is not None:
            try:
                scope.close()
            except DatabaseError as exc:
                response = self.handle_exception(exc)
        response.headers.setdefault("Cache-Control", "no-store")
        return super().finalize_response(request, response, *args, **kwargs)
