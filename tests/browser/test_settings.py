"""The clinic's settings in a browser: accessible, and their stories from the first click to the last."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from tests.browser.accessibility import check
from tests.browser.conftest import SignIn
from tests.browser.pictures import Pictures
from tests.clock import Clock
from tests.dashboard.test_dashboard import record
from tests.dashboard.test_settings import PAGES
from tests.notify.receivers import Receiver
from tests.on_call.plans import clinician, set_plan, shift
from tests.webhooks.conftest import clock, receiver  # noqa: F401 - fixtures
from tests.webhooks.endpoints import deliver

pytestmark = pytest.mark.process


def test_the_landing_page_says_how_each_section_stands(
    clinic: Clinic, sign_in: SignIn, pictures: Pictures
) -> None:
    until = timezone.now().date() + timedelta(days=3)
    set_plan(clinic, replace(shift(clinician(clinic)), valid_until=until))
    page = sign_in(clinic, Role.ADMIN)
    page.goto("/admin/settings/")
    expect(page.get_by_text("The rota has a gap on")).to_be_visible()
    check(page)
    pictures.take(page, "settings")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_settings_is_accessible(name: str, clinic: Clinic, sign_in: SignIn) -> None:
    page = sign_in(clinic, Role.ADMIN)
    page.goto(PAGES[name])
    check(page)


def test_software_is_registered_and_its_secret_shown_once(clinic: Clinic, sign_in: SignIn) -> None:
    page = sign_in(clinic, Role.ADMIN)
    page.goto("/admin/settings/")
    page.get_by_role("link", name="API clients").click()
    page.get_by_label("Name").fill("Website")
    page.get_by_label("By itself").check()
    page.get_by_role("button", name="Register it").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was stored")
    expect(page.get_by_role("alert")).to_be_focused()
    check(page)
    page.get_by_label("Read patients and their running profiles").check()
    page.get_by_role("button", name="Register it").click()
    secret = page.get_by_label("Client secret").input_value()
    assert len(secret) > 40
    assert secret not in page.url
    check(page)
    page.get_by_role("link", name="I have kept it").click()
    expect(page.get_by_role("heading", name="Website")).to_be_visible()
    assert secret not in page.content()
    for summary in page.locator("summary").all():
        summary.click()
    check(page)
    with clinic_scope(clinic.id):
        assert clinic.api_clients.get(name="Website").allowed_scopes == "patients:read"


def test_a_member_is_changed_by_keyboard(clinic: Clinic, sign_in: SignIn) -> None:
    page = sign_in(clinic, Role.ADMIN)
    page.goto("/admin/settings/members/")
    page.get_by_role("link", name="Clinician Person").first.focus()
    page.keyboard.press("Enter")
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="End the membership now").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Escalations go to them")
    check(page)


def test_a_threshold_changes_after_its_preview(clinic: Clinic, sign_in: SignIn, pictures: Pictures) -> None:
    for score in (1, 3, 3):
        record(clinic, pain_walking_nrs=score)
    page = sign_in(clinic, Role.ADMIN)
    page.goto("/admin/settings/parameters/")
    page.get_by_label("Walking is quite painful: at or above").fill("3")
    page.get_by_role("button", name="Preview the change").click()
    expect(page.get_by_text("This is what the change would do.")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Stop running and rehabilitate")).to_contain_text("2")
    check(page)
    pictures.take(page, "preview")
    page.get_by_label("Why").fill("Too many came back with pain on walking.")
    page.get_by_role("button", name="Put it into force from now on").click()
    expect(page.get_by_text("Set number 1 is in force.")).to_be_visible()
    for summary in page.locator("summary").all():
        summary.click()
    check(page)
    with clinic_scope(clinic.id):
        assert clinic.parameter_sets.get().values == {"walking_pain_stop_ge": 3}


def test_the_log_of_an_endpoint_says_what_came_of_each_message(
    clinic: Clinic,
    sign_in: SignIn,
    pictures: Pictures,
    receiver: Receiver,  # noqa: F811
    clock: Clock,  # noqa: F811
) -> None:
    receiver.headers = {"X-Trace": "7f3a"}
    page = sign_in(clinic, Role.ADMIN)
    page.goto("/admin/settings/webhooks/")
    page.get_by_label("Address").fill(f"http://{receiver.address}/in")
    page.get_by_label("What it is (").fill("Data team")
    page.get_by_role("button", name="Add the endpoint").click()
    assert page.get_by_label("Signing secret").input_value().startswith("whsec_")
    check(page)
    page.get_by_role("link", name="I have kept it").click()
    page.get_by_role("button", name="Send a test").click()
    deliver(clock)
    receiver.status = 500
    record(clinic, fever_or_rigors="yes")
    deliver(clock)
    page.reload()
    expect(page.get_by_role("row").filter(has_text="A test that the clinic asked for")).to_contain_text(
        "Delivered, 1 try"
    )
    failed = page.get_by_role("row").filter(has_text="An escalation calls for somebody")
    failed.locator("summary").click()
    expect(failed).to_contain_text("HTTP 500 in")
    check(page)
    pictures.take(page, "webhook")


def test_a_channel_is_added_tried_and_its_answer_read(
    clinic: Clinic,
    sign_in: SignIn,
    receiver: Receiver,  # noqa: F811
) -> None:
    page = sign_in(clinic, Role.ADMIN)
    page.goto("/admin/settings/channels/")
    page.get_by_label("Name").fill("Night desk")
    page.get_by_label("Signed webhook").check()
    page.get_by_label("Address").fill(f"http://{receiver.address}/in")
    page.get_by_role("button", name="Add the channel").click()
    assert page.get_by_label("Signing key").input_value().startswith("whsec_")
    check(page)
    page.get_by_role("link", name="I have kept it").click()
    expect(page.get_by_text("Never tried")).to_be_visible()
    page.get_by_role("button", name="Send a test message now").click()
    expect(page.get_by_text("Last test: Sent").first).to_be_visible()
    check(page)
    assert len(receiver.received) == 1


def test_the_pathway_names_each_field_that_is_wrong(clinic: Clinic, sign_in: SignIn) -> None:
    page = sign_in(clinic, Role.ADMIN)
    page.goto("/admin/settings/pathway/")
    page.get_by_label("Number to ring", exact=True).fill("112\x7f")
    page.get_by_role("button", name="Store").click()
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Number to ring", exact=True)).to_be_focused()
    check(page)
