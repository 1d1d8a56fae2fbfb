"""Who may call, by the declared security; and whom a command means that names it in its body."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any

from mockserver.errors import CredentialsError
from mockserver.own.answer import refusal_status
from mockserver.own.shape import Kind
from mockserver.pipeline.call import Call
from specs.contract import Contract


def admit(contract: Contract, call: Call) -> None:
    """Raise `CredentialsError` unless one of the declared ways to say who calls is taken."""
    operation = contract.operations[call.operation_id]
    ways = operation.node.get("security", contract.document.get("security", []))
    known = contract.document.get("components", {}).get("securitySchemes", {})
    if not ways or any(
        all(_is_shown(contract.resolve(known.get(name, {})), call) for name in way) for way in ways
    ):
        return
    names = " or ".join(" and ".join(way) for way in ways)
    raise CredentialsError(
        f"Credentials are missing: {names}.", refusal_status(operation, 401, 403)
    )


def _is_shown(scheme: Mapping[str, Any], call: Call) -> bool:
    kind, name = scheme.get("type"), str(scheme.get("name", ""))
    if kind == "apiKey":
        match scheme.get("in"):
            case "header":
                return bool(call.header(name.lower()))
            case "query":
                return any(key == name and text for key, text in call.pairs)
        return name in SimpleCookie(call.header("cookie") or "")
    given = (call.header("authorization") or "").partition(" ")
    wanted = str(scheme.get("scheme", "bearer")).lower()
    return bool(given[2]) and given[0].lower() == wanted


def keys_in(kind: Kind, sent: Mapping[str, Any]) -> list[str]:
    """Return the keys that the body of a command names, one or a list, under a name such as `ids`.

    The names are the key's own, with the name of the kind before it or not, for one or for many.
    """
    found: list[str] = []
    for name, value in sent.items():
        plain = name.replace("_", "").replace("-", "").lower()
        key = kind.key.replace("_", "").lower()
        stem = kind.name.lower()
        if plain in {key, f"{key}s", f"{stem}{key}", f"{stem}{key}s", f"{stem}s"}:
            values = value if isinstance(value, list) else [value]
            found += [str(one) for one in values]
    return found
