"""Reading tasks, and the one change that a FHIR client makes: the status of a task."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from assessments.check_ins.services.report_result import report_result
from assessments.check_ins.shapes import ResultBody
from assessments.escalations.models import Escalation, Outcome
from assessments.escalations.services.acknowledge import (
    SupersededEscalationError,
    acknowledge,
    last_step,
    resolve,
)
from assessments.escalations.shapes import Resolution
from assessments.fhir.task import (
    OUTCOME,
    OUTCOME_TEXT,
    RESULT,
    find_task,
    is_reported,
    shown_task,
    task_resource,
    task_rows,
)
from assessments.follow_ups.models import FollowUp, FollowUpResult
from backend.platform.api.problems import Meanings, Problem, placed
from backend.platform.fhir.elements import Resource, identifier_system, system
from backend.platform.fhir.search import Search
from backend.platform.fhir.views import check_version
from backend.platform.refusals import FieldProblem, Refusal
from clinics.api.clinicians import named_clinician
from clinics.api.fhir import FhirSearch, FhirView
from clinics.identity.permissions import Permission

#: What an update may change; the time stamps are ours, and so is what a state is called.
CHANGED = frozenset({"status", "output", "owner", "meta", "lastModified", "businessStatus", "text"})
#: What every task says alike, or says in its address.
SAID_BY_EVERY_TASK = frozenset({"resourceType", "id", "intent"})
#: Where the parts of the native bodies stand in a task.
_ELEMENTS = {
    "/on_behalf_of": "/owner",
    "/outcome_code": "/output",
    "/outcome": "/output",
    "/result": "/output",
}
#: Another task is what is to be acted on.
TASK_MEANINGS: Meanings = {
    SupersededEscalationError: lambda newer: Refusal(
        f"Superseded by Task/{newer.by}; that is the one to act on."
    ),
}
#: Every status that FHIR knows of a task; ours are among them.
TASK_STATUS = "http://hl7.org/fhir/task-status"
TASK_STATUSES = frozenset(
    {"draft", "requested", "received", "accepted", "rejected", "ready", "cancelled", "in-progress"}
    | {"on-hold", "failed", "completed", "entered-in-error"}
)
SEES_ESCALATIONS, ACTS_ON_ESCALATIONS = Permission.SEE_ESCALATIONS, Permission.ACT_ON_ESCALATIONS


def seen_with(view: FhirView) -> frozenset[str]:
    """The permissions that decide which tasks are seen, and how much of them."""
    return frozenset({SEES_ESCALATIONS}) if _holds(view, SEES_ESCALATIONS) else frozenset()


def _holds(view: FhirView, scope: str) -> bool:
    """SMART knows one type Task: its scope opens escalations' too if the client is registered for them."""
    principal = view.principal
    by_type = any(held.startswith("system/Task.") for held in principal.scopes)
    return scope in principal.scopes or (by_type and scope in principal.client.allowed_scopes.split())


class TaskFhir(FhirView):
    """What the views share."""

    resource = "follow-ups"
    resource_type = "Task"
    body_type = "Task"

    def may(self, scope: str) -> bool:
        """Whether the caller holds what an escalation's task needs besides."""
        return _holds(self, scope)


class TaskSearch(TaskFhir, FhirSearch):
    """Follow-ups, and escalations for whoever may see those."""

    parameters = {"patient": "reference", "status": "token"}
    time = "at"

    def rows(self, search: Search) -> Any:
        """Of the clinic or of one patient."""
        of = {f"{name}_id": value for name, value in self.of_patient(search).items()}
        statuses = search.codes("status", TASK_STATUS, TASK_STATUSES)
        return task_rows(self.clinic, permissions=seen_with(self), statuses=statuses, **of)

    def represent_row(self, row: Escalation | FollowUp) -> Resource:
        """The task."""
        return shown_task(row, seen_with(self))


class TaskRead(TaskFhir):
    """One task, and its status."""

    cannot_wait: ClassVar[frozenset[str]] = frozenset({"PUT"})
    honours_if_match: ClassVar[frozenset[str]] = frozenset({"PUT"})

    def get(self, request: Request, task_id: uuid.UUID) -> Response:  # noqa: ARG002
        """As it stands now."""
        permissions = seen_with(self)
        row = find_task(self.clinic, task_id, permissions=permissions)
        return self.represent(shown_task(row, permissions))

    def put(self, request: Request, task_id: uuid.UUID) -> Response:
        """Accept an escalation's task, or complete a task with what came of it.

        Whoever sends the same again after a lost answer changes nothing.
        """
        wanted: Any = request.data
        row = self._find(task_id)
        present, known = task_resource(row), self._known(task_id)
        _check_version(request, row, present, known)
        _refuse_other_changes(wanted, known or _of_every_task(present))
        with placed(_in_task, TASK_MEANINGS):
            self._step(row, wanted, present)
        return self.represent(task_resource(self._find(task_id)))

    def _known(self, task_id: uuid.UUID) -> Resource | None:
        """The task as the caller can read it; ``None`` for who can't, and mustn't learn of it by trying."""
        if not self.may_read(self.resource_type):
            return None
        try:
            permissions = seen_with(self)
            return shown_task(find_task(self.clinic, task_id, permissions=permissions), permissions)
        except Http404:
            return None

    def may_show(self) -> bool:
        """Whether the caller may read what a change answers with: an escalation, or a result."""
        return super().may_show() and self.may(SEES_ESCALATIONS)

    def patients_refused(self) -> Iterator[uuid.UUID]:
        """Whom the task is about."""
        for row in task_rows(self.clinic, permissions={SEES_ESCALATIONS}, to_change=True).filter(
            id=self.kwargs["task_id"]
        )[:1]:
            yield row.patient_id

    def _find(self, task_id: uuid.UUID) -> Escalation | FollowUp:
        """What may be changed: every follow-up, and an escalation by who may act on one."""
        acts = frozenset({SEES_ESCALATIONS}) if self.may(ACTS_ON_ESCALATIONS) else frozenset()
        return find_task(self.clinic, task_id, permissions=acts, to_change=True)

    def _step(self, row: Escalation | FollowUp, wanted: Mapping[str, Any], present: Resource) -> None:
        by = named_clinician(self, _owner(wanted))
        match row, wanted.get("status"):
            case Escalation(), "accepted" if present["status"] in ("requested", "accepted"):
                acknowledge(clinic=self.clinic, escalation_id=row.id, by=by, now=timezone.now())
            case Escalation(), "completed":
                body = Resolution(data={"outcome_code": _code(wanted, OUTCOME), "outcome": _text(wanted)})
                body.is_valid(raise_exception=True)
                resolve(
                    clinic=self.clinic,
                    escalation_id=row.id,
                    by=by,
                    code=Outcome(body.validated_data["outcome_code"]),
                    outcome=body.validated_data["outcome"],
                    now=timezone.now(),
                )
            case FollowUp(), "completed" if is_reported(row):
                self._report(row, wanted, by)
            case FollowUp(), "completed":
                raise Problem("conflict", "A check is completed by its QuestionnaireResponse.")
            case _:
                detail = (
                    "A task is accepted (an escalation's) or completed; other changes are the service's own."
                )
                raise Problem("invalid", errors=[FieldProblem("/status", "unknown_choice", detail)])

    def _report(self, row: FollowUp, wanted: Mapping[str, Any], by: Any) -> None:
        body = ResultBody(data={"result": _code(wanted, RESULT)})
        body.is_valid(raise_exception=True)
        result = FollowUpResult(body.validated_data["result"])
        report_result(clinic=self.clinic, follow_up_id=row.id, result=result, by=by, now=timezone.now())


def _check_version(
    request: Request, row: Escalation | FollowUp, present: Resource, known: Resource | None
) -> None:
    """Refuse who has seen an earlier version (412), and say who changed it where they may read that.

    The refusal comes before the step, whose own words would have said who has it.
    """
    try:
        check_version(request, present, known or present)
    except Problem as stale:
        told = last_step(row) if known and isinstance(row, Escalation) else ""
        if told:
            raise Problem(stale.problem_code, f"{stale.detail}: {told}", telling=True) from None
        raise


def _of_every_task(present: Resource) -> Resource:
    """What is known of a task to who can't read it."""
    return {name: present[name] for name in SAID_BY_EVERY_TASK}


def _refuse_other_changes(wanted: Mapping[str, Any], known: Resource) -> None:
    """What an update can't change must be as the caller can read it, or be left out.

    Nothing a caller sends is left out of account; and nothing is compared that the caller may not read.
    """
    differing = {name for name in wanted.keys() - CHANGED if wanted[name] != known.get(name)}
    if differing:
        detail = (
            "It isn't what you can read of the task; only status, owner and output are changed, and the rest "
            "may be left out."
        )
        raise Problem(
            "invalid", errors=[FieldProblem(f"/{name}", "read_only", detail) for name in sorted(differing)]
        )


def _owner(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The member who answers for the step: ``owner.identifier``, as the tasks name their owners."""
    owner = wanted.get("owner")
    if owner is None:
        return {}
    identifier = owner.get("identifier") if isinstance(owner, Mapping) else None
    try:
        if not isinstance(identifier, Mapping) or identifier.get("system") != identifier_system("member"):
            raise ValueError
        return {"on_behalf_of": uuid.UUID(str(identifier.get("value")))}
    except ValueError:
        detail = f"An identifier of {identifier_system('member')} is needed."
        raise Problem("invalid", errors=[FieldProblem("/owner", "malformed", detail)]) from None


def _outputs(wanted: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    outputs = wanted.get("output", [])
    for one in outputs if isinstance(outputs, list) else []:
        kind = one.get("type") if isinstance(one, Mapping) else None
        if {"system": system("task-output"), "code": name}.items() <= _first_coding(kind).items():
            yield one


def _first_coding(concept: Any) -> dict[str, Any]:
    codings = concept.get("coding") if isinstance(concept, Mapping) else None
    first = codings[0] if isinstance(codings, list) and codings else None
    return dict(first) if isinstance(first, Mapping) else {}


def _code(wanted: Mapping[str, Any], name: str) -> Any:
    """The code of one output."""
    for one in _outputs(wanted, name):
        found = _first_coding(one.get("valueCodeableConcept"))
        if found.get("system") == system(name):
            return found.get("code")
    detail = f"A code of {system(name)} is needed, as an output of the type {name}."
    raise Problem("invalid", errors=[FieldProblem("/output", "required", detail)])


def _text(wanted: Mapping[str, Any]) -> Any:
    for one in _outputs(wanted, OUTCOME_TEXT):
        return one.get("valueString")
    detail = f"Words are needed, as an output of the type {OUTCOME_TEXT}."
    raise Problem("invalid", errors=[FieldProblem("/output", "required", detail)])


def _in_task(error: FieldProblem) -> FieldProblem:
    return FieldProblem(_ELEMENTS.get(error.pointer, error.pointer), error.code, error.detail)
