"""Who plays what: the contracts that are served, and the class for each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from mockserver import apis
from mockserver.api import Api
from mockserver.pipeline.specification import CheckedSpecification
from specs.contract import Contract, ContractError, load
from specs.contract.adoption import blamed


def cast(names: Iterable[str]) -> tuple[dict[str, type[Api]], dict[str, Contract]]:
    """Return class and contract of each API by its name; *names* are names, or paths of files.

    Raises `ContractError` if a contract cannot be read or served, or not beside the others.
    """
    classes: dict[str, type[Api]] = {}
    contracts: dict[str, Contract] = {}
    taken: dict[tuple[str, str], str] = {}
    for name in names:
        contract = load(name)
        if contract.name in contracts:
            raise ContractError("", f"{name}: an API named {contract.name!r} is served already")
        for method, path in _calls(contract):
            other = taken.setdefault((method, re.sub(r"\{[^}]*\}", "{}", path)), contract.name)
            if other != contract.name:
                raise ContractError("", f"{name}: {method} {path} is {other}'s already")
        contracts[contract.name] = contract
        classes[contract.name] = _class(name, contract)
    return classes, contracts


def _class(name: str, contract: Contract) -> type[Api]:
    if name in apis.APIS:
        return apis.find(name)
    from mockserver.own import play  # noqa: PLC0415 - only for those who bring their own

    try:
        if not contract.operations:
            raise ContractError("/paths", "there is no operation that could be served")
        CheckedSpecification(contract)
        return play(contract)
    except ContractError as error:
        raise blamed(Path(name), error) from None


def _calls(contract: Contract) -> Iterator[tuple[str, str]]:
    """Yield method and whole path of every operation, under every base path."""
    for operation in contract.operations.values():
        for base in contract.base_paths:
            yield operation.method.upper(), base + operation.path
