"""Replace a clinic's on-call plan, refusing one that could leave an emergency with nobody."""

import uuid
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from assessments.escalations.on_call.models import OnCallPlan
from assessments.escalations.on_call.services.calendar import Holidays, regions_that_differ, subdivisions_of
from assessments.escalations.on_call.services.ladder import default_ladder, problems_of
from assessments.escalations.on_call.services.plan import Plan, plan_of
from backend.platform.refusals import FieldProblem, Invalid
from clinics.identity.clinicians import reachable_clinicians
from clinics.identity.models import Clinic, Membership


class UnsafePlanError(Invalid):
    """The plan can't be used; its ``places`` say why."""


def change_on_call(*, clinic: Clinic, plan: Plan, now: datetime) -> None:
    """Store the plan in place of the present one. Call it with the clinic's row locked.

    Escalations already open keep what was frozen into them. Raises ``UnsafePlanError``.
    """
    problems = [
        *_about_shifts(plan),
        *_about_covers(plan),
        *_about_people(clinic, plan, now),
        *_about_holidays(plan.holidays, now),
        *_about_ladders(plan),
    ]
    if plan.quiet_hours and plan.quiet_hours.starts_at == plan.quiet_hours.ends_at:
        problems.append(FieldProblem("/quiet_hours/ends_at", "invalid", "Must differ from the beginning."))
    if problems:
        raise UnsafePlanError(places=problems)
    values = {
        "shifts": [asdict(shift) for shift in plan.shifts],
        "covers": [asdict(cover) for cover in plan.covers],
        "country": plan.holidays.country,
        "subdivision": plan.holidays.subdivision,
        "closed_days": sorted(set(plan.holidays.closed_days)),
        "ladders": {
            urgency: asdict(ladder)
            for urgency, ladder in plan.ladders.items()
            if ladder != default_ladder(urgency)
        },
        "quiet_hours": asdict(plan.quiet_hours) if plan.quiet_hours else None,
    }
    row = getattr(clinic, "on_call_plan", None) or OnCallPlan(clinic=clinic)
    for column, value in values.items():
        setattr(row, column, value)
    row.save()
    row.refresh_from_db()
    clinic.on_call_plan = row  # as it reads from now on, in place of what ``plan_of`` may have read


def _about_shifts(plan: Plan) -> Iterator[FieldProblem]:
    for place, shift in enumerate(plan.shifts):
        if shift.valid_until is not None and shift.valid_until < shift.valid_from:
            detail = "Must not be before valid_from."
            yield FieldProblem(f"/shifts/{place}/valid_until", "invalid", detail)
        if len(set(shift.days)) < len(shift.days):
            yield FieldProblem(f"/shifts/{place}/days", "invalid", "Names a day twice.")


def _about_covers(plan: Plan) -> Iterator[FieldProblem]:
    for place, cover in enumerate(plan.covers):
        if cover.ends_at <= cover.starts_at:
            yield FieldProblem(f"/covers/{place}/ends_at", "invalid", "Must be after starts_at.")


def _about_people(clinic: Clinic, plan: Plan, now: datetime) -> Iterator[FieldProblem]:
    """Whoever is still to be told must be reachable; turns that are over may name people who have left."""
    reachable = set(reachable_clinicians(clinic).values_list("id", flat=True))
    for pointer, member in still_called(clinic, plan, now):
        if member not in reachable:
            detail = "There is no such clinician with an e-mail address in the clinic."
            yield FieldProblem(pointer, "not_found", detail)


def still_called(clinic: Clinic, plan: Plan, now: datetime) -> list[tuple[str, uuid.UUID]]:
    """Whom the plan calls from now on, each with the JSON pointer of the place; turns that are over aside."""
    today = now.astimezone(clinic.zone).date()
    named: list[tuple[str, uuid.UUID]] = [
        (f"/shifts/{place}/member", shift.member)
        for place, shift in enumerate(plan.shifts)
        if shift.valid_until is None or shift.valid_until >= today
    ]
    named += [
        (f"/covers/{place}/member", cover.member)
        for place, cover in enumerate(plan.covers)
        if cover.ends_at > now
    ]
    for urgency, ladder in plan.ladders.items():
        for at, step in enumerate(ladder.steps):
            pointer = f"/ladders/{urgency}/steps/{at}/members"
            named += [(f"{pointer}/{place}", member) for place, member in enumerate(step.members)]
    return named


def _about_holidays(holidays: Holidays, now: datetime) -> Iterator[FieldProblem]:
    """A day that is a holiday in part of a country only must not pass for an ordinary one there."""
    known = subdivisions_of(holidays.country) if holidays.country else []
    if known is None:
        yield FieldProblem(
            "/holidays/country", "unknown", "No holidays are known for it: ISO 3166-1, two letters."
        )
    elif holidays.subdivision and holidays.subdivision not in known:
        yield FieldProblem(
            "/holidays/subdivision", "unknown", "The country has no such subdivision: ISO 3166-2."
        )
    elif not holidays.subdivision and (regions := regions_that_differ(holidays.country, now.year)):
        detail = f"Holidays differ by region there. One of: {', '.join(regions)}."
        yield FieldProblem("/holidays/subdivision", "required", detail)


def _about_ladders(plan: Plan) -> Iterator[FieldProblem]:
    for urgency, ladder in plan.ladders.items():
        for pointer, detail in problems_of(urgency, ladder):
            yield FieldProblem(f"/ladders/{urgency}{pointer}", "unsafe", detail)


def needs_member(clinic: Clinic, member: Membership, now: datetime) -> str | None:
    """Return ``on_call_plan`` when the plan still calls the member, so that they aren't let go first."""
    called = {one for _, one in still_called(clinic, plan_of(clinic), now)}
    return "on_call_plan" if member.id in called else None
