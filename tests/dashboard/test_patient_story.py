"""Every kind of thing that happens to a runner can be told."""

import uuid

import pytest
from django.utils import timezone

from assessments.dashboard.pages.timeline_words import SHAPES, told
from assessments.timeline.services.timeline import Line, columns, patient_parts
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic
from tests.factories import make_patient

#: One line of each kind, as the database gives it: what, detail, note.
EXAMPLES = {
    "assessment": ("insufficient_information", "core", "", "Not enough information"),
    "override": ("refer_urgent", "", "Looks unwell", "Decided by a clinician: Refer urgently"),
    "follow_up": ("booking", "confirmed", "", "Referral: appointment booked: confirmed"),
    "escalation": ("acknowledged", "", "", "Escalation: medical review the same day"),
    "escalation_event": ("breached", "", "", "Escalation: deadline passed"),
    "programme_event": ("reacted", "green", "P2 3", "Programme: check judged: green"),
    "card_feedback": ("overridden", "excluded-by-imaging", "", "overridden (excluded by imaging)"),
    "letter": ("gp", "", "", "Letter issued to the general practitioner"),
}


def test_the_page_leaves_no_kind_out(clinic: Clinic) -> None:
    patient = make_patient(clinic)
    with clinic_scope(clinic.id):
        kinds = set(patient_parts(patient))
    assert kinds == set(columns()) == set(SHAPES) == set(EXAMPLES)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_line_is_told_in_words(kind: str) -> None:
    what, detail, note, said = EXAMPLES[kind]
    row, about = uuid.uuid4(), uuid.uuid4()
    line = told(Line(kind, row, timezone.now(), what, "same_day", detail, note, "Maya Lind", about))
    assert said in line.title
    assert "_" not in line.title + line.more
    assert line.link == "" or str(row) in line.link or str(about) in line.link
