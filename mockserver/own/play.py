"""From a contract to the class that plays it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256

from mockserver.machine import Hop
from mockserver.own.api import OwnApi
from mockserver.own.shape import Kind, shapes
from mockserver.store import Layout
from specs.contract import Contract, ContractError, Lifecycle

LASTS = 2.0
"""How long a state lasts in seconds that a resource leaves on its own, more or less."""


def play(contract: Contract) -> type[OwnApi]:
    """Return the class that plays *contract*.

    Raises `ContractError` if a path cannot be routed.
    """
    for path in contract.document["paths"]:
        for segment in path.split("/"):
            if "{" in segment and not re.fullmatch(r"\{[^{}]+\}", segment):
                raise ContractError(
                    f"/paths/{path.replace('/', '~1')}",
                    f"{segment!r} is served only as a whole segment that is a parameter",
                )
    found = shapes(contract)
    kinds = {one.kind.item: one.kind for one in found.values() if one.kind is not None}
    tables = {item: _table(contract, kind) for item, kind in kinds.items()}
    attributes = {
        "NAME": contract.name,
        "PACE": {name: _pace(cycle) for name, cycle in contract.lifecycles.items()},
        "LAYOUTS": tuple(
            Layout(
                tables[item],
                str,
                None if kind.lifecycle is None else kind.lifecycle.schema,
                columns={"parents": str, "number": int},
                views={"document": kind.name},
                indexes=(("parents", "number"), ("parents", "state", "number")),
                facets=("parents", "state"),
            )
            for item, kind in kinds.items()
        ),
        "shapes": found,
        "kinds": {tables[item]: kind for item, kind in kinds.items()},
    }
    return type("OwnApi", (OwnApi,), attributes)


def _table(contract: Contract, kind: Kind) -> str:
    """Return a name for the table of a kind that no other has, short enough for each database."""
    words = re.sub(r"[^a-z0-9]+", "_", f"{contract.name}_{kind.name}".lower())[:32]
    return f"own_{words}_{sha256(f'{contract.name} {kind.item}'.encode()).hexdigest()[:8]}"


def _pace(cycle: Lifecycle) -> Mapping[str, tuple[Hop, ...]]:
    """Return a pace for every transition that nobody commands."""
    found: dict[str, tuple[Hop, ...]] = {}
    for one in cycle.transitions:
        if one.trigger is None:
            found[one.source] = (*found.get(one.source, ()), Hop(one.target, LASTS))
    return found
