"""Who may call, by the security that a contract declares."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any

from mockserver.errors import CredentialsError
from mockserver.own.answer import refusal_status
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
