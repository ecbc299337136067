"""The clinic's page says who is on call and warns of gaps."""

from django.test import Client

from clinics.models import Clinic, Role
from clinics.tenancy import clinic_scope
from tests.factories import make_member
from tests.on_call.plans import clinician, leave, set_plan, shift


def page(clinic: Clinic, role: str = Role.CLINICIAN) -> str:
    user = make_member(clinic, role).user
    user.is_staff = True
    user.save()
    browser = Client()
    browser.force_login(user)
    answer = browser.get(f"/admin/clinics/clinic/{clinic.pk}/change/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_rota_without_a_gap_shows_its_people_and_no_warning(clinic: Clinic) -> None:
    anna = clinician(clinic)
    anna.name = "Anna Keane"
    with clinic_scope(clinic.id):
        anna.save()
    set_plan(clinic, shift(anna))
    shown = page(clinic)
    assert "Anna Keane" in shown
    assert "The rota has gaps" not in shown


def test_a_gap_is_warned_of_with_who_is_told_instead(clinic: Clinic) -> None:
    set_plan(clinic, shift(clinician(clinic), "08:00-20:00"))
    shown = page(clinic)
    assert "The rota has gaps" in shown
    assert "nobody is on the rota; the lead is told" in shown
    assert "more" in shown.split("The rota has gaps")[1]


def test_somebody_who_has_left_is_named_in_the_warning(clinic: Clinic) -> None:
    anna = clinician(clinic)
    set_plan(clinic, shift(anna))
    leave(anna)
    assert "be reached; the lead is told" in page(clinic, Role.ADMIN)
