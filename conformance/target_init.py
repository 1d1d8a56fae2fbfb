"""Looking at a target for the first time, and writing a target file for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from conformance.answer import Answer, Request
from conformance.drivers import driver_for
from conformance.failures import Outcome, Unanswered, UsageError
from conformance.gate import Gate
from conformance.greeting import harmless
from conformance.judge import ResponseJudge
from conformance.ledger import Ledger
from conformance.mode import Mode
from conformance.probe import Probe, Visit
from conformance.target import Target
from conformance.target_file import load_target
from conformance.templating import rendered
from specs.contract import Contract, load, names

MOST = 5  # ids of one kind and state
REFUSING = frozenset({401, 403})


def written(url: str, api: str | None, *, insecure: bool = False) -> str:
    """Return a target file in YAML for what answers at *url*, with comments.

    Sends nothing but GET. Raises `UsageError` if nothing answers, or if it is unclear which API.
    """
    target = load_target(None, url, insecure=insecure)
    contract = load(api) if api is not None else _recognized(target)
    with _visiting(contract, target) as visit:
        refuses = _status(visit) in REFUSING
        known = {} if refuses else _discovered(visit)
    text = rendered(
        "target.yaml",
        contract=contract,
        base_url=json.dumps(url),
        base_path=contract.base_paths[0] if contract.base_paths else "",
        insecure=insecure,
        refuses=refuses,
        known=_yaml(known),
        kinds=list(contract.lifecycles),
    )
    return text.rstrip() + "\n"


def _recognized(target: Target) -> Contract:
    """Return the contract whose first operation is answered there as declared."""
    found = []
    for name in names():
        contract = load(name)
        with _visiting(contract, target) as visit:
            if _is_answered(visit):
                found.append(contract)
    if len(found) != 1:
        those = ", ".join(one.name for one in found)
        said = f"{those} answer there" if found else "it answers like none of the APIs"
        raise UsageError(f"{target.base_url}: {said}; right would be --api with one name")
    return found[0]


def _is_answered(visit: Visit) -> bool:
    operation = harmless(visit.contract)
    if operation is None:
        return False
    probe = Probe(visit)
    try:
        answer: Answer = probe.call(operation.id)
    except Unanswered as outcome:
        raise UsageError(f"{visit.gate.root}: {outcome.reason.partition(': ')[2]}") from None
    return answer.is_success and not probe.violations


def _status(visit: Visit) -> int:
    operation = harmless(visit.contract)
    request = Request("GET", operation.path if operation is not None else "/")
    try:
        return visit.gate.send(request).status
    except Unanswered as outcome:
        raise UsageError(f"{visit.gate.root}: {outcome.reason.partition(': ')[2]}") from None


def _discovered(visit: Visit) -> Mapping[str, Any]:
    try:
        found = visit.driver.discover(Probe(visit))
    except (Outcome, KeyError, TypeError, IndexError, ValueError, AttributeError):
        return {}
    shortened: Mapping[str, Any] = _shortened(found)
    return shortened


def _shortened(node: Any) -> Any:
    """Return what was found in plain types, with no more ids than a reader wants to see."""
    if isinstance(node, Mapping):
        return {str(name): _shortened(value) for name, value in node.items()}
    if isinstance(node, list | tuple):
        return [_shortened(value) for value in node[:MOST]]
    return node if isinstance(node, bool | int | float) or node is None else str(node)


def _yaml(known: Mapping[str, Any]) -> str:
    if not known:
        return ""
    text = yaml.safe_dump(dict(known), default_flow_style=None, sort_keys=False, width=100)
    return "".join(f"  {line}\n" for line in text.splitlines())


@contextmanager
def _visiting(contract: Contract, target: Target) -> Iterator[Visit]:
    driver = driver_for(contract)
    with TemporaryDirectory(prefix="callsheet-") as folder:
        ledger = Ledger(Path(folder, "ledger"), {"api": contract.name})
        gate = Gate(contract, target, Mode.READ_ONLY, driver, ledger)
        visit = Visit(contract, target, Mode.READ_ONLY, gate, ResponseJudge(contract), driver)
        try:
            yield visit
        finally:
            gate.close()
