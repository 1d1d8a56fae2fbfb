"""What an own API begins with: the examples of its contract first, then what is made up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from mockserver.own.shape import Kind

if TYPE_CHECKING:
    from mockserver.own.api import OwnApi

NUMBERS = {"calm": 6, "busy": 40, "failing": 8, "empty": 0}
"""How many resources of each kind there are; of those inside others, for each of these, fewer."""

INSIDE = 2


def fill(api: OwnApi, scenario: str) -> None:
    """Make resources of every kind, parents first, in all the states that there are."""
    for kind in sorted(api.kinds.values(), key=lambda one: one.item.count("{")):
        if not kind.parents:
            for number in range(NUMBERS[scenario]):
                _plant(api, kind, "", number, scenario)
            continue
        for parent in _parents(api, kind):
            for number in range(INSIDE if NUMBERS[scenario] else 0):
                _plant(api, kind, parent, number, scenario)


def _parents(api: OwnApi, kind: Kind) -> list[str]:
    """Return the keys of the resources inside which those of *kind* live."""
    for name, other in api.kinds.items():
        if kind.item.startswith(f"{other.item}/") and len(other.parents) == len(kind.parents) - 1:
            return [one.key for one in api.collections[name].all()]
    return []


def _plant(api: OwnApi, kind: Kind, parents: str, number: int, scenario: str) -> None:
    """Make one resource, and put it into a state: final ones first where things fail."""
    resource = api.keep(kind, parents, {}, {})
    cycle = kind.lifecycle
    if cycle is None:
        return
    states = cycle.states
    if scenario == "failing" and cycle.final:
        states = (*cycle.final, *cycle.final, *cycle.states)
    state = states[number % len(states)]
    if state != resource.state:
        collection = next(
            one for name, one in api.collections.items() if api.kinds[name].item == kind.item
        )
        api.move(collection, resource, state, api.world.clock.now(), "seed")


def known(api: OwnApi) -> dict[str, Any]:
    """Return what a conformance suite may know: keys by state, and that they may be changed."""
    found: dict[str, Mapping[str, list[str]]] = {}
    touch: dict[str, list[str]] = {}
    for name, kind in api.kinds.items():
        if kind.lifecycle is None or kind.parents:
            continue
        states: dict[str, list[str]] = {}
        for one in api.collections[name].all():
            states.setdefault(one.state, []).append(unquote(one.key))
        found[kind.lifecycle.schema] = states
        touch[kind.lifecycle.schema] = [key for keys in states.values() for key in keys]
    return {"known": found, "touch": touch} if found else {}
