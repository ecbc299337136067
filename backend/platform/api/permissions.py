"""Deny by default."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # rest_framework.views reads the setting that names this module while it is being imported
    from rest_framework.views import APIView


class Undeclared(BasePermission):
    """The default of every view: refuses, so that a view without a declared permission answers nobody."""

    message = "This operation declares no permission."

    def has_permission(self, request: Request, view: "APIView") -> bool:  # noqa: ARG002
        """Never."""
        return False
