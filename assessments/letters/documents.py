"""A letter as JSON."""

from typing import Any

from django.db.models import QuerySet

from assessments.letters.models import Letter
from backend.platform.api.fields import timestamp
from clinics.api.clinicians import member_document


def readable_letters(letters: QuerySet[Letter]) -> QuerySet[Letter]:
    """Rows with the people their documents name, in one statement."""
    return letters.select_related("drafted_by__user", "issued_by__user")


def letter_document(letter: Letter) -> dict[str, Any]:
    """One letter; ``content`` is the generated part as it was issued, null in a draft."""
    return {
        "id": str(letter.id),
        "patient": str(letter.patient_id),
        "escalation": str(letter.escalation_id),
        "to": letter.to,
        "state": letter.state,
        "recipient": letter.recipient,
        "call_back": letter.call_back,
        "words": letter.words,
        "content": letter.content or None,
        "drafted_by": member_document(letter.drafted_by),
        "issued_by": member_document(letter.issued_by),
        "issued_at": timestamp(letter.issued_at),
        "created_at": timestamp(letter.created_at),
        "updated_at": timestamp(letter.updated_at),
    }
