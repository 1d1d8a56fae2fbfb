"""What the suite fires at: where it is, how to get in, what is known of it, what may be touched."""

from __future__ import annotations

import base64
import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from conformance.mode import Resource
from conformance.pastime import Pastime
from specs.contract import Contract

ANY_KIND = "*"


@dataclass(frozen=True, slots=True)
class Budget:
    """How long the suite waits, in seconds."""

    request: float = 10.0  # for one answer
    settle: float = 10.0  # until a command has taken effect
    reach: float = 20.0  # until a state has come about by itself
    watch: float = 0.4  # to see that nothing changes


@dataclass(frozen=True, slots=True)
class Waiver:
    """A contradiction that somebody has accepted: of what, why, who, until when."""

    id: str
    reason: str
    owner: str = ""
    expires: datetime.date | None = None
    known: str = ""  # the implementation that is known to do so, if that is the reason
    seen: str = ""  # a pattern that what was seen must hold; empty: whatever was seen

    def covers(self, requirement: str, today: datetime.date, message: str | None = None) -> bool:
        """Whether it still stands and speaks of this requirement, and of what was seen there."""
        if message is not None and self.seen and re.search(self.seen, message) is None:
            return False
        return fnmatchcase(requirement, self.id) and not self.is_over(today)

    def is_over(self, today: datetime.date) -> bool:
        """Whether its last day has passed."""
        return self.expires is not None and today > self.expires


@dataclass(frozen=True, slots=True)
class Tls:
    """How the target's certificate is checked, and which one we show."""

    verify: bool = True
    ca_bundle: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None


@dataclass(frozen=True, slots=True)
class SigV4:
    """What a request is signed with where the target speaks AWS Signature Version 4."""

    region: str
    service: str
    access_key: str
    secret_key: str = field(repr=False)
    session_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Target:
    """One implementation of an API, as described by a target file or by the command line."""

    base_url: str
    base_path: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)  # header -> value
    sigv4: SigV4 | None = None
    tls: Tls = field(default_factory=Tls)
    known: Mapping[str, Any] = field(default_factory=dict)
    touch: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    api: str | None = None  # the contract that it is meant for
    mode: str | None = None  # how far a run may go, unless the command says so
    unsupported: tuple[str, ...] = ()
    budget: Budget = field(default_factory=Budget)
    rate: float | None = None
    time: Pastime = field(default_factory=Pastime, compare=False)
    waivers: tuple[Waiver, ...] = ()
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def root(self, contract: Contract) -> str:
        """Return the URL to which the paths of the contract are appended.

        That is the base URL and the contract's first base path, unless the URL ends in one of
        its base paths already, or the target file names another `base_path`.
        """
        url = self.base_url.rstrip("/")
        if self.base_path is not None:
            return url + self.base_path
        path = urlsplit(url).path
        if any(base and path.endswith(base) for base in contract.base_paths):
            return url
        return url + (contract.base_paths[0] if contract.base_paths else "")

    def lends(self, resource: Resource) -> bool:
        """Whether the target file allows the run to change that resource."""
        return any(resource.key in self.touch.get(kind, ()) for kind in (resource.kind, ANY_KIND))

    def lacks(self, name: str) -> bool:
        """Whether the target does not offer that operation or requirement."""
        return any(fnmatchcase(name, pattern) for pattern in self.unsupported)


def basic(username: str, password: str) -> str:
    """Return the value of an Authorization header for HTTP basic authentication."""
    pair = base64.b64encode(f"{username}:{password}".encode()).decode()
    return f"Basic {pair}"
