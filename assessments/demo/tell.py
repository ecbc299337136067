"""Record a clinic's story through the services that serve everybody else, with times in the past."""

import datetime as dt

from assessments.check_ins.services.answer import answer_follow_up
from assessments.check_ins.services.report_result import report_result
from assessments.decisions.services.submit import Submission, submit_assessment
from assessments.demo.story import ClinicStory, Person, Runner, Visit
from assessments.escalations.models import Escalation
from assessments.escalations.on_call.services.calendar import Holidays
from assessments.escalations.on_call.services.change import change_on_call
from assessments.escalations.on_call.services.plan import HOLIDAY, WEEKDAYS, Plan, QuietHours, Shift
from assessments.escalations.services.acknowledge import acknowledge, resolve
from assessments.follow_ups.models import FollowUpResult
from backend.platform.storage.tenancy import all_clinic_ids, clinic_scope
from clinics.identity.clinicians import Actor, NamedClinician
from clinics.identity.models import ApiClient, Clinic, Membership, User
from clinics.identity.scopes import ALL_SCOPES
from clinics.practice.services import set_emergency_pathway
from patients.models import Patient
from patients.services import register_patient


def find_clinic(story: ClinicStory) -> Clinic | None:
    """Return the story's clinic when an earlier run has made it."""
    for clinic_id in all_clinic_ids():
        with clinic_scope(clinic_id):
            if clinic := Clinic.objects.filter(id=clinic_id, name=story.name).first():
                return clinic
    return None


def tell(story: ClinicStory, *, now: dt.datetime) -> Clinic:
    """Make the clinic with its people, software, runners and their histories: all of it, or nothing."""
    clinic = Clinic(name=story.name, time_zone=story.time_zone)
    with clinic_scope(clinic.id):
        clinic.save()
        clinician = _member(clinic, story.clinician, story.mail_domain)
        admin = _member(clinic, story.admin, story.mail_domain)
        pathway = {
            "emergency_number": story.emergency_number,
            "emergency_destination": story.emergency_destination,
            "takes_pregnant_runners": True,
            "maternity_emergency_number": story.maternity_emergency_number,
            "maternity_destination": story.maternity_destination,
            "on_call_id": clinician.id,
            "lead_id": admin.id,
        }
        set_emergency_pathway(clinic=clinic, changes=pathway)
        change_on_call(clinic=clinic, plan=_plan(story, clinician, admin), now=now)
        client = _client(clinic, clinician)
        for runner in story.runners:
            _tell_history(clinic, runner, client, clinician, now)
    return clinic


def _plan(story: ClinicStory, clinician: Membership, admin: Membership) -> Plan:
    """The clinician on weekdays, the admin at weekends and on holidays, from eight until eight."""
    eight, first = dt.time(8), dt.date(2026, 1, 5)
    shifts = (
        Shift(clinician.id, WEEKDAYS[:5], eight, eight, first),
        Shift(admin.id, (*WEEKDAYS[5:], HOLIDAY), eight, eight, first),
    )
    holidays = Holidays(story.country, story.subdivision)
    return Plan(shifts, (), holidays, quiet_hours=QuietHours(dt.time(21), dt.time(7)))


def _member(clinic: Clinic, person: Person, domain: str) -> Membership:
    """A person who can't sign in yet: the password comes with the sign-ins."""
    user = User.objects.create_user(
        person.username,
        email=f"{person.given_name}.{person.family_name}@{domain}".lower(),
        first_name=person.given_name,
        last_name=person.family_name,
        is_staff=True,
    )
    return clinic.members.create(user=user, role=person.role)


def _client(clinic: Clinic, clinician: Membership) -> ApiClient:
    return clinic.api_clients.create(
        name=f"{clinic.name} practice system",
        client_type=ApiClient.CLIENT_CONFIDENTIAL,
        authorization_grant_type=ApiClient.GRANT_CLIENT_CREDENTIALS,
        allowed_scopes=" ".join(ALL_SCOPES),
        acts_for=clinician,
    )


def _tell_history(
    clinic: Clinic, runner: Runner, client: ApiClient, clinician: Membership, now: dt.datetime
) -> None:
    patient = register_patient(clinic=clinic, details=runner.details, now=now)
    for visit in runner.visits:
        at = now - visit.ago
        submission = Submission(
            patient_id=patient.id,
            assessed_at=at,
            assessor_role=visit.role,
            answers=visit.given(runner.background),
        )
        escalation = _record(clinic, patient, Actor(client), visit, submission)
        if escalation is not None:
            _react(clinic, escalation, NamedClinician(clinician), visit, at)


def _record(
    clinic: Clinic, patient: Patient, actor: Actor, visit: Visit, submission: Submission
) -> Escalation | None:
    """Store the visit as it would have been stored at its time."""
    at = submission.assessed_at
    if visit.answers is None:
        return submit_assessment(clinic=clinic, actor=actor, submission=submission, now=at).escalation
    pending = clinic.follow_ups.get(patient=patient, kind=visit.answers, answer=None, state="scheduled")
    _, recorded = answer_follow_up(
        clinic=clinic, actor=actor, follow_up_id=pending.id, submission=submission, now=at
    )
    return recorded.escalation


def _react(clinic: Clinic, escalation: Escalation, by: NamedClinician, visit: Visit, at: dt.datetime) -> None:
    """What the clinician did about it."""
    if visit.taken_on is not None:
        acknowledge(clinic=clinic, escalation_id=escalation.id, by=by, now=at + visit.taken_on)
        for chaser in clinic.follow_ups.filter(patient=escalation.patient, kind__in=visit.confirmed):
            report_result(
                clinic=clinic,
                follow_up_id=chaser.id,
                result=FollowUpResult.CONFIRMED,
                by=by,
                now=at + visit.taken_on + dt.timedelta(hours=4),
            )
    if visit.closed is not None:
        resolve(
            clinic=clinic,
            escalation_id=escalation.id,
            by=by,
            code=visit.code,
            outcome=visit.outcome,
            now=at + visit.closed,
        )
