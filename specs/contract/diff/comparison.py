"""All differences between two contracts."""

from __future__ import annotations

from specs.contract.diff import lifecycles, operations, statements
from specs.contract.diff.change import Change
from specs.contract.document import Contract
from specs.contract.errors import ContractError


def diff(old: Contract, new: Contract) -> tuple[Change, ...]:
    """Return what changed from *old* to *new*, the worst for clients first; each once.

    Raises `ContractError` if one of them is no OpenAPI where the reader does not look.
    """
    try:
        found = (
            *operations.changes(old, new),
            *lifecycles.changes(old, new),
            *statements.changes(old, new),
        )
    except ContractError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        reason = f"something has not the shape it has in OpenAPI: {error}"
        raise ContractError("", " ".join(reason.split())) from error
    return tuple(
        sorted(
            dict.fromkeys(found),
            key=lambda one: (-one.clients, -one.servers, one.where, one.kind, one.message),
        )
    )
