"""FHIR's own media type, beside plain JSON."""

from rest_framework.renderers import JSONRenderer

from backend.api.parsers import StrictJSONParser

CONTENT_TYPE = "application/fhir+json"


class FhirRenderer(JSONRenderer):
    """The answer as FHIR calls it."""

    media_type = CONTENT_TYPE
    format = "fhir"


class FhirAsJsonRenderer(JSONRenderer):
    """The same for who asks for plain JSON; FHIR wants the answer to be called what was asked for."""


class FhirParser(StrictJSONParser):
    """The same strict reading under FHIR's name."""

    media_type = CONTENT_TYPE
