"""Cross-origin resource sharing: pages of any origin may call the mock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mockserver.pipeline.call import Reply
from specs.contract import Contract

OWN = ("x-callsheet", "preference-applied", "retry-after", "location")
"""What every mock may say in a header."""

SAFELISTED = frozenset(
    {"cache-control", "content-language", "content-length", "content-type", "expires"}
    | {"last-modified", "pragma"}
)
"""What a page may read without being allowed to."""

SECONDS = b"600"
"""How long a browser need not ask again."""

METHODS = (b"DELETE", b"GET", b"HEAD", b"OPTIONS", b"PATCH", b"POST", b"PUT")

Headers = list[tuple[bytes, bytes]]


class Cors:
    """What is said to pages of other origins: that they may, with credentials if they like."""

    def __init__(self) -> None:
        self._exposed = list(OWN)
        self._header = ", ".join(OWN).encode()

    def learn(self, contract: Contract) -> None:
        """Expose the headers that an API declares."""
        for name in _declared(contract):
            if name not in SAFELISTED and name not in self._exposed:
                self._exposed.append(name)
        self._header = ", ".join(self._exposed).encode()

    def headers(self, origin: bytes) -> Headers:
        """Return what is added to an answer."""
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", self._header),
            (b"vary", b"Origin"),
        ]

    def preflight(
        self, origin: bytes | None, headers: Iterable[tuple[bytes, bytes]]
    ) -> Reply | None:
        """Return the answer to a preflight request; None if it is none: no method is asked for."""
        if origin is None:
            return None
        asked = {name: value for name, value in headers if name.startswith(b"access-control-")}
        method = asked.get(b"access-control-request-method")
        if method is None:
            return None
        reply = Reply.empty(204)
        reply.headers = [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-allow-methods", b", ".join(dict.fromkeys((*METHODS, method)))),
            (b"access-control-max-age", SECONDS),
            (b"vary", b"Origin, Access-Control-Request-Headers"),
        ]
        wanted = asked.get(b"access-control-request-headers")
        if wanted is not None:
            reply.headers.append((b"access-control-allow-headers", wanted))
        if asked.get(b"access-control-request-private-network") == b"true":
            reply.headers.append((b"access-control-allow-private-network", b"true"))
        return reply


def _declared(contract: Contract) -> list[str]:
    """Return the headers of all answers of a contract, lower case, each once."""
    found: dict[str, None] = {}
    for operation in contract.operations.values():
        for response in operation.responses.values():
            headers: Mapping[str, Any] = response.get("headers", {})
            found.update(dict.fromkeys(name.lower() for name in headers))
    return list(found)
