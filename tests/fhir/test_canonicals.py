"""Every name of ours in a resource or a card leads somewhere: what it means is read there."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from rest_framework.test import APIClient

from assessments.fhir.code_systems import code_systems
from assessments.fhir.questionnaire import canonical, questionnaire_url
from clinics.identity.models import Clinic
from tests.factories import CASES, reassuring_answers
from tests.fhir.checks import assert_valid, fhir
from tests.fhir.test_cds import body, call, card
from tests.fhir.test_resources import TYPES
from tests.security.hospital import hospital
from tests.security.samples import World, fill


@pytest.fixture
def world(clinic: Clinic) -> World:
    return fill(clinic)


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in it."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from parts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from parts(inner)


def own_codings(value: Any) -> set[tuple[str, str]]:
    """The codes of systems of ours, but for identifiers, which name somebody and lead nowhere."""
    found = [(part.get("system"), part.get("code")) for part in parts(value)]
    return {
        (system, code)
        for system, code in found
        if isinstance(system, str) and system.startswith(settings.BASE_URL) and isinstance(code, str)
    }


def means(system: str) -> dict[str, str]:
    answer = Client().get(urlsplit(system).path)
    assert answer.status_code == 200, system
    found: dict[str, Any] = answer.json()
    assert_valid(found)
    assert found["url"] == system
    return {concept["code"]: concept["display"] for concept in found["concept"]}


def test_every_code_of_every_resource_is_explained_at_its_system(api: APIClient, world: World) -> None:
    shown = [fhir(api.get(f"/fhir/{kind}?_count=100")) for kind in (*TYPES, "Questionnaire")]
    codings = own_codings(shown)
    assert {system.rpartition("/")[2] for system, _ in codings} >= {"answer", "decision", "task", "criterion"}
    for system, code in codings:
        assert code in means(system), (system, code)


def test_every_code_of_a_card_is_explained_at_its_system(api: APIClient, clinic: Clinic) -> None:
    hospital(clinic)
    form = fhir(api.get("/fhir/Questionnaire"))["entry"][0]["resource"]
    cards = [card(call(body(form, case["answers"]))) for case in [*CASES.values()][:8]]
    cards.append(card(call(body(form, reassuring_answers(bladder_change="yes")))))
    codings = own_codings(cards)
    assert {system.rpartition("/")[2] for system, _ in codings} >= {"decision", "override-reason"}
    for system, code in codings:
        assert code in means(system), (system, code)


@pytest.mark.parametrize("name", code_systems())
def test_a_code_system_has_its_codes_and_their_words(name: str) -> None:
    found = means(f"{settings.BASE_URL}/fhir/CodeSystem/{name}")
    assert found
    assert all(found.values())


def test_a_system_that_is_not_ours_is_not_there() -> None:
    assert Client().get("/fhir/CodeSystem/nothing").status_code == 404


@pytest.mark.parametrize("name", [questionnaire_url(), canonical()])
def test_the_form_is_read_by_its_name(api: APIClient, clinic: Clinic, name: str) -> None:
    found = fhir(api.get(urlsplit(name.partition("|")[0]).path))
    assert found["url"] == name.partition("|")[0]
    searched = fhir(api.get("/fhir/Questionnaire", {"url": name}))
    assert searched["entry"][0]["resource"] == found
