"""`x-lifecycle`: the states of a resource and the ways between them, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from specs.contract.errors import ContractError
from specs.contract.provenance import Provenance


@dataclass(frozen=True, slots=True)
class Transition:
    """One way from a state to a state.

    `trigger` is the operationId that commands it; None means spontaneous: the scheduler does it
    on its own, at a time the contract does not know. `guard` is a JSON Schema which the request
    body of the trigger must match; `label` is the short name of that command, where one
    operation carries several.
    """

    source: str
    target: str
    trigger: str | None
    provenance: Provenance
    label: str | None = None
    guard: Mapping[str, Any] | None = None

    @property
    def command(self) -> str:
        """The word for what causes it, as used in requirement ids."""
        return self.label or self.trigger or "spontaneous"


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The declared states of one resource schema: look-ups only, no verbs."""

    schema: str
    property: str
    key: str
    states: tuple[str, ...]
    initial: tuple[str, ...]
    final: tuple[str, ...]
    creators: tuple[str, ...]
    refusal: int | None
    provenance: Provenance
    transitions: tuple[Transition, ...]
    names: Mapping[str, str] = field(default_factory=dict)

    def leaving(self, state: str) -> tuple[Transition, ...]:
        """Return every transition that starts in *state*."""
        return tuple(one for one in self.transitions if one.source == state)

    def commands(self) -> tuple[str, ...]:
        """Return the words of all commanded transitions, in the order of the contract."""
        return tuple(dict.fromkeys(one.command for one in self.transitions if one.trigger))


def parse(
    schema: str,
    node: Mapping[str, Any],
    states: tuple[str, ...],
    provenances: tuple[Provenance, tuple[Provenance, ...]],
    pointer: str,
) -> Lifecycle:
    """Return the lifecycle that an `x-lifecycle` object declares.

    *states* is the enum of its property; *provenances* is the lifecycle's own and one for each
    entry of `transitions`. Raises `ContractError` if a name is missing or unknown.
    """
    for name in ("property", "key", "initial", "transitions"):
        if name not in node:
            raise ContractError(pointer, f"a lifecycle needs {name!r}")
    own, each = provenances
    known = frozenset(states)
    transitions: list[Transition] = []
    for index, (entry, provenance) in enumerate(zip(node["transitions"], each, strict=True)):
        here = f"{pointer}/transitions/{index}"
        for source in _texts(entry.get("source")):
            transition = Transition(
                source=source,
                target=str(entry.get("target")),
                trigger=entry.get("trigger"),
                provenance=provenance,
                label=entry.get("label"),
                guard=entry.get("guard"),
            )
            for state in (transition.source, transition.target):
                if state not in known:
                    raise ContractError(here, f"{state!r} is not a state of {schema}")
            transitions.append(transition)
    refusal = node.get("refusal")
    if refusal is not None and not str(refusal).isdecimal():
        raise ContractError(f"{pointer}/refusal", f"{refusal!r} is no status code")
    return Lifecycle(
        schema=schema,
        property=node["property"],
        key=node["key"],
        states=states,
        initial=_texts(node["initial"]),
        final=_texts(node.get("final", [])),
        creators=_texts(node.get("creators", [])),
        refusal=int(refusal) if refusal is not None else None,
        provenance=own,
        transitions=tuple(transitions),
        names={str(state): name for state, name in node.get("names", {}).items()},
    )


def _texts(node: object) -> tuple[str, ...]:
    """Return one value or a list of them as texts: states may be numbers on the wire."""
    return tuple(str(one) for one in node) if isinstance(node, list) else (str(node),)
