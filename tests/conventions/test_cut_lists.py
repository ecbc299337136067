"""A list that is cut says how many there are and leads to the rest; a new cut must say how."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from assessments.dashboard.services import MOST_ROWS
from assessments.follow_ups.models import FollowUp
from assessments.letters.content import ASSESSMENTS_SHOWN, letter_content
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.models import Clinic, Role
from patients.models import Patient
from tests.dashboard.settings_pages import signed_in
from tests.dashboard.test_dashboard import emergency, record
from tests.factories import make_patient
from tests.on_call.plans import clinician, set_plan, shift

ROOT = Path(__file__).resolve().parents[2]
#: Where lists for people and software are made: all of the code.
PLACES = ("assessments", "clinics", "patients", "backend")
#: What shows nothing: the protocol decides, migrations and commands are the operator's.
ELSEWHERE = ("assessments/protocol", "migrations", "management")
TEMPLATES = ("assessments", "clinics", "patients", "backend")
#: Every cut in a template, and why nobody misses the rest.
IN_TEMPLATES = {
    'form/live.html live.next|slice:"1:"': "the first stands before it",
    'clinics/on_call.html fortnight.gaps|slice:":10"': "the rest stands below, and how many there are",
    'clinics/on_call.html fortnight.gaps|slice:"10:"': "that rest",
}
#: Every slice with an end in these places, by module and what is cut, and why nobody misses the rest.
ALLOWED = {
    "demo/tell.py WEEKDAYS": "the working days",
    "fhir.py rows.order_by('updated_at', 'id')": "one more than a page is refused: say more",
    "services.py clinic.patients.filter(external_id__in=external_ids, erased_at=None)":
        "two are one too many; nobody sees a list",
    "dashboard/services.py ordered": "the page says how many there are and links to all",
    "dashboard/pages/worklist.py wanted": "the same",
    "parameters/pages/parameters.py flip['assessments']": "the page says how many there are and links to all",
    "audit/pages/history.py rows": "one page, with the way to the earlier ones",
    "audit/pages/history.py found": "the same",
    "audit/pages/access_log.py chosen.wanted(entries)": "the same",
    "audit/pages/access_log.py found": "the same",
    "timeline/services/timeline.py found": "the same",
    "timeline/services/timeline.py newest": "the same",
    "sign_in/services/one_time_codes.py code": "a text",
    "letters/content.py newest": "a line of the letter says how many aren't listed",
    "decisions/services/record_form.py newest.select_related('recorded_by_user', 'recorded_by_client')":
        "what was recorded while a form was open, which is a few hours",
    "exports/services/changes.py clinic.changes.filter(position__gt=position).order_by('position')":
        "a page of the API, with its cursor",
    "parameters/replay/evaluate.py assessments.order_by('-created_at', '-id')": (
"the preview says of how many it "
"is"
),
    "cds/services.py past.values('id')": "rows that are deleted, batch by batch",
    "records/what_follows.py [sentence for sentence in dict.fromkeys(sentences) if sentence]":
        "why, in the three sentences that 8-texts.md allows a runner",
    "cds/cards.py places": "the card says how many more there are",
    "platform/refusals.py pointer": "a pointer that is too long, which no reader of a list sees",
    "platform/refusals.py parts": "the same",
    "check_ins/services/links.py past.values('id')": "the same",
    "privacy/services/retention.py past": "the same",
    "privacy/services/retention.py past.values('id')": "the same",
    "privacy/services/retention.py ended.order_by('at').values_list('id', flat=True)": "the same",
    "exports/api/changes.py found": "a page, with its cursor",
    "platform/api/pagination.py rows": "a page, with the address of the next",
    "platform/api/pagination.py found": "the same",
    "platform/fhir/bundles.py rows.order_by(time, 'id')": "a page of the bundle, with its total and the next",
    "platform/fhir/bundles.py found": "the same",
    "platform/fhir/search.py text": "a prefix of two letters",
    "api/authentication.py row": "the columns of one row",
    "cds/calls.py f'{value}-01-01'": "a date",
    "cds/found.py f'{value}-01-01'": "a date",
    "cds/judged.py str(answers.resource.get('authored'))": "a date",
    "cds/judged.py options": "answers that are tried; the card names the place of each",
    "records/summary.py carried": "a date",
    "decisions/form/live_preview.py evaluation.next_questions": (
"beside them stands how many of each screen are "
"answered"
),
    "webhooks/services/send.py list(headers)": (
"the head of a receiver's answer, which its docs say is cut "
"short"
),
    "webhooks/services/send.py text": "a text",
    "platform/outbound/http.py resolve(self._place)": "addresses that are tried",
    "identity/lockout.py name_key(name)": "a key",
    "parameters/replay/report.py json.dumps(head)": "the closing bracket, which is written at the end",
    "parameters/replay/report.py json.dumps(item)": "the same",
    "platform/edge/front.py data": "pieces of an answer, each of which is sent",
    "platform/logs.py str(args[0]).split(': ')": "a text",
    "programmes/services/run_history.py row": "the columns of one row",
    "webhooks/services/keys.py [SealedKey(key=encrypt(key), until=None), *kept]": "keys that are dropped",
}  # fmt: skip


def slices() -> dict[str, str]:
    """What is cut at an end other than a fixed number of characters, with where it is."""
    found = {}
    for place in PLACES:
        for module in sorted((ROOT / place).rglob("*.py")):
            if any(part in f"{module.relative_to(ROOT)}" for part in ELSEWHERE):
                continue
            for node in ast.walk(ast.parse(module.read_text())):
                cut = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)
                if not cut or node.slice.upper is None or _is_no_list(node):  # type: ignore[union-attr]
                    continue
                name = f"{module.relative_to(ROOT)}".partition("/")[2]
                found[f"{name} {ast.unparse(node.value)}"] = f"{module}:{node.lineno}"  # type: ignore[attr-defined]
    return found


def _is_no_list(node: ast.Subscript) -> bool:
    """Whether it shortens a text, a reason or a key, which rows never end as; or takes the first row only."""
    if ast.unparse(node.slice) == ":1":
        return True
    names = {part.attr for part in ast.walk(node.value) if isinstance(part, ast.Attribute)}
    text = {"join", "reason", "name", "hexdigest", "isoformat", "digest"}
    return bool(names & text) and "values_list" not in names


def test_every_slice_says_why_nobody_misses_the_rest() -> None:
    found = slices()
    assert {key: where for key, where in found.items() if key not in ALLOWED} == {}
    assert set(ALLOWED) - set(found) == set(), "a reason for what is cut no more"


def test_every_cut_in_a_template_says_why_nobody_misses_the_rest() -> None:
    found = set()
    for place in TEMPLATES:
        for page in sorted((ROOT / place).rglob("*.html")):
            cuts = re.findall(r"""[\w.]+\|slice:"[^"]*\"""", page.read_text())
            found |= {f"{page.parent.name}/{page.name} {cut}" for cut in cuts}
    assert found == set(IN_TEMPLATES)


def due(clinic: Clinic, runner: Patient, number: int) -> None:
    """So many follow-ups that are due, oldest first; the permission of the youngest has lapsed."""
    now = timezone.now()
    with clinic_scope(clinic.id):
        pattern = clinic.follow_ups.filter(patient=runner)[0]
        clinic.follow_ups.filter(patient=runner).update(state=FollowUp.State.CANCELLED)
        for place in range(number):
            at = now - timedelta(days=number - place + 2)
            last = place == number - 1
            clinic.follow_ups.create(
                patient=runner,
                assessment=pattern.assessment,
                kind="check_24_hours" if last else "day_7",
                opens_at=at,
                due_at=at,
                overdue_at=at,
                permission_lapses_at=at if last else None,
            )


def worklist(browser: Client) -> str:
    """The page, on one line."""
    return " ".join(browser.get("/admin/").content.decode().split())


def test_due_and_overdue_says_how_many_there_are_with_what_has_lapsed_first(clinic: Clinic) -> None:
    browser, runner = signed_in(clinic, Role.CLINICIAN), make_patient(clinic)
    record(clinic, runner)
    due(clinic, runner, MOST_ROWS)
    assert "are shown" not in worklist(browser)
    due(clinic, runner, MOST_ROWS + 1)
    page = worklist(browser)
    assert f"{MOST_ROWS} of {MOST_ROWS + 1} are shown." in page
    assert '<a class="rtr-link" href="/admin/assessments/followup/">All follow-ups</a>' in page
    list_of_them = page.partition('id="follow-ups"')[2]
    assert list_of_them.index("24-hour check") < list_of_them.index("Day 7 review")


def test_open_escalations_say_how_many_there_are(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessments.dashboard.pages.worklist.MOST_ROWS", 2)
    browser = signed_in(clinic, Role.CLINICIAN)
    for _ in range(3):
        emergency(clinic)
    page = worklist(browser)
    assert "2 of 3 are shown." in page
    assert '<a class="rtr-link" href="/admin/assessments/escalation/">All escalations</a>' in page


def test_a_letter_says_how_many_assessments_it_leaves_out(clinic: Clinic) -> None:
    runner = make_patient(clinic)
    for _ in range(ASSESSMENTS_SHOWN):
        record(clinic, runner)
    record(clinic, runner, bladder_change="yes")
    with clinic_scope(clinic.id):
        told = [line["what"] for line in letter_content(clinic.escalations.get(patient=runner))["timeline"]]
    assert "Not listed: 1 assessment up to then" in told


def test_every_gap_of_the_rota_is_there_to_be_read(clinic: Clinic) -> None:
    set_plan(clinic, shift(clinician(clinic), "08:00-20:00"))
    page = signed_in(clinic, Role.ADMIN).get("/admin/settings/rota/").content.decode()
    gaps = page.partition("The rota has gaps")[2].partition("</section>")[0]
    assert gaps.count("<li>") >= 13
    assert "gaps: more than the first 10" in gaps
