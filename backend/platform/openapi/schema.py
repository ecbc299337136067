"""How the OpenAPI document describes what every endpoint shares."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS

from backend.platform.api.etags import Conditional
from backend.platform.api.fields import StrictSerializer, WordField
from backend.platform.api.headers import (
    HEADER,
    KEY_PATTERN,
    PURPOSE_HEADER,
    PURPOSE_PATTERN,
    REPLAYED,
    Creates,
)
from backend.platform.api.problems import CONTENT_TYPE, PROBLEMS

JSON = "application/json"
ETAG = {"type": "string", "pattern": '^(W/)?"[^"]*"$'}


def register_component(auto_schema: AutoSchema, name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Store a named schema once and return the reference to it."""
    component = ResolvedComponent(name, ResolvedComponent.SCHEMA, schema, object=name)  # type: ignore[no-untyped-call]
    auto_schema.registry.register_on_missing(component)
    reference: dict[str, Any] = component.ref
    return reference


class WordExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Writes a word as a named enum."""

    target_class = WordField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:  # noqa: ARG002
        """A reference to the enum."""
        words = list(self.target.choices)
        return register_component(auto_schema, self.target.name, {"type": "string", "enum": words})


class FieldProblemSerializer(serializers.Serializer[Any]):
    """One thing that is wrong at one place. It never repeats the value."""

    pointer = serializers.CharField(
        help_text="JSON pointer (RFC 6901) into the body; `/name` for a query parameter."
    )
    code = serializers.CharField(help_text="Stable, for programs.")
    detail = serializers.CharField(help_text="For people.")


class ProblemSerializer(serializers.Serializer[Any]):
    """An error as RFC 9457 describes it."""

    type = serializers.URLField(help_text="A page about this kind of problem.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField(help_text="The route asked for, without the caller's own texts.")
    code = WordField("ProblemCode", PROBLEMS, help_text="Stable, for programs.")
    request_id = serializers.CharField(help_text="Give it to whoever looks into this.")
    errors = FieldProblemSerializer(  # type: ignore[assignment]  # a field, not the property of that name
        many=True, help_text="Every place that is wrong, all at once."
    )


class ResourceSchema(AutoSchema):
    """Adds to an operation what its view promises: errors, conditional headers, query string.

    A view tells by attributes: ``query_class`` (see ``PagedList``), ``Conditional`` as a base, and
    ``conflicts``, the 409s of its methods as ``{"POST": ("pathway_incomplete",)}``.
    """

    def get_override_parameters(self) -> list[Any]:
        """The query string of a list, conditional request headers and the headers of answers."""
        parameters: list[Any] = []
        if self._is_list_view():
            parameters += [self.view.query_class] if hasattr(self.view, "query_class") else []
            parameters.append(_header("Link", "The neighbouring pages (RFC 8288).", answers=["200"]))
        if isinstance(self.view, Conditional):
            parameters += self._conditional_headers(self.view)
        if self.get_auth():
            policy = "Requests an application may send, and the window in seconds."
            parameters.append(_header("RateLimit-Policy", policy, answers=self._answers()))
            left = "Requests left, and the seconds until the next window. Absent while nobody counts."
            parameters.append(_header("RateLimit", left, answers=self._answers()))
        if self._is_logged():
            why = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": PURPOSE_PATTERN}
            parameters.append(
                _header(
                    PURPOSE_HEADER, "Why you read it, without names: stays in the access log.", schema=why
                )
            )
        if self._takes_key():
            parameters += self._key_headers()
        if self._creates():
            parameters.append(_header("Location", "The new resource.", answers=[self._creates()]))
        return parameters

    def _conditional_headers(self, view: Conditional) -> Iterator[OpenApiParameter]:
        yield _header("ETag", "The state of what was answered.", answers=["200", "201"], schema=ETAG)
        if self.method == "GET":
            yield _header("If-None-Match", "The ETag of what you have: 304 when it is still true.")
        elif self.method in view.needs_if_match:
            said = "The ETag of what you change: 412 when somebody changed it meanwhile."
            yield _header("If-Match", said, required=self.method != "PUT")  # PUT may create

    def _answers(self) -> list[str]:
        responses = self.get_response_serializers()
        if not isinstance(responses, Mapping):
            return ["200"]
        return [str(code[0] if isinstance(code, tuple) else code) for code in responses]

    def _is_logged(self) -> bool:
        reads = self.method in getattr(self.view, "reading_methods", SAFE_METHODS)
        return reads and getattr(self.view, "logs_reads", False)

    def _takes_key(self) -> bool:
        return self.method == "POST" and isinstance(self.view, Creates)

    def _key_headers(self) -> Iterator[OpenApiParameter]:
        key = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": KEY_PATTERN}
        said = (
            "Made up by you for this request: sent again with the same body within 24 hours, nothing happens "
            "twice and the first answer comes again."
        )
        yield _header(HEADER, said, schema=key)
        said = "`true` when this is the answer of an earlier request with the same key."
        answers = [self._creates() or "200"]
        yield _header(REPLAYED, said, schema={"type": "string", "const": "true"}, answers=answers)

    def _creates(self) -> str:
        """The status that says something new is there, or will be; empty when there is none."""
        return next((code for code in self._answers() if code in {"201", "202"}), "")

    def map_renderers(self, attribute: str) -> list[Any]:
        """Successes are JSON; the problem renderer only lets clients accept the other type."""
        return [value for value in super().map_renderers(attribute) if value not in {CONTENT_TYPE, "problem"}]

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        """An answer always has all its fields; what can be set is said by the request's own component."""
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if direction == "request":
            if getattr(serializer, "partial", False):  # a generated client would send it and reset the field
                for field in schema.get("properties", {}).values():
                    field.pop("default", None)
            closed = isinstance(serializer, StrictSerializer)
            return schema | ({"additionalProperties": False} if closed else {})
        schema["required"] = sorted(schema.get("properties", ()))
        for field in schema.get("properties", {}).values():
            for rule in ("readOnly", "default", "pattern"):
                field.pop(rule, None)
        return schema

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        answers: dict[str, Any] = super()._get_response_bodies(direction)
        if isinstance(self.view, Conditional) and self.method == "GET":
            answers["304"] = {"description": "You have it already."}
        for status, answer in answers.items():
            answer["description"] = answer["description"] or f"{HTTPStatus(int(status)).phrase}."
        if self._withholds(answers):
            answers["204"] = self._withheld()
        problem = self.resolve_serializer(ProblemSerializer, "response").ref
        by_status: dict[str, list[str]] = {}
        for code in self.problem_codes():
            by_status.setdefault(str(PROBLEMS[code][0]), []).append(code)
        for status, codes in sorted(by_status.items()):
            description = "\n".join(f"`{code}`: {PROBLEMS[code][1]}." for code in codes)
            answers[status] = {"description": description, "content": {CONTENT_TYPE: {"schema": problem}}}
        return answers

    def _withholds(self, answers: Mapping[str, Any]) -> bool:
        """Whether a caller who may not read is answered without what was stored."""
        may_withhold = getattr(self.view, "may_withhold", None)
        return may_withhold is not None and may_withhold(self.method) and "204" not in answers

    def _withheld(self) -> dict[str, Any]:
        """The answer of address and version alone."""
        text = {"type": "string"}
        return {
            "description": "Done. Nothing is shown to a token without the scope to read it.",
            "headers": {
                "Location": {"schema": text, "description": "Where it is read."},
                "ETag": {"schema": ETAG, "description": "The state of what was stored."},
            },
        }

    def problem_codes(self) -> Iterator[str]:
        """The problems that this operation can answer with."""
        if self.get_auth():
            yield from ("not_authenticated", "permission_denied")
        if "{" in self.path:
            yield "not_found"
        yield "not_acceptable"
        yield from getattr(self.view, "conflicts", {}).get(self.method, ())
        if self._takes_key():
            yield from ("request_in_progress", "idempotency_key_reused")
        if isinstance(self.view, Conditional) and self.method in self.view.needs_if_match:
            yield from ("precondition_failed", "precondition_required")
        if self.method in {"POST", "PUT", "PATCH"} and self.get_request_serializer():
            yield from (
                "malformed",
                "request_timeout",
                "length_required",
                "body_too_large",
                "unsupported_media_type",
                "invalid",
            )
        elif hasattr(self.view, "query_class") or self._is_logged():
            yield "invalid"
        yield from ("throttled", "internal_error", "unavailable")


def _header(
    name: str,
    description: str,
    *,
    answers: list[str] | None = None,
    schema: Mapping[str, Any] | None = None,
    required: bool = False,
) -> OpenApiParameter:
    return OpenApiParameter(
        name,
        dict(schema or {"type": "string"}),
        OpenApiParameter.HEADER,
        description=description,
        response=answers or False,
        required=required,
    )


def tidy_nulls(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:  # noqa: ARG001
    """Post-processing: nulls as OpenAPI 3.1 has them, so that generated clients import.

    The generator names null and the empty string as enums of their own (``NullEnum``, ``BlankEnum``), which
    become classes without members; and a nullable "anything" becomes a choice between two that both fit.
    """
    tidied: dict[str, Any] = _tidy(result)
    schemas = tidied.get("components", {}).get("schemas", {})
    for name in ("NullEnum", "BlankEnum"):
        schemas.pop(name, None)
    return tidied


_NULL = {"type": "null"}
_NULL_REF = {"$ref": "#/components/schemas/NullEnum"}
_BLANK_REF = {"$ref": "#/components/schemas/BlankEnum"}
_BLANK = {"type": "string", "maxLength": 0}


def _or_blank(text: dict[str, Any]) -> dict[str, Any]:
    """One text that may be empty, where the generator has a choice between two."""
    return text | ({"pattern": f"^$|{text['pattern']}"} if "pattern" in text else {})


def _tidy(node: Any) -> Any:
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node == _NULL_REF:
        return dict(_NULL)
    tidied = {key: _tidy(value) for key, value in node.items()}
    if isinstance(choices := tidied.get("oneOf"), list):
        tidied["oneOf"] = [choice for choice in choices if choice != _BLANK_REF]
        if _BLANK in choices:
            tidied["oneOf"] = [_or_blank(choice) for choice in choices if choice != _BLANK]
        if {} in tidied["oneOf"]:
            del tidied["oneOf"]
        elif len(tidied["oneOf"]) == 1:
            tidied.update(tidied.pop("oneOf")[0])
    if set(tidied) == {"allOf"} and len(tidied["allOf"]) == 1:
        return tidied["allOf"][0]
    return tidied
