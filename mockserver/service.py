"""What an API needs once per process, whatever the number of worlds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import jsonschema_rs

from mockserver.machine import Hop, Machine
from mockserver.pipeline.schema import SchemaBook
from specs.contract import Contract

Pace = Mapping[str, Mapping[str, tuple[Hop, ...]]]


class ContractBrokenError(Exception):
    """The mock was about to say something that its own contract forbids: a bug of ours."""


class Validate(StrEnum):
    """What becomes of requests that break the contract.

    `enforce`: they are refused, as the API does it. `warn`: they are let through to the handler
    if it can do anything with them, and the diagnostics say what is wrong; `off`: likewise, and
    nothing is said.
    """

    ENFORCE = "enforce"
    WARN = "warn"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Options:
    """How the mock behaves, as said on the command line.

    `demand_credentials`: requests without credentials are refused. `validate_responses`: nothing
    leaves that does not fit the contract. `cors`: pages of other origins may call. The journal
    holds at most `journal_entries` requests of `journal_bytes` in each session. `surprises` names
    the legal surprises that the server makes.
    """

    demand_credentials: bool = False
    validate_responses: bool = True
    scenario: str = "calm"
    validate_requests: Validate = Validate.ENFORCE
    cors: bool = True
    journal_entries: int = 1000
    journal_bytes: int = 16 * 1024 * 1024
    surprises: tuple[str, ...] = ()


@dataclass(frozen=True)
class Service:
    """One API of one process: its contract, its machines, its compiled schemas, its options."""

    contract: Contract
    options: Options
    machines: Mapping[str, Machine]
    book: SchemaBook = field(repr=False)

    def check_view(self, schema: str, value: Any) -> None:
        """Raise `ContractBrokenError` if *value* does not fit the contract's *schema*."""
        validator = self.book.component(schema)
        if not validator.is_valid(value):
            raise ContractBrokenError(f"{self.contract.name} {schema}: {explain(validator, value)}")


def explain(validator: jsonschema_rs.Draft4Validator, value: Any) -> str:
    """Return what is wrong with *value*, in a line."""
    error = next(iter(validator.iter_errors(value)))
    pointer = "/".join(str(part) for part in error.instance_path)
    return f"at /{pointer}: {error.message[:300]}"


def make_service(contract: Contract, pace: Pace, options: Options) -> Service:
    """Return the service of one API; raise `ValueError` if its pace contradicts its contract."""
    machines = {
        schema: Machine(lifecycle, pace.get(schema, {}))
        for schema, lifecycle in contract.lifecycles.items()
    }
    return Service(contract, options, machines, SchemaBook(contract.document))
