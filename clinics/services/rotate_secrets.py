"""Encrypt every stored secret with the newest key."""

import uuid
from dataclasses import dataclass, field

from clinics.models import OnCallService
from clinics.services.secrets import UnreadableSecretError, encrypt_anew
from clinics.tenancy import all_clinic_ids, clinic_scope


@dataclass
class Rotated:
    """How many secrets are under the first key now, and the rows whose secrets no key reads."""

    rotated: int = 0
    unreadable: list[uuid.UUID] = field(default_factory=list)


def rotate_secrets() -> Rotated:
    """One transaction a clinic; what can't be read stays as it is. Doing it twice changes nothing."""
    done = Rotated()
    for clinic_id in all_clinic_ids():
        with clinic_scope(clinic_id):
            for service in OnCallService.objects.select_for_update().filter(clinic_id=clinic_id):
                try:
                    done.rotated += _rotate(service)
                except UnreadableSecretError:
                    done.unreadable.append(service.id)
    return done


def _rotate(service: OnCallService) -> int:
    """Rotate a row's secrets; returns how many there are. Not a change of the service: its ETag stays."""
    sealed = {
        column: encrypt_anew(getattr(service, column))
        for column in ("sealed_url", "sealed_key")
        if getattr(service, column)
    }
    OnCallService.objects.filter(id=service.id).update(**sealed)
    return len(sealed)
