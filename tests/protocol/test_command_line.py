"""The protocol from a shell, as a process of its own and without Django."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assessments.protocol import CRITERIA, QUESTIONS, evaluate
from tests.protocol.records import REASSURING, record

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO")}


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "assessments.protocol", *arguments]
    return subprocess.run(
        command, input=text, capture_output=True, text=True, cwd=ROOT, env=ENVIRONMENT, check=False
    )


def test_answers_from_a_file_come_out_as_the_api_json(tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    file.write_text(json.dumps(record(bladder_change="yes")), encoding="utf-8")
    done = run(str(file))
    assert done.returncode == 0
    assert json.loads(done.stdout) == evaluate(record(bladder_change="yes")).as_dict()


def test_answers_from_standard_input_with_when_and_by_whom() -> None:
    answers = {**record(episode_duration_days=None), "onset_date": "2026-01-19"}
    envelope = {
        "answers": answers,
        "assessed_at": "2026-03-02T09:30:00+01:00",
        "assessor_role": "patient_self_report",
    }
    found = json.loads(run(text=json.dumps(envelope)).stdout)
    assert found["provisional"] is True
    assert "RT-01" in [item["id"] for item in found["criteria_met"]]


def test_the_page_for_reading_says_what_to_do_why_and_what_is_missing() -> None:
    text = json.dumps(record(cancer_history="yes", bladder_change=None))
    page = run("--explain", text=text).stdout
    assert "Refer urgently. No running until reviewed." in page
    assert "at least: medical review within two weeks" not in page  # the open screen is more urgent
    assert "at least: complete or clarify the screen now" in page
    assert "RF-W08 History of cancer." in page
    assert "[B09, B10]" in page
    assert "Not answered although needed:\n  - Change in passing urine" in page
    assert "Go to hospital now, or ring the emergency number" in page


def test_the_tables_are_printed_whole() -> None:
    questions, criteria = run("--questions").stdout, run("--criteria").stdout
    assert all(question.name in questions for question in QUESTIONS)
    assert all(criterion.id in criteria for criterion in CRITERIA)
    assert "back pain on walking is 4/10 or more" in criteria


def test_every_problem_of_bad_answers_is_named_and_the_exit_code_is_2() -> None:
    done = run(text=json.dumps({"bladder_change": "maybe", "walking": 1, "pain_usual_nrs": 2.5}))
    assert (done.returncode, done.stdout) == (2, "")
    assert [line.split(": ")[:2] for line in done.stderr.splitlines()] == [
        ["/bladder_change", "unknown_choice"],
        ["/walking", "unknown_question"],
        ["/pain_usual_nrs", "not_an_integer"],
    ]


def test_the_places_inside_an_envelope_start_at_its_top() -> None:
    envelope = {"answers": {"trend": 1}, "assessed_at": "today", "assessor_role": "friend", "by": "x"}
    done = run(text=json.dumps(envelope))
    assert done.returncode == 2
    assert [line.split(": ")[:2] for line in done.stderr.splitlines()] == [
        ["/by", "unknown_field"],
        ["/assessor_role", "unknown_choice"],
        ["/assessed_at", "malformed"],
        ["/answers/trend", "wrong_type"],
    ]


def test_input_that_is_no_json_object_is_refused_without_a_traceback(tmp_path: Path) -> None:
    bad = ['{"trend": ', "[]", "3", "", '{"trend": NaN}', "[" * 100_000, '{"age_years": ' + "9" * 5000 + "}"]
    for done in (run(text=text) for text in bad):
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert "Traceback" not in done.stderr
    binary = tmp_path / "answers.json"
    binary.write_bytes(b"\xff\xfe\x00")
    assert run(str(binary)).returncode == 2
    assert run(str(tmp_path / "nowhere.json")).returncode == 2


def test_a_question_answered_twice_is_refused_rather_than_one_answer_lost() -> None:
    done = run(text='{"bladder_change": "yes", "bladder_change": "no"}')
    assert (done.returncode, done.stderr.split(": ")[:2]) == (2, ["/bladder_change", "repeated"])


def test_help_tells_how_to_use_it() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert all(option in done.stdout for option in ("--explain", "--questions", "--criteria"))


def test_the_protocol_needs_the_standard_library_alone() -> None:
    program = (
        "import sys; import assessments.protocol.__main__, assessments.protocol as p;"
        f"p.evaluate({dict(REASSURING)!r});"
        "print(sorted({m.partition('.')[0] for m in sys.modules} - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {program}"],
        capture_output=True, text=True, cwd="/", env={}, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "['__main__', 'assessments']"
