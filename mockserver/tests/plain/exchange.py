"""One request, what both stacks made of it, and whether that is the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from mockserver.tests.plain.wire import Answer, Headers, Request
from specs.contract import Contract, Operation

DIAGNOSTICS = {"x-callsheet", "x-noted"}
"""Headers that one of the two has for those who look after it."""


@dataclass(frozen=True)
class Exchange:
    """One request to one API, how plain Connexion was told it, and what both made of it."""

    contract: Contract
    request: Request
    told: Request
    fast: Answer
    plain: Answer

    def paths(self) -> list[tuple[Operation, dict[str, str]]]:
        """Return the operations whose path this may be, whatever its parameters are."""
        return list(matches(self.contract, self.told.path))

    def operation(self) -> Operation | None:
        """Return the operation that is meant."""
        method = self.request.method.replace("HEAD", "GET").lower()
        return next((one for one, _ in self.paths() if one.method == method), None)

    def report(self) -> str:
        """Return what was asked and answered, for the reader of a failure."""
        return f"{self.request}\nfast:  {self.fast}\nplain: {self.plain}"

    @property
    def noted(self) -> bool:
        """Whether Connexion found something wrong with the request."""
        return bool(self.plain.header("x-noted"))


def matches(contract: Contract, *paths: str) -> Iterator[tuple[Operation, dict[str, str]]]:
    """Yield each operation that has one of *paths*, with the texts of its parameters."""
    for base in contract.base_paths:
        for one in contract.operations.values():
            found = (fit(base + one.path, path) for path in paths)
            pairs = next((each for each in found if each is not None), None)
            if pairs is not None:
                named = [(name, text) for name, text in pairs if name.startswith("{")]
                yield one, {name[1:-1]: unquote(text) for name, text in named}


def fit(template: str, path: str, *, folds: bool = False) -> list[tuple[str, str]] | None:
    """Return the segments of *template* with those of *path*, or None if it is another path.

    *folds*: letters are the same in either case.
    """
    ours, theirs = template.split("/"), path.split("/")
    if len(ours) != len(theirs):
        return None
    pairs = list(zip(ours, theirs, strict=True))
    for one, other in pairs:
        text = unquote(other)
        same = one.lower() == text.lower() if folds else one == text
        if not (text if one.startswith("{") else same):
            return None
    return pairs


def is_equal(exchange: Exchange) -> bool:
    """Return whether a client could not tell the answers apart.

    The body of an answer to HEAD does not count: plain Connexion leaves it to the server to cut.
    """
    fast, plain = exchange.fast, exchange.plain
    if (fast.status, headers(fast)) != (plain.status, headers(plain)):
        return False
    return exchange.request.method == "HEAD" or fast.body == plain.body


def headers(answer: Answer, *but: str) -> Headers:
    """Return the headers that matter, without those named."""
    return tuple(one for one in answer.headers if one[0] not in {*DIAGNOSTICS, *but})
