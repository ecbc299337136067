"""docs/operations.md, "Signing in": behind each sentence stands a test."""

import re
from typing import Any

import pytest
import structlog
from django.test import Client
from django.utils import timezone

from clinics.identity.lockout import COOKIE
from clinics.identity.models import ApiClient, Clinic, Membership, Role, User
from clinics.members.services.invitations import Invitation, InvitationOverError
from clinics.sign_in.services.one_time_codes import _new_recovery_codes, match_code
from clinics.sign_in.services.reset_password import Reset, ResetOverError
from tests.docs.test_threat_model import ROOT, functions_in
from tests.factories import make_member
from tests.security.oauth import allow, authorization, can_sign_in, redeem, register, sign_in

LOCKOUT, ENDS = "tests/security/test_lockout.py", "tests/security/test_every_credential_ends.py"
SIGN_IN, RESET = "tests/security/test_sign_in.py", "tests/clinics/test_reset_password.py"
CODES, HERE = "tests/clinics/test_one_time_codes.py", "tests/docs/test_signing_in.py"
COUNTED = "tests/security/test_every_secret_is_counted.py"
EVENTS = f"{ENDS}::test_an_event_ends_what_rests_on_it_and_nothing_else"

#: How each sentence, or row of the table, begins, and the tests that show it.
SHOWN_BY = {
    "Five wrong passwords or one-time codes lock that name": [
        f"{SIGN_IN}::test_five_wrong_passwords_close_the_door_to_the_right_one",
        f"{SIGN_IN}::test_guessing_codes_closes_the_door_too",
        f"{SIGN_IN}::test_the_door_opens_again_though_somebody_goes_on_guessing",
        f"{LOCKOUT}::test_fifty_wrong_tries_from_elsewhere_shut_nobody_out",
    ],
    "A browser in which the person has signed in": [
        f"{LOCKOUT}::test_a_known_browser_gets_in_while_its_own_address_is_locked",
        f"{LOCKOUT}::test_guessing_in_a_known_browser_locks_that_browser_wherever_it_goes",
        f"{LOCKOUT}::test_a_browser_is_forgotten_after_half_a_year",
    ],
    "Pages that ask somebody who is signed in": [
        f"{COUNTED}::test_five_wrong_secrets_close_every_page_that_asks_for_one",
    ],
    "`TRUSTED_PROXIES` says whose address counts": [
        "tests/security/test_behind_a_proxy.py::test_fifty_wrong_tries_of_a_stranger_shut_no_clinician_out",
        "tests/security/test_behind_a_proxy.py::test_what_a_stranger_says_of_themselves_changes_nothing",
    ],
    "A name that nobody has is answered like any other": [
        f"{SIGN_IN}::test_a_name_that_nobody_has_is_answered_alike",
        f"{LOCKOUT}::test_no_name_that_was_typed_is_kept",
    ],
    "| somebody locked out": [
        f"{LOCKOUT}::test_an_admin_unlocks_a_member_on_their_page",
        f"{LOCKOUT}::test_an_admin_unlocks_a_member_by_the_api",
        f"{LOCKOUT}::test_the_operator_unlocks_by_a_command",
        f"{LOCKOUT}::test_the_page_of_a_lock_says_how_to_get_in",
    ],
    "| who types their name in capitals": [
        f"{SIGN_IN}::test_a_name_is_the_same_in_capitals_wherever_it_is_typed",
        f"{SIGN_IN}::test_no_two_people_differ_by_capitals",
    ],
    "| who has forgotten the password": [
        f"{RESET}::test_the_sign_in_leads_there_and_the_mail_back",
        f"{RESET}::test_a_link_works_once_and_for_an_hour",
        f"{RESET}::test_a_new_password_opens_a_door_that_was_locked",
        "tests/conventions/test_sending.py::test_an_address_gets_three_links_for_another_password_a_day",
    ],
    "`manage.py changepassword USERNAME` where": [EVENTS],
    "| who has lost the authenticator": [
        f"{CODES}::test_a_recovery_code_signs_in_once",
        f"{SIGN_IN}::test_an_authenticator_is_not_replaced_by_accident",
    ],
    "| who has lost a device or a token": [EVENTS],
    "| whose account is in wrong hands": [
        EVENTS,
        "tests/assessments/test_escalation_delivery.py::test_an_on_call_clinician_who_has_left_never_keeps_an_emergency_to_themselves",
    ],
    "A new password, by whatever page or command": [EVENTS],
    "Who is let go loses those of that clinic": [EVENTS],
    "Rotating a client's secret ends its tokens": [
        EVENTS,
        f"{ENDS}::test_keys_that_stay_as_they_are_end_nothing",
    ],
    "An authorization code that comes twice": [
        f"{ENDS}::test_only_the_tokens_of_the_code_end_with_its_second_use",
        f"{HERE}::test_a_code_that_comes_twice_is_logged",
    ],
    "People set up one-time codes themselves": [
        f"{CODES}::test_it_counts_once_a_code_has_confirmed_it",
        f"{CODES}::test_a_clinic_that_requires_them_sends_its_people_there_first",
    ],
    "A new `SECRET_KEY` makes": [f"{HERE}::test_a_new_secret_key_makes_every_link_and_mark_worthless"],
    "A start that would be unsafe": [
        "tests/security/test_checks.py::test_an_unsafe_service_does_not_start",
        "tests/security/test_checks.py::test_a_view_without_a_declared_permission_stops_the_start",
        "tests/security/test_row_level_security.py::test_a_runtime_role_that_owns_tables_is_refused",
    ],
    "The web server's own access log is off": [
        "tests/front/test_front.py::test_the_servers_own_access_log_stays_off",
        "tests/privacy/test_processes.py::test_the_marker_stays_inside",
    ],
    "`manage.py verify_access_log` walks the log": [
        "tests/audit/test_access_log.py::test_tampering_is_found_and_the_first_broken_link_named"
    ],
    "Run it daily with `--ends FILE`": [
        "tests/audit/test_access_log.py::test_a_forged_chain_is_found_by_an_end_kept_outside"
    ],
}


def sentences() -> list[str]:
    """The section's sentences, and the rows of its table."""
    text = (ROOT / "docs" / "operations.md").read_text()
    section = text[text.index("## Signing in") + len("## Signing in") : text.index("## Encryption keys")]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    prose = " ".join(line for line in section.splitlines() if not line.startswith("|"))
    found = re.split(r"(?<=\. )(?=[A-Z`])", " ".join(prose.split()))
    cells = [part for row in rows for part in re.split(r"(?<=\. )(?=`)", row)]
    return [one.strip() for one in [*found, *cells] if one.strip()]


@pytest.mark.parametrize("sentence", sentences(), ids=lambda one: one[:40])
def test_each_sentence_has_its_test(sentence: str) -> None:
    shown = [tests for begins, tests in SHOWN_BY.items() if sentence.startswith(begins)]
    assert len(shown) == 1, f"no test is named for: {sentence}"
    for name in shown[0]:
        path, _, function = name.partition("::")
        assert function in functions_in(path), name


def test_no_test_is_named_for_a_sentence_that_isnt_there() -> None:
    assert [begins for begins in SHOWN_BY if not any(one.startswith(begins) for one in sentences())] == []


@pytest.fixture
def member(clinic: Clinic) -> Membership:
    """A clinician who may sign in."""
    member = make_member(clinic, Role.CLINICIAN)
    can_sign_in(member.user)
    return member


def test_a_new_secret_key_makes_every_link_and_mark_worthless(member: Membership, settings: Any) -> None:
    person: User = member.user
    codes = _new_recovery_codes(person)
    invitation, reset = Invitation.of(member).sealed(), Reset.of(person).sealed()
    browser = sign_in(person)[0]
    mark = browser.cookies[COOKIE].value
    settings.SECRET_KEY = "another key of fifty random characters, as an operator sets it 0123456789"
    with pytest.raises(InvitationOverError):
        Invitation.unsealed(invitation)
    with pytest.raises(ResetOverError):
        Reset.unsealed(reset)
    assert match_code(user=person, code=codes[0], now=timezone.now()) is None
    for _ in range(5):
        Client().post("/admin/login/", {"username": person.username, "password": "wrong"})
    stranger = Client()
    stranger.cookies[COOKIE] = mark
    form = {"username": person.username, "password": "wrong"}
    assert stranger.post("/admin/login/", form).status_code == 429


def test_a_code_that_comes_twice_is_logged(member: Membership, clinic: Clinic) -> None:
    app = register(clinic, ApiClient.GRANT_AUTHORIZATION_CODE)
    parameters, verifier = authorization(app)
    code = allow(sign_in(member.user)[0], parameters)["code"]
    assert redeem(app, code, verifier).status_code == 200
    with structlog.testing.capture_logs() as logs:
        assert redeem(app, code, verifier).status_code == 400
    told = [line for line in logs if line["event"] == "authorization_code_replayed"]
    assert [line["client"] for line in told] == [str(app.id)]
    assert code not in str(logs)
