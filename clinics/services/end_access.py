"""End what a person or a client can still do: sessions, codes and tokens."""

import datetime as dt
import uuid

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from oauth2_provider.models import AccessToken, Grant, RefreshToken

from clinics.models import ApiClient, Membership

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


def end_sessions(*, user_id: uuid.UUID, clinic_id: uuid.UUID, now: dt.datetime) -> None:
    """Delete the person's sessions in this clinic. Django keeps no list of them by person: all are read."""
    for session in Session.objects.filter(expire_date__gt=now).iterator(chunk_size=500):
        said = session.get_decoded()
        here = said.get(CLINIC_KEY, str(clinic_id)) == str(clinic_id)
        if here and said.get(SESSION_KEY) == str(user_id):
            session.delete()
