"""Which requests are meant: by API, operation, method and path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from specs.contract import Contract


class UnknownNameError(ValueError):
    """Something is asked for that does not exist; says what does."""

    def __init__(self, kind: str, name: object, known: Iterable[object]) -> None:
        self.known = [str(one) for one in known]
        super().__init__(f"there is no {kind} {name!r}; known are {', '.join(self.known)}")


@dataclass(frozen=True, slots=True)
class Selection:
    """Requests of one API, operation, method or path; None is any.

    `path` may hold `*` (anything, slashes included), `?` (one character) and `[abc]`.
    """

    api: str | None = None
    operation: str | None = None
    method: str | None = None
    path: str | None = None

    def check(self, contracts: Mapping[str, Contract]) -> None:
        """Raise `UnknownNameError` if no such API or operation is served."""
        if self.api is not None and self.api not in contracts:
            raise UnknownNameError("API", self.api, contracts)
        if self.operation is None:
            return
        within = [contracts[self.api]] if self.api is not None else list(contracts.values())
        known = sorted({name for one in within for name in one.operations})
        if self.operation not in known:
            raise UnknownNameError("operation", self.operation, known)

    def fits(self, api: str | None, operation: str | None, method: str, path: str) -> bool:
        """Return whether a request is one of those that are meant."""
        return (
            (self.api is None or self.api == api)
            and (self.operation is None or self.operation == operation)
            and (self.method is None or self.method.upper() == method)
            and (self.path is None or fnmatchcase(path, self.path))
        )
