"""What must be unique over all clinics, why, and that nobody learns from it what another clinic has."""

import re
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from clinics.identity.models import Clinic, Role
from tests.factories import make_member

pytestmark = pytest.mark.django_db

RANDOM = "random, made here: nobody chooses one, so nobody can ask whether it is taken"
OWN_WORDS = "the service's own words, which no caller writes"
UNUSED = "unused: the grant is refused"

#: Unique columns that name neither a clinic nor a row of one, and why asking what is taken tells nothing.
ACROSS_CLINICS = {
    "assessments_checkinlink(token_hash)": RANDOM,
    "auth_group(name)": OWN_WORDS,
    "auth_permission(content_type_id, codename)": OWN_WORDS,
    "axes_accessattempt(username, ip_address, user_agent)": "counts failed sign-ins; known and unknown alike",
    "clinics_allowance(kind, destination, day)": "a keyed hash; a host's tests run out for all",
    "clinics_apiclient(client_id)": RANDOM,
    "clinics_user(lower((email)::text))": "a person may work in several clinics; an invitation answers alike",
    "clinics_user(username)": "another one is made where it is taken; an invitation answers alike",
    "django_content_type(app_label, model)": OWN_WORDS,
    "oauth2_provider_accesstoken(token_checksum)": RANDOM,
    "oauth2_provider_devicegrant(device_code)": UNUSED,
    "oauth2_provider_grant(code)": RANDOM,
    "oauth2_provider_idtoken(jti)": "unused: no OpenID Connect",
    "oauth2_provider_refreshtoken(token_checksum, revoked)": RANDOM,
}


def unique_across_clinics() -> set[str]:
    """Unique indexes, but for primary keys, whose columns name neither a clinic nor another row by its id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE 'CREATE UNIQUE%%' "
            "AND indexname NOT LIKE '%%_pkey'"
        )
        found = {spelled(definition) for (definition,) in cursor.fetchall()}
    rows = re.compile(r"[(, ](?!content_type)\w+_id\b(?<!client_id\))")
    return {one for one in found if "apiclient(" in one or not rows.search(one)}


def spelled(definition: str) -> str:
    match = re.search(r" ON public\.(\S+) USING btree \((.*?)\)( WHERE .*)?$", definition)
    assert match, definition
    return f"{match[1]}({match[2]})"


def test_what_is_unique_over_all_clinics_is_known() -> None:
    """A new one would tell a clinic what another has, unless it stands here with its reason."""
    assert unique_across_clinics() == ACROSS_CLINICS.keys()


def shape(answer: Any) -> tuple[int, list[str], Any, Any]:
    document = answer.json()
    return answer.status_code, sorted(document), document.get("active"), document.get("accepted")


def test_an_address_that_another_clinic_knows_is_invited_like_one_that_nobody_knows(
    api: APIClient, other_clinic: Clinic
) -> None:
    theirs = make_member(other_clinic, Role.CLINICIAN).user
    theirs.email = "known@clinic.example"
    theirs.save()
    answers = [
        api.post("/api/v1/clinic/members", {"email": email, "name": "Kim", "role": "reception"})
        for email in (theirs.email, theirs.email.upper().replace("KNOWN", "unknown"), "new@clinic.example")
    ]
    assert {shape(answer)[0] for answer in answers} == {201}
    assert len({repr(shape(answer)) for answer in answers}) == 1
