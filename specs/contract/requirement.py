"""What a target can be judged by: explicit and derived requirements, each with an address."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from specs.contract.provenance import Provenance


class Kind(StrEnum):
    """Which part of the contract a requirement is read from."""

    EXPLICIT = "explicit"  # an entry of x-requirements
    RESPONSE = "response"  # a documented answer of an operation
    INITIAL = "initial"  # a created resource starts in one of its initial states
    COMMAND = "command"  # a trigger leads from a state to a state
    REFUSAL = "refusal"  # in every other state the trigger changes nothing
    PERMISSION = "permission"  # a spontaneous transition: it may happen, nothing says it must
    CLOSED = "closed"  # no transition but the declared ones


@dataclass(frozen=True, slots=True)
class Requirement:
    """One sentence that is true or false of a target.

    The `id` is permanent: `api/operation/slug`, `api/operation/status`,
    `api/Schema/command/SOURCE-TARGET`. `uncheckable` is the reason why no observer can tell.
    """

    id: str
    kind: Kind
    statement: str
    provenance: Provenance
    operation_id: str | None = None
    schema: str | None = None
    uncheckable: str | None = None

    @property
    def api(self) -> str:
        """The name of the contract it belongs to."""
        return self.id.partition("/")[0]
