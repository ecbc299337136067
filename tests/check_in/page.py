"""A runner's phone: a browser without cookies and scripts, that shows what the page says."""

import html
import re
from dataclasses import dataclass
from typing import Any

from django.test import Client

from assessments.check_ins.pages.form import PREGNANCY, choices_of
from assessments.follow_ups.documents import FRESH_QUESTIONS
from tests.factories import reassuring_answers
from tests.programme.weeks import PAINLESS, Weeks

#: Everything well, as the page's own codes.
WELL: dict[str, str] = {
    name: str(value)
    for name, value in {**reassuring_answers(), **PAINLESS}.items()
    if name in FRESH_QUESTIONS and name not in PREGNANCY and value != "not_applicable"
}


@dataclass
class Phone:
    """Opens one address. No cookie is kept, and Django's CSRF checks are on."""

    weeks: Weeks
    url: str

    @property
    def path(self) -> str:
        return "/" + self.url.split("/", 3)[3]

    def open(self) -> Any:
        with self.weeks.at():
            return Client(enforce_csrf_checks=True).get(self.path)

    def send(self, answers: dict[str, str] | None = None, /, **headers: str) -> Any:
        with self.weeks.at():
            phone = Client(enforce_csrf_checks=True)
            return phone.post(self.path, WELL if answers is None else answers, headers=headers)


def link(weeks: Weeks, follow_up: str) -> Phone:
    return Phone(weeks, weeks.post(f"/follow-ups/{follow_up}/check-in-link")["url"])


def words(answer: Any) -> str:
    """What stands on the page, without its style."""
    body = re.sub(r"<style>.*?</style>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def codes(name: str) -> set[str]:
    return {code for code, _ in choices_of(name, first_week=True)}
