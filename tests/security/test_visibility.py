"""Reception sees no referral, no urgency and no result: at every door, in every field, filter and count."""

import copy
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.check_ins.services.report_result import report_result
from assessments.follow_ups.documents import follow_up_document
from assessments.follow_ups.models import CHASERS, FollowUp, FollowUpKind, FollowUpResult
from assessments.protocol.explain import DECISIONS
from assessments.protocol.vocabulary import Urgency
from assessments.records.summary import urgency_words
from backend.platform.storage.tenancy import clinic_scope
from clinics.api.views import is_read, scopes_needed
from clinics.identity.clinicians import NamedClinician
from clinics.identity.models import Clinic, Role
from clinics.identity.permissions import Permission, permissions_of
from clinics.identity.visibility import VEILS
from tests.dashboard.settings_pages import signed_in
from tests.dashboard.walk import pages, row_of, rows_of
from tests.factories import make_member
from tests.programme.weeks import eight_weeks
from tests.security.samples import World, api_with, fill
from tests.security.test_permission_matrix import OPERATIONS, ask, sample
from tests.worlds import undone

#: What tells of the protocol or of the clinic's own arrangements, and of no runner.
ABOUT_NOBODY = {
    "protocols",
    "protocol",
    "fhir-questionnaires",
    "fhir-questionnaire",
    "clinic",
    "on-call",
    "on-call-now",
    "on-call-services",
    "on-call-service",
    "settings-channels",
    "settings-channel",
    "settings-protocol",
    "intended-purpose",
}
WORDS = [
    *(word for urgency in Urgency if urgency != Urgency.NONE for word in (urgency, urgency_words(urgency))),
    *(word for kind in CHASERS for word in (f'"{kind}"', str(kind.label))),
    *(f'"result":"{result}"' for result in FollowUpResult),
    # "Unknown" is also said of a runner's sex, which reception sees.
    *(f">{result.label}<" for result in FollowUpResult if result != FollowUpResult.UNKNOWN),
    *DECISIONS.values(),
    "Referral:",
    "red flag",
]
CLINICAL = re.compile("|".join(re.escape(word) for word in WORDS), re.IGNORECASE)
#: The priority of every Task that has none of its own.
FHIRS_OWN = '"priority":"routine"'
FILTERS = [
    "kind__exact=handover",
    "kind__regex=hand",
    "kind__in=handover,attendance",
    "urgency__exact=emergency_now",
    "urgency__gt=a",
    "result__startswith=conf",
    "result__isnull=False",
    "result_by__isnull=False",
    "result_at__gte=2020-01-01",
    "assessment__decision=stop",
    "assessment__urgency__startswith=e",
    "patient__escalations__urgency=emergency_now",
    "answer__urgency=emergency_now",
]


@pytest.fixture
def world(clinic: Clinic) -> World:
    """A clinic with every clinical fact, and a result of a referral and of a task."""
    made = fill(clinic)
    with clinic_scope(clinic.id):
        assert clinic.on_call is not None
        by, now = NamedClinician(clinic.on_call), timezone.now()
        for kind, result in (("handover", "confirmed"), ("attendance", "not_yet")):
            found = clinic.follow_ups.filter(kind=kind, state__in=FollowUp.PENDING).first()
            assert found is not None, kind
            said = FollowUpResult(result)
            report_result(clinic=clinic, follow_up_id=found.id, result=said, by=by, now=now)
    return made


def reception(world: World) -> APIClient:
    return api_with(world, user=make_member(world.clinic, Role.RECEPTION).user)


def test_the_rule_names_every_kind_that_tells_of_a_referral() -> None:
    assert VEILS["FollowUp"].kinds == CHASERS
    assert VEILS["FollowUp"].needs not in permissions_of(Role.RECEPTION)


def test_no_answer_of_the_api_that_reception_gets_tells_anything_clinical(world: World) -> None:
    api, read = reception(world), 0
    with clinic_scope(world.clinic.id):
        hidden = [str(row.id) for row in world.clinic.follow_ups.filter(kind__in=CHASERS)]
    for route, method in OPERATIONS:
        assert route.view is not None
        if not is_read(route.view, method) or route.name in ABOUT_NOBODY:
            continue
        if not scopes_needed(route.view, method) <= permissions_of(Role.RECEPTION):
            continue
        answer = ask(api, route, method, sample(route, method, world))
        text = answer.content.decode().replace(FHIRS_OWN, "")
        assert answer.status_code == 200, (route.name, text)
        assert not CLINICAL.search(text), (route.name, CLINICAL.search(text))
        assert not [found for found in hidden if found in text], route.name
        read += 1
    assert read >= 9


@pytest.mark.parametrize("kind", sorted(CHASERS))
def test_a_referral_does_not_exist_for_reception(world: World, kind: str) -> None:
    """Neither by its address nor by a filter, natively and by FHIR."""
    api = reception(world)
    with clinic_scope(world.clinic.id):
        rows = [row.id for row in world.clinic.follow_ups.filter(kind=kind)]
    assert api.get("/api/v1/follow-ups", {"kind": kind}).json()["results"] == []
    for row in rows:
        assert api.get(f"/api/v1/follow-ups/{row}").status_code == 404
        assert api.get(f"/fhir/Task/{row}").status_code == 404
        assert not api.get("/fhir/Task", {"_id": str(row)}).json().get("entry")


#: Of a follow-up's document, what each field needs besides the resource's own permission.
FIELDS = dict.fromkeys(("urgency", "result", "result_at", "result_by"), Permission.SEE_ESCALATIONS)


def fill_the_follow_up(world: World) -> None:
    """Make the world's follow-up a task of which every field is filled."""
    with clinic_scope(world.clinic.id):
        world.clinic.follow_ups.filter(id=world.follow_up).update(
            kind=FollowUpKind.CLINICIAN_TASK,
            urgency="same_day",
            result="not_yet",
            result_at=timezone.now(),
            result_by=world.clinic.on_call,
            permission_lapses_at=timezone.now(),
        )


@pytest.mark.parametrize("role", Role)
def test_each_field_of_a_follow_up_is_seen_by_the_roles_that_may(world: World, role: str) -> None:
    """Role by field: a task, which reception sees, with all of its fields filled."""
    fill_the_follow_up(world)
    with clinic_scope(world.clinic.id):
        assert world.clinic.on_call is not None
        row = world.clinic.follow_ups.get(id=world.follow_up)
        whole = {name for name, value in follow_up_document(row).items() if value is not None}
    api = api_with(world, user=make_member(world.clinic, role).user)
    answer = api.get(f"/api/v1/follow-ups/{world.follow_up}")
    if Permission.SEE_FOLLOW_UPS not in permissions_of(role):
        assert answer.status_code == 403
        return
    seen = {name for name, value in answer.json().items() if value is not None}
    assert seen == {
        name for name in whole if FIELDS.get(name) is None or FIELDS[name] in permissions_of(role)
    }
    [listed] = [
        row for row in api.get("/api/v1/follow-ups").json()["results"] if row["id"] == str(world.follow_up)
    ]
    assert listed == answer.json()


def test_no_page_that_reception_can_open_tells_anything_clinical(clinic: Clinic) -> None:
    """Every page of the dashboard, of a runner with referrals and of one with a programme."""
    rows = rows_of(clinic, eight_weeks(clinic))
    browser, opened = signed_in(clinic, Role.RECEPTION), []
    with clinic_scope(clinic.id):
        runners = {str(row.patient_id) for row in clinic.escalations.all()} | {str(rows["patient_id"])}
    for page in pages():
        about = row_of(clinic, page)
        if ("object_id" in page.names and about is None) or page.name in ABOUT_NOBODY:
            continue
        for runner in runners if "patient_id" in page.names else {str(rows["patient_id"])}:
            address = page.address({**rows, "object_id": about, "patient_id": runner})
            answer = browser.get(address)
            if answer.status_code == 200:
                opened.append(page.name)
                assert not found_in(answer), (page.name, found_in(answer))
    assert {"admin:index", "patient-page", "admin:assessments_followup_changelist"} <= set(opened)
    assert not {"admin:assessments_escalation_changelist", "admin:assessments_delivery_changelist"} & set(
        opened
    )


def test_reception_sees_the_same_list_whether_or_not_there_are_referrals(
    world: World, clinic: Clinic
) -> None:
    """Rows, pages and counts: nothing tells by its number."""
    browser = signed_in(clinic, Role.RECEPTION)
    address = "/admin/assessments/followup/"
    shown = browser.get(address).context["cl"]
    with clinic_scope(clinic.id):
        others = clinic.follow_ups.exclude(kind__in=CHASERS).count()
    assert (shown.result_count, len(shown.result_list)) == (others, min(others, 50))
    for asked in FILTERS:
        assert browser.get(f"{address}?{asked}").status_code in {400, 302}, asked
    for state in FollowUp.State:
        assert not found_in(browser.get(f"{address}?state__exact={state}"))


@pytest.mark.parametrize("asked", FILTERS[:9])
def test_who_sees_referrals_filters_by_them(world: World, clinic: Clinic, asked: str) -> None:
    browser: Client = signed_in(clinic, Role.CLINICIAN)
    assert browser.get(f"/admin/assessments/followup/?{asked}").status_code == 200


def test_the_row_of_a_referral_has_no_page_for_reception(world: World, clinic: Clinic) -> None:
    browser = signed_in(clinic, Role.RECEPTION)
    page = f"/admin/assessments/followup/{world.chaser}/change/"
    answer = browser.get(page)
    assert answer.status_code in {302, 404}
    assert found_in(signed_in(clinic, Role.CLINICIAN).get(page)), "a clinician sees it"


def found_in(answer: Any) -> Any:
    """The first clinical word of a page's text and addresses, scripts and styles aside."""
    text = re.sub(r"<(script|style).*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    return CLINICAL.search(text)


#: Every document of one row that reception reads, and what of it is kept from them; the rest is the same for
#: whoever may read the resource.
KEPT_BACK: dict[str, set[str]] = {
    "patient": set(),
    "fhir-patient": set(),
    "follow-up": set(FIELDS),
    "fhir-task": {"priority", "output", "owner"},
}
#: What changes with the fields that are kept back: it can't be told from another's version.
OF_THE_WHOLE = {"meta"}


def documents() -> list[str]:
    """The routes of one row about a runner that reception may read."""
    return sorted(
        route.name
        for route, method in OPERATIONS
        if method == "GET"
        and "<uuid:" in route.path
        and route.name not in ABOUT_NOBODY | {"fhir-everything"}
        and scopes_needed(route.view, method) <= permissions_of(Role.RECEPTION)  # type: ignore[arg-type]
    )


def test_every_document_that_reception_reads_says_what_of_it_is_kept_back() -> None:
    assert documents() == sorted(KEPT_BACK)


@pytest.mark.parametrize("name", KEPT_BACK)
def test_reception_sees_of_each_document_all_but_what_is_kept_back(world: World, name: str) -> None:
    """Beside a clinician who reads the same row, which is filled to its last field."""
    fill_the_follow_up(world)
    [route] = [route for route, method in OPERATIONS if (route.name, method) == (name, "GET")]
    seen = [
        ask(api_with(world, user=member.user), route, "GET", sample(route, "GET", world)).json()
        for member in (make_member(world.clinic, role) for role in (Role.CLINICIAN, Role.RECEPTION))
    ]
    differing = {key for key in seen[0] if seen[0][key] != seen[1].get(key)} - OF_THE_WHOLE
    assert differing == {key for key in KEPT_BACK[name] if seen[0].get(key) is not None}
    assert seen[1].keys() <= seen[0].keys()
    if KEPT_BACK[name]:
        assert differing, "a clinician sees more"


def test_no_answer_to_a_write_of_receptions_tells_anything_clinical(world: World) -> None:
    """About runners with referrals, whatever is done to them; what is refused says no more than that."""
    api, written = reception(world), 0
    with clinic_scope(world.clinic.id):
        about = [*world.clinic.patients.filter(escalations__isnull=False).distinct(), world.patient]
        for number, patient in enumerate(about):
            world.clinic.patients.filter(pk=patient.pk).update(external_id=f"X-{number}")
    for number, patient in enumerate(about):
        here = f"/api/v1/patients/{patient.pk}"
        for method, address, body in (
            ("POST", "/api/v1/patients", {"given_name": "Robin", "family_name": "Runner"}),
            ("PATCH", here, {"family_name": "Walker"}),
            ("PUT", f"/api/v1/patients/by-external-id/X-{number}", {"given_name": "A", "family_name": "B"}),
            ("PATCH", here, {"archived": True, "archive_reason": "moved_away"}),
            ("PATCH", here, {"archived": False}),
        ):
            headers = {} if method == "POST" else {"if-match": api.get(here).headers["ETag"]}
            answer = getattr(api, method.lower())(address, body, headers=headers)
            text = answer.content.decode()
            assert not CLINICAL.search(text), (method, body, text)
            assert answer.status_code < 300 or answer.json()["code"] == "conflict", text
            written += answer.status_code < 300
    assert written >= 3 * len(about)
    routes = {
        (route.name, method)
        for route, method in OPERATIONS
        if not is_read(route.view, method)  # type: ignore[arg-type]
        and scopes_needed(route.view, method) <= permissions_of(Role.RECEPTION)  # type: ignore[arg-type]
    }
    assert routes == {("patients", "POST"), ("patient", "PATCH"), ("patient-by-external-id", "PUT")}


def test_no_page_that_reception_posts_tells_anything_clinical(clinic: Clinic) -> None:
    """Every page of the dashboard, sent empty and as it was read: a refusal shows as little as the page."""
    rows = rows_of(clinic, eight_weeks(clinic))
    browser, taken = signed_in(clinic, Role.RECEPTION), set()
    with clinic_scope(clinic.id):
        runners = {str(row.patient_id) for row in clinic.escalations.all()} | {str(rows["patient_id"])}
    for page in pages():
        about = row_of(clinic, page)
        if ("object_id" in page.names and about is None) or page.name in ABOUT_NOBODY:
            continue
        for runner in runners if "patient_id" in page.names else {str(rows["patient_id"])}:
            before = copy.deepcopy(browser.cookies)
            with undone():
                address = page.address({**rows, "object_id": about, "patient_id": runner})
                state = re.search(r'name="state" value="([^"]*)"', browser.get(address).content.decode())
                for body in ({}, {"state": state[1] if state else "", "reason": "moved_away"}):
                    answer = browser.post(address, body, follow=True)
                    if answer.status_code in {200, 409, 422}:
                        taken.add(page.name)
                    assert not found_in(answer), (page.name, found_in(answer))
            browser.cookies = before
    assert "archive-patient" in taken
