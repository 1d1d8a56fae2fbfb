"""What the suite must be told about an API beyond its contract.

`conformance/drivers/<api>.py` has a class named `Driver` that takes the contract. Whoever writes
none gets `conformance.drivers.generic.Driver`, which knows only what the contract says; the usual
way is to derive from it and override what it cannot know.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

from conformance.mode import Needs, Resource, Touch
from specs.contract import Contract

if TYPE_CHECKING:
    from conformance.answer import Answer, Call
    from conformance.probe import Probe


class Subject(Protocol):
    """How resources with one lifecycle are made, looked at and commanded. Keys are texts."""

    @property
    def kind(self) -> str:
        """The name of the lifecycle's schema."""
        ...

    def create(self, probe: Probe, creator: str = "") -> str:
        """Make a resource and return its key; with *creator*, by that operation.

        Raises `Unsupported` (`probe.unsupported(...)`) if the API or the target offers no way.
        """
        ...

    def state(self, probe: Probe, key: str) -> str:
        """Return the state that the resource shows now, as the contract spells it."""
        ...

    def fire(self, probe: Probe, command: str, key: str) -> Answer:
        """Send the command (its `label`, else its operationId) to this resource alone."""
        ...

    def known(self, probe: Probe, state: str) -> Sequence[str]:
        """Return keys of resources that are believed to be in *state*: given or discovered."""
        ...

    def reach(self, probe: Probe, state: str) -> str | None:
        """Return the key of a *new* resource on its way to *state*, or None.

        For states that waiting alone may never show (a job made to fail, a long one to see it
        run). The walk itself waits for the state.
        """
        ...

    def fingerprint(self, probe: Probe, key: str) -> object:
        """Return what differs after each round trip (a count of executions), or None."""
        ...

    def dispose(self, probe: Probe, key: str) -> None:
        """Remove the resource or bring it to rest, if the API has a way; never raises for less."""
        ...


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to get one declared answer on purpose.

    `play` sends what must be answered with `status` by the operation, and returns that answer.
    """

    operation_id: str
    status: str
    play: Callable[[Probe], Answer]
    needs: Needs = Needs.READ


class Driver(Protocol):
    """The knowledge about one API: what calls touch, where ids come from, what its subjects are."""

    contract: Contract

    def touches(self, call: Call) -> Touch:
        """Return what the call would change. Asked by the gate for every unsafe request."""
        ...

    def made(self, call: Call, answer: Answer) -> Iterable[Resource]:
        """Return what the answered call has created. Goes into the ledger."""
        ...

    def discover(self, probe: Probe) -> Mapping[str, Any]:
        """Return ids found through list operations, in the shape of `known` in a target file."""
        ...

    def parameter(self, probe: Probe, operation_id: str, name: str) -> Sequence[object]:
        """Return known good values of a path parameter, for the fuzzer to mix in."""
        ...

    def subjects(self) -> Mapping[str, Subject]:
        """Return one subject for each lifecycle schema that can be driven, by its name."""
        ...

    def provoke(self, probe: Probe) -> Iterable[Recipe]:
        """Return recipes for declared answers that ordinary use does not bring about."""
        ...


def driver_for(contract: Contract) -> Driver:
    """Return the driver of that API: its own, or the generic one."""
    module = f"conformance.drivers.{contract.name.replace('-', '_')}"
    if not contract.name.isidentifier() and not contract.name.replace("-", "_").isidentifier():
        module = ""
    if not module or importlib.util.find_spec(module) is None:
        module = "conformance.drivers.generic"
    return cast("Driver", importlib.import_module(module).Driver(contract))
