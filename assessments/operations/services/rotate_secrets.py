"""Encrypt every stored secret with the newest key."""

import uuid
from dataclasses import dataclass, field

from django.db import transaction

from assessments.escalations.channels.models import OnCallService
from assessments.webhooks.models import WebhookEndpoint
from backend.platform.secrets import UnreadableSecretError, encrypt_anew
from backend.platform.storage.tenancy import all_clinic_ids, clinic_scope
from clinics.sign_in.models import Authenticator


@dataclass
class Rotated:
    """How many secrets are under the first key now, and whose no key reads: rows, and people."""

    rotated: int = 0
    unreadable: list[uuid.UUID] = field(default_factory=list)
    unreadable_authenticators: list[uuid.UUID] = field(default_factory=list)


def rotate_secrets() -> Rotated:
    """One transaction a clinic; what can't be read stays as it is. Doing it twice changes nothing."""
    done = Rotated()
    for clinic_id in all_clinic_ids():
        with clinic_scope(clinic_id):
            for endpoint in WebhookEndpoint.objects.select_for_update(no_key=True).filter(
                clinic_id=clinic_id
            ):
                try:
                    done.rotated += _rotate_keys(endpoint)
                except UnreadableSecretError:
                    done.unreadable.append(endpoint.id)
            for service in OnCallService.objects.select_for_update().filter(clinic_id=clinic_id):
                try:
                    done.rotated += _rotate(service)
                except UnreadableSecretError:
                    done.unreadable.append(service.id)
    _rotate_seeds(done)
    return done


def _rotate_seeds(done: Rotated) -> None:
    """The same for the second factors of people, who belong to no clinic."""
    with transaction.atomic():
        for device in Authenticator.objects.select_for_update(no_key=True):
            try:
                sealed = encrypt_anew(device.sealed_seed)
            except UnreadableSecretError:
                done.unreadable_authenticators.append(device.user_id)
                continue
            Authenticator.objects.filter(pk=device.pk).update(sealed_seed=sealed)
            done.rotated += 1


def _rotate(service: OnCallService) -> int:
    """Rotate a row's secrets; returns how many there are. Not a change of the service: its ETag stays."""
    sealed = {
        column: encrypt_anew(getattr(service, column))
        for column in ("sealed_url", "sealed_key")
        if getattr(service, column)
    }
    OnCallService.objects.filter(id=service.id).update(**sealed)
    return len(sealed)


def _rotate_keys(endpoint: WebhookEndpoint) -> int:
    """The same for the keys that sign an endpoint's messages."""
    sealed = [{**one, "key": encrypt_anew(one["key"])} for one in endpoint.sealed_keys]
    WebhookEndpoint.objects.filter(id=endpoint.id).update(sealed_keys=sealed)
    return len(sealed)
