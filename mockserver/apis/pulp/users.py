"""Who may do what in Pulp: users, their passwords and permissions."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from mockserver.errors import CredentialsError
from mockserver.pipeline.call import Call

PERMISSIONS: Mapping[str, frozenset[str]] = {
    "admin": frozenset({"READ", "UPDATE", "SUPER"}),
    "reader": frozenset({"READ"}),
    "nobody": frozenset(),
}
"""User, whose password is the same word -> what the user may do."""

NEEDS = {"listTasks": "READ", "getTask": "READ", "cancelTask": "UPDATE"}
"""Operation -> the permission that it needs; all others are for super users."""


def authorization(user: str) -> str:
    """Return the header value with which *user* logs in."""
    return "Basic " + base64.b64encode(f"{user}:{user}".encode()).decode()


def authenticate(call: Call, *, demand: bool) -> None:
    """Refuse a caller whose credentials are wrong, or whose user lacks the permission.

    Unless they are demanded, missing credentials and unknown users count as the administrator's.
    """
    scheme, _, value = (call.header("authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        if demand:
            raise CredentialsError("Authentication Required", 401)
        return
    try:
        text = base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise CredentialsError("Invalid username or password", 401) from None
    user, colon, password = text.partition(":")
    allowed = PERMISSIONS.get(user)
    if allowed is None and colon and user and not demand:
        return
    if allowed is None or password != user:
        raise CredentialsError("Invalid username or password", 401)
    if NEEDS.get(call.operation_id, "SUPER") not in allowed:
        raise CredentialsError("Permission Denied", 401)
