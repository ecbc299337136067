"""A form that is older than what it would change, and a link that is followed, change nothing."""

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest

from clinics.identity.models import Clinic, Role
from tests.dashboard.settings_pages import signed_in
from tests.dashboard.test_form_origin import Forms, addresses, stored
from tests.dashboard.walk import rows_of
from tests.programme.weeks import eight_weeks
from tests.worlds import undone

#: Fields in which a form carries what its page showed.
CARRIED = ("state", "seen", "form")
#: Forms that carry nothing of the kind, by what their address matches, with why no older one undoes anything.
WITHOUT: dict[str, str] = {
    r"/admin/logout/": "ends the session that sends it",
    r"/admin/sign-out-everywhere/": "ends what there is",
    r"/admin/choose-clinic/": "changes the session alone",
    r"/admin/one-time-codes/.*": "the code is of this moment, and the password is asked for",
    r"/admin/password_change/": "the present password is asked for",
    r"/admin/settings/members/ invite": "adds a row and changes none",
    r"/admin/settings/access-log/ verify": "reads",
    r"/admin/settings/parameters/previews/.*": "a preview is what was seen: it counts once, while it is true",
    r"/admin/worklist/.*/claim/": "taken once: the second is told who has it",
    r"/admin/assessments/escalation/.*/acknowledge/": "taken once: the second is told who has it",
    r"/admin/escalations/.*/letters/": "begins a letter and changes none",
    r"/admin/[a-z]+/[a-z]+/(.*/change/)?": "the framework's own list or record, which takes no POST",
}
#: So many forms are found at least, or the walk has missed a kind of page.
FORMS_AT_LEAST = 40


@pytest.fixture
def rows(clinic: Clinic) -> dict[str, Any]:
    return rows_of(clinic, eight_weeks(clinic))


def forms(browser: Any, clinic: Clinic, rows: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    for address in addresses(clinic, rows):
        answer = browser.get(address)
        if answer.status_code == 200 and "text/html" in answer["Content-Type"]:
            yield from Forms(answer.content.decode(), address).found


def test_a_form_of_what_stands_there_no_more_changes_nothing(clinic: Clinic, rows: dict[str, Any]) -> None:
    """Each form that there is carries what its page showed, or there is a reason."""
    browser, needless = signed_in(clinic, Role.ADMIN), set(WITHOUT)
    found, bare, taken = 0, set(), {}
    for to, fields in list(forms(browser, clinic, rows)):
        found += 1
        named = f"{to} {fields['step']}" if "step" in fields else to
        reasons = {reason for reason in WITHOUT if re.fullmatch(reason, named)}
        needless -= reasons
        carried = [name for name in CARRIED if fields.get(name)]
        if not carried:
            bare |= set() if reasons else {named}
            continue
        before, cookies = stored(clinic), copy.deepcopy(browser.cookies)
        with undone():
            answer = browser.post(to, {**fields, carried[0]: "of before"})
            assert stored(clinic) == before, named
        browser.cookies = cookies
        afresh = carried == ["form"] and b"opened afresh" in answer.content
        taken |= {} if afresh or answer.status_code == 409 else {named: answer.status_code}
    assert (bare, taken, needless) == (set(), {}, set())
    assert found >= FORMS_AT_LEAST


@pytest.mark.parametrize("role", [Role.ADMIN, Role.CLINICIAN])
def test_a_link_that_is_followed_changes_nothing(clinic: Clinic, rows: dict[str, Any], role: str) -> None:
    """Every address, asked for plainly, by its head, and with all that its form would have sent."""
    browser = signed_in(clinic, role)
    found = list(forms(browser, clinic, rows))
    asked = [(address, {}) for address in addresses(clinic, rows)] + found
    assert len(asked) >= FORMS_AT_LEAST
    before = stored(clinic)
    for address, fields in asked:
        for method in (browser.get, browser.head, browser.options):
            assert method(address, fields).status_code < 500, address
    assert stored(clinic) == before
    assert browser.get("/admin/").status_code == 200, "nor were they signed out"
