"""End what a person or a client can still do: sessions, codes and tokens."""

import datetime as dt
import uuid

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from oauth2_provider.models import AccessToken, Grant, RefreshToken

from clinics.identity.models import ApiClient, Membership, User

#: Where a session says which clinic its pages show.
CLINIC_KEY = "clinic"


def end_member_access(*, member: Membership, now: dt.datetime) -> None:
    """End the person's tokens of this clinic and every session that isn't another clinic's, at once."""
    clients = list(member.clinic.api_clients.values_list("id", flat=True))
    for tokens in (RefreshToken, AccessToken, Grant):
        tokens.objects.filter(user_id=member.user_id, application_id__in=clients).delete()
    end_sessions(user_id=member.user_id, clinic_id=member.clinic_id, now=now)


def end_client_access(*, client: ApiClient) -> None:
    """End every token and code that was issued to the client."""
    for tokens in (RefreshToken, AccessToken, Grant):
        tokens.objects.filter(application_id=client.id).delete()


def end_person_access(*, user_id: uuid.UUID, now: dt.datetime) -> None:
    """End the person's tokens, codes and sessions in every clinic, at once.

    A page that goes on after it gives its own session a new key.
    """
    for tokens in (RefreshToken, AccessToken, Grant):
        tokens.objects.filter(user_id=user_id).delete()
    end_sessions(user_id=user_id, clinic_id=None, now=now)


def sign_out_everywhere(*, user: User, now: dt.datetime) -> None:
    """End all of it, and let every browser count as a stranger's until the person signs in with it."""
    end_person_access(user_id=user.pk, now=now)
    User.objects.filter(pk=user.pk).update(browsers_known_since=now)


def deactivate_person(*, user: User, now: dt.datetime) -> None:
    """Let the person in nowhere, and end all they have in the same transaction.

    So nothing of before comes back with them when they are taken back.
    """
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=False, password_reset_due_at=None)
        sign_out_everywhere(user=user, now=now)


class PasswordEndsAccess:
    """Ends what rests on a password when another is set, by whatever page or command.

    Django calls what stands in ``AUTH_PASSWORD_VALIDATORS`` once a person was saved with a new password.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        """Any password will do: this validator is there for what follows."""

    def get_help_text(self) -> str:
        """Nothing to tell who chooses one."""
        return ""

    def password_changed(self, password: str, user: User | None = None) -> None:  # noqa: ARG002
        """Called after the row is saved."""
        if user is not None:
            end_person_access(user_id=user.pk, now=timezone.now())


def end_sessions(*, user_id: uuid.UUID, clinic_id: uuid.UUID | None, now: dt.datetime) -> None:
    """Delete the person's sessions in this clinic, or all. Django keeps no list by person: all are read."""
    for session in Session.objects.filter(expire_date__gt=now).iterator(chunk_size=500):
        said = session.get_decoded()
        here = clinic_id is None or said.get(CLINIC_KEY, str(clinic_id)) == str(clinic_id)
        if here and said.get(SESSION_KEY) == str(user_id):
            session.delete()
