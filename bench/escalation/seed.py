"""One real escalation and one real follow-up to make millions from: `python -m bench.escalation.seed`."""

import datetime as dt

import django

from bench.api.record import ASSESSOR_ROLE, EMERGENCY, REASSURING


def main() -> None:
    """Migrate, and let the service record an emergency and a reassuring assessment."""
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    _record(now=dt.datetime.now(dt.UTC))


def _record(*, now: dt.datetime) -> None:
    from assessments.decisions.services.submit import Submission, submit_assessment
    from backend.platform.storage.tenancy import clinic_scope
    from clinics.identity.clinicians import Actor
    from clinics.identity.models import ApiClient, Clinic, Role, User

    clinic = Clinic(
        name="Benchmark",
        emergency_number="999",
        emergency_destination="A&E, General Hospital",
        takes_pregnant_runners=False,
    )
    with clinic_scope(clinic.id):
        clinic.save()
        user = User.objects.create_user("clinician", email="clinician@benchmark.example")
        clinic.on_call = clinic.members.create(user=user, role=Role.CLINICIAN)
        clinic.save()
        client = clinic.api_clients.create(
            name="Benchmark",
            client_type=ApiClient.CLIENT_CONFIDENTIAL,
            authorization_grant_type=ApiClient.GRANT_CLIENT_CREDENTIALS,
        )
        for answers in (EMERGENCY, REASSURING):
            runner = clinic.patients.create(given_name="Robin", family_name="Runner")
            submission = Submission(runner.id, now, ASSESSOR_ROLE, answers)
            submit_assessment(clinic=clinic, actor=Actor(client), submission=submission, now=now)


if __name__ == "__main__":
    main()
