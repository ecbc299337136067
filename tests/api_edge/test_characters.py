"""What a line of text may hold, the same at every door, and equal texts as equal bytes."""

import unicodedata
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.platform.api.fields import EmailField, NoteField, OneLineValidator, TextField
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Membership
from patients.models import Patient
from tests.api_edge.checks import assert_problem
from tests.dashboard.settings_pages import signed_in, take

#: One of each kind that shows nothing, breaks a line or turns the direction of what stands beside it.
REFUSED = {
    "NUL escape": "\x01",
    "escape": "\x1b",
    "C1 control": "\x85",
    "soft hyphen": "\u00ad",
    "arabic letter mark": "\u061c",
    "mongolian vowel separator": "\u180e",
    "zero width space": "\u200b",
    "left-to-right mark": "\u200e",
    "right-to-left mark": "\u200f",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "left-to-right embedding": "\u202a",
    "pop directional formatting": "\u202c",
    "right-to-left override": "\u202e",
    "word joiner": "\u2060",
    "first strong isolate": "\u2068",
    "pop directional isolate": "\u2069",
    "byte order mark": "\ufeff",
    "interlinear annotation": "\ufff9",
    "tag": "\U000e0041",
    "musical format": "\U0001d173",
}

#: Names as people have them.
TAKEN = (
    "Zoë",
    "O'Neill-Sørensen",
    "محمد",
    "نیم\u200cفاصله",  # noqa: RUF001 - Persian, with a zero width non-joiner
    "ക്\u200dഷ",  # Malayalam, with a zero width joiner
    "श्री",
    "王小明",
    "𠮷田",
    "עִבְרִית",
    "Ngũgĩ wa Thiong\u2019o",
    "👩\u200d⚕️",
)


@pytest.mark.parametrize("character", REFUSED.values(), ids=REFUSED)
def test_no_name_holds_what_cannot_be_seen_or_turns_the_rest_around(api: APIClient, character: str) -> None:
    for field in ("given_name", "family_name", "external_id"):
        named = {"given_name": "Ada", "family_name": "Byron", field: f"A{character}b"}
        body = assert_problem(api.post("/api/v1/patients", named), "invalid", f"/{field}")
        assert body["errors"][0]["code"] == "invalid_character"
    assert Patient.objects.count() == 0


@pytest.mark.parametrize("character", REFUSED.values(), ids=REFUSED)
def test_the_dashboards_forms_refuse_the_same(clinic: Clinic, character: str) -> None:
    browser = signed_in(clinic)
    invited = {"name": f"Ada {character}b", "email": "ada@example.org", "role": "clinician"}
    page = take(browser, "/admin/settings/members/", "invite", **invited)
    with clinic_scope(clinic.id):
        assert not Membership.objects.filter(name__startswith="Ada").exists()
    assert page.status_code != 302


@pytest.mark.parametrize("character", REFUSED.values(), ids=REFUSED)
def test_a_search_of_fhir_refuses_the_same(api: APIClient, character: str) -> None:
    answer = api.post("/fhir/Patient/_search", {"family": f"A{character}b"}, format="multipart")
    encoded = api.post(
        "/fhir/Patient/_search", f"family=A{character}b", content_type="application/x-www-form-urlencoded"
    )
    assert {answer.status_code, encoded.status_code} <= {400, 415, 422}
    assert encoded.status_code == 400, encoded.content


@pytest.mark.parametrize("name", TAKEN)
def test_real_names_are_taken_as_they_are(api: APIClient, name: str) -> None:
    answer = api.post("/api/v1/patients", {"given_name": name, "family_name": name})
    assert answer.status_code == 201, answer.content
    assert answer.json()["given_name"] == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize("nothing", ["\u200c", "\u200d\u200d", " \u3164", "\u2800"])
def test_a_name_that_shows_nothing_is_none(api: APIClient, nothing: str) -> None:
    named = {"given_name": nothing, "family_name": "Byron"}
    assert_problem(api.post("/api/v1/patients", named), "invalid", "/given_name")


@pytest.mark.parametrize("address", ["a@ex\u202eample.com", "a@ex\u200bample.com"])
def test_an_address_holds_none_either(address: str) -> None:
    with pytest.raises(Exception, match=r"invisible|valid email"):
        EmailField().run_validation(address)


@pytest.mark.parametrize("override", ["\u202d", "\u202e"])
def test_a_note_does_not_read_backwards(override: str) -> None:
    assert NoteField().run_validation("First line\nsecond\tline \u200e") == "First line\nsecond\tline \u200e"
    with pytest.raises(Exception, match="turned around"):
        NoteField().run_validation(f"no {override}pain")


def test_a_line_ends_nowhere_but_at_its_end() -> None:
    with pytest.raises(Exception, match="one line"):
        OneLineValidator()("Ada\n")


def test_one_text_in_two_spellings_is_one(api: APIClient) -> None:
    """Composed and decomposed letters: stored composed, found by either, one runner under one id."""
    one, other = (unicodedata.normalize(form, "Zoë Café") for form in ("NFC", "NFD"))
    assert one != other
    named = {"given_name": other, "family_name": other}
    stored = api.put(f"/api/v1/patients/by-external-id/{other}", named)
    assert stored.status_code == 201, stored.content
    document = stored.json()
    assert {document["given_name"], document["family_name"], document["external_id"]} == {one}
    again = api.put(f"/api/v1/patients/by-external-id/{one}", {"given_name": one, "family_name": one})
    assert (again.status_code, again.json()["id"]) == (200, document["id"])
    for spelling in (one, other):
        for terms in ({"family_name": spelling}, {"given_name": spelling[:4]}, {"external_id": spelling}):
            assert _ids(api.post("/api/v1/patients/search", terms).json()) == [document["id"]]
        assert _ids(api.get("/api/v1/patients", {"external_id": spelling}).json()) == [document["id"]]
        bundle = api.get("/fhir/Patient", {"identifier": spelling}).json()
        assert [entry["resource"]["id"] for entry in bundle["entry"]] == [document["id"]]


def _ids(page: dict[str, Any]) -> list[str]:
    return [row["id"] for row in page["results"]]


def test_every_text_field_composes() -> None:
    assert TextField().run_validation("e\u0301") == "\u00e9"
