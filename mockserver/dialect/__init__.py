"""Dialects: an API as its document says, or as the real server is known to be.

The contracts record, as deviations, what a named implementation does where it contradicts its
document. The dialect *observed* plays them: for each API that has any there is a module here with a
class of what is different, put over the class that plays the document. Nothing else knows of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec

from mockserver.api import Api


class Dialect(StrEnum):
    """Whom the mock follows where the real server contradicts its document."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"


@dataclass(frozen=True, slots=True)
class Account:
    """What becomes of the deviations that a contract records, each in the contract's words.

    `implementation`: whom the dialect plays; `over`: the class of what is different, if anything
    is. `played`: what only this dialect does; `anyway`: what the mock does in both dialects, and
    why; `left_out`: what it does in neither, and why.
    """

    implementation: str
    over: type[Api] | None = None
    played: frozenset[str] = frozenset()
    anyway: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)


def account(api: str) -> Account | None:
    """Return what is known of the real server of *api*; None if nothing is."""
    module = f"{__name__}.{api.replace('-', '_')}"
    if not api.replace("-", "").isalnum() or find_spec(module) is None:
        return None
    found: Account = import_module(module).ACCOUNT
    return found


def observed(api: str, documented: type[Api]) -> type[Api]:
    """Return the class that plays *api* as its real server, made of the one that plays it."""
    known = account(api)
    if known is None or known.over is None or not issubclass(documented, known.over.__base__ or ()):
        return documented
    return type(f"Observed{documented.__name__}", (known.over, documented), {})
