"""The first wall: code that answers somebody reaches rows through their clinic, never through ``.objects``.

Read from the source, so that it holds for code no test calls. A manager that is unscoped on purpose stands in
``ALLOWED`` with its reason; row-level security closes those too.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MANAGERS = {"objects", "_default_manager", "_base_manager"}
FUNCTIONS = {"get_object_or_404", "get_list_or_404", "QuerySet", "apps.get_model"}

#: (file, what it reaches) and why no clinic narrows it.
ALLOWED = {
    (
        "assessments/fhir/care_plan.py",
        "get_object_or_404(plans_of(self.clinic))",
    ): "clinic.programmes, where plans_of is written",
    ("assessments/escalations/channels/pages.py", "get_object_or_404(services)"): (
        "self.clinic.on_call_services"
    ),
    ("assessments/parameters/pages/parameters.py", "get_object_or_404(previews)"): (
        "member.clinic.parameter_previews"
    ),
    ("assessments/webhooks/pages.py", "get_object_or_404(about.deliveries)"): "of the clinic's endpoint",
    ("clinics/clients/authorization_codes.py", "Grant.objects"): "a code that a client showed, by its hash",
    ("clinics/clients/authorization_codes.py", "RefreshToken.objects"): "what came of such a code",
    ("assessments/exports/services/exports.py", "Clinic.objects"): "locks the clinic that asks, by its id",
    ("clinics/checks/database.py", "Clinic.objects"): "a start check, inside each clinic by its id",
    ("clinics/sign_in/elsewhere.py", "Clinic.objects"): (
        "each of the person's own clinics, inside it by its id"
    ),
    ("clinics/sign_in/elsewhere.py", "Membership.objects"): "the person's own, in a clinic by its id",
    ("clinics/identity/lockout.py", "AccessAttempt.objects"): "wrong secrets belong to no clinic",
    ("clinics/identity/lockout.py", "User.objects"): "people belong to no clinic; nothing of them is told",
    (
        "clinics/sign_in/middleware.py",
        "Clinic.objects",
    ): "the names of the person's own clinics, inside each by its id",
    ("assessments/escalations/on_call/pages.py", "Clinic.objects"): (
        "the member's own clinic by its id, to lock it"
    ),
    ("clinics/clients/pages.py", "get_object_or_404(clients)"): "self.clinic.api_clients",
    ("clinics/members/pages.py", "Clinic.objects"): "the member's own clinic by its id, to lock it",
    ("clinics/members/pages.py", "get_object_or_404(members)"): "self.clinic.members",
    ("clinics/sign_in/pages/one_time_codes.py", "User.objects"): "the person who is signed in",
    ("clinics/sign_in/pages/password.py", "User.objects"): "the person who is signed in",
    ("clinics/practice/pages.py", "Clinic.objects"): "the member's own clinic by its id, to lock it",
    ("clinics/sign_in/pages/sign_out.py", "User.objects"): "the person who is signed in",
    ("clinics/identity/sessions.py", "self.model.objects"): "sessions belong to no clinic",
    ("clinics/identity/signed_in.py", "Membership.objects"): (
        "the person's own, in the clinic of their session"
    ),
    ("assessments/demo/tell.py", "Clinic.objects"): "the demo's own clinics, which it makes",
    ("assessments/demo/tell.py", "User.objects"): "the demo's own people",
    ("assessments/fhir/service_request.py", "Flag.objects"): (
        "of the clinic's escalations, by the clinic handed in"
    ),
    ("assessments/fhir/service_request.py", "get_object_or_404(flags(self.clinic))"): "those",
    ("assessments/fhir/service_request.py", "get_object_or_404(requests(self.clinic))"): (
        "the clinic's escalations"
    ),
    ("assessments/check_ins/services/answer.py", "RunLog.objects"): "the run of a check that was found",
    ("assessments/check_ins/services/settle_pending.py", "CheckInLink.objects"): (
        "of the runner being archived"
    ),
    ("assessments/check_ins/services/settle_pending.py", "Escalation.objects"): (
        "of the runner being archived"
    ),
    ("clinics/clients/services/look_up_keys.py", "ApiClient.objects"): (
        "of the claimed row's clinic, by its id"
    ),
    ("clinics/clients/services/look_up_keys.py", "PublishedKeys.objects"): (
        "the claimed row, inside its clinic"
    ),
    (
        "assessments/programmes/services/run_permission.py",
        "Patient.objects",
    ): "the runner of assessments that are scoped",
    ("clinics/identity/allowances.py", "Allowance.objects"): "counts over all clinics, by a keyed hash",
    ("clinics/clients/services/key_sets.py", "PublishedKeys.objects"): "of the client's clinic, by its id",
    (
        "clinics/sign_in/services/reset_password.py",
        "User.objects",
    ): "people belong to no clinic; nothing of them is told",
    ("assessments/cds/authentication.py", "ApiClient.objects"): "the client of a signed call, in its clinic",
    ("clinics/practice/api.py", "Clinic.objects"): "the caller's own clinic by its id, to lock it",
    ("assessments/escalations/on_call/api.py", "Clinic.objects"): "the same",
    ("clinics/dashboard/model_admin.py", "QuerySet(self.model)"): (
        "no rows at all, for a person without a clinic"
    ),
    (
        "backend/platform/storage/due_work.py",
        "self.model._default_manager",
    ): "the claimed row, by its fresh token",
    ("assessments/check_ins/services/links.py", "Clinic.objects"): "the clinic of a signed link, by its id",
    ("assessments/parameters/services/change.py", "Clinic.objects"): "the entered clinic's row, to lock it",
    (
        "assessments/webhooks/api/deliveries.py",
        "get_object_or_404(self.deliveries(endpoint))",
    ): "those of an endpoint that was found in the clinic",
    (
        "assessments/webhooks/api/deliveries.py",
        "get_object_or_404(deliveries)",
    ): "clinic.webhook_deliveries, a line above",
    ("assessments/privacy/services/erasure.py", "Clinic.objects"): "each clinic by its id, in its scope",
    (
        "assessments/records/services.py",
        "Override.objects",
    ): "prefetched through assessments that are scoped",
    ("clinics/members/api.py", "Clinic.objects"): "the caller's own clinic by its id, to lock it",
    (
        "clinics/members/services/invitations.py",
        "Membership.objects",
    ): "the member of a signed link, by both ids",
    ("clinics/identity/end_access.py", "Session.objects"): "sessions have no clinic column: each is read",
    ("clinics/identity/end_access.py", "User.objects"): "one person by their id, in whatever clinics",
    ("clinics/identity/end_access.py", "tokens.objects"): "tokens of the clinic's clients, or one person's",
    (
        "clinics/members/services/invitations.py",
        "User.objects",
    ): "people belong to no clinic; nothing of them is told",
    ("clinics/sign_in/services/one_time_codes.py", "RecoveryCode.objects"): (
        "a person's own, in whatever clinic"
    ),
    ("clinics/sign_in/services/one_time_codes.py", "Authenticator.objects"): (
        "a person's own, in whatever clinic"
    ),
    ("clinics/sign_in/services/one_time_codes.py", "User.objects"): "the person signed in, to lock them",
    ("assessments/operations/services/rotate_secrets.py", "Authenticator.objects"): (
        "people belong to no clinic"
    ),
    (
        "clinics/access_log/services.py",
        "AccessLogEntry.objects",
    ): "one clinic's chain by its id, to verify it",
    ("clinics/access_log/services.py", "AccessLogHead.objects"): "one clinic's chain by its id, to verify it",
    (
        "clinics/audit/services.py",
        "history.events._default_manager",
    ): "the clinic's own by its id; before it, the same row's",
    ("clinics/api/idempotency.py", "AnsweredRequest.objects"): "a sweep, inside each clinic by its id",
    ("assessments/privacy/services/retention.py", "Session.objects"): "signed-in browsers: no clinic's",
    ("assessments/privacy/services/retention.py", "table.objects"): (
        "sign-ins, before anybody's clinic is known"
    ),
    (
        "assessments/escalations/channels/services/on_call_services.py",
        "Clinic.objects",
    ): "the caller's own clinic by its id, to lock it",
    ("assessments/escalations/channels/services/on_call_services.py", "OnCallService.objects"): (
        "of the claimed row's clinic, by its id"
    ),
    ("assessments/operations/services/rotate_secrets.py", "OnCallService.objects"): (
        "a sweep, inside each clinic by its id"
    ),
    ("assessments/escalations/channels/services/send_round.py", "Delivery.objects"): (
        "the delivery just made, by its id"
    ),
    ("assessments/escalations/services/milestones.py", "Escalation.objects"): (
        "the claimed row, inside its clinic"
    ),
    ("assessments/programmes/services/react_to_check.py", "RunLog.objects"): "of the runner's own programme",
    (
        "assessments/timeline/services/runner_record.py",
        "Override.objects",
    ): "of the runner's own assessments",
    ("assessments/programmes/services/run_permission.py", "Assessment.objects"): (
        "a subquery about the row's own runner"
    ),
    ("assessments/programmes/services/run_permission.py", "Escalation.objects"): "the same",
    ("assessments/follow_ups/services/schedule.py", "FollowUp.objects"): (
        "new rows of the assessment's clinic"
    ),
    ("assessments/operations/services/sweep.py", "Assessment.objects"): (
        "the faulty row by its id, inside its clinic"
    ),
    ("assessments/operations/services/sweep.py", "Delivery.objects"): "the same",
    ("assessments/operations/services/sweep.py", "Escalation.objects"): "the same",
    ("assessments/operations/services/sweep.py", "FollowUp.objects"): "the same",
    ("assessments/operations/services/sweep.py", "model._default_manager"): "the same",
    (
        "assessments/webhooks/services/deliver.py",
        "WebhookDelivery.objects",
    ): "the claimed row by its id, inside its clinic",
    (
        "assessments/webhooks/services/endpoints.py",
        "Clinic.objects",
    ): "the caller's own clinic by its id, to lock it",
    (
        "assessments/webhooks/services/endpoints.py",
        "WebhookEvent.objects",
    ): "a new row of the endpoint's clinic",
    (
        "assessments/webhooks/services/notices.py",
        "WebhookEndpoint.objects",
    ): "a sweep, inside each clinic by its id",
    ("assessments/operations/services/rotate_secrets.py", "WebhookEndpoint.objects"): (
        "as the services: inside each clinic"
    ),
    ("assessments/operations/services/counters.py", "Tally.objects"): (
        "no clinic's: when workers passed, and counts"
    ),
}


#: What runs before there are rows, at the operator's terminal, or without a database.
ELSEWHERE = {"migrations", "management", "protocol"}


def modules() -> list[Path]:
    """Everything that acts for a request, a person or a task."""
    apps = [path.parent for path in ROOT.glob("*/apps.py")]
    return sorted(
        path
        for place in (*apps, ROOT / "backend")
        for path in place.rglob("*.py")
        if not ELSEWHERE & set(path.relative_to(ROOT).parts)
    )


def unscoped(source: str) -> Iterator[str]:
    """Managers taken from a model, and shortcuts or bare querysets over a whole model."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
            yield ast.unparse(node)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in FUNCTIONS and node.args:
            first = ast.unparse(node.args[0])
            if ast.unparse(node.func) == "QuerySet" or ".clinic." not in first:
                yield f"{ast.unparse(node.func)}({first})"


def found() -> set[tuple[str, str]]:
    return {(str(path.relative_to(ROOT)), use) for path in modules() for use in unscoped(path.read_text())}


def test_every_unscoped_manager_has_its_reason() -> None:
    assert found() - set(ALLOWED) == set()


def test_no_reason_outlives_its_use() -> None:
    assert set(ALLOWED) - found() == set()


def test_the_walk_reaches_every_app() -> None:
    assert {"clinics", "patients", "assessments"} <= {path.relative_to(ROOT).parts[0] for path in modules()}


@pytest.mark.parametrize(
    "line",
    [
        "Patient.objects.filter(id=1)",
        "models.Patient.objects.all()",
        "manager = Patient._default_manager",
        "Patient._base_manager.get()",
        "get_object_or_404(Patient, pk=1)",
        "QuerySet(Patient)",
    ],
)
def test_an_unscoped_query_is_noticed(line: str) -> None:
    assert list(unscoped(line))


@pytest.mark.parametrize(
    "line", ["self.clinic.patients.all()", "get_object_or_404(view.clinic.patients, pk=1)"]
)
def test_a_scoped_query_is_not(line: str) -> None:
    assert list(unscoped(line)) == []
