"""The small parts that resources are made of."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

Resource = dict[str, Any]

DATA_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ABSENT_REASONS = "http://terminology.hl7.org/CodeSystem/data-absent-reason"


def fhir_base() -> str:
    """The address below which all resources are."""
    return f"{settings.BASE_URL}/fhir"


def system(name: str) -> str:
    """The name of one of our own code systems, which is also its address."""
    return f"{fhir_base()}/CodeSystem/{name}"


def is_own_system(text: Any, name: str) -> bool:
    """Whether it names one of our code systems, of this host or of one that the service had or will have."""
    return isinstance(text, str) and text.endswith(f"/fhir/CodeSystem/{name}")


def identifier_system(name: str) -> str:
    """The name of one of our own kinds of identifier; a name as well."""
    return f"{fhir_base()}/identifier/{name}"


def coding(name: str, code: str, display: str = "") -> dict[str, str]:
    """A code of one of our own systems."""
    found = {"system": system(name), "code": code}
    return {**found, "display": display} if display else found


def words(code: str) -> str:
    """A code as a person reads it."""
    return code.replace("_", " ").replace("-", " ").capitalize()


def concept(*codings: Mapping[str, str], text: str = "") -> dict[str, Any]:
    """Codes with their words."""
    found: dict[str, Any] = {"coding": [dict(item) for item in codings]} if codings else {}
    return {**found, "text": text} if text else found


def reference(kind: str, identity: uuid.UUID | str, display: str = "") -> dict[str, str]:
    """A pointer to a resource of this server."""
    found = {"reference": f"{kind}/{identity}"}
    return {**found, "display": display} if display else found


def instant(moment: dt.datetime) -> str:
    """A time in UTC with a Z."""
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def period(start: dt.datetime | None, end: dt.datetime | None) -> dict[str, str]:
    """A stretch of time whose ends may be open."""
    return {name: instant(at) for name, at in (("start", start), ("end", end)) if at is not None}


def without_empty(resource: Mapping[str, Any]) -> Resource:
    """The resource without elements that hold nothing: FHIR knows neither null nor an empty list."""
    return {name: value for name, value in resource.items() if value not in (None, "", [], {})}


def resource(kind: str, identity: uuid.UUID | str, updated: dt.datetime, **elements: Any) -> Resource:
    """A resource with its ``meta``; the version is taken from the content, so that it changes with it."""
    content = without_empty(elements)
    canonical = json.dumps([kind, str(identity), content], sort_keys=True, separators=(",", ":"))
    version = hashlib.sha256(canonical.encode()).hexdigest()[:32]
    meta = {"versionId": version, "lastUpdated": instant(updated)}
    return {"resourceType": kind, "id": str(identity), "meta": meta, **content}


def etag(found: Mapping[str, Any]) -> str:
    """The weak ETag of a resource: its version."""
    return f'W/"{found["meta"]["versionId"]}"'


def patients_in(found: Any) -> Iterable[uuid.UUID]:
    """Whose data a resource or a bundle of them shows."""
    if not isinstance(found, Mapping):
        return
    for entry in found.get("entry", []):
        yield from patients_in(entry.get("resource"))
    if found.get("resourceType") == "Patient":
        yield uuid.UUID(found["id"])
    for element in ("subject", "for", "patient"):
        pointer = found.get(element)
        if isinstance(pointer, Mapping) and str(pointer.get("reference", "")).startswith("Patient/"):
            yield uuid.UUID(pointer["reference"].removeprefix("Patient/"))
