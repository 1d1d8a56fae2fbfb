"""Cleaning up after a run that has left something behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from conformance.drivers import driver_for
from conformance.failures import Outcome, UsageError
from conformance.gate import Gate
from conformance.judge import ResponseJudge
from conformance.ledger import read_ledger, state_folder
from conformance.mode import Mode, Resource
from conformance.probe import Probe, Visit
from conformance.target import Target
from specs.contract import load


def ledgers(path: Path | None) -> list[Path]:
    """Return the ledger named, or all of the state folder, the oldest first."""
    if path is not None:
        return [path]
    return sorted((state_folder() / "ledgers").glob("*.jsonl"))


def clean(path: Path, target_at: Callable[[str], Target]) -> tuple[int, tuple[Resource, ...], int]:
    """Dispose of what a ledger says is left.

    Return how many resources went, which are still there, and how many requests may have created
    something that nobody has seen, because the run ended before their answer. *target_at* gives
    the target for the base URL in the ledger. Only resources of the ledger can be changed: the
    gate is in mode `safe`.
    """
    ledger = read_ledger(path)
    before = ledger.left
    if not before:
        return 0, (), ledger.lost
    try:
        contract, url = load(str(ledger.run["api"])), str(ledger.run["base_url"])
    except KeyError as error:
        raise UsageError(f"{path}: the ledger does not say {error}") from None
    target, driver = target_at(url), driver_for(contract)
    gate = Gate(contract, target, Mode.SAFE, driver, ledger)
    visit = Visit(contract, target, Mode.SAFE, gate, ResponseJudge(contract), driver)
    visit.known = dict(target.known)
    subjects = driver.subjects()
    try:
        for resource in reversed(before):
            if resource.kind in subjects:
                try:
                    subjects[resource.kind].dispose(Probe(visit), resource.key)
                except (Outcome, KeyError, TypeError, ValueError):
                    continue
    finally:
        gate.close()
    return len(before) - len(ledger.left), ledger.left, ledger.lost
