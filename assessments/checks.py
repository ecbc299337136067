"""What the settings of FHIR must not say: `manage.py check`, and every start of the server."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from assessments.fhir.codes import UnfitCodesError, code_map


@register(Tags.security)
def check_fhir_codes(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """A file of standard codes is whole, or the service doesn't start: a wrong code is a wrong finding."""
    try:
        code_map(settings.FHIR_CODES)
    except UnfitCodesError as exc:
        hint = "See docs/adr/0030-standard-codes.md; without FHIR_CODES there are none."
        return [Error(f"FHIR_CODES: {fault}.", hint=hint, id="assessments.E001") for fault in exc.faults]
    return []
