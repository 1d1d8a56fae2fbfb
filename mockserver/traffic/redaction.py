"""What the journal does not show: credentials, wherever HTTP carries them."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote_plus

MASK = "[redacted]"

HEADERS = frozenset(
    {
        "authorization",
        "cookie",
        "proxy-authorization",
        "set-cookie",
        "x-amz-security-token",
        "x-api-key",
        "x-auth-token",
    }
)
"""Headers whose value is a credential, lower case."""

PARAMETERS = frozenset(
    {"access_token", "api_key", "x-amz-credential", "x-amz-security-token", "x-amz-signature"}
)
"""Parameters of a query whose value is a credential, lower case."""

SCHEMES = frozenset({"aws4-hmac-sha256", "basic", "bearer", "digest", "negotiate", "token"})
"""Schemes of Authorization whose name is shown: it is no secret, and often what was wrong."""


def headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return headers by name, lower case, without secrets; repeated ones are joined by a comma."""
    shown: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name = raw_name.decode("latin-1").lower()
        value = _value(name, raw_value.decode("latin-1"))
        shown[name] = f"{shown[name]}, {value}" if name in shown else value
    return shown


def _value(name: str, value: str) -> str:
    if name not in HEADERS:
        return value
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {MASK}" if space and scheme.lower() in SCHEMES else MASK


def query(text: str) -> str:
    """Return a query as it was sent, but for the values that are credentials."""
    if not text:
        return text
    parts = []
    for part in text.split("&"):
        name, equals, _ = part.partition("=")
        secret = equals and unquote_plus(name).lower() in PARAMETERS
        parts.append(f"{name}={MASK}" if secret else part)
    return "&".join(parts)
