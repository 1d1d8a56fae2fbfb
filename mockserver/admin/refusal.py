"""How the admin API says no."""

from __future__ import annotations

from collections.abc import Iterable

from mockserver.errors import ApiError


class RefusalError(ApiError):
    """A refusal that names what there is instead."""

    def __init__(self, message: str, status: int = 400, known: Iterable[object] = ()) -> None:
        super().__init__(message, status)
        self.known = [str(one) for one in known]


def unknown(kind: str, name: object, known: Iterable[object]) -> RefusalError:
    """Return the refusal of a name that nothing has; *kind* is what it should be the name of."""
    return RefusalError(f"there is no {kind} {str(name)[:100]!r}", 404, known)
