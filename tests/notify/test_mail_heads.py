"""What stands above each kind of mail: that a machine wrote it, when, for whom, and an id of its own."""

import ast
import datetime as dt
from email.utils import parsedate_to_datetime
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.escalations.services.deliver import deliver_due_escalations
from clinics.identity.models import Clinic, Role
from clinics.members.services.invitations import send_due_invitations
from clinics.sign_in.services.reset_password import send_due_resets
from tests.clinics.test_invitations import invite
from tests.dashboard.test_dashboard import emergency
from tests.factories import make_member
from tests.mail import Postbox
from tests.security.oauth import can_sign_in

ROOT = Path(__file__).resolve().parents[2]
#: Where mail is made; each is sent below.
MAKERS = {
    "backend/platform/outbound/email.py",
    "clinics/members/services/invitations.py",
    "clinics/sign_in/services/reset_password.py",
}

MAKES_ONE = {"EmailMessage", "EmailMultiAlternatives", "send_mass_mail"}


def test_no_mail_asks_for_an_answer_of_a_machine(clinic: Clinic, api: APIClient, postbox: Postbox) -> None:
    """An absent colleague's auto-reply to an emergency, or a loop of two, is what these prevent."""
    emergency(clinic)
    deliver_due_escalations(clock=timezone.now)
    invite(api)
    send_due_invitations(now=timezone.now())
    person = can_sign_in(make_member(clinic, Role.CLINICIAN).user)
    Client().post("/admin/password-reset/", {"email": person.email})
    send_due_resets(now=timezone.now())
    call_command("send_test_mail", "ops@clinic.example", stdout=StringIO())
    mails = postbox.messages
    assert len({mail["Subject"] for mail in mails}) >= 4
    assert {mail["Auto-Submitted"] for mail in mails} == {"auto-generated"}
    assert len(set(postbox.ids)) == len(mails)
    for mail in mails:
        said = parsedate_to_datetime(mail["Date"]).replace(
            tzinfo=dt.UTC
        )  # "-0000": UTC, wherever it was sent
        assert abs(said - timezone.now()) < dt.timedelta(minutes=1)
        assert mail.get_all("To") == [mail["To"]]
        assert "," not in mail["To"]
        assert (mail["Cc"], mail["Bcc"]) == (None, None)


def test_every_place_that_makes_a_mail_is_among_them() -> None:
    found = set()
    parts = ("assessments", "backend", "clinics", "patients")
    for path in (file for part in parts for file in (ROOT / part).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = getattr(node, "func", None)
            if getattr(called, "id", getattr(called, "attr", "")) in MAKES_ONE:
                found.add(str(path.relative_to(ROOT)))
    assert found == MAKERS
