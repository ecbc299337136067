"""A programme as a sheet for the runner: one shape that the HTML page and the PDF both show.

JSON-ready, in the order of reading: the safety net comes first. ``printed`` shapes what stands in the
templates ``programme_sheet.html`` and ``programme.typ``.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assessments.follow_ups.models import FollowUp
from assessments.programmes.documents import distance
from assessments.programmes.models import Programme
from assessments.programmes.services.exercises import exercises_in
from assessments.programmes.services.run_permission import Permission, permission_of_runner
from assessments.programmes.services.session import Session, session_of
from assessments.programmes.sheet import words
from assessments.programmes.sheet.walk_run_table import walk_run_table
from assessments.protocol.programme import PHASES, Cap, Known, Phase, Status, run_cap
from assessments.protocol.programme import Programme as Plan
from assessments.protocol.programme.build import longest_told
from assessments.protocol.programme.exercises import STOP_ALWAYS
from assessments.protocol.texts import TEXTS
from assessments.records.models import Assessment
from assessments.records.services import effective_decision
from assessments.records.summary import label
from assessments.records.what_follows import follows_of, reasons_for_the_runner, safety_net_of
from clinics.identity.models import Clinic
from patients.models import Patient

BY_STAGES = (Phase.CALM, Phase.RESTORE, Phase.GRADED_RETURN)
DRAFT, ENDED, PAUSED = "DRAFT: not signed off", "ENDED: no longer valid", "NOT IN FORCE: no running"
Pairs = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class _Subject:
    """Whose sheet it is, and what it is made from."""

    clinic: Clinic
    patient: Patient
    assessment: Assessment
    content: Mapping[str, Any]
    phase: Phase | None
    now: dt.datetime
    cap: Cap | None = None

    def day(self, moment: dt.datetime | dt.date | None) -> str:
        """A date by the clinic's calendar; empty when there is none."""
        if isinstance(moment, dt.datetime):
            moment = moment.astimezone(self.clinic.zone).date()
        return f"{moment.day} {moment:%B %Y}" if moment else ""

    def hour(self, moment: dt.datetime) -> str:
        """A date and time by the clinic's clock."""
        return f"{self.day(moment)}, {moment.astimezone(self.clinic.zone):%H:%M}"


def programme_sheet(programme: Programme, *, now: dt.datetime) -> dict[str, Any]:
    """The sheet of a stored programme, as it stands now; one that isn't in force says so on every page."""
    clinic = programme.clinic
    subject = _Subject(
        clinic,
        programme.patient,
        programme.assessment,
        programme.content,
        Phase(programme.phase),
        now,
        session_of(programme, now=now).cap,
    )
    today = _today(subject, programme)
    sheet = _sheet(subject, mark=_mark(programme), stage=programme.stage)
    said_above = today["session"] if today else ""
    ended = programme.state == Programme.State.ENDED
    return {
        **sheet,
        "advice": [item for item in sheet["advice"] if item not in said_above],
        "facts": [*_person(subject), *_signatures(subject, programme)],
        "today": today,
        "reviews": _reviews(subject, None if ended else programme.review_by),
    }


def plan_sheet(assessment: Assessment, plan: Plan, *, now: dt.datetime) -> dict[str, Any]:
    """The sheet of what an assessment's decision allows: a draft, or what is released instead of a plan."""
    phase = plan.start.phase if plan.start else None
    stage = (plan.start.stage or 0) if plan.start else None
    subject = _Subject(
        assessment.clinic, assessment.patient, assessment, plan.as_dict(), phase=phase, now=now
    )
    sheet = _sheet(subject, mark=DRAFT if plan.start else None, stage=stage)
    said = None if subject.patient.gone else words.IN_ITS_PLACE.get(plan.release)
    return {
        **sheet,
        "title": sheet["title"] if plan.start else "What holds for now",
        "notes": [*sheet["notes"], *([said] if said else [])],
        "facts": _person(subject),
        "today": None,
        "reviews": _reviews(subject, None),
    }


def _sheet(subject: _Subject, *, mark: str | None, stage: int | None) -> dict[str, Any]:
    """What both kinds share; of a runner who is archived only what isn't there to be followed."""
    sheet = _whole_sheet(subject, mark=mark, stage=stage)
    if not (gone := subject.patient.gone):
        return sheet
    since = subject.day(subject.patient.archived_at)
    return {
        **sheet,
        **{name: [] for name in _TO_BE_FOLLOWED},
        "table": None,
        "mark": gone_mark(subject.patient),
        "decision": {"title": f"{gone}.", "words": words.PERMITS_NOTHING},
        "notes": [f"The record is archived since {since}. {words.NOBODY_REMINDED}"],
    }


def gone_mark(patient: Patient) -> str | None:
    """What stands on every page of a paper about a runner who is archived; ``None`` about anybody else."""
    return f"{patient.gone.upper()}: nothing is permitted" if patient.gone else None


#: What a runner reads as something to do.
_TO_BE_FOLLOWED = ("advice", "phases", "changes", "causes", "exercises", "left_out")


def _whole_sheet(subject: _Subject, *, mark: str | None, stage: int | None) -> dict[str, Any]:
    content, name = subject.content, _name(subject.patient)
    return {
        "title": "Your way back to running",
        "clinic": subject.clinic.name,
        "footer": f"{name} · printed {subject.day(subject.now)}",
        "mark": mark,
        "safety_net": _safety_net(subject),
        "decision": {"title": "What was decided", "words": _decision(subject)},
        "notes": [NOT_CONFIRMED] if content["provisional"] else [],
        "why": reasons_for_the_runner(subject.assessment.evaluation),
        "advice": [item["text"] for item in content["advice"]] + list(_load(subject)),
        "table": walk_run_table(stage if subject.phase is Phase.GRADED_RETURN else None)
        | {"legend": words.LEGEND}
        if subject.phase in BY_STAGES
        else None,
        "phases": list(_phases(subject.phase)),
        "changes": [
            {"text": item["text"], "why": item["because"]["statement"]} for item in content["changes"]
        ],
        "causes": [
            {"title": item["title"], "text": f"{item['running']} {item['habit']}".strip()}
            for item in content["causes"]
        ],
        "exercises_words": STOP_ALWAYS,
        "exercises": [_exercise(item) for item in _exercises(subject)],
        "left_out": [
            {"name": item["name"], "why": item["because"]["statement"]} for item in content["left_out"]
        ],
        "not_assessed_words": words.NOT_ASSESSED,
        "not_assessed": [label(name) for name in content["not_assessed"]],
        "closing": words.CLOSING.format(
            version=content["protocol_version"], date=subject.day(subject.assessment.assessed_at)
        ),
    }


NOT_CONFIRMED = "This rests on what you answered alone: a clinician confirms it first."


def _exercises(subject: _Subject) -> list[dict[str, Any]]:
    """Those of the phase in which the runner is."""
    found: list[dict[str, Any]] = subject.content["exercises"]
    return exercises_in(subject.content, subject.phase) if subject.phase else found


def _safety_net(subject: _Subject) -> dict[str, Any]:
    clinic = subject.clinic
    net = safety_net_of(clinic, subject.assessment.answers)
    return {
        "title": net.lead,
        "signs": [*net.signs, *([net.pregnancy] if net.pregnancy else [])],
        "go": f"Ring {clinic.emergency_number}, or go to {clinic.emergency_destination}.",
        "also": words.WATCH_FOR,
    }


def _decision(subject: _Subject) -> str:
    """What holds: a clinician's decision stands above what follows from the protocol's."""
    assessment = subject.assessment
    overrides = assessment.overrides.all()
    effective = effective_decision(assessment, overrides)
    if overrides:
        return words.DECISIONS[effective.decision]
    follows = follows_of(assessment)
    said = (TEXTS.column(follows.running).runner, TEXTS.column(follows.gate).runner)
    return " ".join(sentence for sentence in said if sentence)


def _name(patient: Patient) -> str:
    return f"{patient.given_name} {patient.family_name}".strip()


def _person(subject: _Subject) -> Pairs:
    born = subject.patient.birth_date
    name = _name(subject.patient) + (f", born {subject.day(born)}" if born else "")
    return [
        {"name": "For", "value": name},
        {"name": "Answers of", "value": subject.day(subject.assessment.assessed_at)},
    ]


def _signatures(subject: _Subject, programme: Programme) -> Iterator[dict[str, str]]:
    """The named clinicians behind it."""
    if programme.released_by is not None:
        said = f"{programme.released_by.shown_name} on {subject.day(programme.released_at)}"
        yield {"name": "Signed off by", "value": said}
    if programme.clearance_needed:
        cleared = programme.cleared_by
        said = f"{cleared.shown_name} on {subject.day(programme.cleared_at)}" if cleared else "not yet"
        yield {"name": "Cleared to run by", "value": said}
    if usual := _km_and_miles(programme.usual_run_km):
        yield {"name": "Usual run", "value": usual}


def _mark(programme: Programme) -> str | None:
    if programme.state == Programme.State.DRAFT:
        return DRAFT
    if programme.state == Programme.State.ENDED:
        return ENDED
    return None if programme.status == Status.ACTIVE else PAUSED


def _today(subject: _Subject, programme: Programme) -> dict[str, str] | None:
    """The next session, and whether it may be run as this is printed; nothing of one that has ended.

    Nothing either of a runner who is archived.
    """
    if programme.state == Programme.State.ENDED or subject.patient.gone:
        return None
    session = session_of(programme, now=subject.now)
    both = distance(session.distance_km)
    said = f"{session.words} = {both['mi']:.1f} miles" if both else session.words
    runs = session.blocked_by != "no_running_in_this_phase"
    return {
        "title": "Your next session" if runs else "What you do now",
        "session": said,
        "permission": _permission(subject, session),
        "conditions": session.conditions if runs else "",
        "stop_if": session.stop_if if runs else "",
    }


def _permission(subject: _Subject, session: Session) -> str:
    """Only where the programme and the runner's latest assessment both permit it."""
    said = words.NO_PERMISSION if session.blocked_by is None else words.BLOCKED[session.blocked_by]
    if session.permitted:
        found = permission_of_runner(clinic=subject.clinic, patient_id=subject.patient.id, now=subject.now)
        said = words.PERMITTED if found.state is Permission.HOLDS else words.NO_PERMISSION
    earliest = session.from_
    if earliest is not None and earliest > subject.now:
        said = f"{said} Not before {subject.hour(earliest)}."
    return f"On {subject.day(subject.now)}: {said}"


def _reviews(subject: _Subject, review_by: dt.datetime | None) -> Pairs:
    """What the runner is asked next, soonest first; nobody asks one who is archived."""
    if subject.patient.gone:
        return []
    pending = subject.clinic.follow_ups.filter(
        patient=subject.patient, state__in=FollowUp.PENDING, kind__in=list(words.REVIEWS)
    ).order_by("due_at")
    dates = [(words.REVIEWS[row.kind], row.due_at) for row in pending]
    if review_by is not None:
        dates.append(("Your clinician looks at the programme, at the latest", review_by))
    return [{"what": what, "when": subject.day(when)} for what, when in sorted(dates, key=lambda it: it[1])]


def _load(subject: _Subject) -> Iterator[str]:
    """How far a run may go (F.4), where the phase holds any."""
    if subject.phase not in {Phase.BUILD, Phase.PREHAB}:
        return
    begun = subject.content.get("start") or {}
    told = Known(longest_told(subject.assessment.answers), first=begun.get("run_km"))
    cap = subject.cap or run_cap(told, Known())
    yield f"{cap.reason} ({_km_and_miles(cap.km)} at present.)" if cap.km else cap.reason
    yield "Each week at most a tenth more than the week before, and every fourth week lighter."


def _phases(current: Phase | None) -> Iterator[dict[str, Any]]:
    """From where the runner is to the end of the way."""
    ahead = list(PHASES[[item.phase for item in PHASES].index(current) :]) if current else []
    for item in ahead:
        here = " (you are here)" if item.phase is current else ""
        yield {
            "title": f"{item.title}{here}",
            "content": list(item.content),
            "gate": f"What leads on: {item.gate}",
        }


def _exercise(item: Mapping[str, Any]) -> dict[str, Any]:
    stop = item["stop"].removeprefix(STOP_ALWAYS).strip()
    needs = "" if item["equipment"] == "none" else item["equipment"]
    lines: Sequence[tuple[str, str]] = (
        ("How much", item["dose"]),
        ("Harder", item["harder"]),
        ("Easier", item["easier"]),
        ("Stop", stop),
        ("You need", needs),
    )
    return {
        "name": item["name"],
        "purpose": item["purpose"],
        "lines": [{"name": name, "text": text} for name, text in lines if text],
    }


def _km_and_miles(km: float | None) -> str:
    both = distance(km)
    return f"{both['km']:g} km ({both['mi']:.1f} miles)" if both else ""
