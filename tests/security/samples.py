"""One request that works for every operation of the API, made of the rows of one clinic.

A new route fails ``test_permission_matrix`` by name until its sample stands here.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from assessments.cds.services import note_card
from assessments.decisions.services.submit import Submission, submit_assessment
from assessments.escalations.channels.services.on_call_services import add_on_call_service
from assessments.escalations.models import Escalation
from assessments.escalations.services.acknowledge import acknowledge
from assessments.exports.services.exports import start_export
from assessments.exports.services.write import write_due_exports
from assessments.follow_ups.models import FollowUp
from assessments.parameters.services.preview import preview_parameters
from assessments.protocol import PROTOCOL_VERSION, evaluate
from assessments.webhooks.services.endpoints import add_endpoint, ping
from backend.platform.storage.tenancy import clinic_scope
from clinics.identity.clinicians import Actor, NamedClinician
from clinics.identity.models import ApiClient, Clinic, Role
from clinics.identity.permissions import permissions_of
from patients.models import Patient
from tests.factories import make_client, make_member, make_patient, make_token, reassuring_answers
from tests.security.hospital import KEY
from tests.security.hospital import token as hospital_token
from tests.security.programmes import programmes_of
from tests.security.signing import key_set

#: Nobody's: .invalid is a name that never resolves (RFC 6761).
ENDPOINT = {"url": "https://desk.invalid/events"}
WEBHOOK = {"name": "Night desk", "kind": "webhook", "url": "https://desk.invalid/hook"}


@dataclass(frozen=True, slots=True)
class World:
    """A clinic with a row of everything that the API names by id."""

    clinic: Clinic
    patient: Patient
    assessment: uuid.UUID
    follow_up: uuid.UUID
    provisional: uuid.UUID
    chaser: uuid.UUID
    open_escalation: uuid.UUID
    acknowledged_escalation: uuid.UUID
    member: uuid.UUID
    invited: uuid.UUID
    client: uuid.UUID
    export: uuid.UUID
    on_call_service: uuid.UUID
    programmes: dict[str, uuid.UUID]
    shoe: uuid.UUID
    endpoint: uuid.UUID
    webhook_delivery: uuid.UUID
    parameter_preview: uuid.UUID
    shoe_of_active: uuid.UUID
    card: uuid.UUID
    suggestion: uuid.UUID


@dataclass(frozen=True, slots=True)
class Sample:
    """The ids of the path, and the body if there is one, or what a form holds.

    ``grants`` are the scopes that the request gives to somebody: nobody grants more than they hold, so a
    token needs them besides the operation's own. ``seen_at`` is where the state is read that ``If-Match``
    names, as route and path, where that isn't the operation's own address.
    """

    path: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    form: str = ""
    grants: frozenset[str] = frozenset()
    seen_at: tuple[str, dict[str, Any]] | None = None


def fill(clinic: Clinic) -> World:
    """Record a runner who may run on, and two emergencies, one of which somebody has taken on."""
    runner = make_patient(clinic, external_id=f"of-{clinic.id}")
    now = timezone.now()
    actor = Actor(client=clinic_client(clinic))

    def record(patient: Patient, role: str = "physiotherapist", **changes: object) -> uuid.UUID:
        at = now - dt.timedelta(minutes=1)
        submission = Submission(patient.id, at, role, reassuring_answers(**changes))
        recorded = submit_assessment(clinic=clinic, actor=actor, submission=submission, now=now)
        return recorded.assessment.id

    with clinic_scope(clinic.id):
        continued = record(runner, episode_duration_days=3)
        emergencies = [record(make_patient(clinic), bladder_change="yes") for _ in range(2)]
        first, second = (Escalation.objects.get(assessment=emergency).id for emergency in emergencies)
        provisional = record(make_patient(clinic), "patient_self_report")
        assert clinic.on_call is not None
        acknowledge(clinic=clinic, escalation_id=second, by=NamedClinician(clinic.on_call), now=now)
        follow_up = FollowUp.objects.filter(assessment=continued).earliest("due_at").id
        service, _ = add_on_call_service(clinic=clinic, details=WEBHOOK | {"urgencies": ["routine"]})
        endpoint, _ = add_endpoint(clinic=clinic, details=ENDPOINT, now=now)
        programmes = programmes_of(clinic, clinic.assessments.get(id=continued), now)
        active = clinic.programmes.get(id=programmes["active"]).patient
        card, suggestion = _card(clinic, runner, now)
        return World(
            clinic=clinic,
            patient=runner,
            assessment=continued,
            follow_up=follow_up,
            provisional=provisional,
            chaser=FollowUp.objects.filter(kind="attendance").earliest("due_at").id,
            open_escalation=first,
            acknowledged_escalation=second,
            member=make_member(clinic, Role.RECEPTION).id,
            invited=make_member(clinic, Role.RECEPTION, accepted=False).id,
            client=make_client(clinic, scopes="protocols:read").id,
            export=_export(clinic, actor, now),
            on_call_service=service.id,
            programmes=programmes,
            shoe=clinic.shoes.create(patient=runner, name="Blue", started_on=now.date()).id,
            endpoint=endpoint.id,
            webhook_delivery=ping(endpoint=endpoint, now=now).id,
            parameter_preview=_preview(clinic, now),
            shoe_of_active=clinic.shoes.create(patient=active, name="Red", started_on=now.date()).id,
            card=card,
            suggestion=suggestion,
        )


def _export(clinic: Clinic, actor: Actor, now: dt.datetime) -> uuid.UUID:
    """An export that has been written."""
    export = start_export(clinic=clinic, actor=actor, now=now).id
    write_due_exports(clock=lambda: now, limit=100)
    return export


def _preview(clinic: Clinic, now: dt.datetime) -> uuid.UUID:
    """A preview of other parameters, in the lead's name."""
    assert clinic.lead is not None
    changes = {"walking_pain_stop_ge": 3}
    return preview_parameters(clinic=clinic, changes=changes, by=NamedClinician(clinic.lead), now=now).id


def _card(clinic: Clinic, patient: Patient, now: dt.datetime) -> tuple[uuid.UUID, uuid.UUID]:
    """A card that was shown about the runner, and its suggestion."""
    card, suggestion = uuid.uuid4(), uuid.uuid4()
    note_card(
        clinic=clinic,
        client=clinic_client(clinic),
        patient=patient,
        service="patient-view",
        evaluation=evaluate(reassuring_answers()),
        card=card,
        suggestions=[str(suggestion)],
        now=now,
    )
    return card, suggestion


def clinic_client(clinic: Clinic) -> Any:
    with clinic_scope(clinic.id):
        return clinic.api_clients.order_by("created").first()


def api_with(world: World, **token: Any) -> APIClient:
    """The API with a token of the clinic's software, or of a person through it."""
    with clinic_scope(world.clinic.id):
        return bearing(make_token(clinic_client(world.clinic), **token))


def bearing(token: str) -> APIClient:
    """The API with a token."""
    api = APIClient()
    api.default_format = "json"
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return api


def _answers(**more: object) -> dict[str, Any]:
    return {
        "assessed_at": timezone.now().isoformat(),
        "assessor_role": "physiotherapist",
        "answers": reassuring_answers(),
        **more,
    }


def _assessment(world: World) -> dict[str, Any]:
    return {"assessment_id": world.assessment}


def _step(escalation: Callable[[World], uuid.UUID], **body: str) -> Callable[[World], Sample]:
    return lambda world: Sample(
        {"escalation_id": escalation(world)}, {"on_behalf_of": str(world.clinic.on_call_id), **body}
    )


def _programme(name: str, *, with_body: bool = False, **body: object) -> Callable[[World], Sample]:
    """A request about the programme that stands there."""

    def sample(world: World) -> Sample:
        named = {"on_behalf_of": str(world.clinic.on_call_id), **body}
        return Sample({"programme_id": world.programmes[name]}, named if body or with_body else None)

    return sample


def _patient(world: World) -> tuple[str, dict[str, Any]]:
    return "patient", {"patient_id": world.patient.id}


def _shoe(world: World) -> Sample:
    return Sample({"patient_id": world.patient.id, "shoe_id": world.shoe})


def _pathway(world: World) -> dict[str, Any]:
    people = {"on_call": str(world.clinic.on_call_id), "lead": str(world.clinic.lead_id)}
    return {"emergency_pathway": {"emergency_number": "112", **people}}


def _on_call_plan(world: World) -> dict[str, Any]:
    hours = {"days": ["monday"], "starts_at": "08:00", "ends_at": "20:00", "valid_from": "2026-01-05"}
    return {
        "shifts": [{"member": str(world.clinic.on_call_id), **hours}],
        "covers": [],
        "holidays": {"country": "GB", "subdivision": "ENG", "closed_days": []},
        "ladders": {},
        "quiet_hours": None,
    }


def _override(world: World) -> dict[str, Any]:
    named = {"on_behalf_of": str(world.clinic.on_call_id)}
    return {"decision": "stop_and_rehab", "reason": "Seen and examined.", **named}


RECEPTION = frozenset(map(str, permissions_of(Role.RECEPTION)))


def _invitation(_: World) -> Sample:
    body = {"email": "new@clinic.example", "name": "Kim New", "role": "reception"}
    return Sample({}, body, grants=RECEPTION)


PROTOCOLS = frozenset({"protocols:read"})


def _registration(world: World, **more: str) -> Sample:
    body = {"name": "Kiosk", "scopes": [*PROTOCOLS], "acts_for": str(world.clinic.on_call_id), **more}
    return Sample({} if more else {"client_id": world.client}, body, grants=PROTOCOLS)


def signed_proof(client: uuid.UUID | str, clinic: uuid.UUID) -> dict[str, object]:
    """What the client's software has just signed, its keys and issuer registered."""
    issuer = f"https://ehr.example/{client}"
    with clinic_scope(clinic):
        ApiClient.objects.filter(id=client).update(
            client_jwks=key_set(KEY), token_endpoint_auth_method="private_key_jwt", cds_issuer=issuer
        )
    return {"token": hospital_token(reverse("clinic-client-issuer-proof", args=[client]), issuer)}


def _issuer_proof(world: World) -> Sample:
    return Sample({"client_id": world.client}, signed_proof(world.client, world.clinic.id), grants=PROTOCOLS)


def _service(**body: Any) -> Callable[[World], Sample]:
    return lambda world: Sample({"service_id": world.on_call_service}, body or None)


def _endpoint(**body: Any) -> Callable[[World], Sample]:
    return lambda world: Sample({"endpoint_id": world.endpoint}, body or None)


def _webhook_delivery(world: World) -> Sample:
    return Sample({"endpoint_id": world.endpoint, "delivery_id": world.webhook_delivery})


PERSON = {"given_name": "Robin", "family_name": "Runner"}

SAMPLES: dict[tuple[str, str], Callable[[World], Sample]] = {
    ("clinic", "GET"): lambda _: Sample(),
    ("clinic", "PATCH"): lambda world: Sample({}, _pathway(world)),
    ("on-call", "GET"): lambda _: Sample(),
    ("on-call", "PUT"): lambda world: Sample({}, _on_call_plan(world)),
    ("on-call-now", "GET"): lambda _: Sample(),
    ("access-log", "GET"): lambda _: Sample(),
    ("history", "GET"): lambda _: Sample({"kind": "patient"}),
    ("clinic-clients", "GET"): lambda _: Sample(),
    ("clinic-clients", "POST"): lambda world: _registration(world, grant_type="client_credentials"),
    ("clinic-client", "GET"): lambda world: Sample({"client_id": world.client}),
    ("clinic-client", "PATCH"): _registration,
    ("clinic-client-secret", "POST"): lambda world: Sample(
        {"client_id": world.client}, {"end_tokens": True}, grants=PROTOCOLS
    ),
    ("clinic-client-keys", "PUT"): lambda world: Sample(
        {"client_id": world.client},
        {"jwks_uri": "https://ehr.invalid/jwks.json"},
        grants=PROTOCOLS,
        seen_at=("clinic-client", {"client_id": world.client}),
    ),
    ("clinic-client-issuer-proof", "POST"): _issuer_proof,
    ("clinic-client-revocation", "POST"): lambda world: Sample({"client_id": world.client}),
    ("clinic-members", "GET"): lambda _: Sample(),
    ("clinic-members", "POST"): _invitation,
    ("clinic-member", "GET"): lambda world: Sample({"member_id": world.member}),
    ("clinic-member", "PATCH"): lambda world: Sample(
        {"member_id": world.member}, {"active": False}, grants=RECEPTION
    ),
    ("clinic-member-invitation", "POST"): lambda world: Sample(
        {"member_id": world.invited}, grants=RECEPTION
    ),
    ("clinic-member-unlock", "POST"): lambda world: Sample({"member_id": world.member}, grants=RECEPTION),
    ("patients", "GET"): lambda _: Sample(),
    ("patients", "POST"): lambda _: Sample({}, PERSON),
    ("patient-search", "POST"): lambda _: Sample({}, {"family_name": "Run"}),
    ("patient", "GET"): lambda world: Sample({"patient_id": world.patient.id}),
    ("patient", "PATCH"): lambda world: Sample({"patient_id": world.patient.id}, {"family_name": "Walker"}),
    ("patient-erasure", "POST"): lambda world: Sample(
        {"patient_id": world.patient.id}, {"reason": "patient_request"}
    ),
    ("patient-legal-hold", "PUT"): lambda world: Sample(
        {"patient_id": world.patient.id},
        {"reason": "legal_claim", "until": "2999-12-31"},
        seen_at=_patient(world),
    ),
    ("patient-legal-hold", "DELETE"): lambda world: Sample(
        {"patient_id": world.patient.id}, seen_at=_patient(world)
    ),
    ("patient-timeline", "GET"): lambda world: Sample({"patient_id": world.patient.id}),
    ("run-permission", "GET"): lambda world: Sample({"patient_id": world.patient.id}),
    ("changes", "GET"): lambda _: Sample(),
    ("patient-by-external-id", "PUT"): lambda world: Sample(
        {"external_id": world.patient.external_id}, PERSON, seen_at=_patient(world)
    ),
    ("evaluations", "POST"): lambda _: Sample({}, _answers()),
    ("assessments", "GET"): lambda _: Sample(),
    ("assessments", "POST"): lambda world: Sample({}, _answers(patient=str(world.patient.id))),
    ("assessment", "GET"): lambda world: Sample(_assessment(world)),
    ("amendments", "POST"): lambda world: Sample(_assessment(world), _answers(reason="A slip of the pen.")),
    ("confirmation", "POST"): lambda world: Sample(
        {"assessment_id": world.provisional},
        {"role": "physiotherapist", "on_behalf_of": str(world.clinic.on_call_id)},
    ),
    ("overrides", "POST"): lambda world: Sample(_assessment(world), _override(world)),
    ("exports", "GET"): lambda _: Sample(),
    ("exports", "POST"): lambda world: Sample({}, {"patient": str(world.patient.id)}),
    ("export", "GET"): lambda world: Sample({"export_id": world.export}),
    ("export", "DELETE"): lambda world: Sample({"export_id": world.export}),
    ("export-result", "GET"): lambda world: Sample({"export_id": world.export}),
    ("plan", "GET"): lambda world: Sample(_assessment(world)),
    ("plan-print", "GET"): lambda world: Sample(_assessment(world)),
    ("plan-pdf", "GET"): lambda world: Sample(_assessment(world)),
    ("programmes", "GET"): lambda _: Sample(),
    ("programmes", "POST"): lambda world: Sample(
        {}, {"assessment": str(world.assessment), "on_behalf_of": str(world.clinic.on_call_id)}
    ),
    ("programme", "GET"): _programme("active"),
    ("programme-print", "GET"): _programme("active"),
    ("programme-pdf", "GET"): _programme("active"),
    ("session", "GET"): _programme("active"),
    ("load", "GET"): _programme("active"),
    ("programme-events", "GET"): _programme("checked"),
    ("runs", "GET"): _programme("checked"),
    ("runs", "POST"): lambda world: _programme(
        "active", ended_at=timezone.now().isoformat(), shoe=str(world.shoe_of_active)
    )(world),
    ("exercises", "GET"): _programme("active"),
    ("exercises", "PUT"): lambda world: Sample(
        {"programme_id": world.programmes["active"]},
        {"exercise": "walking_cycling", "done_on": timezone.now().date().isoformat(), "minutes": 30},
    ),
    ("adherence", "GET"): _programme("active"),
    ("shoes", "GET"): lambda world: Sample({"patient_id": world.patient.id}),
    ("shoes", "POST"): lambda world: Sample(
        {"patient_id": world.patient.id}, {"name": "Green", "started_on": "2026-01-05"}
    ),
    ("shoe", "GET"): _shoe,
    ("shoe", "PATCH"): lambda world: Sample(_shoe(world).path, {"worn": True}),
    ("programme-release", "POST"): _programme("draft", with_body=True),
    ("programme-settled", "POST"): _programme("active", with_body=True),
    ("programme-clearance", "POST"): _programme("uncleared", with_body=True),
    ("programme-complete", "POST"): _programme("built", with_body=True),
    ("programme-calm-days", "POST"): _programme("calm", usual_nrs=2, walking_nrs=2),
    ("programme-brisk-walks", "POST"): _programme("restore", minutes=30, rise_during=0, rise_next_day=0),
    ("programme-hold", "POST"): _programme("active", reason="illness"),
    ("programme-resume", "POST"): _programme("held", reason="illness"),
    ("programme-step-back", "POST"): _programme("active", reason="symptoms"),
    ("programme-advance", "POST"): _programme("checked", reason="clinical_judgement"),
    ("protocols", "GET"): lambda _: Sample(),
    ("protocol", "GET"): lambda _: Sample({"version": PROTOCOL_VERSION}),
    ("escalations", "GET"): lambda _: Sample(),
    ("escalation", "GET"): lambda world: Sample({"escalation_id": world.open_escalation}),
    ("escalation-history", "GET"): lambda world: Sample({"escalation_id": world.open_escalation}),
    ("acknowledge", "POST"): _step(lambda world: world.open_escalation),
    ("resolve", "POST"): _step(
        lambda world: world.acknowledged_escalation, outcome_code="attended", outcome="Seen in A&E."
    ),
    ("reopen", "POST"): _step(lambda world: world.acknowledged_escalation, reason="Worse again."),
    ("on-call-services", "GET"): lambda _: Sample(),
    ("on-call-services", "POST"): lambda _: Sample({}, WEBHOOK),
    ("on-call-service", "GET"): _service(),
    ("on-call-service", "PATCH"): _service(enabled=False),
    ("on-call-service", "DELETE"): _service(),
    ("on-call-service-test", "POST"): _service(),
    ("webhook-endpoints", "GET"): lambda _: Sample(),
    ("webhook-endpoints", "POST"): lambda _: Sample({}, ENDPOINT),
    ("webhook-endpoint", "GET"): _endpoint(),
    ("webhook-endpoint", "PATCH"): _endpoint(description="Desk"),
    ("webhook-endpoint", "DELETE"): _endpoint(),
    ("webhook-secret", "POST"): _endpoint(overlap_seconds=0),
    ("webhook-test", "POST"): _endpoint(),
    ("webhook-redeliveries", "POST"): _endpoint(since="2026-01-01T00:00:00Z", until="2026-01-02T00:00:00Z"),
    ("webhook-deliveries", "GET"): _endpoint(),
    ("webhook-delivery", "GET"): _webhook_delivery,
    ("webhook-redelivery", "POST"): _webhook_delivery,
    ("outcomes", "GET"): lambda _: Sample(),
    ("parameters", "GET"): lambda _: Sample(),
    ("parameters", "POST"): lambda world: Sample(
        {},
        {
            "preview": str(world.parameter_preview),
            "reason": "Agreed in the team.",
            "on_behalf_of": str(world.clinic.lead_id),
            "lead": str(world.clinic.lead_id),
        },
    ),
    ("parameter-sets", "GET"): lambda _: Sample(),
    ("parameter-previews", "POST"): lambda world: Sample(
        {}, {"values": {"usual_pain_stop_gt": 4}, "on_behalf_of": str(world.clinic.lead_id)}
    ),
    ("parameter-preview", "GET"): lambda world: Sample({"preview_id": world.parameter_preview}),
    ("outcomes-csv", "GET"): lambda _: Sample(),
    ("follow-ups", "GET"): lambda _: Sample(),
    ("follow-up", "GET"): lambda world: Sample({"follow_up_id": world.follow_up}),
    ("follow-up-result", "POST"): lambda world: Sample(
        {"follow_up_id": world.chaser},
        {"result": "confirmed", "on_behalf_of": str(world.clinic.on_call_id)},
    ),
    ("check-in-link", "POST"): lambda world: Sample({"follow_up_id": world.follow_up}, {}),
    ("check-in-link", "DELETE"): lambda world: Sample({"follow_up_id": world.follow_up}),
    ("follow-up-response", "POST"): lambda world: Sample({"follow_up_id": world.follow_up}, _answers()),
}
