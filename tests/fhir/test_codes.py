"""Standard codes: none by default, and none from a file that isn't whole."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from pytest_django import Settings
from rest_framework.test import APIClient

from assessments.fhir.capability import capability_statement
from assessments.fhir.codes import LOINC, SNOMED, code_map
from assessments.fhir.questionnaire_items import items
from tests.factories import reassuring_answers
from tests.fhir.checks import assert_valid, fhir
from tests.fhir.test_cds import body
from tests.fhir.test_resources import found
from tests.security.hospital import hospital_api
from tests.security.samples import World, api_with
from tests.worlds import *  # noqa: F403 - fixtures

SHIPPED = "assessments/fhir/codes.json"
#: The graded list of clinical codes; those that aren't sure are in no file of ours.
GRADES = {
    (LOINC, "72514-3"): "A",
    (LOINC, "82810-3"): "A",
    (LOINC, "93832-4"): "B",
    (SNOMED, "10601006"): "A",
    (SNOMED, "448765001"): "B",
    (SNOMED, "266987004"): "B",
    (SNOMED, "306206005"): "B",
    (SNOMED, "229065009"): "B",
}
ENTRY = {"concept": "request/referral", "system": SNOMED, "code": "306206005", "display": "x", "grade": "B"}


@pytest.fixture
def switched_on(settings: Settings) -> Iterator[None]:
    """The file that comes with the service is in use."""
    settings.FHIR_CODES = SHIPPED
    items.cache_clear()
    yield
    items.cache_clear()


def outgoing(api: APIClient, world: World) -> dict[str, Any]:
    """What could carry a code of somebody else's, by what it is."""
    form = fhir(api.get("/fhir/Questionnaire"))["entry"][0]["resource"]
    ehr = hospital_api(world.clinic)
    drafts = []
    for answers in ({"bladder_change": "yes"}, {}):
        (card,) = ehr.post("/cds-services/patient-view", body(form, reassuring_answers(**answers))).json()[
            "cards"
        ]
        drafts += [action["resource"] for one in card["suggestions"] for action in one["actions"]]
    for draft in drafts:
        assert_valid(draft)
    return {
        "form": form,
        "statement": capability_statement(),
        "requests": found(api, "/fhir/ServiceRequest"),
        "plans": found(api, "/fhir/CarePlan"),
        "drafts": drafts,
    }


def test_by_default_no_code_of_anybody_elses_goes_out(world: World) -> None:
    said = json.dumps(outgoing(api_with(world), world))
    assert LOINC not in said
    assert SNOMED not in said
    assert "copyright" not in said


def test_switched_on_they_stand_beside_our_words_with_what_their_licences_demand(
    switched_on: None, world: World
) -> None:
    told = outgoing(api_with(world), world)
    for resource in (told["form"], told["statement"]):
        assert_valid(resource)
        assert "Regenstrief" in resource["copyright"]
        assert "SNOMED International" in resource["copyright"]
    coded = {
        item["linkId"]: [(one["system"], one["code"]) for one in item["code"]]
        for section in told["form"]["item"]
        for item in section["item"]
        if "code" in item
    }
    assert coded["pain_usual_nrs"] == [(LOINC, "72514-3")]
    assert "pain_run_peak_nrs" not in coded
    referral, exercise = ([{"system": SNOMED, "code": code}] for code in ("306206005", "229065009"))
    drafts = {draft["resourceType"]: draft for draft in told["drafts"]}
    for request in (*told["requests"], drafts["ServiceRequest"]):
        assert without_display(request["code"]["coding"]) == referral
        assert request["code"]["text"]
    for plan in (*told["plans"], drafts["CarePlan"]):
        codes = [one["detail"]["code"] for one in plan["activity"]]
        assert exercise in [without_display(code.get("coding", [])) for code in codes]
        assert all("coding" not in code for code in codes if code["text"] in {"Advice", "Next session"})


def without_display(codings: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"system": one["system"], "code": one["code"]} for one in codings]


def test_the_file_that_comes_with_the_service_holds_graded_codes_alone() -> None:
    document = json.loads((Path(__file__).resolve().parents[2] / SHIPPED).read_text())
    assert {(one["system"], one["code"]): one["grade"] for one in document["codes"]} == GRADES
    assert code_map(SHIPPED).codes


WRONG = {
    "an unknown concept": ({"concept": "question/shoe_colour"}, "nothing here is called"),
    "a grade that isn't sure": ({"grade": "U"}, "only codes of grade A or B"),
    "a system that isn't known": ({"system": "urn:x"}, "the system must be one of"),
    "a slip of SNOMED's pen": ({"code": "306206006"}, "check digit"),
    "no code of SNOMED's": ({"code": "72514-3"}, "check digit"),
    "a slip of LOINC's pen": ({"system": LOINC, "code": "72514-2"}, "check digit"),
    "a system without its notice": ({"system": LOINC, "code": "72514-3"}, "notices lacks"),
    "a part that is missing": ({"display": None}, "needs code, concept, display, grade, system"),
}


def start(settings: Settings, path: Path, content: str) -> list[str]:
    """What the service says of this file before it starts."""
    path.write_text(content)
    settings.FHIR_CODES = str(path)
    code_map.cache_clear()
    return [str(message.msg) for message in run_checks() if message.id == "assessments.E001"]


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_file_that_is_not_whole_is_named_before_the_service_starts(
    settings: Settings, tmp_path: Path, wrong: tuple[dict[str, Any], str]
) -> None:
    changes, said = wrong
    document = {"notices": {SNOMED: "By permission."}, "codes": [ENTRY | changes]}
    (message,) = start(settings, tmp_path / "codes.json", json.dumps(document))
    assert message.startswith("FHIR_CODES: codes[0]")
    assert said in message


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '{"notices": [], "codes": []}', '{"notices": {}, "codes": {}}']
)
def test_a_file_of_another_shape_is_refused(settings: Settings, tmp_path: Path, content: str) -> None:
    assert start(settings, tmp_path / "codes.json", content)


def test_a_second_code_of_a_system_and_a_missing_file_are_refused(settings: Settings, tmp_path: Path) -> None:
    document = {"notices": {SNOMED: "By permission."}, "codes": [ENTRY, ENTRY]}
    assert "already" in start(settings, tmp_path / "codes.json", json.dumps(document))[0]
    settings.FHIR_CODES = str(tmp_path / "nothing.json")
    assert [message.msg for message in run_checks() if message.id == "assessments.E001"] == [
        "FHIR_CODES: it can't be read."
    ]


def test_a_whole_file_of_the_operators_own_is_taken(settings: Settings, tmp_path: Path) -> None:
    document = {"notices": {SNOMED: "By permission."}, "codes": [ENTRY]}
    assert start(settings, tmp_path / "codes.json", json.dumps(document)) == []
    assert start(settings, tmp_path / "empty.json", '{"notices": {}, "codes": []}') == []
