"""A list of mutants that grows as their classes are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from mockserver.api import Api
from mockserver.mutants import FaultClass, Mutant

Fault = TypeVar("Fault", bound=type[Api])


class Catalogue:
    """The mutants of one API, each a class that does one thing wrong; its docstring says what."""

    def __init__(self, api: str) -> None:
        self._api = api
        self._mutants: list[Mutant] = []

    def __iter__(self) -> Iterator[Mutant]:
        return iter(self._mutants)

    def add(self, name: str, requirement: str, fault_class: FaultClass) -> Callable[[Fault], Fault]:
        """Return a decorator that lists a faulty class as *name*, which breaks *requirement*."""

        def enter(fault: Fault) -> Fault:
            def apply(good: type[Api]) -> type[Api]:
                return type(fault.__name__, (fault, good), {})

            where = f"{self._api}/{name}", f"{self._api}/{requirement}"
            statement = " ".join((fault.__doc__ or "").split())
            self._mutants.append(Mutant(*where, fault_class, statement, apply))
            return fault

        return enter
