"""Whatever is written over the API, or done by the service itself, moves the time of what it changes.

The table is the API's own: each operation that writes is sent as ``tests/security/samples.py`` has it, so a
new one is held to it. What is no operation of its own stands below, until every kind of event has happened.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.check_ins.services.announce import announce_due_follow_ups
from assessments.escalations.models import EscalationEvent
from assessments.escalations.services.deliver import deliver_due_escalations
from assessments.programmes.models import ProgrammeEvent
from assessments.programmes.services.runs import Run, log_run
from backend.platform.storage.tenancy import clinic_scope
from clinics.checks.routes import Route
from tests.factories import reassuring_answers
from tests.fhir.test_last_updated import assert_followed
from tests.mail import Postbox
from tests.security.samples import World
from tests.security.test_permission_matrix import OPERATIONS, ask, caller, each, sample, seen
from tests.worlds import *  # noqa: F403 - fixtures
from tests.worlds import undone

WRITES = [
    (route, method)
    for route, method in OPERATIONS
    if method != "GET" and not route.path.startswith("cds-services")
]
#: Kinds that stand in old rows and that nothing writes any more.
NOT_WRITTEN = {"suspended", "stopped"}


def send(world: World, route: Route, method: str) -> None:
    request = sample(route, method, world)
    answer = ask(caller(world, route), route, method, request, headers=seen(world, route, method, request))
    assert answer.status_code < 300, answer.content


def post(world: World, api: APIClient, path: str, body: dict[str, Any]) -> Any:
    answer = api.post(f"/api/v1/{path}", body)
    assert answer.status_code < 300, answer.content
    return answer.json()


def answers(**changed: object) -> dict[str, Any]:
    return {
        "assessed_at": timezone.now().isoformat(),
        "assessor_role": "physiotherapist",
        "answers": reassuring_answers(**changed),
    }


def runner_of(world: World, programme: str) -> str:
    with clinic_scope(world.clinic.id):
        return str(world.clinic.programmes.get(id=world.programmes[programme]).patient_id)


def stop_by_an_assessment(world: World, api: APIClient) -> None:
    post(
        world,
        api,
        "assessments",
        {**answers(bladder_change="yes"), "patient": runner_of(world, "active")},
    )


def draft_anew(world: World, api: APIClient) -> None:
    runner = runner_of(world, "active")
    made = post(world, api, "assessments", {**answers(episode_duration_days=3), "patient": runner})
    post(world, api, "programmes", {"assessment": made["id"], "on_behalf_of": str(world.clinic.on_call_id)})


def check_of_a_run(world: World, api: APIClient) -> None:
    done = {"ended_at": timezone.now().isoformat()}
    run = post(world, api, f"programmes/{world.programmes['active']}/runs", done)
    with clinic_scope(world.clinic.id):
        world.clinic.follow_ups.filter(id=run["follow_up"]).update(opens_at=timezone.now())
    post(world, api, f"follow-ups/{run['follow_up']}/response", answers(episode_duration_days=3))


def silence_after_a_run(world: World, api: APIClient) -> None:
    """The check of a run stays unanswered until the permission has lapsed."""
    done = {"ended_at": timezone.now().isoformat()}
    post(world, api, f"programmes/{world.programmes['active']}/runs", done)
    later = timezone.now() + dt.timedelta(hours=40)
    announce_due_follow_ups(clock=lambda: later)


def run_after_a_gap(world: World, api: APIClient) -> None:
    """A month without a run: the next one starts further back."""
    later, programme = timezone.now() + dt.timedelta(days=30), world.programmes["built"]
    log_run(clinic=world.clinic, programme_id=programme, run=Run(ended_at=later), by=None, now=later)


def pain_returns_in_prehab(world: World, api: APIClient) -> None:
    with clinic_scope(world.clinic.id):
        world.clinic.programmes.filter(id=world.programmes["built"]).update(phase="P4")
    body = answers(pain_run_peak_nrs=5, pain_next_day_nrs=4, episode_duration_days=3)
    post(world, api, "assessments", {**body, "patient": runner_of(world, "built")})


def another_emergency(world: World, api: APIClient) -> None:
    with clinic_scope(world.clinic.id):
        runner = world.clinic.escalations.get(id=world.open_escalation).patient_id
    post(world, api, "assessments", {**answers(bladder_change="yes"), "patient": str(runner)})


def raise_by_an_override(world: World, api: APIClient) -> None:
    about = {**answers(fever_or_rigors="yes"), "patient": str(world.patient.id)}
    made = post(world, api, "assessments", about)
    post(world, api, f"assessments/{made['id']}/overrides", {"decision": "refer_emergency", "reason": "Ill."})


def nobody_acknowledges(world: World, api: APIClient) -> None:
    """The first message leaves, and the deadline passes."""
    moments = iter((timezone.now() + dt.timedelta(seconds=30), timezone.now() + dt.timedelta(hours=2)))
    for moment in moments:
        deliver_due_escalations(clock=lambda at=moment: at)  # type: ignore[misc]


def restore(world: World, api: APIClient) -> None:
    """An archived runner comes back."""
    url = f"/api/v1/patients/{world.patient.id}"
    for change in ({"archived": True, "archive_reason": "moved_away"}, {"archived": False}):
        answer = api.patch(url, change, headers={"if-match": api.get(url).headers["ETag"]})
        assert answer.status_code == 200, answer.content


def nobody_answers_a_check(world: World, api: APIClient) -> None:
    later = timezone.now() + dt.timedelta(days=60)
    announce_due_follow_ups(clock=lambda: later)


HAPPENINGS: list[Callable[[World, APIClient], None]] = [
    stop_by_an_assessment,
    draft_anew,
    check_of_a_run,
    silence_after_a_run,
    run_after_a_gap,
    pain_returns_in_prehab,
    another_emergency,
    raise_by_an_override,
    nobody_acknowledges,
    restore,
    nobody_answers_a_check,
]


@each(WRITES)
def test_every_operation_that_writes_moves_the_time_of_what_it_changes(
    world: World, api: APIClient, route: Route, method: str
) -> None:
    assert_followed(api, lambda: send(world, route, method))


@pytest.mark.parametrize("happening", HAPPENINGS, ids=lambda happening: happening.__name__)
def test_what_happens_without_an_operation_of_its_own_does_so_too(
    world: World, api: APIClient, postbox: Postbox, happening: Callable[[World, APIClient], None]
) -> None:
    changed = assert_followed(api, lambda: happening(world, api))
    assert changed or happening is nobody_acknowledges, "FHIR shows no deadline that has passed"


def events(world: World) -> Counter[str]:
    with clinic_scope(world.clinic.id):
        rows = [world.clinic.escalation_events, world.clinic.programme_events]
        return Counter(kind for related in rows for kind in related.values_list("kind", flat=True))


def test_every_kind_of_event_happens_above(world: World, api: APIClient, postbox: Postbox) -> None:
    """A new one must say what becomes of the times of what it changes."""
    before, happened = events(world), set()
    works = [lambda o=operation: send(world, *o) for operation in WRITES]  # type: ignore[misc]
    works += [lambda h=happening: h(world, api) for happening in HAPPENINGS]  # type: ignore[misc]
    for work in works:
        with undone():
            work()
            happened |= (events(world) - before).keys()
    kinds = {*EscalationEvent.Kind.values, *ProgrammeEvent.Kind.values}
    assert kinds - happened == NOT_WRITTEN
