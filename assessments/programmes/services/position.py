"""A programme's row and the protocol's ``Standing`` are the same thing twice: here one becomes the other."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from assessments.programmes.models import Programme, ProgrammeEvent
from assessments.programmes.services.not_now import NotNowError
from assessments.programmes.services.run_history import Past, past_of
from assessments.protocol.programme import Phase, Reaction, Standing, Status, after_gap, gap_ended
from assessments.webhooks.models import EventType
from assessments.webhooks.services.emit import emit
from backend.platform.refusals import NotFound
from clinics.identity.clinicians import NamedClinician
from clinics.identity.models import Clinic

Kind = ProgrammeEvent.Kind


class ProgrammeNotFoundError(NotFound):
    """No such programme in this clinic."""


def lock_programme(clinic: Clinic, programme_id: uuid.UUID) -> Programme:
    """Return the programme with its row locked. Raises ``ProgrammeNotFoundError``."""
    programme = clinic.programmes.select_for_update().filter(id=programme_id).first()
    if programme is None:
        raise ProgrammeNotFoundError
    return programme


def lock_released(clinic: Clinic, programme_id: uuid.UUID) -> Programme:
    """The same, of one that is released. Raises ``NotNowError`` ("not_released")."""
    programme = lock_programme(clinic, programme_id)
    if programme.state != Programme.State.RELEASED:
        raise NotNowError("not_released", programme)
    return programme


def standing_of(programme: Programme, past: Past | None = None) -> Standing:
    """Where the runner stands, with the reactions its events remember; ``past`` if it is read already."""
    past = past or past_of(programme)
    return Standing(
        phase=Phase(programme.phase),
        stage=programme.stage,
        share_percent=programme.share_percent,
        status=Status(programme.status),
        greens=programme.greens,
        ambers=programme.ambers,
        settle_first=programme.settle_first,
        clear_days=programme.content["start"]["clear_days"],
        next_run_from=programme.next_run_from,
        permitted_until=programme.permitted_until,
        review_by=programme.review_by,
        past=past.reactions,
    )


def standing_now(programme: Programme, *, now: datetime, past: Past | None = None) -> Standing:
    """Where the runner stands for a run at ``now``: after a long gap further back, by time alone."""
    past = past or past_of(programme)
    standing = standing_of(programme, past)
    return after_gap(standing) if gap_ended(last_run_at(programme, past), now=now) else standing


def last_run_at(programme: Programme, past: Past | None = None) -> datetime | None:
    """When the runner last ran, by any log or by the assessment; else when this programme was released."""
    past = past or past_of(programme)
    logged = past.runs[-1].at if past.runs else None
    known = [at for at in (logged, _told(programme)) if at is not None]
    return max(known, default=programme.released_at)


def _told(programme: Programme) -> datetime | None:
    hours = programme.assessment.answers.get("hours_since_run")
    return programme.assessment.assessed_at - timedelta(hours=hours) if hours is not None else None


def move(programme: Programme, standing: Standing, *, now: datetime) -> None:
    """Store where the runner stands now."""
    happened = [(event, programme.id) for event in _seen_from_outside(programme, standing)]
    programme.phase = standing.phase.value
    programme.stage = standing.stage
    programme.share_percent = standing.share_percent
    programme.status = standing.status.value
    programme.greens = standing.greens
    programme.ambers = standing.ambers
    programme.settle_first = standing.settle_first
    programme.next_run_from = standing.next_run_from
    programme.permitted_until = standing.permitted_until
    programme.review_by = standing.review_by
    programme.save()
    if happened:
        emit(programme.clinic, *happened, now=now)


def _seen_from_outside(programme: Programme, standing: Standing) -> Iterator[EventType]:
    """What a move is to whoever listens."""
    here = (programme.phase, programme.stage, programme.share_percent)
    if (standing.phase.value, standing.stage, standing.share_percent) > here:
        yield EventType.PROGRAMME_ADVANCED
    if standing.status.value == programme.status:
        return
    if standing.status is Status.HELD:
        yield EventType.PROGRAMME_HELD
    elif standing.status is not Status.ACTIVE:
        yield EventType.PROGRAMME_SUSPENDED


def note(
    programme: Programme,
    kind: ProgrammeEvent.Kind,
    *,
    now: datetime,
    by: NamedClinician | None = None,
    reason: str = "",
    reaction: Reaction | None = None,
    criteria: Sequence[str] = (),
    figures: Mapping[str, Any] | None = None,
) -> ProgrammeEvent:
    """Remember what moved the programme, and where it stands afterwards."""
    return programme.events.create(
        clinic_id=programme.clinic_id,
        kind=kind,
        at=now,
        member=by.member if by else None,
        client=by.through if by else None,
        reason=reason,
        reaction=reaction.value if reaction else "",
        criteria=list(criteria),
        phase=programme.phase,
        stage=programme.stage,
        share_percent=programme.share_percent,
        status=programme.status,
        figures=dict(figures or {}),
    )
