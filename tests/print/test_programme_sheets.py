"""What a runner takes home, read off the page and off the PDF of the service as it answers."""

import datetime as dt
import html
import re
from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.platform.storage.tenancy import clinic_scope
from clinics.access_log.models import AccessLogEntry
from clinics.identity.models import Clinic
from patients.models import Patient
from tests.api_edge.checks import assert_problem, having_seen
from tests.factories import api_for, make_patient
from tests.print.pages import alternatives, pages_of, standard, words
from tests.programme.weeks import Weeks

MONDAY = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
NET = "You get numb or tingly between your legs."
YOUNG: dict[str, object] = {"episode_duration_days": 3}
INJURED: dict[str, object] = {
    "diagnoses": [{"code": "disc_injury", "status": "confirmed_current", "clearance": "no"}]
}
RESTED: dict[str, object] = {
    "ran_last_14d": "no",
    "analgesic_before_run": None,
    **dict.fromkeys(
        (
            "pain_pre_run_nrs",
            "pain_run_peak_nrs",
            "pain_post_run_peak_nrs",
            "hours_to_settle",
            "pain_next_day_nrs",
        )
    ),
}


@pytest.fixture
def weeks(clinic: Clinic) -> Weeks:
    """A runner with a birth date, on a Monday morning in March."""
    return Weeks(clinic, make_patient(clinic, birth_date=dt.date(1990, 5, 4)), MONDAY)


def sent(weeks: Weeks, path: str) -> Any:
    with weeks.at() as api:
        answer = api.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.content
    return answer


def page(weeks: Weeks, path: str) -> str:
    """The words of the page, in their order."""
    answer = sent(weeks, path)
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    body = re.sub(r"<style>.*?</style>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def paper(weeks: Weeks, path: str) -> bytes:
    answer = sent(weeks, path)
    assert answer["Content-Type"] == "application/pdf"
    return bytes(answer.content)


def of(weeks: Weeks, kind: str) -> str:
    return f"/programmes/{weeks.programme}/{kind}"


def test_page_one_holds_the_safety_net_the_decision_and_who_signed_it_off(weeks: Weeks) -> None:
    weeks.begin(pain_run_peak_nrs=2, **YOUNG)
    first = words(paper(weeks, of(weeks, "pdf")), page=0)
    for said in (
        NET,
        "Ring 999, or go to A&E, General Hospital.",
        "You can run, but make it easier.",
        "Robin Runner, born 4 May 1990",
        "Clinician Person on 2 March 2026",
        "Harbour Physio",
    ):
        assert said in first
    assert first.index(NET) < first.index("What was decided")


def test_the_page_says_the_same_in_the_same_order(weeks: Weeks) -> None:
    weeks.begin(pain_run_peak_nrs=2, **YOUNG)
    on_screen, on_paper = page(weeks, of(weeks, "print")), words(paper(weeks, of(weeks, "pdf")))
    headings = [
        "What was decided",
        "Your next session",
        "Why",
        "What to do",
        "When we look at it again",
        "The way back, step by step",
        "What to change about your run",
        "Your exercises",
        "What was not asked",
    ]
    for said in (on_screen, on_paper):
        places = [said.index(heading) for heading in headings]
        assert places == sorted(places)
    for said in (
        "Your pain went up a bit during the run.",
        "Three quarters of your usual distance.",
        "km (",
        "miles)",
    ):
        assert said in on_screen
        assert said in on_paper


def test_reviews_and_what_was_not_asked_are_named(weeks: Weeks) -> None:
    weeks.begin(pain_run_peak_nrs=2, **YOUNG)
    said = page(weeks, of(weeks, "print"))
    assert "Check 24 hours after your run 3 March 2026" in said
    assert "Review after two weeks 16 March 2026" in said
    assert "Nobody asked you about these" in said


def test_the_walk_run_table_is_drawn_and_told(weeks: Weeks) -> None:
    weeks.begin(**RESTED, **YOUNG)
    told = "Stage 2: 6 times 1.5 minutes of running, then 2 minutes of walking."
    markup = sent(weeks, of(weeks, "print")).content.decode()
    assert markup.count("<svg") == markup.count("</desc>") == 9
    assert told in markup
    assert '<rect class="run" x="3.5" y="0" width="1.5" height="2"/>' in markup, "the second run of stage 2"
    document = paper(weeks, of(weeks, "pdf"))
    assert len(alternatives(document)) == 9
    assert told in alternatives(document)
    assert "pdfuaid" in standard(document)


def test_exercises_say_how_much_harder_easier_and_when_to_stop(weeks: Weeks) -> None:
    weeks.begin(**RESTED, **YOUNG)
    for said in (page(weeks, of(weeks, "print")), words(paper(weeks, of(weeks, "pdf")))):
        assert "Stop if it hurts more than 5 of 10" in said
        assert "Stop if pain spreads down the leg." in said
        assert "2 times 30 to 60 seconds" in said


def test_a_draft_says_on_every_page_that_nobody_signed_it_off(weeks: Weeks) -> None:
    drafted = weeks.post("/programmes", {"assessment": weeks.assess(**YOUNG)["id"]})
    weeks.programme = drafted["id"]
    document = paper(weeks, of(weeks, "pdf"))
    number = words(document).count("DRAFT: not signed off")
    assert number >= 2
    assert words(document, page=0).startswith("Harbour Physio DRAFT: not signed off")
    assert "No running from this sheet" in words(document)
    assert "You may do this session" not in page(weeks, of(weeks, "print"))


@pytest.mark.holds("HZ-33")
def test_a_sheet_never_permits_more_than_the_moment_it_is_printed_at(weeks: Weeks) -> None:
    weeks.begin(**YOUNG)
    assert "You may do this session" in page(weeks, of(weeks, "print"))
    weeks.run()
    assert "No further run before you have answered the check" in page(weeks, of(weeks, "print"))
    weeks.step("hold", {"reason": "illness"})
    held = page(weeks, of(weeks, "print"))
    assert "NOT IN FORCE" in held
    assert "your clinic has paused or stopped the programme" in held
    weeks.begin(**YOUNG)
    weeks.later(hours=40)
    assert "ask your clinic before your next run" in page(weeks, of(weeks, "print")), (
        "its check is unanswered"
    )


def test_a_clinicians_other_decision_stands_on_the_sheet(weeks: Weeks) -> None:
    assessed = weeks.begin(**YOUNG)["assessment"]
    weeks.post(f"/assessments/{assessed}/overrides", {"decision": "stop_and_rehab", "reason": "Seen."})
    said = page(weeks, of(weeks, "print"))
    assert "No running for now." in said
    assert "You may" not in said


def test_an_injured_runner_reads_who_must_clear_them(weeks: Weeks) -> None:
    weeks.begin(**INJURED)
    said = page(weeks, of(weeks, "print"))
    assert "Cleared to run by not yet" in said
    assert "No running and no impact until a clinician has examined you and cleared running." in said
    weeks.step("clearance")
    assert "Cleared to run by Clinician Person on 2 March 2026" in page(weeks, of(weeks, "print"))


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (
            {"bladder_change": "yes"},
            ["Do not run for now.", "no exercise before you have been examined."],
        ),
        (
            {"bladder_change": None},
            ["There is no running programme yet", "Rest until the missing questions are answered today."],
        ),
        ({"leg_pain": "unilateral"}, ["being seen comes first", "First the doctor must see you"]),
    ],
)
def test_without_a_plan_the_sheet_says_what_holds_instead(
    weeks: Weeks, answers: dict[str, object], told: list[str]
) -> None:
    assessed = weeks.assess(**answers)["id"]
    on_screen = page(weeks, f"/assessments/{assessed}/plan/print")
    document = paper(weeks, f"/assessments/{assessed}/plan/pdf")
    for said in (on_screen, words(document, page=0)):
        assert NET in said
        assert not [one for one in told if one not in said]
        assert "Your exercises" not in said
        assert "You may" not in said


def test_what_the_runner_said_alone_is_marked_as_such(weeks: Weeks) -> None:
    alone = weeks.post(
        "/assessments",
        {
            "patient": str(weeks.patient.id),
            "assessed_at": MONDAY.isoformat(),
            "assessor_role": "patient_self_report",
            "answers": {"bladder_change": "no"},
        },
    )
    assert "you answered alone" in page(weeks, f"/assessments/{alone['id']}/plan/print")


def test_a_name_is_text_on_the_page_and_on_paper(weeks: Weeks, clinic: Clinic) -> None:
    with clinic_scope(clinic.id):
        weeks.patient.given_name, weeks.patient.family_name = "<b>Zoë</b>", "#panic[x] *y*"
        weeks.patient.save()
    weeks.begin(**YOUNG)
    markup = sent(weeks, of(weeks, "print")).content.decode()
    assert "&lt;b&gt;Zoë&lt;/b&gt; #panic[x] *y*" in markup
    assert "<b>Zoë</b> #panic[x] *y*" in words(paper(weeks, of(weeks, "pdf")))


def test_the_page_loads_nothing_and_runs_nothing(weeks: Weeks) -> None:
    weeks.begin(**RESTED, **YOUNG)
    answer = sent(weeks, of(weeks, "print"))
    assert not re.findall(r"<script|<link|<img|@import|url\(|\son\w+=|javascript:", answer.content.decode())
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("kind", ["print", "pdf"])
def test_reading_one_goes_into_the_access_log(weeks: Weeks, clinic: Clinic, kind: str) -> None:
    weeks.begin(**YOUNG)
    sent(weeks, of(weeks, kind))
    with clinic_scope(clinic.id):
        last = AccessLogEntry.objects.filter(clinic_id=clinic.id).latest("sequence")
    assert (last.patient_id, last.action) == (weeks.patient.id, f"GET programme-{kind}")


def test_a_file_name_says_nothing_about_the_person(weeks: Weeks) -> None:
    weeks.begin(**YOUNG)
    assert sent(weeks, of(weeks, "pdf"))["Content-Disposition"] == 'inline; filename="programme.pdf"'


def test_another_media_type_is_a_problem(weeks: Weeks, clinic: Clinic) -> None:
    weeks.begin(**YOUNG)
    api: APIClient = api_for(clinic)
    for kind, accepted in (("print", "application/pdf"), ("pdf", "application/json")):
        answer = api.get(f"/api/v1{of(weeks, kind)}", headers={"accept": accepted})
        assert_problem(answer, "not_acceptable")


def test_another_clinics_sheet_is_not_found(weeks: Weeks, other_clinic: Clinic, patient: Patient) -> None:
    weeks.begin(**YOUNG)
    other = api_for(other_clinic)
    for path in (of(weeks, "print"), of(weeks, "pdf")):
        assert_problem(other.get(f"/api/v1{path}"), "not_found")


GONE = [("deceased", "Deceased", "DECEASED: "), ("moved_away", "Moved away", "MOVED AWAY: ")]
#: What a paper about somebody who is archived never holds.
TO_BE_FOLLOWED = ("You may", "Your clinic will ask you", "Your next session", "Your exercises",
                  "The walk-run table", "step by step", "What to do", "When we look at it again")  # fmt: skip


def archived(weeks: Weeks, reason: str) -> None:
    with weeks.at() as api:
        address = f"/api/v1/patients/{weeks.patient.id}"
        body = {"archived": True, "archive_reason": reason}
        assert api.patch(address, body, headers=having_seen(api, address)).status_code == 200


@pytest.mark.parametrize(("reason", "said", "mark"), GONE)
def test_the_sheets_of_an_archived_runner_say_so_and_permit_nothing(
    weeks: Weeks, reason: str, said: str, mark: str
) -> None:
    """The programme and the plan of its assessment, as pages and as PDF; the mark stands on every page."""
    programme = weeks.begin(**RESTED, **YOUNG)
    archived(weeks, reason)
    for address in (f"/programmes/{weeks.programme}", f"/assessments/{programme['assessment']}/plan"):
        document = paper(weeks, f"{address}/pdf")
        for text in (page(weeks, f"{address}/print"), words(document)):
            assert [word for word in TO_BE_FOLLOWED if word in text] == []
            assert f"{said}. This sheet permits nothing any more" in text
            assert "archived since 2 March 2026" in text
        assert words(document, page=0).startswith(f"Harbour Physio {mark}nothing is permitted")
        assert words(document).count(mark) == pages_of(document)


def test_the_sheet_of_a_runner_without_a_plan_promises_no_more_questions_once_archived(
    weeks: Weeks,
) -> None:
    assessed = weeks.assess(leg_pain="unilateral")
    weeks.post(f"/escalations/{assessed['escalation']}/acknowledge")
    closing = {"outcome_code": "attended", "outcome": "Seen."}
    weeks.post(f"/escalations/{assessed['escalation']}/resolve", closing)
    archived(weeks, "care_ended")
    said = page(weeks, f"/assessments/{assessed['id']}/plan/print")
    assert "Care has ended." in said
    assert [word for word in TO_BE_FOLLOWED if word in said] == []


def test_a_programme_that_has_ended_names_no_review(weeks: Weeks) -> None:
    weeks.begin(**YOUNG)
    first = of(weeks, "print")
    with clinic_scope(weeks.clinic.id):
        weeks.clinic.programmes.update(review_by=MONDAY + dt.timedelta(days=8))
    assert "at the latest" in page(weeks, first)
    weeks.begin(**YOUNG)
    assert "at the latest" not in page(weeks, first)
