"""Texts made out of a valid signed token that aren't that token: every one must prove nothing."""

import base64
import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from jwcrypto.jwa import JWA
from jwcrypto.jwk import JWK

#: Looks like a part of base64 to a lenient reader, or like the end of one.
FOREIGN = "=+/ \t\r\n!\"'{}[]:,.%\0\u200b\ufeff\u00e9\uff10\uff41"


def encoded(content: bytes) -> str:
    """Canonical base64url."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def signed_as_it_is(key: JWK, header: str, claims: str) -> str:
    """A genuine signature over header and claims of whatever spelling."""
    text = f"{encoded(header.encode())}.{encoded(claims.encode())}"
    return f"{text}.{encoded(JWA.signing_alg('ES384').sign(key, text.encode()))}"


def flattened(spent: str, **members: Any) -> str:
    """The flattened JSON serialization of a compact one."""
    protected, payload, signature = spent.split(".")
    return json.dumps({**members, "payload": payload, "protected": protected, "signature": signature})


def general(spent: str, **members: Any) -> str:
    """The general JSON serialization of a compact one."""
    protected, payload, signature = spent.split(".")
    signatures = [{"protected": protected, "signature": signature}]
    return json.dumps({**members, "payload": payload, "signatures": signatures})


def two_readings(spent: str, chosen: str, serialize: Callable[..., str] = flattened) -> str:
    """JSON with a genuine signature that shows other header and claims to whoever splits it at its dots."""
    header, claims, _ = chosen.split(".")
    return serialize(spent, **{"!": f"{header}.{claims}.x"})


def other_last_character(part: str) -> str | None:
    """Another spelling of the same bytes, where base64url has one."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    unused = {0: 1, 2: 16, 3: 4}[len(part) % 4]
    if unused == 1:
        return None
    at = alphabet.index(part[-1])
    return part[:-1] + alphabet[at - at % unused + (at + 1) % unused]


#: Changes of a compact token, given where and what.
CHANGES: dict[str, Callable[[str, int, str], str]] = {
    "flattened JSON": lambda token, _, __: flattened(token),
    "general JSON": lambda token, _, __: general(token),
    "JSON in compact": lambda token, at, _: _with_part(token, at, encoded(flattened(token).encode())),
    "compact in JSON": lambda token, _, __: json.dumps(token),
    "compact in a list": lambda token, _, __: json.dumps([token]),
    "quoted": lambda token, _, quote: f"{quote}{token}{quote}",
    "in braces": lambda token, _, text: "{" + text + token + "}",
    "a character between": lambda token, at, text: _insert(token, at, text),
    "a character before": lambda token, _, text: text + token,
    "a character behind": lambda token, _, text: token + text,
    "a part more": lambda token, _, __: f"{token}.{token.rpartition('.')[2]}",
    "a dot more": lambda token, at, _: _insert(token, at, "."),
    "a part less": lambda token, at, _: ".".join(_parts_without(token, at)),
    "an empty part": lambda token, at, _: _with_part(token, at, ""),
    "a part doubled": lambda token, at, _: _with_part(token, at, token.split(".")[at % 3] * 2),
    "the token doubled": lambda token, _, __: f"{token},{token}",
    "padded": lambda token, at, _: _with_part(token, at, token.split(".")[at % 3] + "="),
    "another last character": lambda token, at, _: _respelled(token, at),
    "the other alphabet": lambda token, at, _: _insert(token.replace("-", "+").replace("_", "/"), at, "+"),
    "parts changed about": lambda token, _, __: ".".join(reversed(token.split("."))),
    "a longer signature": lambda token, _, __: _longer_signature(token),
    "cut short": lambda token, at, _: token[: max(1, at % len(token))],
}


def _insert(token: str, at: int, text: str) -> str:
    at %= len(token)
    return token[:at] + text + token[at:]


def _with_part(token: str, at: int, part: str) -> str:
    parts = token.split(".")
    parts[at % 3] = part
    return ".".join(parts)


def _parts_without(token: str, at: int) -> list[str]:
    parts = token.split(".")
    del parts[at % 3]
    return parts


def _respelled(token: str, at: int) -> str:
    parts = token.split(".")
    for one in (at % 3, 0, 1, 2):
        other = other_last_character(parts[one])
        if other is not None:
            return _with_part(token, one, other)
    return token + "="


def _longer_signature(token: str) -> str:
    """The same two numbers with leading zeros, which a lenient reader takes for the same signature."""
    front, _, signature = token.rpartition(".")
    numbers = base64.urlsafe_b64decode(signature + "==")
    half = len(numbers) // 2
    return f"{front}.{encoded(bytes(1) + numbers[:half] + bytes(1) + numbers[half:])}"


@st.composite
def changed(draw: st.DrawFn) -> tuple[str, Callable[[str], str]]:
    """The name of a change, and what makes it of a token."""
    name = draw(st.sampled_from(sorted(CHANGES)))
    at = draw(st.integers(min_value=0, max_value=2000))
    text = draw(st.one_of(st.sampled_from(FOREIGN), st.characters(codec="utf-8")))
    return name, lambda token: CHANGES[name](token, at, text)


#: Header and claims that were signed as they stand, with something in them that nobody may take.
UNFIT: dict[str, tuple[Callable[[str], str], Callable[[str], str]]] = {
    "an unknown extension": (lambda header: _more(header, crit=["urn:x"], **{"urn:x": 1}), str),
    "an empty crit": (lambda header: _more(header, crit=[]), str),
    "an unencoded payload": (lambda header: _more(header, b64=False, crit=["b64"]), str),
    "b64 without crit": (lambda header: _more(header, b64=True), str),
    "an algorithm named twice": (lambda header: _twice(header, "alg", "none"), str),
    "a key named twice": (lambda header: _twice(header, "kid", "another"), str),
    "an issuer named twice": (str, lambda claims: _twice(claims, "iss", "another")),
    "a subject named twice": (str, lambda claims: _twice(claims, "sub", "another")),
    "an id named twice": (str, lambda claims: _twice(claims, "jti", "another")),
    "a doubled key deeper": (str, lambda claims: claims[:-1] + ', "deep": [{"a": 1, "a": 2}]}'),
    "no number": (str, lambda claims: claims[:-1] + ', "n": NaN}'),
    "an endless end": (str, lambda claims: claims[:-1] + ', "nbf": Infinity}'),
    "a list": (str, lambda claims: f"[{claims}]"),
    "two objects": (str, lambda claims: claims + claims),
    "a byte order mark": (str, lambda claims: "\ufeff" + claims),
    "deep nesting": (str, lambda claims: claims[:-1] + ', "n": ' + "[" * 1500 + "]" * 1500 + "}"),
}


def _more(text: str, **members: Any) -> str:
    return json.dumps(json.loads(text) | members)


def _twice(text: str, name: str, other: str) -> str:
    """The chosen value first and the genuine one last, as a reader that takes the last would like it."""
    return "{" + json.dumps(name) + ": " + json.dumps(other) + ", " + text.lstrip("{")
