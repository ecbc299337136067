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
from clinics.tenancy import clinicless_transaction


def scope_needed(view: APIView | type[APIView], method: str) -> str | None:
    """The scope of one operation: resource ``assessments`` and POST need ``assessments:write``.

    ``None`` for a view that names no resource. ``reading_methods`` of a view are those that change nothing.
    """
    resource = getattr(view, "resource", None)
    reads = method in getattr(view, "reading_methods", SAFE_METHODS)
    return f"{resource}:{'read' if reads else 'write'}" if resource else None


class HasScope(BasePermission):
    """The token carries the scope of the view's resource."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """True when the principal may do this; a view that names no resource is refused."""
        needed = scope_needed(view, request.method or "")
        return needed is not None and isinstance(request.user, Principal) and needed in request.user.scopes


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
        """Open the transaction, then authenticate, which enters the caller's clinic."""
        self._scope = ExitStack()
        self._scope.enter_context(clinicless_transaction())
        super().initial(request, *args, **kwargs)

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
                scope.close()
            except DatabaseError as exc:
                response = self.handle_exception(exc)
        response.headers.setdefault("Cache-Control", "no-store")
        return super().finalize_response(request, response, *args, **kwargs)
