"""The access log's side of the dashboard: whose data a page showed to the person signed in.

Nothing asks a view. The template engine reports whom the context of every page is about, and what shows a
patient without a template (a document) says so with ``log_reading``; ``note_shown`` writes the entries, one
for each patient, in the transaction of the page.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.backends.django import DjangoTemplates, Template
from django.utils import timezone

from clinics.access_log.models import AccessLogEntry
from clinics.access_log.services import log_access
from clinics.identity.clinicians import Actor
from clinics.identity.models import Membership

#: What every page is given besides what it shows.
_ABOUT_THE_PAGE = frozenset(
    {"request", "user", "member", "clinic", "perms", "messages", "csrf_token", "opts"}
)
#: Rows lie no deeper in a context than this.
_DEEPEST = 8


class ReportingTemplates(DjangoTemplates):
    """Django's templates, which report on the request whom each page was about."""

    def get_template(self, template_name: str) -> Any:
        """The template of that name."""
        return _Reporting(super().get_template(template_name))

    def from_string(self, template_code: str) -> Any:
        """The template of that text."""
        return _Reporting(super().from_string(template_code))


class _Reporting:
    """A template that remembers on the request whom it showed."""

    def __init__(self, template: Template) -> None:
        self._template = template

    def __getattr__(self, name: str) -> Any:
        return getattr(self._template, name)

    def render(self, context: dict[str, Any] | None = None, request: HttpRequest | None = None) -> str:
        """The text; what it was about is looked for afterwards, when nothing is read for that alone."""
        text: str = self._template.render(context, request)
        if request is not None:
            shown = {name: value for name, value in (context or {}).items() if name not in _ABOUT_THE_PAGE}
            log_reading(request, patients_in(shown))
        return text


def log_reading(request: HttpRequest, patients: Iterable[uuid.UUID]) -> None:
    """Remember that the answer to the request tells something about these patients."""
    request.__dict__.setdefault("patients_shown", {}).update(dict.fromkeys(patients))


def note_shown(request: HttpRequest, member: Membership) -> None:
    """Write the entries of everybody whom the answer shows, in its own transaction and as its last step."""
    match = request.resolver_match
    log_access(
        clinic=member.clinic,
        actor=Actor(user=member.user),
        patients=request.__dict__.get("patients_shown", ()),
        action=f"{request.method} {match.view_name if match else ''}",
        purpose="",
        request_id=request.META.get("REQUEST_ID", ""),
        now=timezone.now(),
    )


def patients_in(found: Any, *, depth: int = 0) -> Iterator[uuid.UUID]:
    """Whom a context is about: every row of it that is a patient or belongs to one. It reads nothing."""
    if depth > _DEEPEST or isinstance(found, str | bytes):
        return
    if isinstance(found, Model):
        yield from _patients_of(found)
    for inner in _parts(found):
        yield from patients_in(inner, depth=depth + 1)


def _patients_of(row: Model) -> Iterator[uuid.UUID]:
    """The patient of a row, or of a row beside it that is read already."""
    if isinstance(row, AccessLogEntry):
        return  # who read whom; reading it is no reading of the record
    if row._meta.label == "patients.Patient":
        yield row.pk
    elif getattr(row, "patient_id", None) is not None:
        yield row.patient_id  # type: ignore[attr-defined]
    else:
        beside = row._state.fields_cache.values()
        yield from (found for other in beside if (found := getattr(other, "patient_id", None)) is not None)


def _parts(found: Any) -> Iterable[Any]:
    """What lies inside, as far as it was read already."""
    if isinstance(found, Mapping):
        return found.values()
    if isinstance(found, list | tuple | set | frozenset):
        return found
    if isinstance(found, ChangeList):
        return list(found.result_list)
    if isinstance(found, QuerySet):
        return found._result_cache or ()  # noqa: SLF001 - whether it was read
    if is_dataclass(found) and not isinstance(found, type):
        return [getattr(found, field.name) for field in fields(found)]
    return ()
