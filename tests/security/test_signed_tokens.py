"""What a signed token says is what was signed, at every door, whatever else its text could be read as."""

import ast
import base64
import json
import re
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from jwcrypto.jwk import JWK
from oauth2_provider.models import AccessToken

from assessments.cds.models import Card, CardFeedback
from assessments.cds.views import SERVICES
from backend.platform.storage.tenancy import clinic_scope
from clinics.clients.services.signed_clients import ASSERTION_TYPE, token_url
from clinics.clients.services.signed_tokens import Proved, TokenRefusedError, prove, read_hint
from clinics.identity.models import Clinic
from tests.security.forgeries import (
    CHANGES,
    UNFIT,
    changed,
    flattened,
    general,
    signed_as_it_is,
    two_readings,
)
from tests.security.hospital import ISSUER, KEY, hospital
from tests.security.signing import claims, sign

SUBJECT = "client-of-the-tests"
ROOT = Path(__file__).resolve().parents[2]
FOR_EXAMPLES = hypothesis(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def header() -> str:
    return json.dumps({"alg": "ES384", "typ": "JWT", "kid": KEY.get("kid")})


def valid(audience: str, **changes: Any) -> str:
    return sign(KEY, claims(SUBJECT, audience, **changes))


def proved(text: str, key: JWK = KEY) -> Proved | None:
    try:
        return prove(text, lambda _: [key])
    except TokenRefusedError:
        return None


@given(changed())
@hypothesis(max_examples=400, deadline=None)
def test_a_changed_text_proves_nothing(change: tuple[str, Callable[[str], str]]) -> None:
    _, make = change
    token = valid("https://elsewhere.example")
    text = make(token)
    assert text == token or proved(text) is None


SAID = st.dictionaries(
    st.text(max_size=8),
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.integers(), max_size=3),
    max_size=5,
)


@given(SAID, SAID, st.sampled_from([None, 1, "\t"]), st.booleans())
@hypothesis(max_examples=200, deadline=None)
def test_claims_that_count_are_the_json_of_the_bytes_that_were_signed(
    said: dict[str, Any], more: dict[str, Any], indent: int | str | None, plain: bool
) -> None:
    """However the key's owner spells header and claims."""
    of_header = json.dumps(more | json.loads(header()), indent=indent, ensure_ascii=plain)
    of_claims = json.dumps(said | {"iss": "a", "sub": "b", "tenant": "c"}, indent=indent, ensure_ascii=plain)
    text = signed_as_it_is(KEY, of_header, of_claims)
    found = proved(text)
    if found is not None:
        assert found == Proved(json.loads(signed_part(text, 0)), json.loads(signed_part(text, 1)), KEY)
    else:
        assert {"crit", "b64", "jku"} & set(more)


def signed_part(text: str, at: int) -> bytes:
    part = text.split(".")[at]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.parametrize("unfit", UNFIT.values(), ids=UNFIT)
def test_what_was_signed_but_can_be_read_in_two_ways_proves_nothing(
    unfit: tuple[Callable[[str], str], Callable[[str], str]],
) -> None:
    of_header, of_claims = unfit
    said = json.dumps(claims(SUBJECT, "https://elsewhere.example"))
    assert proved(signed_as_it_is(KEY, header(), said)) is not None
    assert proved(signed_as_it_is(KEY, of_header(header()), of_claims(said))) is None


@pytest.mark.parametrize("serialize", [flattened, general])
def test_a_text_with_two_readings_has_none(serialize: Callable[..., str]) -> None:
    spent = valid("https://elsewhere.example", exp=1)
    assert proved(two_readings(spent, valid(token_url()), serialize)) is None


def test_what_chose_the_key_is_what_was_signed() -> None:
    token = valid("https://elsewhere.example", tenant="north")
    hint = read_hint(token)
    found = proved(token)
    assert found is not None
    assert (hint.issuer, hint.tenant, hint.kid) == (
        found.claims["iss"],
        found.claims["tenant"],
        found.header["kid"],
    )


# The doors


def ask_for_token(text: str) -> Any:
    form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE}
    return Client().post("/oauth/token/", form | {"client_assertion": text})


def call(path: str) -> Callable[[str], Any]:
    def ask(text: str) -> Any:
        return Client().post(
            path, "{}", content_type="application/json", headers={"authorization": f"Bearer {text}"}
        )

    return ask


SERVICE_PATHS = [f"/cds-services/{name}{rest}" for name in SERVICES for rest in ("", "/feedback")]
DOORS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "the token endpoint": (token_url(), ask_for_token),
    **{path: (f"{settings.BASE_URL}{path}", call(path)) for path in SERVICE_PATHS},
}


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest, clinic: Clinic) -> tuple[str, str, Callable[[str], Any]]:
    """Who signs for a door, its address, and how it is asked."""
    client = hospital(clinic)
    address, ask = DOORS[request.param]
    issuer = client.client_id if request.param == "the token endpoint" else ISSUER
    return issuer, address, ask


def stored(clinic: Clinic) -> list[int]:
    with clinic_scope(clinic.id):
        return [AccessToken.objects.count(), Card.objects.count(), CardFeedback.objects.count()]


@given(changed())
@FOR_EXAMPLES
def test_a_door_refuses_every_changed_text_and_stores_nothing(
    door: tuple[str, str, Callable[[str], Any]], clinic: Clinic, change: tuple[str, Callable[[str], str]]
) -> None:
    issuer, address, ask = door
    token = sign(KEY, claims(issuer, address))
    text = change[1](token)
    with transaction.atomic():
        answer = ask(text)
    if text == token:
        return
    assert answer.status_code == 401 or (answer.status_code == 400 and "\0" in text), answer.content
    assert stored(clinic) == [0, 0, 0]
    assert len(text) < 20 or text not in answer.content.decode()


@pytest.mark.parametrize("serialize", [flattened, general])
def test_a_spent_signature_opens_no_door_again(
    door: tuple[str, str, Callable[[str], Any]], clinic: Clinic, serialize: Callable[..., str]
) -> None:
    """One signature of the key, ended or made for another server, under claims that somebody chose."""
    issuer, address, ask = door
    chosen = signed_as_it_is(
        JWK.generate(kty="EC", crv="P-384"), header(), json.dumps(claims(issuer, address))
    )
    for spent in (sign(KEY, claims(issuer, address, exp=1)), valid("https://elsewhere.example")):
        assert ask(two_readings(spent, chosen, serialize)).status_code == 401
    assert stored(clinic) == [0, 0, 0]


@pytest.mark.parametrize("unfit", UNFIT.values(), ids=UNFIT)
def test_a_door_refuses_what_was_signed_but_is_unfit(
    door: tuple[str, str, Callable[[str], Any]],
    clinic: Clinic,
    unfit: tuple[Callable[[str], str], Callable[[str], str]],
) -> None:
    issuer, address, ask = door
    said = json.dumps(claims(issuer, address))
    answer = ask(signed_as_it_is(KEY, unfit[0](header()), unfit[1](said)))
    assert answer.status_code == 401
    assert stored(clinic) == [0, 0, 0]


def test_every_change_is_tried() -> None:
    token = valid("https://elsewhere.example")
    for name, change in CHANGES.items():
        assert change(token, 7, "!") != token, name


SAID_WRONG: dict[str, dict[str, Any]] = {
    "aud": {"aud": "https://elsewhere.example"},
    "exp": {"exp": 1},
    "iat": {"iat": int(time.time()) + 3600},
    "nbf": {"nbf": int(time.time()) + 3600},
    "jti": {"jti": None},
}


@pytest.mark.parametrize("code", SAID_WRONG)
def test_the_holder_of_the_key_is_told_which_condition_failed(
    door: tuple[str, str, Callable[[str], Any]], code: str
) -> None:
    issuer, address, ask = door
    assert told(ask(sign(KEY, claims(issuer, address, **SAID_WRONG[code])))) == code


def test_a_second_use_is_told(door: tuple[str, str, Callable[[str], Any]]) -> None:
    issuer, address, ask = door
    once = sign(KEY, claims(issuer, address))
    assert ask(once).status_code != 401
    assert told(ask(once)) == "replay"


def test_who_is_registered_is_told_to_nobody(door: tuple[str, str, Callable[[str], Any]]) -> None:
    """An unknown issuer, an unknown key, another's signature and another's address answer alike."""
    issuer, address, ask = door
    said = claims(issuer, address)
    other = JWK.generate(kty="EC", crv="P-384", kid=KEY.get("kid"))
    unknown = JWK.generate(kty="EC", crv="P-384", kid=str(uuid.uuid4()))
    texts = [
        sign(KEY, claims(str(uuid.uuid4()), address)),
        sign(other, said),
        sign(unknown, said),
        sign(KEY, said, jku="https://elsewhere.example/keys"),
    ]
    answers = [ask(text) for text in texts]
    assert {told(answer) for answer in answers} == {"key"}
    assert {without_request_id(answer) for answer in answers} == {without_request_id(answers[0])}


def told(answer: Any) -> str:
    assert answer.status_code == 401
    body = answer.json()
    if "error_description" in body:
        return str(body["error_description"])
    (wrong,) = body["errors"]
    assert f'error_description="{wrong["code"]}"' in answer.headers["WWW-Authenticate"]
    return str(wrong["code"])


def without_request_id(answer: Any) -> bytes:
    return re.sub(rb'"request_id": ?"[^"]*"', b"", answer.content)


# Who reads

PARSERS = {"deserialize", "JWT", "JWS", "base64url_decode", "from_jose_token", "JWE"}


def test_one_function_decodes_a_signed_token() -> None:
    """Nothing of the service but the one reader takes a token apart, with a library or by hand."""
    found = set()
    for app in ("assessments", "backend", "clinics", "patients"):
        for path in sorted((ROOT / app).rglob("*.py")):
            where = path.relative_to(ROOT).as_posix()
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom | ast.Import):
                    module = getattr(node, "module", None) or ""
                    names = {alias.name for alias in node.names}
                    if "jws" in module or "jwt" in module or names & PARSERS:
                        found.add((where, "imports"))
                if isinstance(node, ast.FunctionDef) and splits_at_dots(node):
                    found.add((where, node.name))
    assert found == {("clinics/clients/services/signed_tokens.py", "_decode")}


def splits_at_dots(function: ast.FunctionDef) -> bool:
    """Whether it takes a text apart as a compact serialization is."""
    text = ast.unparse(function)
    return "_COMPACT" in text or ("split('.')" in text and ("b64" in text or "json" in text))
