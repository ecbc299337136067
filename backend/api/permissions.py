"""Deny by default."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class Undeclared(BasePermission):
    """The default of every view: refuses, so that a view without a declared permission answers nobody."""

    message = "This operation declares no permission."

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        """Never."""
        return False
