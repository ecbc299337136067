"""A form that is refused never looks stored: it says so first and in the title, and keeps what was typed."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.escalations.services.acknowledge import acknowledge
from backend.platform.storage.tenancy import clinic_scope
from clinics.dashboard.form_origin import WITHOUT_ORIGIN
from clinics.identity.clinicians import Actor, name_clinician
from clinics.identity.models import Clinic, Role, User
from clinics.identity.permissions import permissions_of
from clinics.members.services.invitations import Invitation, invite_member
from clinics.sign_in.services.reset_password import Reset
from tests.dashboard.test_dashboard import emergency
from tests.dashboard.test_form_origin import Forms, addresses, person_of, post, stored, strict_browser
from tests.dashboard.walk import rows_of
from tests.factories import make_member
from tests.programme.weeks import eight_weeks
from tests.security.oauth import PASSWORD, can_sign_in

#: What holds a form to what its page showed.
GUARDS = ("state", "seen", "form")
TYPED = "Kept words"


class Typed(Forms):
    """The forms of a page with the names of what is typed in words, by where each is sent."""

    def __init__(self, page: str, address: str) -> None:
        self.words: list[list[str]] = []
        self.secret: list[bool] = []
        super().__init__(page, address)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what is a line or a box of text, and what is a password."""
        super().handle_starttag(tag, attrs)
        named = {name: value or "" for name, value in attrs}
        while len(self.words) < len(self.found):
            self.words.append([])
            self.secret.append(False)
        if not self.open or not self.found:
            return
        kind = named.get("type", "text")
        self.secret[-1] |= kind == "password"
        line = tag == "input" and kind == "text" and not {"inputmode", "maxlength"} & set(named)
        if named.get("name") and (tag == "textarea" or line):
            self.words[-1].append(named["name"])


def test_every_form_that_is_refused_says_so_first_and_keeps_what_was_typed(clinic: Clinic) -> None:
    """Each form of each address, with words in it, as if the record had changed since it was opened."""
    rows = rows_of(clinic, eight_weeks(clinic))
    user = person_of(clinic)
    held = emergency(clinic)
    with clinic_scope(clinic.id):
        member = clinic.members.get(user=user)
        by = name_clinician(clinic=clinic, actor=Actor(user=member.user))
        acknowledge(clinic=clinic, escalation_id=held.pk, by=by, now=timezone.now())
    browser, wrong, seen = strict_browser(user), {}, 0
    pages = {address: browser.get(address) for address in addresses(clinic, rows)}
    before = stored(clinic)
    for address, page in pages.items():
        if page.status_code != 200 or "text/html" not in page["Content-Type"]:
            continue
        found = Typed(page.content.decode(), address)
        for (sent, fields), words, secret in zip(found.found, found.words, found.secret, strict=True):
            guarded = any(name in fields for name in GUARDS)
            if secret or not words or not guarded or sent.startswith(tuple(WITHOUT_ORIGIN)):
                continue
            seen += 1
            typed = dict.fromkeys(words, TYPED) | {name: "stale" for name in GUARDS if name in fields}
            answer = post(browser, sent, {**fields, **typed})
            if missing := _missing(answer):
                wrong[f"{sent} {fields.get('step', '')}"] = missing
    assert wrong == {}
    assert seen >= 10
    assert stored(clinic) - before == set()


@dataclass(frozen=True)
class Secret:
    """A page on which a secret is typed: who opens it where, what is wrong, and what it says then."""

    template: str
    heading: str
    typed: dict[str, str]
    faults: tuple[str, ...]


NEW_PASSWORDS = {"new_password1": "a-walk-each-evening-1", "new_password2": "a-walk-each-evening-2"}
SECRETS = {
    "sign-in": Secret("sign_in", "You are not signed in", {"username": "nobody", "password": "wrong"}, ()),
    "sign-in, empty": Secret("sign_in", "You are not signed in", {}, ("id_username", "id_password")),
    "password": Secret(
        "change_password",
        "Nothing was stored",
        {"old_password": "wrong", **NEW_PASSWORDS},
        ("id_old_password", "id_new_password2"),
    ),
    "codes": Secret(
        "one_time_codes", "Nothing was stored", {"password": "wrong", "code": ""}, ("id_password", "id_code")
    ),
    "codes, wrong code": Secret(
        "one_time_codes", "Nothing was stored", {"password": PASSWORD, "code": "000000"}, ("id_code",)
    ),
    "reset": Secret("reset_password", "No link was sent", {"email": "no address"}, ("id_email",)),
    "reset, chosen": Secret("reset_password", "Nothing was stored", NEW_PASSWORDS, ("id_new_password2",)),
    "invitation": Secret("invitation", "Nothing was stored", NEW_PASSWORDS, ("id_new_password2",)),
}


def address_of(name: str, clinic: Clinic, person: User) -> str:
    """Where the form is sent."""
    if name == "reset, chosen":
        return f"/admin/password-reset/{Reset.of(person).sealed()}/"
    if name == "invitation":
        member = invite_member(
            clinic=clinic,
            held=permissions_of(Role.ADMIN),
            email="kim@clinic.example",
            name="Kim",
            role=Role.CLINICIAN,
            now=timezone.now(),
        )
        return f"/admin/invitation/{Invitation.of(member).sealed()}/"
    return {
        "sign-in": "/admin/login/",
        "sign-in, empty": "/admin/login/",
        "password": reverse("change-password"),
        "codes": reverse("one-time-codes-confirm"),
        "codes, wrong code": reverse("one-time-codes-confirm"),
        "reset": "/admin/password-reset/",
    }[name]


@pytest.mark.parametrize("name", list(SECRETS))
def test_a_page_with_a_secret_says_first_that_it_was_refused(clinic: Clinic, name: str) -> None:
    """One summary with the focus and the same words in the title; each place leads to its field."""
    secret = SECRETS[name]
    person = can_sign_in(make_member(clinic, Role.CLINICIAN).user)
    browser = Client()
    if name.startswith(("password", "codes")):
        browser.force_login(person)
    if name.startswith("codes"):
        browser.get(reverse("one-time-codes"))
    with clinic_scope(clinic.id):
        address = address_of(name, clinic, person)
    page = browser.post(address, secret.typed).content.decode()
    summaries = re.findall(
        r'<div class="st-faults" role="alert" tabindex="-1" autofocus.*?</div>', page, re.DOTALL
    )
    assert len(summaries) == 1
    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    assert title is not None
    first = {"You are not signed in": "Not signed in"}.get(secret.heading, secret.heading)
    assert title[1].strip().startswith(first)
    assert f">{secret.heading}</h2>" in summaries[0]
    assert "<li>" in summaries[0]
    for fault in secret.faults:
        assert f'<a href="#{fault}">' in summaries[0]
        assert f'id="{fault}"' in page
    assert page.index("st-faults") < page.index("<form method" if "<form method" in page else "<form action")
    for field, typed in secret.typed.items():
        assert "password" not in field or not typed or f'value="{typed}"' not in page


def test_every_page_with_a_refused_form_is_among_them() -> None:
    """By their templates: those that show a form's fields and aren't a page of the settings."""
    shown = {
        path.stem
        for path in (settings.BASE_DIR / "clinics/templates/clinics").glob("*.html")
        if "unfold/helpers/field.html" in path.read_text(encoding="utf-8")
    }
    assert shown == {secret.template for secret in SECRETS.values()}


def _missing(answer: Any) -> list[str]:
    """What the page of a refusal lacks."""
    page = answer.content.decode()
    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    summary = re.search(r'<div class="\w\w-(summary|faults)" role="alert" tabindex="-1" autofocus', page)
    words = page[summary.end() : summary.end() + 300] if summary else ""
    has = {
        "a status that says so": answer.status_code in {200, 409, 422},
        "its title": title is not None and title[1].strip().startswith("Nothing was stored"),
        "a summary with the focus": summary is not None,
        "its words": "Nothing was stored" in words,
        "what was typed": TYPED in page,
    }
    return [what for what, there in has.items() if not there]
