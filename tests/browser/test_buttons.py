"""Each button can be seen, in light and in dark: measured on what is painted, not on style sheets."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Response

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from clinics.sign_in.models import Authenticator
from tests.browser.conftest import PASSWORD, SignIn, staff
from tests.browser.pixels import contrast, most, of_button
from tests.check_in.page import WELL, link
from tests.clinics.test_invitations import invite, link_to
from tests.factories import api_for
from tests.programme.weeks import eight_weeks
from tests.security.test_sign_in import code

pytestmark = pytest.mark.process

#: Of a text to its own ground (WCAG 2.2, 1.4.3), and of a button to the page's.
READABLE, APART = 4.5, 1.05
PRESSED = "button[type=submit], input[type=submit], main button, a.rtr-button, a.af-button"


def invisible(page: Page) -> list[str]:
    """The buttons of a page whose words can't be read on them, or that don't differ from their ground."""
    wrong = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.reload()
        page.wait_for_load_state("networkidle")
        for button in page.locator(PRESSED).all():
            if not button.is_visible() or "rtr-toggle" in (button.get_attribute("class") or ""):
                continue  # what opens the menu is a picture, which stands on the page's own ground
            pixels, ground = of_button(page, button)
            face = most(pixels)
            readable = max(contrast(pixel, face) for pixel in set(pixels))
            edge = max(contrast(pixel, ground) for pixel in set(pixels[: len(pixels) // 20 or 1]))
            if readable < READABLE or max(contrast(face, ground), edge) < APART:
                name = " ".join(button.inner_text().split())
                wrong.append(f"{scheme} {page.url}: {name!r} {face} on {ground}, {readable:.1f}")
    page.emulate_media(color_scheme="light")
    return wrong


def look(page: Page, address: str, *, least: int = 1) -> list[str]:
    """Open an address and measure its buttons."""
    page.goto(address)
    assert page.locator(PRESSED).count() >= least, address
    return invisible(page)


def test_the_buttons_of_pages_outside_the_dashboard_can_be_seen(
    clinic: Clinic, other_clinic: Clinic, open_page: Callable[[], Page]
) -> None:
    """The invitation, the sign-in and its lockout, the choice of a clinic, errors."""
    page, faults = open_page(), []
    faults += look(page, link_to(clinic, invite(api_for(clinic))))
    faults += look(page, "/admin/login/")
    faults += look(page, "/admin/invitation/nothing/", least=0)
    faults += look(page, "/admin/nothing-here/", least=0)
    member = staff(clinic, Role.CLINICIAN)
    with clinic_scope(other_clinic.id):
        other_clinic.members.create(user=member.user, role=Role.CLINICIAN)
    page.goto("/admin/login/?next=/admin/")
    page.get_by_label("Username").fill(member.user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/choose-clinic/**")
    faults += look(page, "/admin/choose-clinic/?next=/admin/", least=3)
    assert faults == []


def test_the_buttons_of_papers_and_of_a_check_in_can_be_seen(
    clinic: Clinic, sign_in: SignIn, open_page: Callable[[], Page]
) -> None:
    told = eight_weeks(clinic)
    with clinic_scope(clinic.id):
        due = clinic.follow_ups.filter(kind="check_24_hours").order_by("-due_at")[0]
    page = sign_in(clinic, Role.CLINICIAN)
    faults = look(page, f"/admin/programmes/{told.programme}/sheet/", least=0)
    faults += look(page, f"/admin/patients/{told.patient.pk}/")
    phone = open_page()
    faults += look(phone, link(told, str(due.pk)).path)
    assert faults == []


def keep(page: Page, answer: Response | None, heading: str) -> str:
    """An address that shows the page of an answer again, for one that a reload would send a second time."""
    assert answer is not None
    shown, address = answer.text(), "/shown-again/"
    assert heading in shown
    page.route(f"**{address}", lambda route: route.fulfill(body=shown, content_type="text/html"))
    return address


def test_the_buttons_of_pages_that_are_shown_once_can_be_seen(
    clinic: Clinic, sign_in: SignIn, open_page: Callable[[], Page]
) -> None:
    """The lockout, the recovery codes, and a check-in that is answered, or over."""
    page, faults = open_page(), []
    member = staff(clinic, Role.CLINICIAN)
    for _ in range(7):
        page.goto("/admin/login/")
        page.get_by_label("Username").fill(member.user.username)
        page.get_by_label("Password").fill("not this one")
        with page.expect_navigation() as locked:
            page.get_by_role("button", name="Log in").click()
        if locked.value.status == 429:
            break
    faults += look(page, keep(page, locked.value, "Too many attempts"), least=0)

    page = sign_in(clinic, Role.CLINICIAN)
    page.goto("/admin/one-time-codes/")
    with clinic_scope(clinic.id):
        person = clinic.members.order_by("-created_at")[0].user
    device = Authenticator.objects.get(user=person)
    page.get_by_label("password").fill(PASSWORD)
    page.get_by_label("code").fill(code(device))
    with page.expect_navigation() as confirmed:
        page.get_by_role("button", name="Confirm").click()
    faults += look(page, keep(page, confirmed.value, "ecovery codes"))

    told = eight_weeks(clinic)
    told.now = timezone.now()
    with clinic_scope(clinic.id):
        due = clinic.follow_ups.filter(kind="check_24_hours").order_by("-due_at")[0]
    path, phone = link(told, str(due.pk)).path, open_page()
    phone.goto(path)
    for name, chosen in WELL.items():
        if phone.locator(f"select#{name}").count():
            phone.select_option(f"#{name}", chosen)
        else:
            phone.check(f'[name="{name}"][value="{chosen}"]')
    with phone.expect_navigation() as done:
        phone.get_by_role("button").click()
    faults += look(phone, keep(phone, done.value, "You can close this page."), least=0)
    phone.unroute("**/shown-again/")
    phone.goto(path)
    assert "This link is no longer good" in phone.content()
    faults += look(phone, path, least=0)
    assert faults == []


@pytest.mark.parametrize("role", [Role.ADMIN])
def test_the_buttons_of_settings_and_of_signing_out_can_be_seen(
    clinic: Clinic, sign_in: SignIn, role: str
) -> None:
    page = sign_in(clinic, role)
    faults = []
    for address in ("members/", "rota/", "channels/", "webhooks/", "clients/"):
        faults += look(page, f"/admin/settings/{address}")
    faults += look(page, "/admin/one-time-codes/")
    faults += look(page, "/admin/password_change/")
    assert faults == []
