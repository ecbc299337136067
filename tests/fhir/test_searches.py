"""Every search, every filter, every size of a page: the pages together are the whole, and nothing else."""

import datetime as dt
import uuid
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.decisions.services.submit import Submission, submit_assessment
from assessments.escalations.models import Escalation
from assessments.fhir.task import ESCALATION_STATUSES, FOLLOW_UP_STATUSES
from assessments.fhir.task_views import TASK_STATUS, TASK_STATUSES
from backend.platform.api.queries import MAX_PAGE_SIZE
from backend.platform.storage.columns import new_id
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import Actor
from clinics.identity.models import Clinic
from patients.fhir import external_ids
from tests.factories import assessment_body, make_patient, reassuring_answers
from tests.fhir.checks import assert_outcome, fhir
from tests.fhir.test_resources import TYPES
from tests.security.samples import World
from tests.worlds import *  # noqa: F403 - fixtures


@pytest.fixture
def crowd(world: World) -> World:
    """More emergencies than the largest page, each of two warnings; one half has been taken on."""
    clinic, now = world.clinic, timezone.now()
    runner = make_patient(clinic, external_id="P-0")
    answers = reassuring_answers(bladder_change="yes", saddle_sensation_change="yes")
    told = Submission(runner.id, now - dt.timedelta(minutes=1), "physiotherapist", answers)
    made = submit_assessment(clinic=clinic, actor=Actor(), submission=told, now=now)
    assert made.escalation is not None
    with clinic_scope(clinic.id):
        plan = clinic.programmes.get(id=world.programmes["active"])
        runners = _copies(runner, [{"external_id": f"P-{n}"} for n in range(1, MAX_PAGE_SIZE + 4)])
        own = [{"patient_id": one.id} for one in runners]
        assessments = _copies(made.assessment, own)
        own = [{"patient_id": one.patient_id, "assessment_id": one.id} for one in assessments]
        taken = {"state": "acknowledged", "acknowledged_by_id": clinic.on_call_id, "acknowledged_at": now}
        _copies(made.escalation, [{**one, **(taken if n % 2 else {})} for n, one in enumerate(own)])
        _copies(plan, own)
        for follow_up in made.follow_ups:
            _copies(follow_up, own)
    return world


def _copies(row: Any, changes: list[dict[str, Any]]) -> list[Any]:
    """The row again for each of the changes, under ids of their own."""
    fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return type(row).objects.bulk_create(
        type(row)(**{**fields, "id": new_id(), **change}) for change in changes
    )


def pages(api: APIClient, path: str) -> list[list[dict[str, Any]]]:
    found, following = [], path
    while following:
        answer = api.get(following)
        assert answer.status_code == 200, answer.content
        page = answer.json()
        found.append([entry["resource"] for entry in page.get("entry", [])])
        following = next((link["url"] for link in page["link"] if link["relation"] == "next"), "")
    return found


def filters(world: World, kind: str, whole: list[dict[str, Any]]) -> list[dict[str, str]]:
    """No filter, each one alone, and several of them."""
    some = [one["id"] for one in whole[::7]]
    moment = whole[len(whole) // 2]["meta"]["lastUpdated"]
    found = [{}, {"_id": ",".join([*some, *some[:2]])}, {"_id": str(uuid.uuid4())}, {"_id": whole[0]["id"]}]
    found += [{"_lastUpdated": f"{prefix}{moment}"} for prefix in ("ge", "lt", "gt")]
    if kind == "Patient":
        found += [{"identifier": f"{external_ids()}|"}, {"identifier": f"P-1,P-2,{external_ids()}|P-3"}]
    else:
        found += [{"patient": str(world.patient.id)}]
    if kind == "Task":
        found += [{"status": status} for status in sorted(TASK_STATUSES)]
        found += [{"status": "requested,accepted"}, {"status": "ready", "patient": str(world.patient.id)}]
    return found


@pytest.mark.parametrize("kind", TYPES)
def test_the_pages_of_every_search_together_are_the_whole(api: APIClient, crowd: World, kind: str) -> None:
    whole = [one for page in pages(api, f"/fhir/{kind}?_count={MAX_PAGE_SIZE}") for one in page]
    assert len(whole) > MAX_PAGE_SIZE
    for terms in filters(crowd, kind, whole):
        total = fhir(api.get(f"/fhir/{kind}", {**terms, "_count": 0}))["total"]
        first: list[str] | None = None
        for size in (MAX_PAGE_SIZE, 37, *([1] if total < 20 else [])):
            found = pages(api, f"/fhir/{kind}?{urlencode({**terms, '_count': size})}")
            assert all(len(page) == size for page in found[:-1]), (terms, "a page that isn't full goes on")
            assert found[-1] or len(found) == 1, "no page is empty but the only one"
            ids = [one["id"] for page in found for one in page]
            assert len(ids) == len(set(ids)) == total, (terms, size)
            first = first or ids
            assert ids == first, (terms, size)


def test_the_forms_are_counted_like_everything_else(api: APIClient, world: World) -> None:
    (form,) = pages(api, "/fhir/Questionnaire")[0]
    version = form["version"]
    for terms, total in (
        ({}, 1),
        ({"url": form["url"]}, 1),
        ({"url": f"{form['url']}|{version}"}, 1),
        ({"url": "https://old.example/fhir/Questionnaire/return-to-run", "version": version}, 1),
        ({"url": "urn:another"}, 0),
        ({"version": "1999.1"}, 0),
        ({"_id": str(uuid.uuid4())}, 0),
    ):
        counted = fhir(api.get("/fhir/Questionnaire", {**terms, "_count": 0}))
        assert (counted["total"], "entry" in counted) == (total, False), terms
        assert len(pages(api, f"/fhir/Questionnaire?{urlencode(terms)}")[0]) == total, terms


def test_a_status_finds_what_is_shown_with_it(api: APIClient, crowd: World) -> None:
    """What time alone has made due is found as such before any worker has noticed."""
    with clinic_scope(crowd.clinic.id):
        late = crowd.clinic.follow_ups.filter(state="scheduled").order_by("id")[:5]
        moment = timezone.now() - dt.timedelta(minutes=5)
        crowd.clinic.follow_ups.filter(id__in=list(late.values_list("id", flat=True))).update(due_at=moment)
    whole = [one for page in pages(api, "/fhir/Task?_count=100") for one in page]
    shown = {one["status"] for one in whole}
    assert shown >= {"requested", "accepted", "ready"}
    assert shown <= {*ESCALATION_STATUSES.values(), *FOLLOW_UP_STATUSES.values()}
    for status in TASK_STATUSES:
        for term in (status, f"|{status}", f"{TASK_STATUS}|{status}"):
            found = [one for page in pages(api, f"/fhir/Task?status={term}&_count=100") for one in page]
            assert found == [one for one in whole if one["status"] == status], term
    assert [
        one for page in pages(api, f"/fhir/Task?status={TASK_STATUS}|&_count=100") for one in page
    ] == whole


def test_whoever_takes_the_first_entry_only_finds_an_open_emergency(api: APIClient, crowd: World) -> None:
    (entry,) = fhir(api.get("/fhir/Task?status=requested&_count=1"))["entry"]
    assert entry["resource"]["status"] == "requested"
    opened = fhir(api.get("/fhir/Task?status=requested&_count=0"))["total"]
    with clinic_scope(crowd.clinic.id):
        emergencies = set(Escalation.objects.filter(state="open").values_list("id", flat=True))
    found = {one["id"] for page in pages(api, "/fhir/Task?status=requested&_count=100") for one in page}
    assert {str(one) for one in emergencies} <= found
    assert len(found) == opened


WRONG = {
    "an unknown code": ("Task", "status", "nonsense"),
    "one of several": ("Task", "status", "requested,nonsense"),
    "another system": ("Task", "status", "http://example.org/status|requested"),
    "no code": ("Task", "status", "|"),
    "nothing": ("Task", "status", ""),
    "nothing between commas": ("Task", "status", "requested,,ready"),
    "two bars": ("Task", "status", "a|b|requested"),
    "an empty identifier": ("Patient", "identifier", "|"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_no_token_can_mean_is_refused_at_its_place(
    api: APIClient, clinic: Clinic, wrong: tuple[str, str, str]
) -> None:
    kind, name, text = wrong
    assert_outcome(api.get(f"/fhir/{kind}", {name: text}), "invalid", f"http.{name}", status=400)


def test_an_identifier_is_one_in_every_spelling(api: APIClient, clinic: Clinic) -> None:
    one = make_patient(clinic, external_id="P,1|7")
    make_patient(clinic, external_id="P-2")
    make_patient(clinic)
    with clinic_scope(clinic.id):
        known = clinic.patients.exclude(external_id=None).count()
    escaped = r"P\,1\|7"
    for text in (escaped, f"|{escaped}", f"{external_ids()}|{escaped}"):
        for answer in (
            api.get("/fhir/Patient", {"identifier": text}),
            api.generic(
                "POST",
                "/fhir/Patient/_search",
                urlencode({"identifier": text}),
                content_type="application/x-www-form-urlencoded",
            ),
        ):
            assert [entry["resource"]["id"] for entry in fhir(answer)["entry"]] == [str(one.id)], text
    assert len(fhir(api.get("/fhir/Patient", {"identifier": f"{external_ids()}|"}))["entry"]) == known
    assert "entry" not in fhir(api.get("/fhir/Patient", {"identifier": "urn:other|P-2"}))


@pytest.mark.parametrize("kind", TYPES)
def test_a_link_of_another_search_is_refused(api: APIClient, world: World, kind: str) -> None:
    other = "Patient" if kind == "Flag" else "Flag"
    page = fhir(api.get(f"/fhir/{other}?_count=1"))
    following = next(link["url"] for link in page["link"] if link["relation"] == "next")
    answer = api.get(following.replace(f"/fhir/{other}", f"/fhir/{kind}"))
    if kind == "Flag":
        assert answer.status_code == 200, "an id of a row is a text like any other"
    else:
        assert_outcome(answer, "invalid", "http._page", status=400)


@pytest.mark.parametrize("kind", TYPES)
def test_a_full_page_takes_as_many_statements_as_a_short_one(api: APIClient, crowd: World, kind: str) -> None:
    def statements(count: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert len(fhir(api.get(f"/fhir/{kind}?_count={count}"))["entry"]) == count
        return len(asked)

    assert statements(MAX_PAGE_SIZE) <= statements(2)


def test_screens_that_are_not_complete_take_no_statements_of_their_own(
    api: APIClient, clinic: Clinic
) -> None:
    """Whether such a one stands for a referral that it took the place of is read for all at once."""

    def statements() -> int:
        for _ in range(3):
            body = assessment_body(make_patient(clinic), reassuring_answers(saddle_sensation_change=None))
            assert api.post("/api/v1/assessments", body).json()["escalation"]
        with CaptureQueriesContext(connection) as asked:
            fhir(api.get(f"/fhir/Task?_count={MAX_PAGE_SIZE}"))
        return len(asked)

    assert statements() == statements()
