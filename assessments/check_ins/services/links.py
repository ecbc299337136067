"""Links by which a runner answers one follow-up: made, revoked, opened and used."""

import hashlib
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.core import signing
from django.db import connection

from assessments.check_ins.models import CheckInLink
from assessments.check_ins.services.answer import (
    FollowUpClosedError,
    FollowUpNotFoundError,
    ReportedError,
    about_its_run,
    answer_follow_up,
    record_beside,
    with_carried_answers,
)
from assessments.decisions.services.submit import Recorded, Submission
from assessments.follow_ups.documents import FRESH_QUESTIONS
from assessments.follow_ups.models import REPORTED, FollowUp
from assessments.protocol import evaluate
from assessments.records.models import Assessment
from backend.platform.api.throttling import count_of
from backend.platform.refusals import Refusal
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import Actor
from clinics.identity.models import Clinic
from patients.services import lock_patient

#: A link is good until so long after its follow-up is overdue, and at least so long from when it is made.
GOOD_AFTER_OVERDUE = timedelta(days=2)
GOOD_AT_LEAST = timedelta(days=1)
#: A second tap on "send" within this time is the same tap.
DOUBLE_TAP = timedelta(minutes=10)
KEPT_FOR = timedelta(days=30)
#: Requests that one link takes in a minute.
REQUESTS_PER_MINUTE = 30
_SIGNER = signing.Signer(sep=".", salt="assessments.check-in")


class LinkOverError(Refusal):
    """The link is forged, expired, used or revoked, or there is nothing left to answer.

    ``clinic`` is whose link it was, if it was anybody's.
    """

    code = "gone"

    def __init__(self, clinic: Clinic | None = None) -> None:
        super().__init__()
        self.clinic = clinic


@dataclass(frozen=True, slots=True)
class Opened:
    """A link with what it opens."""

    link: CheckInLink
    follow_up: FollowUp
    clinic: Clinic


def make_link(
    *, clinic: Clinic, follow_up_id: uuid.UUID, actor: Actor, now: datetime
) -> tuple[CheckInLink, str]:
    """Return a new link and its token, which is nowhere else; an earlier link of the follow-up ends.

    Raises ``FollowUpNotFoundError``, ``FollowUpClosedError``, ``ReportedError`` or what ``lock_patient``
    raises.
    """
    with clinic_scope(clinic.id):
        follow_up = _lock(clinic, follow_up_id)
        if follow_up.kind in REPORTED:
            raise ReportedError
        if follow_up.state not in FollowUp.PENDING:
            raise FollowUpClosedError(follow_up.state)
        _end(clinic, follow_up, now)
        token = _SIGNER.sign(secrets.token_urlsafe(24))
        link = clinic.check_in_links.create(
            follow_up=follow_up,
            token_hash=_hash(token),
            client=actor.client,
            user=actor.user,
            created_at=now,
            expires_at=max(follow_up.overdue_at + GOOD_AFTER_OVERDUE, now + GOOD_AT_LEAST),
        )
    return link, token


def revoke_link(*, clinic: Clinic, follow_up_id: uuid.UUID, now: datetime) -> None:
    """End the link of a follow-up, if there is one. Raises ``FollowUpNotFoundError``."""
    with clinic_scope(clinic.id):
        follow_up = clinic.follow_ups.filter(id=follow_up_id).first()
        if follow_up is None:
            raise FollowUpNotFoundError
        _end(clinic, follow_up, now)


def _end(clinic: Clinic, follow_up: FollowUp, now: datetime) -> None:
    for link in clinic.check_in_links.select_for_update().filter(follow_up=follow_up, ended_at__isnull=True):
        link.ended_at = now
        link.save(update_fields=["ended_at"])


def _lock(clinic: Clinic, follow_up_id: uuid.UUID) -> FollowUp:
    """Lock the runner first and the follow-up second, as answering does."""
    found = clinic.follow_ups.filter(id=follow_up_id).only("patient_id").first()
    if found is None:
        raise FollowUpNotFoundError
    lock_patient(clinic, found.patient_id)
    return clinic.follow_ups.select_for_update().get(id=follow_up_id)


@contextmanager
def opened_link(token: str, *, now: datetime, again: bool = False) -> Iterator[Opened]:
    """Yield what a link opens, inside its clinic's transaction. Raises ``LinkOverError``.

    With ``again`` also a link that was used just now: the second tap must hear what the first one did.
    """
    clinic_id = _clinic_of(token)
    if clinic_id is None:
        raise LinkOverError
    with clinic_scope(clinic_id):
        clinic = Clinic.objects.get(id=clinic_id)
        links = clinic.check_in_links.select_related("follow_up__patient", "follow_up__assessment", "client")
        link = links.filter(token_hash=_hash(token)).first()
        if link is None or not _is_open(link, now, again=again):
            raise LinkOverError(clinic)
        yield Opened(link, link.follow_up, clinic)


def _is_open(link: CheckInLink, now: datetime, *, again: bool) -> bool:
    patient = link.follow_up.patient
    if patient.archived_at is not None or patient.erased_at is not None:
        return False
    if link.ended_at is None:
        return now < link.expires_at and link.follow_up.state in FollowUp.PENDING
    answered = link.ended_at == link.used_at  # revoking ends it later than its last answers
    return again and answered and _just_used(link, now)


def _just_used(link: CheckInLink, now: datetime) -> bool:
    """Whether answers came by it a moment ago: the same ones are the second tap of a hand that waits."""
    return link.used_at is not None and now - link.used_at < DOUBLE_TAP


def sent_by(opened: Opened) -> Assessment:
    """Return what the answers became that came by it last. Raises ``LinkOverError`` where none came."""
    if opened.link.used_at is None:
        raise LinkOverError(opened.clinic)
    sent = opened.clinic.assessments.filter(patient_id=opened.follow_up.patient_id)
    return sent.get(created_at=opened.link.used_at)


def _says_the_same(before: Assessment, submission: Submission, zone: tzinfo) -> bool:
    """Whether every answer that a check asks for is as it was; else something is corrected, or happened."""
    given = evaluate(
        submission.answers,
        assessed_at=submission.assessed_at,
        zone=zone,
        assessor_role=submission.assessor_role,
    ).answers
    asked = {*FRESH_QUESTIONS, *given} - before.carried.keys()
    return all(before.answers.get(name) == given.get(name) for name in asked)


def answer_by_link(token: str, *, submission: Submission, now: datetime) -> tuple[Opened, Recorded | None]:
    """Record the runner's answers as those of the link's follow-up; the link ends once that is closed.

    After answers that came too early it stays good for the check. A second tap finds it done: ``None``, and
    nothing is recorded twice. Whoever sends other answers a moment later corrects themselves: nothing of that
    is lost, it is an assessment of its own. Raises ``LinkOverError`` and what ``answer_follow_up`` raises.
    """
    with opened_link(token, now=now, again=True) as opened:
        link, clinic, follow_up = opened.link, opened.clinic, opened.follow_up
        lock_patient(clinic, follow_up.patient_id)
        link.refresh_from_db(fields=["used_at", "ended_at"])
        follow_up.refresh_from_db(fields=["state"])
        if not _is_open(link, now, again=True):
            raise LinkOverError(clinic)
        submission = about_its_run(submission, follow_up)
        before = sent_by(opened) if _just_used(link, now) else None
        if before is not None and _says_the_same(before, submission, clinic.zone):
            return opened, None
        actor = Actor(client=link.client, user=None if link.client else link.user)
        if before is None or link.ended_at is None:
            follow_up, recorded = answer_follow_up(
                clinic=clinic, actor=actor, follow_up_id=follow_up.id, submission=submission, now=now
            )
        elif now < link.expires_at:
            recorded = record_beside(follow_up, actor, with_carried_answers(submission, before), now=now)
        else:
            raise LinkOverError(clinic)
        link.used_at = now
        link.ended_at = None if follow_up.state in FollowUp.PENDING else now
        link.save(update_fields=["ended_at", "used_at"])
    return opened, recorded


def requests_left(token: str, *, answers: bool, now: float) -> bool:
    """Whether a link may be asked, or answered by, once more this minute (``now`` in Unix seconds).

    The two are counted apart: whoever loads the page without end keeps no red flag out. Only real links are
    counted: a forged one costs nothing but its signature.
    """
    if not _is_ours(token):
        return True
    kind = "answers" if answers else "pages"
    quota = count_of(f"check-in-{kind}:{_hash(token)}", limit=REQUESTS_PER_MINUTE, now=now)
    return quota is None or not quota.exceeded


def forget_links(*, clinic: Clinic, now: datetime, at_most: int) -> int:
    """Delete links that have been past for ``KEPT_FOR``; returns how many."""
    past = clinic.check_in_links.filter(expires_at__lt=now - KEPT_FOR)
    return clinic.check_in_links.filter(id__in=past.values("id")[:at_most]).delete()[0]


def _clinic_of(token: str) -> uuid.UUID | None:
    """Whose link it is, before any clinic is entered; a forged token never reaches the database."""
    if not _is_ours(token):
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT clinic_of_check_in_link(%s)", [_hash(token)])
        row = cursor.fetchone()
    found: uuid.UUID | None = row[0] if row else None
    return found


def _is_ours(token: str) -> bool:
    try:
        _SIGNER.unsign(token)
    except signing.BadSignature:
        return False
    return True


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
