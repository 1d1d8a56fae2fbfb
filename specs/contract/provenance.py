"""Where a statement of a contract comes from: `x-provenance`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from specs.contract.errors import ContractError


class Status(StrEnum):
    """How a statement came into the contract."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Deviation:
    """What a named real implementation does where it contradicts the documented statement."""

    implementation: str
    does: str
    known: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """The origin of one statement.

    *documented* names `source` and `section`; *observed* names the `implementation` and how it
    is `known`; *inferred* gives a `reason`. `deviations` list who is known to do otherwise.
    """

    status: Status
    source: str = ""
    section: str = ""
    implementation: str = ""
    known: str = ""
    reason: str = ""
    deviations: tuple[Deviation, ...] = ()

    def __str__(self) -> str:
        match self.status:
            case Status.DOCUMENTED:
                return f"{self.source} §{self.section}"
            case Status.OBSERVED:
                return f"observed: {self.implementation}, {self.known}"
            case Status.INFERRED:
                return f"inferred: {self.reason}"

    @property
    def is_documented(self) -> bool:
        """Whether a source document says so: only then can a target fail."""
        return self.status is Status.DOCUMENTED


UNSTATED = Provenance(Status.INFERRED, reason="The contract states no provenance here.")

FIELDS = {
    Status.DOCUMENTED: ("source", "section"),
    Status.OBSERVED: ("implementation", "known"),
    Status.INFERRED: ("reason",),
}


def parse(node: Mapping[str, Any], pointer: str) -> Provenance:
    """Return the provenance that an `x-provenance` object states.

    Raises `ContractError` if a field is missing or does not belong to the status.
    """
    try:
        status = Status(node["status"])
    except (KeyError, ValueError):
        raise ContractError(f"{pointer}/status", f"must be one of {', '.join(Status)}") from None
    fields = FIELDS[status]
    for field in fields:
        if not isinstance(node.get(field), str) or not node[field]:
            raise ContractError(pointer, f"a {status} statement needs {field!r}, a text")
    if extra := node.keys() - {"status", "deviation", *fields}:
        raise ContractError(pointer, f"a {status} statement has no {min(extra)!r}")
    deviations = node.get("deviation", [])
    if isinstance(deviations, Mapping):
        deviations = [deviations]
    return Provenance(
        status,
        **{field: node[field] for field in fields},
        deviations=tuple(
            _deviation(one, f"{pointer}/deviation/{index}") for index, one in enumerate(deviations)
        ),
    )


def _deviation(node: object, pointer: str) -> Deviation:
    if not isinstance(node, Mapping) or node.keys() != {"implementation", "does", "known"}:
        raise ContractError(pointer, "a deviation has implementation, does and known")
    if not all(isinstance(one, str) for one in node.values()):
        raise ContractError(pointer, "the parts of a deviation are texts")
    return Deviation(node["implementation"], node["does"], node["known"])
