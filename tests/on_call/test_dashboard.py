"""The rota's page says who is on call and warns of gaps; the clinic's admin changes the plan."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from assessments.escalations.on_call.services.plan import Plan, QuietHours, Shift, plan_of
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from tests.factories import make_member
from tests.on_call.plans import clinician, cover, leave, set_plan, shift

URL = "/admin/settings/rota/"


def browser_of(clinic: Clinic, role: str) -> Client:
    """A browser in which somebody of the role is signed in."""
    user = make_member(clinic, role).user
    user.is_staff = True
    user.save()
    browser = Client()
    browser.force_login(user)
    return browser


def page(clinic: Clinic, role: str = Role.CLINICIAN) -> str:
    answer = browser_of(clinic, role).get(URL)
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


@pytest.mark.holds("HZ-28")
def test_somebody_who_has_left_is_named_in_the_warning(clinic: Clinic) -> None:
    anna = clinician(clinic)
    set_plan(clinic, shift(anna))
    leave(anna)
    assert "be reached; the lead is told" in page(clinic, Role.ADMIN)


def fields(browser: Client, **changes: object) -> dict[str, object]:
    """What the page's forms hold, as a browser would send them, with changes."""
    forms = browser.get(URL).context["forms"]
    sent: dict[str, object] = {}
    rows = [*forms.shifts.forms, forms.shifts.management_form]
    rows += [*forms.covers.forms, forms.covers.management_form]
    with timezone.override("Europe/London"):
        for field in (field for form in (forms.settings, *rows) for field in form):
            sent[field.html_name] = field.field.widget.format_value(field.value())
    return {name: value for name, value in sent.items() if value} | changes


def stored(clinic: Clinic) -> Plan:
    with clinic_scope(clinic.id):
        return plan_of(Clinic.objects.get(id=clinic.id))


def test_the_clinics_admin_adds_a_shift_and_quiet_hours_and_leaves_the_rest(clinic: Clinic) -> None:
    anna, ben = clinician(clinic), clinician(clinic)
    before = cover(anna, hours=4)
    set_plan(clinic, shift(anna), covers=(before,))
    browser = browser_of(clinic, Role.ADMIN)
    new = {"member": str(ben.id), "days": ["monday", "holiday"], "starts_at": "22:00", "ends_at": "06:00"}
    changes = {f"shifts-1-{name}": value for name, value in {**new, "valid_from": "2026-01-05"}.items()}
    answer = browser.post(URL, fields(browser, **changes, quiet_from="22:00", quiet_until="07:00"))
    assert answer.status_code == 302
    plan = stored(clinic)
    assert plan.shifts[0] == shift(anna)
    assert plan.shifts[1:] == (
        Shift(ben.id, ("monday", "holiday"), dt.time(22), dt.time(6), dt.date(2026, 1, 5)),
    )
    assert plan.covers == (before,)
    assert plan.quiet_hours == QuietHours(dt.time(22), dt.time(7))


def test_a_row_is_taken_away(clinic: Clinic) -> None:
    set_plan(clinic, shift(clinician(clinic)))
    browser = browser_of(clinic, Role.ADMIN)
    assert browser.post(URL, fields(browser, **{"shifts-0-DELETE": "on"})).status_code == 302
    assert stored(clinic).shifts == ()


def test_what_the_service_refuses_is_shown_and_not_stored(clinic: Clinic) -> None:
    set_plan(clinic, shift(clinician(clinic)))
    browser = browser_of(clinic, Role.ADMIN)
    answer = browser.post(URL, fields(browser, country="XX"))
    assert "Country: No holidays are known for it" in answer.content.decode()
    answer = browser.post(URL, fields(browser, closed_days="tomorrow"))
    assert "Each line is a date" in answer.content.decode()
    assert stored(clinic).holidays.country == ""


def test_a_page_that_somebody_else_has_overtaken_changes_nothing(clinic: Clinic) -> None:
    anna = clinician(clinic)
    browser = browser_of(clinic, Role.ADMIN)
    sent = fields(browser, country="GB")
    set_plan(clinic, shift(anna))
    assert "Somebody has changed the plan" in browser.post(URL, sent).content.decode()
    assert stored(clinic).shifts == (shift(anna),)


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.RECEPTION, Role.AUDITOR])
def test_nobody_else_changes_the_plan(clinic: Clinic, role: Role) -> None:
    browser = browser_of(clinic, role)
    assert "Store the plan" not in browser.get(URL).content.decode()
    assert browser.post(URL, {}).status_code == 403
