"""The one reader of the contracts in `specs/`.

It parses and decides nothing: the mock server decides what happens next, the conformance suite
decides what was allowed to happen, each on its own, so that a mistake in one is visible to the
other.
"""

from specs.contract.document import Contract, Operation, Source
from specs.contract.errors import ContractError, UnknownApiError
from specs.contract.lifecycle import Lifecycle, Transition
from specs.contract.provenance import Deviation, Provenance, Status
from specs.contract.reader import load, names, read
from specs.contract.requirement import Kind, Requirement

__all__ = [
    "Contract",
    "ContractError",
    "Deviation",
    "Kind",
    "Lifecycle",
    "Operation",
    "Provenance",
    "Requirement",
    "Source",
    "Status",
    "Transition",
    "UnknownApiError",
    "load",
    "names",
    "read",
]
