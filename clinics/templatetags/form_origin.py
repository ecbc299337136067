"""Every form says which clinic and which person it was opened for; built into the tag that every form has."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clinics.dashboard.form_origin import ORIGIN, origin_of

register = template.Library()


class FormOriginNode(CsrfTokenNode):
    """Django's own token, and beside it the origin that a POST of the form is held to."""

    def render(self, context: Context) -> SafeString | Any:
        """Return both as hidden fields; a form of a page without a person has the token alone."""
        token = super().render(context)
        request: HttpRequest | None = getattr(context, "request", None)
        user = getattr(request, "user", None)
        if request is None or user is None or not user.is_authenticated:
            return token
        origin = context.get(ORIGIN) or origin_of(request)  # the page of a refusal keeps the form's own
        return token + format_html('<input type="hidden" name="{}" value="{}">', ORIGIN, origin)


@register.tag
def csrf_token(parser: template.base.Parser, token: template.base.Token) -> FormOriginNode:  # noqa: ARG001
    """Take the place of Django's ``{% csrf_token %}`` in every template, unfold's included."""
    return FormOriginNode()
