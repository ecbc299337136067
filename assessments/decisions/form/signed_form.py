"""The opened form as it travels through the page: signed, and for the person who opened it."""

import uuid
from datetime import datetime
from typing import Any

from django.core import signing

from assessments.decisions.services.record_form import OpenedForm
from backend.platform.refusals import Refusal
from clinics.identity.models import Membership

_SALT = "assessment form"


class NotOursError(Refusal):
    """The seal is broken, or another person's, or another runner's."""


def seal(opened: OpenedForm, member: Membership) -> str:
    """The form as a text that nobody can change."""
    return signing.dumps(
        {
            "member": str(member.id),
            "form": str(opened.form),
            "patient": str(opened.patient),
            "at": opened.at.isoformat(),
            "latest": _text(opened.latest),
            "details_of": opened.details_of.isoformat(),
            "overrides": opened.overrides,
            "corrects": _text(opened.corrects),
        },
        salt=_SALT,
    )


def unseal(
    sealed: str, member: Membership, *, patient_id: uuid.UUID, corrects: uuid.UUID | None = None
) -> OpenedForm:
    """The form again. Raises ``NotOursError``."""
    try:
        said: dict[str, Any] = signing.loads(sealed, salt=_SALT)
    except signing.BadSignature:
        raise NotOursError from None
    about = (said["member"], said["patient"], said["corrects"])
    if about != (str(member.id), str(patient_id), _text(corrects)):
        raise NotOursError
    return OpenedForm(
        form=uuid.UUID(said["form"]),
        patient=patient_id,
        at=datetime.fromisoformat(said["at"]),
        latest=uuid.UUID(said["latest"]) if said["latest"] else None,
        details_of=datetime.fromisoformat(said["details_of"]),
        overrides=said["overrides"],
        corrects=corrects,
    )


def _text(value: uuid.UUID | None) -> str | None:
    return str(value) if value else None
