"""What a test may say about a FHIR answer in one line."""

import json
import re
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings

from backend.platform.api.problems import PROBLEMS
from backend.platform.fhir.outcomes import ISSUE_TYPES

CONTENT_TYPE = "application/fhir+json"

#: The codes of every required binding that our resources use (FHIR R4); the libraries let others pass.
REQUIRED_CODES = {
    "Questionnaire.status": "draft active retired unknown",
    "Questionnaire.item.type": (
        "group display boolean decimal integer date dateTime time string text url choice open- "
        "choice attachment reference quantity"
    ),
    "Questionnaire.item.item.type": (
        "group display boolean decimal integer date dateTime time string text url choice open- "
        "choice attachment reference quantity"
    ),
    "Questionnaire.item.item.enableWhen.operator": "exists = != > < >= <=",
    "Questionnaire.item.item.enableBehavior": "all any",
    "QuestionnaireResponse.status": "in-progress completed amended entered-in-error stopped",
    "RiskAssessment.status": (
        "registered preliminary final amended corrected cancelled entered-in-error unknown"
    ),
    "ClinicalImpression.status": "in-progress completed entered-in-error",
    "CarePlan.status": "draft active on-hold revoked completed entered-in-error unknown",
    "CarePlan.intent": "proposal plan order option",
    "CarePlan.activity.detail.status": (
        "not-started scheduled in-progress on-hold completed cancelled stopped unknown entered- in-error"
    ),
    "CarePlan.contained.lifecycleStatus": (
        "proposed planned accepted active on-hold completed cancelled entered-in-error rejected"
    ),
    "Flag.status": "active inactive entered-in-error",
    "Task.status": (
        "draft requested received accepted rejected ready cancelled in-progress on-hold failed "
        "completed entered-in-error"
    ),
    "Task.intent": (
        "unknown proposal plan order original-order reflex-order filler-order instance-order option"
    ),
    "Task.priority": "routine urgent asap stat",
    "ServiceRequest.status": "draft active on-hold revoked completed entered-in-error unknown",
    "ServiceRequest.intent": (
        "proposal plan directive order original-order reflex-order filler-order instance-order option"
    ),
    "ServiceRequest.priority": "routine urgent asap stat",
    "Patient.gender": "male female other unknown",
    "Patient.telecom.system": "phone fax email pager url sms other",
    "Patient.name.use": "usual official temp nickname anonymous old maiden",
    "Bundle.type": (
        "document message transaction transaction-response batch batch-response history searchset collection"
    ),
    "Bundle.entry.search.mode": "match include outcome",
    "OperationOutcome.issue.severity": "fatal error warning information",
    "OperationOutcome.issue.code": (
        "invalid structure required value invariant security login unknown expired forbidden "
        "suppressed processing not-supported duplicate multiple-matches not-found deleted too- "
        "long code-invalid extension too-costly business-rule conflict transient lock-error no- "
        "store exception timeout incomplete throttled informational"
    ),
    "CapabilityStatement.rest.resource.conditionalRead": "not-supported modified-since not-match",
    "CodeSystem.status": "draft active retired unknown",
    "CodeSystem.content": "not-present example fragment complete supplement",
    "CapabilityStatement.status": "draft active retired unknown",
    "CapabilityStatement.kind": "instance capability requirements",
    "CapabilityStatement.rest.mode": "client server",
    "CapabilityStatement.rest.resource.versioning": "no-version versioned versioned-update",
    "CapabilityStatement.rest.resource.interaction.code": (
        "read vread update patch delete history-instance history-type create search-type"
    ),
    "CapabilityStatement.rest.resource.searchParam.type": (
        "number date string token reference composite quantity uri special"
    ),
}
#: Elements that are codes by their names, so that one that isn't in the table above is noticed.
CODE_NAMES = {
    "status",
    "intent",
    "priority",
    "severity",
    "operator",
    "enableBehavior",
    "lifecycleStatus",
    "mode",
}


#: What went out in these tests, but for ids and times; bundles with their first entry alone.
SEEN: dict[str, dict[str, Any]] = {}
_VALID: set[str] = set()
_ONCE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.+Z-]+")


def _see(resource: dict[str, Any]) -> None:
    shown = {**resource, "entry": resource["entry"][:1]} if "entry" in resource else resource
    SEEN.setdefault(_ONCE.sub("", json.dumps(shown, sort_keys=True)), shown)


@cache
def model(kind: str) -> Any:
    """The class of a resource in fhir.resources, for R4B: what we use of it is the same in R4."""
    return getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)


def assert_valid(resource: dict[str, Any]) -> None:
    """fhir.resources takes it, nothing is null or empty, and every required code exists.

    Each resource of a bundle is looked at by itself, and what was found valid before is not looked at again:
    searches show the same rows over and over. FHIR's own invariants are checked at the end, see ``conftest``.
    """
    content = json.dumps(resource)
    if content in _VALID:
        return
    around = dict(resource)
    if entries := resource.get("entry"):
        around["entry"] = [{k: v for k, v in entry.items() if k != "resource"} for entry in entries]
    model(resource["resourceType"]).model_validate(around)
    _see(resource)
    for place, name, value in walk(resource, resource["resourceType"]):
        assert value not in (None, "", [], {}), place
        if place in REQUIRED_CODES:
            assert value in REQUIRED_CODES[place].split(), (place, value)
        elif name in CODE_NAMES and isinstance(value, str):
            raise AssertionError(f"{place} is a code that no test knows")
    for entry in resource.get("entry", []):
        assert_valid(entry["resource"])
    _VALID.add(content)


def walk(value: Any, place: str, name: str = "") -> Any:
    """Every element with its path; resources inside a bundle are left to their own check."""
    if isinstance(value, dict):
        if name:
            yield place, name, value
        for key, inner in value.items():
            if key != "resource":
                yield from walk(inner, f"{place}.{key}", key)
    elif isinstance(value, list):
        if not value:
            yield place, name, value
        for inner in value:
            yield from walk(inner, place, name)
    else:
        yield place, name, value


def fhir(response: Any, status: int = 200) -> dict[str, Any]:
    """The resource of an answer, which is valid and not for caches."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == CONTENT_TYPE
    assert response.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = response.json()
    assert_valid(found)
    return found


def assert_outcome(response: Any, code: str, *expressions: str, status: int | None = None) -> dict[str, Any]:
    """The answer is this problem as an OperationOutcome, and names exactly these places."""
    assert response.status_code == (status or PROBLEMS[code][0]), response.content
    assert response.headers["Content-Type"] == CONTENT_TYPE
    assert response.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = response.json()
    assert_valid(found)
    issues = found["issue"]
    if expressions:
        named = [where for issue in issues for where in issue.get("expression", issue.get("location", []))]
        assert sorted(named) == sorted(expressions), issues
    else:
        (issue,) = issues
        assert issue["code"] == ISSUE_TYPES[code]
        (coding,) = issue["details"]["coding"]
        assert coding == {"system": f"{settings.BASE_URL}/api/problems", "code": code}
        assert response.headers["X-Request-ID"] in issue["diagnostics"]
    return found
