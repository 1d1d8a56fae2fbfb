"""Faults on request, for testing testers: each mutant breaks one statement of one contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec

from mockserver.api import Api


class FaultClass(StrEnum):
    """What kind of fault it is."""

    BODY = "body shape"
    STATUS = "status and error mapping"
    LIFECYCLE = "life cycle"
    DATA = "data fidelity"
    COLLECTION = "collections"
    TIME = "time and consistency"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: the requirement that it breaks, what it does, and the class that does it.

    `also` names the requirements that it contradicts just as plainly.
    """

    id: str
    requirement: str
    fault_class: FaultClass
    statement: str
    apply: Callable[[type[Api]], type[Api]]
    also: tuple[str, ...] = ()

    @property
    def api(self) -> str:
        """The API that it belongs to."""
        return self.id.partition("/")[0]

    def applied(self, handlers: type[Api]) -> type[Api]:
        """Return the class with this fault, which may be one that comes and goes."""
        return type(handlers.__name__, (self.apply(handlers),), {"IS_STEADY": False})


def of(api: str) -> tuple[Mutant, ...]:
    """Return the mutants of *api*."""
    module = f"mockserver.mutants.{api.replace('-', '_')}"
    if find_spec(module) is None:
        return ()
    found: tuple[Mutant, ...] = tuple(import_module(module).MUTANTS)
    return found


def automatic(api: str) -> tuple[Mutant, ...]:
    """Return the mutants that are made from what the contract of *api* declares."""
    if not of(api):
        return ()
    from mockserver.mutants import derived  # noqa: PLC0415 - it is made of `Mutant`

    return derived.of(api)


def find(name: str) -> Mutant:
    """Return the mutant of that id, built-in or automatic; raise `KeyError` if there is none."""
    api = name.partition("/")[0]
    for one in automatic(api) if name.startswith(f"{api}/auto/") else of(api):
        if one.id == name:
            return one
    raise KeyError(name)
