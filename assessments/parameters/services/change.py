"""Put a previewed change of parameters into force, for what is evaluated from then on."""

import uuid
from datetime import datetime, timedelta

from assessments.parameters.models import ParameterPreview, ParameterSet
from assessments.parameters.services.in_force import parameters_in_force
from assessments.parameters.services.preview import check_admin
from assessments.protocol import PROTOCOL_VERSION, protocol_hash
from backend.platform.refusals import Invalid, Refusal
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import CLINICAL_ROLES, NamedClinician, working_members
from clinics.identity.models import Clinic, Membership

#: How long what a preview showed may be acted on.
PREVIEW_LASTS = timedelta(hours=24)


class PreviewNotFoundError(Invalid):
    """No such preview in this clinic."""

    pointer, fault, words = "/preview", "not_found", "There is no such preview."


#: Why what a preview showed is no longer what the change would do.
STALE = {
    "used": "This preview was acted on already.",
    "outdated": "The parameters in force, or the protocol, have changed since this preview.",
    "expired": "This preview is older than a day.",
}


class StalePreviewError(Refusal):
    """What the preview showed is no longer what the change would do."""

    def __init__(self, why: str) -> None:
        super().__init__(STALE[why])


class LeadNeededError(Invalid):
    """Something gets looser, and the clinic's clinical lead isn't named; ``names`` says what."""

    pointer, field = "/lead", "lead"
    spoken = "Name the clinic's clinical lead, who answers for what gets less cautious."

    def __init__(self, names: list[str]) -> None:
        looser = ", ".join(names)
        needed = f"The clinic's clinical lead must be named: less cautious than what holds now: {looser}."
        self.fault = "lead_needed" if names else "not_found"
        super().__init__(needed if names else "This is not the clinic's clinical lead.")


def change_parameters(
    *,
    clinic: Clinic,
    preview_id: uuid.UUID,
    by: NamedClinician,
    reason: str,
    lead: uuid.UUID | None = None,
    now: datetime,
) -> ParameterSet:
    """Make the previewed values the clinic's own; earlier assessments stay as they were decided.

    Raises ``NotAnAdminError``, ``PreviewNotFoundError``, ``StalePreviewError`` ("used", "outdated",
    "expired") or ``LeadNeededError``.
    """
    check_admin(by)
    with clinic_scope(clinic.id):
        locked = Clinic.objects.select_for_update().get(id=clinic.id)
        preview = clinic.parameter_previews.filter(id=preview_id).first()
        if preview is None:
            raise PreviewNotFoundError
        present = parameters_in_force(clinic)
        check_fresh(preview, present=present.number, now=now)
        looser = [change["name"] for change in preview.changes if change["looser"]]
        return clinic.parameter_sets.create(
            number=present.number + 1,
            values=preview.values,
            protocol_version=preview.protocol_version,
            protocol_hash=preview.protocol_hash,
            preview=preview,
            looser=bool(looser),
            reason=reason,
            decided_by=by.member,
            client=by.through,
            lead=_lead(locked, lead, looser),
            created_at=now,
        )


def check_fresh(preview: ParameterPreview, *, present: int, now: datetime) -> None:
    """Raise ``StalePreviewError`` unless the preview may be acted on beside the set that is in force."""
    if preview.clinic.parameter_sets.filter(preview=preview).exists():
        raise StalePreviewError("used")
    same_protocol = preview.protocol_version == PROTOCOL_VERSION
    if (
        preview.based_on != present
        or not same_protocol
        or protocol_hash(preview.values) != preview.protocol_hash
    ):
        raise StalePreviewError("outdated")
    if now - preview.created_at > PREVIEW_LASTS:
        raise StalePreviewError("expired")


def _lead(clinic: Clinic, named: uuid.UUID | None, looser: list[str]) -> Membership | None:
    """The clinic's clinical lead, who still works there; needed where something gets looser."""
    if named is None and not looser:
        return None
    leads = working_members(clinic).filter(role__in=CLINICAL_ROLES)
    lead = leads.filter(id=named).first() if named is not None and named == clinic.lead_id else None
    if lead is None:
        raise LeadNeededError(looser)
    return lead
