"""What a service refuses is answered in the words of its class on every surface, and never as our failure."""

import datetime as dt
import importlib
import pkgutil
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

import assessments
import backend.platform
import clinics
import patients
from assessments.escalations.models import Escalation
from assessments.escalations.services.acknowledge import (
    SupersededEscalationError,
    TakenByAnotherError,
    acknowledge,
)
from backend.platform.api.problems import PROBLEMS
from backend.platform.fhir.outcomes import ISSUE_TYPES
from backend.platform.refusals import Invalid, NotFound, Refusal
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.allowances import AllowanceSpentError
from clinics.identity.models import Clinic
from tests.dashboard.settings_pages import signed_in, take
from tests.dashboard.test_dashboard import emergency
from tests.fhir.test_feedback import FEEDBACK, HospitalAPI, card, ehr, form, overridden, runner

__all__ = ["card", "ehr", "form", "runner"]  # fixtures of the software that shows cards

#: Those that an answer needs more of than their words.
EXAMPLES: dict[type[Refusal], Callable[[], Refusal]] = {
    AllowanceSpentError: lambda: AllowanceSpentError(timezone.now() + dt.timedelta(hours=1)),
    SupersededEscalationError: lambda: SupersededEscalationError(uuid.uuid4()),
}
#: What the page of an escalation answers itself, by leading to the one to act on.
SAID_BY_THE_PAGE = {SupersededEscalationError, TakenByAnotherError}
#: A refusal says this where its class is made with more than the test knows.
SAID = "That isn't possible now."


def _modules() -> Iterator[str]:
    for package in (assessments, clinics, patients, backend.platform):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations." not in module.name and not module.name.endswith("__main__"):
                yield module.name


def _below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


for name in _modules():
    importlib.import_module(name)
KINDS = sorted(set(_below(Refusal)), key=lambda kind: kind.__qualname__)


def made(kind: type[Refusal]) -> Refusal:
    """A refusal of the class, without the rows that its own words are about."""
    if kind in EXAMPLES:
        return EXAMPLES[kind]()
    refusal = kind.__new__(kind)
    Refusal.__init__(refusal, kind.words or SAID)
    return refusal


def refusing(refusal: Refusal, then: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """A service that refuses what it is asked, having begun with it."""

    def service(*positional: Any, **named: Any) -> Any:
        if then is not None:
            then(*positional, **named)
        raise refusal

    return service


@pytest.fixture
def urgent(clinic: Clinic) -> Escalation:
    with clinic_scope(clinic.id):
        return emergency(clinic)


def test_there_are_refusals_to_test() -> None:
    assert len(KINDS) > 50


@pytest.mark.parametrize("kind", KINDS)
def test_every_refusal_has_a_code_of_the_catalogue(kind: type[Refusal]) -> None:
    assert kind.code in PROBLEMS
    assert kind.code in ISSUE_TYPES
    assert 400 <= PROBLEMS[kind.code][0] < 500 or kind.code == "unavailable"


def test_the_api_answers_every_refusal_as_a_problem(
    api: APIClient, urgent: Escalation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in KINDS:
        refusal = made(kind)
        monkeypatch.setattr("assessments.escalations.api.acknowledge", refusing(refusal, acknowledge))
        answer = api.post(f"/api/v1/escalations/{urgent.pk}/acknowledge", {})
        body = answer.json()
        assert (answer.status_code, body["code"]) == (PROBLEMS[kind.code][0], kind.code), kind
        assert body["detail"] == (refusal.detail or PROBLEMS[kind.code][1])
        assert body["errors"] == [place.as_dict() for place in refusal.places]
        assert answer.get("Retry-After") == (
            "5" if kind.code == "unavailable" else refusal.retry_after and str(refusal.retry_after)
        )
    assert api.get(f"/api/v1/escalations/{urgent.pk}").json()["state"] == "open"


def test_fhir_answers_every_refusal_as_an_operation_outcome(
    api: APIClient, urgent: Escalation, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = api.get(f"/fhir/Task/{urgent.pk}").json()
    for kind in KINDS:
        refusal = made(kind)
        monkeypatch.setattr("assessments.fhir.task_views.acknowledge", refusing(refusal, acknowledge))
        answer = api.put(f"/fhir/Task/{urgent.pk}", {**task, "status": "accepted"})
        body = answer.json()
        assert (answer.status_code, body["resourceType"]) == (
            PROBLEMS[kind.code][0],
            "OperationOutcome",
        ), kind
        codes = {issue["details"]["coding"][0]["code"] for issue in body["issue"]}
        assert codes == ({place.code for place in refusal.places} or {kind.code})
    assert api.get(f"/fhir/Task/{urgent.pk}").json()["status"] == "requested"


def test_software_that_shows_cards_is_told_every_refusal(
    ehr: HospitalAPI, card: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in KINDS:
        monkeypatch.setattr("assessments.cds.feedback.take_feedback", refusing(made(kind)))
        answer = ehr.post(FEEDBACK, {"feedback": [overridden(card)]})
        assert (answer.status_code, answer.json()["code"]) == (PROBLEMS[kind.code][0], kind.code), kind


def test_a_page_says_every_refusal_to_a_person_and_keeps_nothing_of_it(
    clinic: Clinic, urgent: Escalation, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in(clinic, "clinician", raise_request_exception=False)
    for kind in KINDS:
        refusal, begun = made(kind), None if kind in SAID_BY_THE_PAGE else acknowledge
        monkeypatch.setattr("assessments.escalations.pages.acknowledge", refusing(refusal, begun))
        answer = browser.post(f"/admin/worklist/{urgent.pk}/claim/", follow=True)
        words = answer.content.decode().replace("&#x27;", "'")
        if issubclass(kind, NotFound) or kind.code == "erased":
            assert answer.status_code == 404, kind
        elif answer.redirect_chain:  # the page's own words, on the page that it leads to
            assert kind in SAID_BY_THE_PAGE
        else:
            assert answer.status_code == PROBLEMS[kind.code][0], kind
            assert (refusal.spoken or PROBLEMS[kind.code][2]) in words
    with clinic_scope(clinic.id):
        urgent.refresh_from_db()
        assert urgent.state == Escalation.State.OPEN


def test_a_page_of_the_settings_says_every_refusal_above_or_at_its_field(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, page = signed_in(clinic, raise_request_exception=False), "/admin/settings/members/"
    typed = {"name": "Jo Ray", "email": "jo@example.org", "role": "clinician"}
    for kind in KINDS:
        refusal = made(kind)
        monkeypatch.setattr("clinics.members.pages.invite_member", refusing(refusal))
        answer = take(browser, page, "invite", **typed)
        assert answer.status_code == 422, kind
        said = answer.content.decode().replace("&#x27;", "'")
        assert refusal.spoken in said or kind is AllowanceSpentError


def test_a_page_finds_its_own_words_before_those_for_software() -> None:
    class ForBothError(Refusal):
        words, spoken = "Call POST again.", "Press the button again."

    class AtAPlaceError(Invalid):
        pointer, fault, words = "/email", "taken", "It is taken."

    assert (ForBothError().detail, ForBothError().spoken) == ("Call POST again.", "Press the button again.")
    assert (AtAPlaceError().detail, AtAPlaceError().spoken) == ("", "It is taken.")
    assert [place.as_dict() for place in AtAPlaceError().places] == [
        {"pointer": "/email", "code": "taken", "detail": "It is taken."}
    ]
