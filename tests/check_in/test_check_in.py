"""A runner answers a check on the phone, and the clinic hears it as from anywhere else."""

import base64
import datetime as dt
import re
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from assessments.check_ins.models import CheckInLink
from assessments.check_ins.pages.form import choices_of
from assessments.check_ins.pages.outcome import PROMISED_BY
from assessments.check_ins.pages.words import HOURS, SECTIONS
from assessments.check_ins.services.links import REQUESTS_PER_MINUTE
from assessments.follow_ups.documents import FRESH_QUESTIONS
from assessments.follow_ups.models import FollowUp
from assessments.privacy.services.retention import forget_what_is_past
from assessments.protocol import validate
from assessments.protocol.questions import QUESTIONS_BY_NAME
from assessments.protocol.texts import TEXTS
from backend.platform.storage.tenancy import clinic_scope
from tests.check_in.page import WELL, Phone, codes, link, words
from tests.conventions.threads import all_at_once
from tests.programme.weeks import Weeks

OVER = "This link is no longer good"


def follow_up_of(weeks: Weeks, phone: Phone) -> Any:
    with clinic_scope(weeks.clinic.id):
        of = CheckInLink.objects.latest("created_at").follow_up_id
    return weeks.get(f"/follow-ups/{of}")


@pytest.mark.holds("HZ-22")
def test_every_question_of_a_check_has_its_words_and_every_choice_its_answer() -> None:
    asked = [name for names in SECTIONS.values() for name in names]
    essential_for_some = {question.name for question in QUESTIONS_BY_NAME.values() if question.essential_when}
    assert sorted(asked) == sorted({*FRESH_QUESTIONS, "pregnancy_status", *essential_for_some})
    for name in asked:
        assert TEXTS.questions[name].runner
        assert codes(name) >= {*QUESTIONS_BY_NAME[name].offered, "unknown"}


@pytest.mark.holds("HZ-11")
def test_no_question_of_a_check_offers_an_answer_that_answers_nothing() -> None:
    asked = [name for names in SECTIONS.values() for name in names]
    assert not any("not_applicable" in codes(name) for name in asked)
    assert not any("too_early" in dict(choices_of(name)) for name in asked)


def test_what_applies_to_the_runner_cannot_stay_empty(weeks: Weeks, phone: Phone) -> None:
    """A leg that hurts goes to the clinic at once; the course left open is no "I have none of these"."""
    page = words(phone.send({**WELL, "leg_pain": "unilateral"}))
    assert "Your clinic needs to ask you more today" in page
    answer = follow_up_of(weeks, phone)["answer"]
    missing = weeks.get(f"/assessments/{answer}")["evaluation"]["missing"]
    assert [item["question"] for item in missing] == ["leg_symptom_progression"]


def test_the_page_asks_in_the_clinics_name_with_nothing_chosen(phone: Phone) -> None:
    answer = phone.open()
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Harbour Physio" in words(answer)
    assert "Robin" not in page, "whoever finds the phone learns no name"
    assert " checked" not in page
    assert " selected" not in page
    assert page.count("<fieldset") + page.count("<select") == len(WELL) + 1, (
        "the course of a leg symptom, too"
    )
    assert not re.findall(r"<script|<link|<img|@import|url\(|\son\w+=", page)
    assert set(re.findall(r'<select id="(\w+)"', page)) <= set(
        re.findall(r'<label class="question" for="(\w+)"', page)
    )
    assert page.count("<legend>") == page.count("<fieldset")


@pytest.mark.parametrize("send", [False, True])
def test_nobody_keeps_indexes_or_passes_on_the_page(phone: Phone, send: bool) -> None:
    answer = phone.send() if send else phone.open()
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert not answer.cookies


def test_opening_it_changes_nothing(weeks: Weeks, phone: Phone) -> None:
    for _ in range(3):
        assert phone.open().status_code == 200
    assert follow_up_of(weeks, phone)["answer"] is None


@pytest.mark.holds("HZ-22")
def test_the_answers_become_a_provisional_assessment_of_the_runners_own(weeks: Weeks, phone: Phone) -> None:
    answer = phone.send()
    assert answer.status_code == 200, words(answer)
    answered = follow_up_of(weeks, phone)
    assert answered["state"] == "answered"
    recorded = weeks.get(f"/assessments/{answered['answer']}")
    assert (recorded["assessor_role"], recorded["evaluation"]["provisional"]) == ("patient_self_report", True)
    assert recorded["answers"]["bladder_change"] == "no"
    assert recorded["carried"]["cancer_history"]
    assert weeks.present()["greens_in_a_row"] == 1, "the programme heard it, as from anywhere else"


def test_a_good_check_says_no_more_than_the_programme_permits(weeks: Weeks, phone: Phone) -> None:
    said = words(phone.send())
    assert "Not before Wednesday 4 March, 08:00" in said
    assert "A clinician at your clinic looks at your answers" in said
    assert "may run" not in said


def test_without_a_programme_no_answer_permits_a_run(weeks: Weeks) -> None:
    weeks.assess(episode_duration_days=3)
    due = weeks.get(f"/follow-ups?patient={weeks.patient.id}&kind=check_24_hours")["results"][0]
    weeks.later(days=1)
    assert "This page gives no new permission to run" in words(link(weeks, due["id"]).send())


def test_a_red_flag_sends_the_runner_at_once_and_calls_the_clinic(weeks: Weeks, phone: Phone) -> None:
    said = words(phone.send({**WELL, "bladder_change": "yes"}))
    assert "Go to the emergency department now" in said
    assert "Go now to A&E, General Hospital, or ring 999 for an ambulance." in said
    assert said.index("Go now to") < said.index("Do not wait if it is an emergency")
    assert weeks.get("/escalations")["results"][0]["urgency"] == "emergency_now"
    assert weeks.present()["status"] == "suspended"


def test_a_red_flag_isnt_held_up_by_questions_left_open(weeks: Weeks, phone: Phone) -> None:
    said = words(phone.send({"leg_weakness": "bilateral"}))
    assert "Go to the emergency department now" in said
    assert weeks.get("/escalations")["results"][0]["urgency"] == "emergency_now"


def test_open_questions_are_listed_and_what_was_chosen_stays(weeks: Weeks, phone: Phone) -> None:
    partly = {name: code for name, code in WELL.items() if name not in {"bladder_change", "trend"}}
    answer = phone.send(partly)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "2 questions without an answer. Nothing has been sent yet." in words(answer)
    assert "<title>Error: " in page
    for name in ("bladder_change", "trend"):
        assert f'href="#{name}-1"' in page
        assert f'id="{name}-1"' in page
        assert f'id="{name}-error"' in page
    assert page.count(" checked") + page.count(" selected") == len(partly)
    assert follow_up_of(weeks, phone)["answer"] is None
    assert phone.send().status_code == 200


@pytest.mark.holds("HZ-22")
def test_not_to_know_is_an_answer_and_no_reassurance(weeks: Weeks, phone: Phone) -> None:
    said = words(phone.send({**WELL, "bladder_change": "unknown"}))
    assert "Ring your clinic today" in said
    recorded = weeks.get(f"/assessments/{follow_up_of(weeks, phone)['answer']}")
    assert recorded["absent_reasons"] == {"bladder_change": "asked-unknown"}
    assert "bladder_change" not in recorded["answers"]


def test_what_is_no_choice_is_no_answer(phone: Phone) -> None:
    answer = phone.send({**WELL, "bladder_change": "<script>marker</script>", "trend": "x" * 5000})
    assert answer.status_code == 422
    assert "marker" not in answer.content.decode()


def test_the_second_tap_hears_the_same_and_records_nothing_twice(weeks: Weeks, phone: Phone) -> None:
    first = words(phone.send({**WELL, "bladder_change": "yes"}))
    weeks.later(minutes=2)
    assert words(phone.send({**WELL, "bladder_change": "yes"})) == first
    with clinic_scope(weeks.clinic.id):
        assert weeks.clinic.assessments.filter(assessor_role="patient_self_report").count() == 1
    weeks.later(minutes=20)
    answer = phone.send()
    assert (answer.status_code, OVER in words(answer)) == (410, True)


def test_a_correction_after_the_link_has_ended_is_an_assessment_of_its_own(
    weeks: Weeks, phone: Phone
) -> None:
    phone.send()
    weeks.later(minutes=3)
    page = words(phone.send({**WELL, "bladder_change": "yes"}))
    assert "Go to the emergency department now" in page
    with clinic_scope(weeks.clinic.id):
        assert weeks.clinic.assessments.filter(assessor_role="patient_self_report").count() == 2
        assert weeks.clinic.escalations.filter(state="open").exists()


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_once_record_one_answer(weeks: Weeks, phone: Phone) -> None:
    with weeks.at():
        answers = all_at_once([lambda: Client().post(phone.path, WELL)] * 4)
    assert [answer.status_code for answer in answers] == [200] * 4
    with clinic_scope(weeks.clinic.id):
        assert weeks.clinic.assessments.filter(assessor_role="patient_self_report").count() == 1


def used(weeks: Weeks, phone: Phone) -> None:
    phone.send()


def expired(weeks: Weeks, phone: Phone) -> None:
    weeks.later(days=4)


def revoked(weeks: Weeks, phone: Phone) -> None:
    with weeks.at() as api:
        of = follow_up_of(weeks, phone)["id"]
        assert api.delete(f"/api/v1/follow-ups/{of}/check-in-link").status_code == 204


def replaced(weeks: Weeks, phone: Phone) -> None:
    link(weeks, follow_up_of(weeks, phone)["id"])


def answered_elsewhere(weeks: Weeks, phone: Phone) -> None:
    weeks.check(follow_up_of(weeks, phone)["id"])


def archived(weeks: Weeks, phone: Phone) -> None:
    with clinic_scope(weeks.clinic.id):
        weeks.patient.archived_at = weeks.now
        weeks.patient.save()


def erased(weeks: Weeks, phone: Phone) -> None:
    weeks.post(f"/patients/{weeks.patient.id}/erasure", {"reason": "patient_request"})


def forged(weeks: Weeks, phone: Phone) -> None:
    phone.url = phone.url[:-3] + "abc"


@pytest.mark.holds("HZ-26")
@pytest.mark.parametrize(
    "end", [used, expired, revoked, replaced, answered_elsewhere, archived, erased, forged]
)
def test_a_link_that_is_over_says_whom_to_call_and_nothing_about_anybody(
    weeks: Weeks, phone: Phone, end: Any
) -> None:
    end(weeks, phone)
    before = len(weeks.get("/assessments")["results"])
    for answer in (phone.open(), phone.send({**WELL, "bladder_change": "yes"} if end is not used else None)):
        if end is used and answer.wsgi_request.method == "POST":
            continue  # within minutes that is a second tap
        said = words(answer)
        assert (answer.status_code, OVER in said) == (410, True)
        assert "call your clinic" in said
        assert "999" in said or end in {erased, forged}, "nobody is left, or it was never ours"
        assert "Robin" not in said
        assert answer["Cache-Control"] == "no-store"
    assert len(weeks.get("/assessments")["results"]) == before


def test_the_address_says_nothing_and_the_database_knows_only_its_hash(weeks: Weeks, phone: Phone) -> None:
    token = phone.path.rsplit("/", 1)[1]
    assert re.fullmatch(r"[A-Za-z0-9_.-]{60,120}", token)
    with clinic_scope(weeks.clinic.id), connection.cursor() as cursor:
        for table in ("assessments_checkinlink", "assessments_checkinlinkhistory"):
            cursor.execute(f"SELECT * FROM {table}")
            assert token not in str(cursor.fetchall())


def test_an_address_is_24_bytes_that_are_other_ones_each_time(weeks: Weeks, phone: Phone) -> None:
    tokens = [phone.path, link(weeks, follow_up_of(weeks, phone)["id"]).path]
    drawn = {base64.urlsafe_b64decode(path.rsplit("/", 1)[1].split(".")[0]) for path in tokens}
    assert [len(one) for one in drawn] == [24, 24]


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_forged_link_asks_the_database_nothing(
    phone: Phone, method: str, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        answer = getattr(Client(), method)(phone.path[:-3] + "abc", WELL)
    assert answer.status_code == 410


def test_its_token_is_in_no_log_and_no_mail(
    weeks: Weeks, phone: Phone, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    phone.send({**WELL, "bladder_change": "yes"})
    phone.url = phone.url + "x"
    phone.open()
    token = phone.path.rsplit("/", 1)[1][:-1]
    assert token not in "".join(capfd.readouterr())
    assert token not in str(mail.outbox)
    formatted = [record.getMessage() for record in caplog.records if record.name.startswith("assessments")]
    assert token not in "".join(formatted)


def test_another_sites_form_is_refused(weeks: Weeks, phone: Phone) -> None:
    answer = phone.send(**{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "call your clinic" in words(answer)
    assert follow_up_of(weeks, phone)["answer"] is None


def test_a_link_that_is_asked_too_often_rests_for_a_minute(weeks: Weeks, phone: Phone) -> None:
    codes_seen = [phone.open().status_code for _ in range(REQUESTS_PER_MINUTE + 1)]
    assert codes_seen[-1] == 429
    assert set(codes_seen[:-1]) == {200}


def test_a_page_that_is_loaded_without_end_keeps_no_red_flag_out(weeks: Weeks, phone: Phone) -> None:
    for _ in range(REQUESTS_PER_MINUTE + 1):
        loaded = phone.open()
    assert loaded.status_code == 429
    alarm = {**WELL, "bladder_change": "yes"}
    assert "Go to the emergency department now" in words(phone.send(alarm))
    sent = [phone.send(alarm).status_code for _ in range(REQUESTS_PER_MINUTE)]
    assert (set(sent[:-1]), sent[-1]) == ({200}, 429), "answers have a limit of their own"
    assert weeks.get("/escalations")["results"][0]["urgency"] == "emergency_now"


def test_a_repeated_request_shows_no_address_again(weeks: Weeks, phone: Phone) -> None:
    path = f"/api/v1/follow-ups/{follow_up_of(weeks, phone)['id']}/check-in-link"
    with weeks.at() as api:
        first, again = (api.post(path, {}, headers={"Idempotency-Key": "one-key"}) for _ in range(2))
    assert first.json()["url"]
    assert again.json() == {**first.json(), "url": None}


@pytest.mark.parametrize("end", [answered_elsewhere, archived, erased])
def test_no_link_is_made_where_there_is_nothing_to_answer(weeks: Weeks, phone: Phone, end: Any) -> None:
    of = follow_up_of(weeks, phone)["id"]
    end(weeks, phone)
    weeks.post(f"/follow-ups/{of}/check-in-link", status=409)


def test_a_referral_is_no_question_to_the_runner(weeks: Weeks) -> None:
    weeks.assess(bladder_change="yes")
    chaser = weeks.get(f"/follow-ups?patient={weeks.patient.id}&kind=handover")["results"][0]
    weeks.post(f"/follow-ups/{chaser['id']}/check-in-link", status=409)


@pytest.mark.holds("HZ-09")
def test_a_clinic_without_a_complete_pathway_takes_no_answer_and_says_so(weeks: Weeks, phone: Phone) -> None:
    with clinic_scope(weeks.clinic.id):
        weeks.clinic.emergency_number = ""
        weeks.clinic.save()
    answer = phone.send()
    assert (answer.status_code, "Your answers were not taken" in words(answer)) == (503, True)


@pytest.mark.holds("HZ-21")
def test_who_is_pregnant_is_asked_about_it(weeks: Weeks) -> None:
    weeks.assess(pregnancy_status="pregnant", pregnancy_warning_signs="no", episode_duration_days=3)
    due = weeks.get(f"/follow-ups?patient={weeks.patient.id}")["results"][0]
    assert "your baby moving less" in words(link(weeks, due["id"]).open())


def test_a_runner_with_a_history_is_asked_for_the_hop_and_can_complete_the_check(weeks: Weeks) -> None:
    history = {"pain_region": "lumbosacral_sij_buttock", "prior_bone_stress_injury": "yes"}
    weeks.assess(**history, hop_or_impact_pain="no", episode_duration_days=3)
    pending = weeks.get(f"/follow-ups?patient={weeks.patient.id}&page_size=100")["results"]
    check = next(item for item in pending if item["kind"] == "day_7")
    weeks.later(days=7)
    phone = link(weeks, check["id"])
    assert 'name="hop_or_impact_pain"' in phone.open().content.decode()
    phone.send({**WELL, "hop_or_impact_pain": "no"})
    answer = weeks.get(f"/follow-ups/{check['id']}")["answer"]
    assert weeks.get(f"/assessments/{answer}")["evaluation"]["missing"] == []


def test_nobody_else_is_asked_to_hop(weeks: Weeks, phone: Phone) -> None:
    assert "hop_or_impact_pain" not in phone.open().content.decode()


def test_expired_links_are_forgotten_after_a_month(weeks: Weeks, phone: Phone) -> None:
    for days, left in ((30, 1), (36, 0)):
        forget_what_is_past(now=weeks.now + dt.timedelta(days=days))
        with clinic_scope(weeks.clinic.id):
            assert CheckInLink.objects.count() == left


def confirmed(weeks: Weeks, assessment: str, **changes: Any) -> Any:
    return weeks.post(f"/assessments/{assessment}/confirmation", {"role": "physiotherapist"}, **changes)


def test_a_clinician_confirms_what_the_runner_answered(weeks: Weeks, phone: Phone) -> None:
    phone.send()
    own = follow_up_of(weeks, phone)["answer"]
    weeks.later(hours=1)
    now = confirmed(weeks, own, status=201)
    assert (now["evaluation"]["provisional"], now["supersedes"]) == (False, own)
    before = weeks.get(f"/assessments/{own}")
    assert before["evaluation"]["provisional"]
    for name in ("answers", "carried", "assessed_at", "absent_reasons"):
        assert now[name] == before[name]
    assert now["recorded_by"]["user"]
    confirmed(weeks, now["id"], status=409)
    confirmed(weeks, own, status=409)


def test_a_plan_of_the_runners_own_answers_is_released_once_they_are_confirmed(weeks: Weeks) -> None:
    own = weeks.assess(episode_duration_days=3, role="patient_self_report")["id"]
    drafted = weeks.post("/programmes", {"assessment": own})
    weeks.post(f"/programmes/{drafted['id']}/release", status=409)
    again = weeks.post("/programmes", {"assessment": confirmed(weeks, own)["id"]})
    weeks.post(f"/programmes/{again['id']}/release", status=200)


def test_confirming_an_emergency_leaves_it_calling(weeks: Weeks, phone: Phone) -> None:
    phone.send({**WELL, "bladder_change": "yes"})
    confirmed(weeks, follow_up_of(weeks, phone)["answer"])
    assert [found["state"] for found in weeks.get("/escalations")["results"]] == ["open"]


def test_what_a_clinician_recorded_needs_no_confirmation(weeks: Weeks) -> None:
    confirmed(weeks, weeks.assess()["id"], status=409)


def test_every_choice_of_a_check_means_what_the_dictionary_says() -> None:
    """Reviewed one by one: words, code, and that the worst answers are answers and never "I don't know"."""
    assert dict(choices_of("hours_to_settle"))["72"] == "Not yet"
    assert {code for code, _ in choices_of("hours_to_settle")} - {"unknown"} == set(HOURS)
    for names in SECTIONS.values():
        for name in names:
            question = QUESTIONS_BY_NAME[name]
            for code, said in choices_of(name, first_week=True):
                if code == "unknown":
                    continue
                value = int(code) if question.type in {"integer", "number"} else code
                assert validate({name: value})[name] == value, (name, code)
                positive = code not in {"no", "none", "normal", "not_pregnant", "not_tried"}
                if question.screen in {"emergency", "urgent"} and question.type == "choice":
                    assert said.startswith("No") is not positive, (name, code, said)
            if name != "hop_or_impact_pain":  # there it may be wiser not to try
                assert "know" not in "".join(TEXTS.questions[name].runner or ())


def test_not_yet_as_usual_is_amber_and_counted(weeks: Weeks, phone: Phone) -> None:
    phone.send({**WELL, "pain_next_day_nrs": "2", "hours_to_settle": "72"})
    events = weeks.get(f"/programmes/{weeks.programme}/events")["results"]
    assert "amber" in {event["reaction"] for event in events}


CLOSINGS: list[dict[str, str]] = [
    {},
    {"pain_walking_nrs": "5"},
    {"pain_run_peak_nrs": "5"},
    {"hours_to_settle": "unknown"},
    {"adjustment_outcome": "worse"},
    {"bone_focal_pain": "yes"},
    {"night_pain_unrelieved": "yes"},
    {"fever_or_rigors": "yes"},
    {"bladder_change": "yes"},
    {"leg_pain": "unknown"},
]


@pytest.mark.parametrize("changes", CLOSINGS, ids=[str(list(item)) for item in CLOSINGS])
def test_what_the_page_promises_exists(weeks: Weeks, phone: Phone, changes: dict[str, str]) -> None:
    """ "Will be in touch" and "has been told" stand only beside an escalation or a task with its date."""
    said = words(phone.send({**WELL, **changes}))
    answer = follow_up_of(weeks, phone)["answer"]
    with clinic_scope(weeks.clinic.id):
        called = weeks.clinic.escalations.filter(assessment_id=answer).exists()
        tasks = weeks.clinic.follow_ups.filter(
            assessment_id=answer, state__in=FollowUp.PENDING, kind__in=PROMISED_BY
        ).exists()
    promises = "be in touch" in said
    if "has been told" in said or "it is told, too" in said:
        assert called
    if promises:
        assert called or tasks
    if changes in ({"hours_to_settle": "unknown"}, {"pain_walking_nrs": "5"}):
        assert promises
