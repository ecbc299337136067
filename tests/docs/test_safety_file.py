"""The clinical safety file: hazards and who accepts them, software and its purpose, links."""

import importlib.metadata
import re
from dataclasses import replace
from pathlib import Path

import pytest

from assessments.protocol import protocol_hash
from tools import generate_docs
from tools.docs import hazards
from tools.docs.hazard_log_page import NOT_REVIEWED, hazard_log_page
from tools.docs.hazards import HAZARDS, VACANT, Hazard, HazardError, read_hazards
from tools.docs.holding import held_by
from tools.docs.safety_file_pages import change_control_page, safety_case_page
from tools.docs.software_page import faults, locked, pinned, purposes, software_page
from tools.environment import ROOT

FOLDER = ROOT / "docs" / "clinical-safety"
#: What the log must hold, by words of the row.
ASKED_FOR = (
    "not asked", "slow", "stale", "wrong patient", "24-hour check", "medicine masks", "free text", "fatigue",
    "not configured", "defaults to", "not applicable", "runner alone", "before it can be known", "made loose",
    "risk without a finding", "less cautious than the decision", "fhir or cds hooks", "maternity number",
    "down during a consultation", "automation bias", "under 18", "its language", "override is misused",
    "without the act", "no longer true", "mixed up", "time zone", "has left",
)  # fmt: skip
LINK = re.compile(r"\]\((?!http)([^)#]+)(?:#[^)]*)?\)")


def test_every_hazard_that_must_be_logged_has_its_row() -> None:
    for words in ASKED_FOR:
        assert [one.id for one in HAZARDS if words in one.hazard.lower()], words
    assert hazards.faults() == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"after": (5, 3)}, "15 after the controls: 15 and more block"),
        ({"after": (4, 2), "accepted_by": ""}, "8 after the controls: say who accepts it"),
        ({"after": (7, 2), "accepted_by": ""}, "two numbers from 1 to 5"),
        ({"before": (1, 1), "after": (2, 2)}, "make it worse"),
        ({"after": (4, 2), "accepted_by": "Dr Lee"}, "accepted, but was not reviewed"),
        ({"reviewed": "last week"}, "no day"),
        ({"state": "controlled"}, "open until it was reviewed"),
        ({"owner": ""}, "owner is empty"),
        ({"criteria": ("RF-E99",)}, "there is no RF-E99"),
    ],
)
def test_a_row_that_may_not_stand_is_said(changes: dict[str, object], fault: str) -> None:
    sound = replace(HAZARDS[0], before=(5, 4), after=(5, 1))
    assert hazards.faults([sound]) == []
    (said,) = hazards.faults([replace(sound, **changes)])  # type: ignore[arg-type]
    assert fault in said


def test_a_risk_of_eight_to_fourteen_stands_when_a_person_or_the_vacancy_is_named() -> None:
    held = replace(HAZARDS[0], after=(4, 2), accepted_by=VACANT)
    accepted = replace(held, accepted_by="Dr Lee", reviewed="2026-12-01", state="controlled")
    assert hazards.faults([held]) == hazards.faults([accepted]) == []
    assert hazards.faults([held, held]) == [f"{held.id} stands twice."]


def test_a_row_with_a_field_that_there_is_not_is_refused(tmp_path: Path) -> None:
    log = tmp_path / "hazards.toml"
    log.write_text('[[hazard]]\nid = "HZ-01"\nowner_name = "x"\n')
    with pytest.raises(HazardError, match="HZ-01"):
        read_hazards(log)


@pytest.mark.parametrize("hazard", HAZARDS, ids=[hazard.id for hazard in HAZARDS])
def test_the_log_shows_a_hazard_with_its_tests_and_its_vacancies(hazard: Hazard) -> None:
    _, _, rest = hazard_log_page().partition(f"## {hazard.id}. ")
    section = rest.partition("\n## ")[0]
    assert all(test in section for test in held_by(hazard.id))
    assert (VACANT in section) is (hazard.risk >= hazards.NEEDS_ACCEPTANCE)
    assert NOT_REVIEWED in section


def test_the_check_fails_for_a_hazard_or_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    assert generate_docs.check() == 0
    for module in (generate_docs.hazards, generate_docs.software):
        with monkeypatch.context() as patch:
            patch.setattr(module, "faults", lambda: ["one"])
            assert generate_docs.check() == 1


def test_every_package_of_the_lock_has_its_purpose_and_its_licence() -> None:
    assert faults() == []
    for item in locked():
        assert f"| {item.name} | {item.version} | " in software_page()


def test_a_package_without_a_purpose_is_said() -> None:
    (odd,) = pinned("odd==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:" + "0" * 64 + "\n")
    assert (odd.name, odd.version, odd.only) == ("odd", "1.0", "sys_platform == 'win32'")
    assert faults((odd,), {}) == ["odd: nothing says what it is for (software.toml)."]
    assert faults((odd,), {"odd": {"licence": "MIT", "safety": True}})
    assert faults((), {"gone": {}}) == ["gone: is no package of the lock (software.toml)."]


def test_a_licence_is_the_one_that_the_package_declares() -> None:
    seen = 0
    for item in locked():
        try:
            declared = importlib.metadata.metadata(item.name)
        except importlib.metadata.PackageNotFoundError:
            continue  # installed elsewhere only
        classifiers = [one for one in declared.get_all("Classifier", []) if one.startswith("License")]
        found = declared.get("License-Expression") or "; ".join(one.split(" :: ")[-1] for one in classifiers)
        assert purposes()[item.name]["licence"] == (found or declared.get("License")), item.name
        seen += 1
    assert seen > len(locked()) - 5


def test_change_control_shows_the_hash_of_today_and_the_case_its_vacancies() -> None:
    assert protocol_hash() in change_control_page()
    assert VACANT in safety_case_page()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.name)
def test_every_link_of_the_file_leads_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in LINK.findall(text):
        assert (FOLDER / target).exists(), target
    if path.name != "README.md":
        assert f"({path.name})" in (FOLDER / "README.md").read_text(encoding="utf-8")
        assert "Generated by" in text or "Written by hand" in text
