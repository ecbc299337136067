"""Where a runner is sent at once: one rule, told by every page, letter, plan, card and resource.

A warning sign in pregnancy names the maternity number and destination first; an aortic event and sepsis name
the ambulance, and that the runner doesn't drive.
"""

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.decisions.form.live_preview import _live
from assessments.letters.models import Letter
from assessments.letters.services import draft_letter
from assessments.protocol import Evaluation, protocol_for
from assessments.protocol.criteria import CRITERIA_BY_ID
from assessments.records.models import Assessment
from assessments.records.summary import decision_page
from assessments.records.what_follows import WhereToGo, safety_net_of, where_to_go
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import NamedClinician
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.assessments.test_as_cautious_everywhere import recorded, surfaces

pytestmark = pytest.mark.django_db
NUMBER, PLACE = "999", "A&E, General Hospital"
MATERNITY_NUMBER, MATERNITY_PLACE = "020 7946 0150", "Maternity unit, General Hospital"
TELL_THEM = "ell them that you are pregnant, and how many weeks"
#: Surfaces that say no place: a sheet's own words, and a decision by itself.
SILENT = ("page",)


def told(
    api: APIClient, clinic: Clinic, patient: Patient, criterion: str
) -> tuple[dict[str, str], dict[str, Any], Evaluation]:
    """What each surface says of a stored record of the criterion, by its name."""
    stored, evaluation = recorded(api, clinic, patient, CRITERIA_BY_ID[criterion])
    said = {one.surface: one.words for one in surfaces(api, clinic, stored, evaluation)}
    with clinic_scope(clinic.id):
        assessment = Assessment.objects.select_related("clinic", "patient").get(id=stored["id"])
        said["record"] = render_to_string("assessments/decision.html", {"page": decision_page(assessment)})
    live = _live(evaluation, clinic, protocol_for({}), ())
    said["form"] = render_to_string("assessments/form/live.html", {"live": live})
    whole = {name: words.replace("&amp;", "&") for name, words in said.items() if name not in SILENT}
    assert set(whole) > {"plan", "card", "check-in", "letter", "record", "form"}
    return whole, stored, evaluation


def test_a_warning_sign_in_pregnancy_names_the_maternity_unit_first_everywhere(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    said, stored, _ = told(api, clinic, patient, "RF-E15")
    for surface, words in said.items():
        assert MATERNITY_NUMBER in words, surface
        assert MATERNITY_PLACE in words, surface
        if surface == "sheet":
            words = words.partition("Ring 999, or go to")[0]  # its safety net is about what may yet come
        assert words.index(MATERNITY_NUMBER) < words.index(NUMBER), surface
        assert words.index(MATERNITY_PLACE) < words.index(PLACE), surface
    with clinic_scope(clinic.id):
        by = NamedClinician(clinic.on_call, None)
        letter = draft_letter(
            clinic=clinic,
            escalation_id=stored["escalation"],
            to=Letter.To.EMERGENCY_DEPARTMENT,
            by=by,
            now=timezone.now(),
        )
    assert letter.recipient == MATERNITY_PLACE


def test_without_a_maternity_number_it_names_the_emergency_number_and_what_to_say(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    with clinic_scope(clinic.id):
        nowhere = {"maternity_emergency_number": "", "maternity_destination": ""}
        Clinic.objects.filter(id=clinic.id).update(takes_pregnant_runners=False, **nowhere)
    clinic.takes_pregnant_runners = False
    clinic.maternity_emergency_number = clinic.maternity_destination = ""
    said, _, _ = told(api, clinic, patient, "RF-E15")
    for surface, words in said.items():
        assert NUMBER in words, surface
        assert PLACE in words, surface
        assert TELL_THEM in words, surface


@pytest.mark.parametrize("criterion", ["RF-E10", "RF-E11"])
def test_an_aortic_event_and_sepsis_name_the_ambulance_and_no_driving(
    api: APIClient, clinic: Clinic, patient: Patient, criterion: str
) -> None:
    said, _, _ = told(api, clinic, patient, criterion)
    for surface, words in said.items():
        assert NUMBER in words, surface
        assert "o not drive yourself" in words, surface
        assert MATERNITY_NUMBER not in words, surface
        if surface != "check-in":
            assert TELL_THEM not in words, surface
    assert f"ring {NUMBER} for an ambulance" in said["plan"]
    assert said["check-in"].startswith("Ring for an ambulance now")


def test_both_at_once_name_the_maternity_unit_and_the_ambulance_and_send_nobody_driving(
    clinic: Clinic,
) -> None:
    both = WhereToGo.of(clinic, ("RF-E10", "RF-E15"))
    lines = [where_to_go(clinic, "emergency_now", ("RF-E10", "RF-E15")), " ".join(both.to_the_runner())]
    for words in lines:
        assert words.index(MATERNITY_NUMBER) < words.index(f"{NUMBER}")
        assert "ambulance" in words
        assert "or go to" not in words
    assert "Do not drive yourself." in lines[0]


def test_other_emergencies_and_days_name_what_they_did(clinic: Clinic) -> None:
    assert where_to_go(clinic, "emergency_now", ("RF-E01",)) == f"Now: ring {NUMBER}, or go to {PLACE}."
    same_day = where_to_go(clinic, "same_day", ("RF-S01",))
    assert same_day == f"If it gets worse or nobody is reached: ring {NUMBER}, or go to {PLACE}."
    assert where_to_go(clinic, "routine", ("RF-E15",)) == ""
    clinic.emergency_number = ""
    assert where_to_go(clinic, "emergency_now", ("RF-E01",)) == ""
    assert WhereToGo.of(clinic, ()).to_the_runner()[1] == "Ring your emergency number now."


def test_the_safety_net_of_a_pregnant_runner_names_the_maternity_number(clinic: Clinic) -> None:
    pregnant = safety_net_of(clinic, {"sex_at_birth": "female", "pregnancy_status": "pregnant"})
    assert f"ring {MATERNITY_NUMBER} now" in pregnant.pregnancy
    assert NUMBER in pregnant.lead
    clinic.maternity_emergency_number = ""
    without = safety_net_of(clinic, {"sex_at_birth": "female", "pregnancy_status": "pregnant"})
    assert f"ring {NUMBER} now" in without.pregnancy
