"""A list of mutants that grows as their classes are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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

    def add(
        self, name: str, requirement: str, fault_class: FaultClass, also: Sequence[str] = ()
    ) -> Callable[[Fault], Fault]:
        """Return a decorator that lists a faulty class as *name*.

        It breaks *requirement*, and contradicts those of *also* just as plainly.
        """

        def enter(fault: Fault) -> Fault:
            def apply(good: type[Api]) -> type[Api]:
                return type(fault.__name__, (fault, good), {})

            where = f"{self._api}/{name}", f"{self._api}/{requirement}"
            statement = " ".join((fault.__doc__ or "").split())
            others = tuple(f"{self._api}/{one}" for one in also)
            self._mutants.append(Mutant(*where, fault_class, statement, apply, others))
            return fault

        return enter
