"""The checks: one function for each explicit requirement, named as the claim that must hold."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.mode import Needs

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from conformance.probe import Probe

Claim = Callable[["Probe", Any], None]


@dataclass(frozen=True, slots=True)
class Check:
    """A function that decides one requirement, and what it needs for that.

    `plan` is a Hypothesis strategy, or a function that makes one. It is drawn completely before
    anything is sent, so it must not depend on the target; without a plan the check runs once and
    is handed None.
    """

    requirement: str
    claim: Claim
    needs: Needs = Needs.READ
    plan: SearchStrategy[Any] | Callable[[], SearchStrategy[Any]] | None = None
    examples: int = 10
    opens: bool = False  # whether it looks at everything once, and so is a good beginning

    @property
    def name(self) -> str:
        return self.claim.__name__

    @property
    def says(self) -> str:
        """The first sentence of the claim's docstring."""
        return (self.claim.__doc__ or "").strip().partition("\n")[0]

    def strategy(self) -> SearchStrategy[Any] | None:
        """Return the strategy that plans an example, if the check has one."""
        return self.plan() if callable(self.plan) else self.plan


_CHECKS: dict[str, Check] = {}


def check(
    requirement: str,
    *,
    needs: Needs = Needs.READ,
    plan: SearchStrategy[Any] | Callable[[], SearchStrategy[Any]] | None = None,
    examples: int = 10,
    opens: bool = False,
) -> Callable[[Claim], Claim]:
    """Register the decorated function as the check of *requirement*.

    May be stacked where several requirements make the same claim.
    """

    def register(claim: Claim) -> Claim:
        former = _CHECKS.get(requirement)
        if former is not None and former.claim.__qualname__ != claim.__qualname__:
            raise ValueError(f"{requirement} has two checks: {former.name}, {claim.__name__}")
        _CHECKS[requirement] = Check(requirement, claim, needs, plan, examples, opens)
        return claim

    return register


def checks_of(api: str) -> Mapping[str, Check]:
    """Return the checks of an API by requirement id; imports `conformance.checks.<api>`."""
    module = f"conformance.checks.{api.replace('-', '_')}"
    if importlib.util.find_spec(module) is not None:
        importlib.import_module(module)
    return {name: one for name, one in _CHECKS.items() if name.startswith(f"{api}/")}
