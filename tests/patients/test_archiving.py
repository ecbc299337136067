"""Archiving settles what is pending: nothing is chased that nobody could answer; no emergency vanishes."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.escalations.channels.models import Delivery
from assessments.escalations.channels.services.on_call_services import add_on_call_service
from assessments.escalations.models import Escalation
from assessments.exports.models import Export
from assessments.exports.services.write import write_due_exports
from assessments.follow_ups.models import REPORTED, FollowUp, FollowUpKind
from assessments.letters.models import Letter
from assessments.letters.pages import on_paper
from assessments.letters.services import (
    Written,
    content_of,
    draft_letter,
    issue_letter,
    readable_letter,
    state_of,
)
from assessments.programmes.models import Programme
from assessments.programmes.services.draft_and_release import end_current
from assessments.webhooks.models import WebhookDelivery
from backend.platform.storage.due_work import claim_next
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import Actor, name_clinician
from clinics.identity.models import ApiClient, Clinic, Role
from patients.models import ArchiveReason, Patient
from tests.api_edge.checks import assert_problem, having_seen
from tests.dashboard.settings_pages import signed_in
from tests.dashboard.test_dashboard import record
from tests.factories import api_for, make_client, make_member, make_patient, make_token
from tests.privacy.erasure import erase
from tests.programme.weeks import Weeks, eight_weeks
from tests.security.samples import WEBHOOK

REASONS = [reason.value for reason in ArchiveReason]
#: Something that waits about a runner: makes it, and returns what looks it up again.
Work = Callable[[Clinic, Patient], Callable[[], Any]]


def archive(api: APIClient, runner: Patient, reason: str | None = "moved_away") -> Any:
    """Archive a runner over the API."""
    body = {"archived": True, "archive_reason": reason}
    return api.patch(
        f"/api/v1/patients/{runner.pk}", body, headers=having_seen(api, f"/api/v1/patients/{runner.pk}")
    )


def assessed(clinic: Clinic, runner: Patient, **answers: object) -> None:
    """An assessment of the runner, with what it plans."""
    record(clinic, runner, **answers)


def follow_up(kind: str, state: str) -> Work:
    """A follow-up of this kind and state."""

    def make(clinic: Clinic, runner: Patient) -> Callable[[], Any]:
        assessed(clinic, runner)
        with clinic_scope(clinic.id):
            row = clinic.follow_ups.filter(patient=runner).first()
            assert row is not None
            answered = {"answer": row.assessment, "answered_at": timezone.now(), "next_attempt_at": None}
            more = answered if state == FollowUp.State.ANSWERED else {}
            clinic.follow_ups.filter(pk=row.pk).update(kind=kind, state=state, **more)
        return lambda: clinic.follow_ups.get(pk=row.pk).state

    return make


def escalation(state: str) -> Work:
    """An emergency in this state; what took the place of a superseded one is resolved."""

    def make(clinic: Clinic, runner: Patient) -> Callable[[], Any]:
        if state == Escalation.State.SUPERSEDED:
            drafted(clinic, runner)
            assessed(clinic, runner, bladder_change="yes")
            with clinic_scope(clinic.id):
                later = clinic.escalations.get(patient=runner, state=Escalation.State.RESOLVED)
                row = clinic.escalations.filter(patient=runner).exclude(pk=later.pk).get()
                row.state, row.superseded_by, row.next_attempt_at = state, later, None
                row.save()
            return lambda: clinic.escalations.get(pk=row.pk).state
        assessed(clinic, runner, bladder_change="yes")
        with clinic_scope(clinic.id):
            row = clinic.escalations.get(patient=runner)
            if state == Escalation.State.ACKNOWLEDGED:
                row.acknowledged_by, row.acknowledged_at = clinic.on_call, timezone.now()
                row.next_attempt_at = None
            if state == Escalation.State.RESOLVED:
                row.acknowledged_by, row.acknowledged_at = clinic.on_call, timezone.now()
                row.resolved_by, row.resolved_at = clinic.on_call, timezone.now()
                row.outcome_code, row.outcome, row.next_attempt_at = "attended", "Seen.", None
            row.state = state
            row.save()
        return lambda: clinic.escalations.get(pk=row.pk).state

    return make


WAITING = {
    f"{kind}, {state}": follow_up(kind, state)
    for kind in FollowUpKind.values
    for state in (FollowUp.State.SCHEDULED, FollowUp.State.OVERDUE, FollowUp.State.LAPSED)
}
CALLING = {state: escalation(state) for state in (Escalation.State.OPEN, Escalation.State.ACKNOWLEDGED)}


@pytest.mark.parametrize("reason", REASONS)
def test_whatever_is_pending_is_cancelled_with_the_reason(
    api: APIClient, clinic: Clinic, reason: str
) -> None:
    """Every kind and state of a follow-up; then no worker finds anything about the runner to send."""
    looked_up = []
    runners = [(make_patient(clinic), work) for work in WAITING.values()]
    for runner, work in runners:
        looked_up.append(work(clinic, runner))
    for runner, _ in runners:
        answer = archive(api, runner, reason)
        assert (answer.status_code, answer.json()["archive_reason"]) == (200, reason)
    with clinic_scope(clinic.id):
        assert {look() for look in looked_up} == {FollowUp.State.CANCELLED}
        ended = clinic.follow_ups.filter(state=FollowUp.State.CANCELLED)
        assert {row.cancelled_because for row in ended} == {reason}
        assert not clinic.follow_ups.filter(state__in=FollowUp.PENDING).exists()
    assert claim_next(FollowUp, now=timezone.now() + dt.timedelta(days=100)) is None


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("state", CALLING)
def test_an_escalation_that_is_not_resolved_refuses_it_whatever_the_reason(
    api: APIClient, clinic: Clinic, state: str, reason: str
) -> None:
    runner = make_patient(clinic)
    look = CALLING[state](clinic, runner)
    answer = archive(api, runner, reason)
    assert_problem(answer, "conflict")
    assert "escalation" not in answer.content.decode(), "the desk archives, and sees none"
    with clinic_scope(clinic.id):
        assert look() == state
        assert clinic.patients.get(pk=runner.pk).archived_at is None
        assert clinic.follow_ups.filter(patient=runner, state__in=FollowUp.PENDING).exists()


def test_a_resolved_one_does_not_and_may_still_be_reopened(api: APIClient, clinic: Clinic) -> None:
    runner = make_patient(clinic)
    assessed(clinic, runner, bladder_change="yes")
    with clinic_scope(clinic.id):
        called = clinic.escalations.get(patient=runner).pk
    steps = f"/api/v1/escalations/{called}"
    assert api.post(f"{steps}/acknowledge", {}).status_code == 200
    closed = api.post(f"{steps}/resolve", {"outcome_code": "handed_over", "outcome": "Rang A&E."})
    assert closed.status_code == 200
    assert archive(api, runner, "deceased").status_code == 200
    assert api.post(f"{steps}/reopen", {"reason": "Closed the wrong one."}).status_code == 200
    assert api.post(f"{steps}/acknowledge", {}).status_code == 200


def test_a_programme_ends_and_its_links_are_over(api: APIClient, clinic: Clinic) -> None:
    told = eight_weeks(clinic)
    with clinic_scope(clinic.id):
        check = clinic.follow_ups.filter(patient=told.patient, state__in=FollowUp.PENDING).first()
    assert archive(api, told.patient, "deceased").status_code == 200
    with clinic_scope(clinic.id):
        assert clinic.programmes.get(pk=told.programme).state == Programme.State.ENDED
        assert not clinic.check_in_links.filter(follow_up__patient=told.patient).exists()
    assert check is not None
    assert api.post(f"/api/v1/follow-ups/{check.pk}/check-in-link", {}).status_code == 409


def test_it_must_be_said_why(api: APIClient, clinic: Clinic) -> None:
    runner = make_patient(clinic)
    address = f"/api/v1/patients/{runner.pk}"
    bodies = [{"archived": True}, {"archived": True, "archive_reason": None}, {"archive_reason": "deceased"}]
    for body in bodies:
        refused = api.patch(address, body, headers=having_seen(api, address))
        assert_problem(refused, "invalid", "/archive_reason")
    new = {"given_name": "A", "family_name": "B", "archived": True}
    assert_problem(api.post("/api/v1/patients", new), "invalid", "/archive_reason")
    assert archive(api, runner, "moved_away").status_code == 200
    corrected = api.patch(address, {"archive_reason": "deceased"}, headers=having_seen(api, address))
    assert corrected.json()["archive_reason"] == "deceased"
    back = api.patch(address, {"archived": False}, headers=having_seen(api, address)).json()
    assert (back["archived_at"], back["archive_reason"]) == (None, None)


def test_a_permission_to_run_never_holds_for_who_is_archived(api: APIClient, clinic: Clinic) -> None:
    runner = make_patient(clinic)
    assessed(clinic, runner)
    address = f"/api/v1/patients/{runner.pk}/run-permission"
    assert api.get(address).json()["state"] == "holds"
    with clinic_scope(clinic.id):  # even around the service, with the check still pending
        clinic.patients.filter(pk=runner.pk).update(archived_at=timezone.now())
        recorded = clinic.assessments.get(patient=runner).pk
    assert api.get(address).json()["state"] == "not_permitted"
    shown = api.get(f"/api/v1/assessments/{recorded}").json()
    assert "holds" not in str(shown["run_permission"])
    page = signed_in(clinic, Role.CLINICIAN).get(f"/admin/patients/{runner.pk}/").content.decode()
    assert "May run" not in page


def pages_about(clinic: Clinic, runner: Patient) -> list[str]:
    """Every page of the dashboard that shows an archived runner."""
    with clinic_scope(clinic.id):
        assessment = clinic.assessments.filter(patient=runner).latest("created_at").pk
        check = clinic.follow_ups.filter(patient=runner).latest("created_at").pk
    return [
        f"/admin/patients/{runner.pk}/",
        f"/admin/patients/patient/{runner.pk}/change/",
        f"/admin/assessments/assessment/{assessment}/change/",
        f"/admin/assessments/followup/{check}/change/",
    ]


@pytest.mark.parametrize(("reason", "words"), [("deceased", "Deceased."), ("moved_away", "Moved away.")])
def test_every_page_about_them_says_so(api: APIClient, clinic: Clinic, reason: str, words: str) -> None:
    runner = make_patient(clinic)
    assessed(clinic, runner)
    browser: Client = signed_in(clinic, Role.CLINICIAN)
    addresses = pages_about(clinic, runner)
    for address in addresses:
        assert words not in browser.get(address).content.decode(), address
    archive(api, runner, reason)
    for address in addresses:
        assert words in browser.get(address).content.decode(), address


def test_hospitals_are_told_that_somebody_has_died(api: APIClient, clinic: Clinic) -> None:
    runner = make_patient(clinic)
    archive(api, runner, "deceased")
    told: Any = api.get(f"/fhir/Patient/{runner.pk}", HTTP_ACCEPT="application/fhir+json").json()
    assert (told["active"], told["deceasedBoolean"]) == (False, True)


def test_each_follow_up_says_why_it_was_cancelled_wherever_it_is_told(api: APIClient, clinic: Clinic) -> None:
    """The API, FHIR, the timeline, the history and the runner's page."""
    runner = make_patient(clinic)
    assessed(clinic, runner)
    archive(api, runner, "deceased")
    told = api.get(f"/api/v1/follow-ups?patient={runner.pk}").json()["results"]
    assert {(row["state"], row["cancelled_because"]) for row in told} == {("cancelled", "deceased")}
    task: Any = api.get(f"/fhir/Task/{told[0]['id']}", HTTP_ACCEPT="application/fhir+json").json()
    assert task["statusReason"]["text"] == "Deceased"
    happened = api.get(f"/api/v1/patients/{runner.pk}/timeline").json()["results"]
    ended = {f"{row['kind']}_cancelled_deceased" for row in told}
    assert {line["what"] for line in happened if line["type"] == "follow_up"} == ended
    page = signed_in(clinic, Role.CLINICIAN).get(f"/admin/patients/{runner.pk}/").content.decode()
    assert page.count(": cancelled") == len(told)


def test_what_is_cancelled_for_another_reason_says_so_and_is_no_line_of_the_timeline(
    api: APIClient, clinic: Clinic
) -> None:
    runner = make_patient(clinic)
    assessed(clinic, runner)
    with clinic_scope(clinic.id):
        before = set(clinic.follow_ups.values_list("pk", flat=True))
    assessed(clinic, runner)
    with clinic_scope(clinic.id):
        ended = clinic.follow_ups.filter(pk__in=before)
        assert set(ended.values_list("cancelled_because", flat=True)) == {"assessed_since"}
    happened = api.get(f"/api/v1/patients/{runner.pk}/timeline").json()["results"]
    assert not [line for line in happened if line["type"] == "follow_up"]


def begun(clinic: Clinic) -> Weeks:
    """A runner with a released programme, a day after its assessment: the check is due."""
    told = Weeks(clinic, make_patient(clinic), timezone.now() - dt.timedelta(days=1))
    told.begin(episode_duration_days=3)
    told.now = timezone.now()
    return told


def made_archived(api: APIClient, clinic: Clinic, told: Weeks) -> str:
    assert archive(api, told.patient, "moved_away").status_code == 200
    return "cancelled: moved_away"


def made_erased(api: APIClient, clinic: Clinic, told: Weeks) -> str:
    erased = erase(api, told.patient.pk)
    assert erased.status_code == 200, erased.content
    return "cancelled: erased"


def made_held(api: APIClient, clinic: Clinic, told: Weeks) -> str:
    address = f"/api/v1/patients/{told.patient.pk}"
    held = {"reason": "legal_claim", "until": "2999-12-31"}
    assert api.put(f"{address}/legal-hold", held, headers=having_seen(api, address)).status_code == 200
    assert_problem(erase(api, told.patient.pk), "legal_hold")
    return "works"


def made_leave(api: APIClient, clinic: Clinic, told: Weeks) -> str:
    """Who signed it all off is let go, another on call in their place."""
    with clinic_scope(clinic.id):
        clinic.members.filter(pk=clinic.on_call_id).update(active=False)
        other = make_member(clinic, Role.CLINICIAN)
        clinic.on_call = clinic.lead = other
        clinic.save()
        clinic.api_clients.update(acts_for=other)
    return "works"


def made_revoked(api: APIClient, clinic: Clinic, told: Weeks) -> str:
    """The software that recorded it is revoked; other software goes on."""
    with clinic_scope(clinic.id):
        used = clinic.api_clients.get()
        other = software(make_client(clinic, acts_for=clinic.on_call))
    assert other.post(f"/api/v1/clinic/clients/{used.pk}/revoke").status_code == 200
    return "works"


def made_quiet(api: APIClient, clinic: Clinic, told: Weeks) -> str:
    """The on-call service is switched off."""
    with clinic_scope(clinic.id):
        service, _ = add_on_call_service(clinic=clinic, details=WEBHOOK | {"urgencies": ["routine"]})
    address = f"/api/v1/clinic/on-call-services/{service.pk}"
    paused = api.patch(address, {"enabled": False}, headers=having_seen(api, address))
    assert paused.status_code == 200
    return "works"


def made_end(api: APIClient, clinic: Clinic, told: Weeks) -> str:
    with clinic_scope(clinic.id):
        end_current(clinic, told.patient.pk, now=timezone.now())
    return "works"


STATES = [made_archived, made_erased, made_held, made_leave, made_revoked, made_quiet, made_end]


def software(client: ApiClient) -> APIClient:
    """A client of the API with a token of this software."""
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {make_token(client)}")
    api.default_format = "json"
    return api


def ends(api: APIClient, clinic: Clinic, told: Weeks, link: str) -> set[str]:
    """How each follow-up ends that was pending: cancelled with its reason, or answered."""
    with clinic_scope(clinic.id):
        rows = list(clinic.follow_ups.filter(patient=told.patient))
    found = set()
    for row in rows:
        if row.state == FollowUp.State.CANCELLED:
            found.add(f"cancelled: {row.cancelled_because}")
        elif row.kind in REPORTED:
            done = api.post(f"/api/v1/follow-ups/{row.pk}/result", {"result": "confirmed"})
            found.add("works" if done.status_code == 200 else f"{row.kind} stuck: {done.content!r}")
    page = Client().get(link)
    found.add("works" if page.status_code == 200 else "over")
    return found


@pytest.mark.parametrize("happens", STATES)
def test_nothing_is_chased_that_nobody_can_answer(clinic: Clinic, happens: Any) -> None:
    """Each state, and what waits: checks, tasks, the link to check in, the export."""
    told = begun(clinic)
    api = api_for(clinic)
    with clinic_scope(clinic.id):
        check = clinic.follow_ups.filter(patient=told.patient, kind="check_24_hours").latest("due_at")
    made = api.post(f"/api/v1/follow-ups/{check.pk}/check-in-link", {}).json()
    link = "/" + made["url"].split("/", 3)[3]
    export = api.post("/api/v1/exports", {"patient": str(told.patient.pk)})
    assert export.status_code == 202, export.content
    ending = happens(api, clinic, told)
    with clinic_scope(clinic.id):
        clinic.refresh_from_db()
        other = software(make_client(clinic, acts_for=clinic.on_call))
    found = ends(other, clinic, told, link)
    assert found == ({ending, "over"} if ending.startswith("cancelled") else {"works"})
    write_due_exports(clock=timezone.now, limit=10)
    assert other.get(f"/api/v1/exports/{export.json()['id']}").json()["state"] == "ready"


def drafted(clinic: Clinic, runner: Patient) -> Letter:
    """A letter about an emergency of the runner that is resolved."""
    assessed(clinic, runner, bladder_change="yes")
    with clinic_scope(clinic.id):
        called = clinic.escalations.filter(patient=runner)
        called.update(
            state=Escalation.State.RESOLVED, acknowledged_by=clinic.on_call, acknowledged_at=timezone.now(),
            resolved_at=timezone.now(), resolved_by=clinic.on_call, outcome_code="attended",
            outcome="Seen.", next_attempt_at=None,
        )  # fmt: skip
        found = called.get().pk
        by = name_clinician(clinic=clinic, actor=Actor(user=clinic.on_call.user))
    return draft_letter(clinic=clinic, escalation_id=found, to=Letter.To.GP, by=by, now=timezone.now())


def letter(state: str) -> Work:
    """A letter in this state."""

    def make(clinic: Clinic, runner: Patient) -> Callable[[], Any]:
        row = drafted(clinic, runner)
        if state == Letter.State.ISSUED:
            issue(clinic, row)
        return lambda: clinic.letters.get(pk=row.pk).state

    return make


def issue(clinic: Clinic, row: Letter) -> None:
    """Issue a draft as it is."""
    with clinic_scope(clinic.id):
        by = name_clinician(clinic=clinic, actor=Actor(user=clinic.on_call.user))
        found = readable_letter(clinic, row.pk)
        seen = state_of(found, content_of(found))
    written = Written("Dr Lee", "020 7946 0000", "Please see.")
    issue_letter(clinic=clinic, letter_id=row.pk, written=written, seen=seen, by=by, now=timezone.now())


def programme(state: str) -> Work:
    """A programme in this state."""

    def make(clinic: Clinic, runner: Patient) -> Callable[[], Any]:
        told = Weeks(clinic, runner, timezone.now() - dt.timedelta(hours=1))
        drafted_ = told.post("/programmes", {"assessment": told.assess(episode_duration_days=3)["id"]})
        told.programme = drafted_["id"]
        if state != Programme.State.DRAFT:
            told.step("release")
        if state == Programme.State.ENDED:
            with clinic_scope(clinic.id):
                end_current(clinic, runner.pk, now=timezone.now())
        return lambda: clinic.programmes.get(pk=told.programme).state

    return make


def export(state: str) -> Work:
    """An export of the runner's record in this state."""

    def make(clinic: Clinic, runner: Patient) -> Callable[[], Any]:
        made = api_for(clinic).post("/api/v1/exports", {"patient": str(runner.pk)}).json()["id"]
        more: dict[str, Any] = {
            "ready": {"expires_at": timezone.now() + dt.timedelta(days=1), "next_attempt_at": None},
            "failed": {"failure": Export.Failure.NOT_WRITTEN, "next_attempt_at": None},
            "expired": {"next_attempt_at": None},
        }
        with clinic_scope(clinic.id):
            clinic.exports.filter(pk=made).update(state=state, **more.get(state, {}))
        return lambda: clinic.exports.get(pk=made).state

    return make


def delivery(state: str) -> Work:
    """A message about a check of the runner in this state."""

    def make(clinic: Clinic, runner: Patient) -> Callable[[], Any]:
        assessed(clinic, runner)
        with clinic_scope(clinic.id):
            check = clinic.follow_ups.filter(patient=runner).first()
            row = clinic.deliveries.create(follow_up=check, round=0, address="a@clinic.example", state=state)
        return lambda: clinic.deliveries.get(pk=row.pk).state

    return make


REFUSED = "archiving is refused"
#: What becomes of each state when its runner is archived: the state afterwards, or that it is refused.
SETTLED: dict[type[Any], dict[str, str]] = {
    FollowUp: dict.fromkeys(("scheduled", "due", "overdue", "lapsed"), "cancelled")
    | {state: state for state in ("answered", "cancelled")},
    Escalation: dict.fromkeys(("open", "acknowledged"), REFUSED)
    | {state: state for state in ("resolved", "superseded")},
    Programme: {"draft": "ended", "released": "ended", "ended": "ended"},
    # A letter may still have to reach whoever treats or treated the runner; its paper says what happened.
    Letter: {"draft": "draft", "issued": "issued"},
    # The record stays, and so does the right to have it written out.
    Export: {state: state for state in Export.State.values},
    # Tried again only by what it is about, which is settled above.
    Delivery: {state: state for state in Delivery.State.values},
}
#: About no runner: events of the clinic on their way, which name ids alone.
OF_NO_RUNNER = {WebhookDelivery}
MAKERS: dict[type[Any], Callable[[str], Work]] = {
    FollowUp: lambda state: follow_up("day_7", state),
    Escalation: escalation,
    Programme: programme,
    Letter: letter,
    Export: export,
    Delivery: delivery,
}


def test_the_table_names_every_state_of_everything_that_has_one() -> None:
    found = {
        model: {state for state, _ in model._meta.get_field("state").choices}
        for model in apps.get_models()
        if model._meta.app_label in ("assessments", "clinics", "patients")
        and "state" in {column.name for column in model._meta.concrete_fields}
        and not model.__name__.endswith("History")
    }
    assert set(found) - OF_NO_RUNNER == set(SETTLED)
    assert {model: set(states) for model, states in SETTLED.items()} == {
        model: states for model, states in found.items() if model not in OF_NO_RUNNER
    }


@pytest.mark.parametrize(
    ("model", "state"),
    [(model, state) for model, states in SETTLED.items() for state in states],
    ids=lambda one: one if isinstance(one, str) else one.__name__,
)
def test_every_state_ends_as_the_table_says(
    api: APIClient, clinic: Clinic, model: type[Any], state: str
) -> None:
    runner = make_patient(clinic)
    look = MAKERS[model](state)(clinic, runner)
    with clinic_scope(clinic.id):
        assert look() == state
    after = SETTLED[model][state]
    answer = archive(api, runner)
    assert answer.status_code == (409 if after == REFUSED else 200), answer.json()
    with clinic_scope(clinic.id):
        assert look() == (state if after == REFUSED else after)


def test_a_letter_that_was_drafted_is_named_before_and_can_be_issued_after(
    api: APIClient, clinic: Clinic
) -> None:
    runner = make_patient(clinic)
    row = drafted(clinic, runner)
    browser = signed_in(clinic, Role.CLINICIAN)
    page = browser.get(f"/admin/patients/{runner.pk}/archive/").content.decode()
    assert "1 letter drafted and not issued: kept" in page
    assert archive(api, runner, "deceased").status_code == 200
    issue(clinic, row)
    with clinic_scope(clinic.id):
        paper = on_paper(readable_letter(clinic, row.pk))
    assert "DECEASED" in paper["mark"]
