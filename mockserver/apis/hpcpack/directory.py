"""The users of the cluster, and who may do what."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from enum import StrEnum

from mockserver.apis.hpcpack.faults import Code, SchedulerError

DOMAIN = "NORTH"


class Role(StrEnum):
    """What a user may do to the jobs of others: anything, or nothing."""

    ADMINISTRATOR = "administrator"
    JOB_ADMINISTRATOR = "job_administrator"
    USER = "user"


@dataclass(frozen=True, slots=True)
class User:
    """A user: the name with the domain before it, and the role."""

    name: str
    role: Role = Role.USER

    @property
    def is_administrator(self) -> bool:
        """Whether others' jobs are theirs to command, and others' names theirs to use."""
        return self.role is not Role.USER


PASSWORDS = {
    f"{DOMAIN}\\hopper": "correct-horse-1",
    f"{DOMAIN}\\curie": "correct-horse-2",
    f"{DOMAIN}\\ada": "correct-horse-3",
    f"{DOMAIN}\\grace": "correct-horse-4",
}
"""Everybody the cluster knows. These are no secrets: they open nothing but a mock."""

ADMINISTRATOR = User(f"{DOMAIN}\\hopper", Role.ADMINISTRATOR)

USERS = {
    one.name.lower(): one
    for one in (
        ADMINISTRATOR,
        User(f"{DOMAIN}\\curie", Role.JOB_ADMINISTRATOR),
        User(f"{DOMAIN}\\ada"),
        User(f"{DOMAIN}\\grace"),
    )
}


def full_name(name: str) -> str:
    """Return *name* with its domain, as a known user writes it if there is one."""
    whole = name.strip() if "\\" in name else f"{DOMAIN}\\{name.strip()}"
    known = USERS.get(whole.lower())
    return known.name if known else whole


def find(name: str) -> User | None:
    """Return the known user of that name, in any case, with or without the domain."""
    return USERS.get(full_name(name).lower())


def credentials(user: User) -> str:
    """Return the Authorization header of a known user."""
    return "Basic " + b64encode(f"{user.name}:{PASSWORDS[user.name]}".encode()).decode()


def refusal(message: str) -> SchedulerError:
    """Return the answer to missing or wrong credentials."""
    return SchedulerError(Code.AUTHENTICATION_FAILURE, message, 401)


def signed_in(header: str | None, *, strict: bool) -> User:
    """Return who a request with this Authorization header comes from.

    Whoever says nothing is the administrator, and an unknown name a plain user, unless *strict*.
    """
    if header is None:
        if strict:
            raise refusal("Say who you are.")
        return ADMINISTRATOR
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "basic":
        raise refusal("Only Basic credentials are understood.")
    try:
        name, colon, password = b64decode(token.strip(), validate=True).decode().partition(":")
    except ValueError:
        raise refusal("The credentials are not well-formed.") from None
    if not colon or not name:
        raise refusal("The credentials are not well-formed.")
    known = find(name)
    if known is None:
        if strict:
            raise refusal("The user name or password is wrong.")
        return User(full_name(name))
    if PASSWORDS[known.name] != password:
        raise refusal("The user name or password is wrong.")
    return known


def acting(caller: User, name: str | None, *, strict: bool) -> User:
    """Return for whom *caller* acts: the user that x-ms-as-user names, if any."""
    if name is None or not name.strip():
        return caller
    if not caller.is_administrator:
        raise SchedulerError(
            Code.PERMISSION_DENIED, "Only an administrator may act for others.", 403
        )
    known = find(name)
    if known is None and strict:
        raise SchedulerError(Code.PERMISSION_DENIED, f"There is no user {name}.", 403)
    return known or User(full_name(name))
