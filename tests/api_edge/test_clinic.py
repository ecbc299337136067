"""A clinic reads its own settings and sets where its emergencies go."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from patients.models import Patient
from tests.api_edge.checks import assert_matches, assert_problem
from tests.factories import api_for, assessment_body, make_member

URL = "/api/v1/clinic"


def change(api: APIClient, **pathway: object):
    tag = api.get(URL).headers["ETag"]
    return api.patch(URL, {"emergency_pathway": pathway}, headers={"if-match": tag})


def test_it_shows_the_pathway_and_the_members_by_name_and_role(api: APIClient, clinic: Clinic) -> None:
    body = api.get(URL).json()

    assert_matches("Clinic", body)
    assert body["name"] == "Harbour Physio"
    assert body["emergency_pathway"]["missing"] == []
    assert body["emergency_pathway"]["on_call"] == str(clinic.on_call_id)
    assert {member["role"] for member in body["members"]} == {"admin", "clinician"}
    assert str(clinic.on_call_id) in {member["id"] for member in body["members"]}


def test_each_clinic_sees_itself_only(api: APIClient, other_api: APIClient) -> None:
    mine, theirs = api.get(URL).json(), other_api.get(URL).json()

    assert mine["id"] != theirs["id"]
    assert not {member["id"] for member in mine["members"]} & {member["id"] for member in theirs["members"]}


def test_the_pathway_can_be_completed_and_then_assessments_are_recorded(
    api: APIClient, clinic: Clinic, patient: Patient
) -> None:
    with clinic_scope(clinic.id):
        Clinic.objects.filter(pk=clinic.pk).update(emergency_number="", on_call=None)
    assert api.get(URL).json()["emergency_pathway"]["missing"] == ["emergency_number", "on_call"]
    assert_problem(api.post("/api/v1/assessments", assessment_body(patient)), "pathway_incomplete")

    response = change(api, emergency_number="112", on_call=str(clinic.lead_id))

    assert response.status_code == 200
    assert response.json()["emergency_pathway"]["missing"] == []
    assert api.post("/api/v1/assessments", assessment_body(patient)).status_code == 201


def test_settings_left_out_stay_as_they_are(api: APIClient) -> None:
    before = api.get(URL).json()["emergency_pathway"]

    after = change(api, emergency_number="112").json()["emergency_pathway"]

    assert after == before | {"emergency_number": "112"}


def test_the_lead_may_be_left_open(api: APIClient) -> None:
    assert change(api, lead=None).json()["emergency_pathway"]["lead"] is None


@pytest.mark.holds("HZ-18")
@pytest.mark.parametrize("field", ["emergency_number", "emergency_destination", "on_call"])
@pytest.mark.parametrize("value", ["", None, " "])
def test_what_an_emergency_needs_cannot_be_emptied(api: APIClient, field: str, value: str | None) -> None:
    assert_problem(change(api, **{field: value}), "invalid", f"/emergency_pathway/{field}")
    assert api.get(URL).json()["emergency_pathway"]["missing"] == []


def test_only_a_clinician_who_can_be_reached_is_put_on_call(
    api: APIClient, clinic: Clinic, other_clinic: Clinic
) -> None:
    reception, silent, gone = (
        make_member(clinic, role) for role in (Role.RECEPTION, Role.CLINICIAN, Role.CLINICIAN)
    )
    silent.user.email = ""
    silent.user.save()
    gone.user.is_active = False
    gone.user.save()
    before = api.get(URL).json()

    for member_id in (reception.id, silent.id, gone.id, other_clinic.on_call_id, uuid.uuid4()):
        for field in ("on_call", "lead"):
            response = change(api, emergency_number="000", **{field: str(member_id)})
            assert_problem(response, "invalid", f"/emergency_pathway/{field}")
    assert api.get(URL).json() == before


MATERNITY = ("maternity_emergency_number", "maternity_destination")


@pytest.mark.parametrize("emptied", MATERNITY)
@pytest.mark.parametrize("value", ["", " "])
def test_who_takes_pregnant_runners_says_where_they_go(
    api: APIClient, clinic: Clinic, emptied: str, value: str
) -> None:
    before = api.get(URL).json()
    assert before["emergency_pathway"]["takes_pregnant_runners"] is True
    assert_problem(change(api, **{emptied: value}), "invalid", f"/emergency_pathway/{emptied}")
    assert api.get(URL).json() == before
    refused = pytest.raises(IntegrityError, match="who_takes_pregnant_runners")
    with refused, transaction.atomic(), clinic_scope(clinic.id):
        Clinic.objects.filter(pk=clinic.pk).update(**{emptied: ""})


def test_a_clinic_that_takes_no_pregnant_runners_may_leave_the_maternity_unit_open(api: APIClient) -> None:
    nowhere = dict.fromkeys(MATERNITY, "")
    after = change(api, takes_pregnant_runners=False, **nowhere).json()["emergency_pathway"]
    assert after["missing"] == after["open"] == []
    assert after["takes_pregnant_runners"] is False
    refused = change(api, takes_pregnant_runners=True)
    assert_problem(refused, "invalid", *(f"/emergency_pathway/{name}" for name in MATERNITY))


def test_an_answer_about_pregnant_runners_never_becomes_none(api: APIClient) -> None:
    pointer = "/emergency_pathway/takes_pregnant_runners"
    assert_problem(change(api, takes_pregnant_runners=None), "invalid", pointer)
    assert_problem(change(api, takes_pregnant_runners="yes"), "invalid", pointer)


@pytest.mark.parametrize("of_before", [True, False])
def test_what_a_clinic_has_yet_to_answer_is_named(api: APIClient, clinic: Clinic, of_before: bool) -> None:
    with clinic_scope(clinic.id):
        Clinic.objects.filter(pk=clinic.pk).update(takes_pregnant_runners=None, may_answer_later=of_before)
    body = api.get(URL).json()
    assert_matches("Clinic", body)
    asked = ["takes_pregnant_runners"]
    found = (body["emergency_pathway"]["missing"], body["emergency_pathway"]["open"])
    assert found == (([], asked) if of_before else (asked, []))

    answered = change(api, takes_pregnant_runners=False).json()["emergency_pathway"]
    assert answered["missing"] == answered["open"] == []


def test_a_name_or_a_member_cannot_be_set_here(api: APIClient) -> None:
    tag = api.get(URL).headers["ETag"]
    response = api.patch(URL, {"name": "X", "members": [], "pathway": {}}, headers={"if-match": tag})

    assert_problem(response, "invalid", "/name", "/members", "/pathway")


def test_a_change_needs_if_match_and_the_write_scope(api: APIClient, clinic: Clinic) -> None:
    assert_problem(api.patch(URL, {}), "precondition_required")
    assert_problem(api.patch(URL, {}, headers={"if-match": '"stale"'}), "precondition_failed")
    assert_problem(api_for(clinic, scopes="clinic:read").patch(URL, {}), "permission_denied")


def test_a_new_member_changes_the_etag(api: APIClient, clinic: Clinic) -> None:
    before = api.get(URL).headers["ETag"]
    make_member(clinic, Role.AUDITOR)

    assert api.get(URL, headers={"if-none-match": before}).status_code == 200
