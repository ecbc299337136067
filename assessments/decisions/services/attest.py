"""Who stands behind a long-standing bladder, bowel, saddle or sexual change (D.1a)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from assessments.protocol.questions.emergency import CES_ITEMS, LONGSTANDING
from assessments.protocol.vocabulary import AssessorRole
from clinics.identity.models import User


def attestations(
    answers: Mapping[str, object],
    *,
    role: str,
    by: User | None,
    before: Sequence[Mapping[str, Any]],
    now: datetime,
) -> list[dict[str, Any]]:
    """Return what is attested of an assessment: question, by (a name, or null), role and at, one each.

    ``answers`` are validated. What a clinician gathered attests its own long-standing answers; what a runner
    answers alone carries what was attested ``before``, while the answer is the same.
    """
    own = [item for item in CES_ITEMS if answers.get(item) == LONGSTANDING]
    carried = {one["question"]: dict(one) for one in before}
    if role == AssessorRole.PATIENT_SELF_REPORT:
        return [carried[item] for item in own if item in carried]
    name = by.get_full_name() if by else None
    return [{"question": item, "by": name, "role": role, "at": now.isoformat()} for item in own]


def as_attested(answers: dict[str, Any], attested: Sequence[str]) -> dict[str, Any]:
    """The answers as a clinician confirms them: a long-standing one that isn't attested counts as new."""
    return {
        name: "yes" if name in CES_ITEMS and value == LONGSTANDING and name not in attested else value
        for name, value in answers.items()
    }
