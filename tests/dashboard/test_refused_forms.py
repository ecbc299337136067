"""A form that is refused never looks stored: it says so first and in the title, and keeps what was typed."""

import re
from typing import Any

from django.utils import timezone

from assessments.services.acknowledge import acknowledge
from clinics.actor import Actor
from clinics.form_origin import WITHOUT_ORIGIN
from clinics.models import Clinic
from clinics.services.name_clinician import name_clinician
from clinics.tenancy import clinic_scope
from tests.dashboard.test_dashboard import emergency
from tests.dashboard.test_form_origin import Forms, addresses, person_of, post, stored, strict_browser
from tests.dashboard.walk import rows_of
from tests.programme.weeks import eight_weeks

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
