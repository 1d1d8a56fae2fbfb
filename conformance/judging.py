"""From what the command line says to verdicts: one API after the other."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from conformance import known
from conformance.events import Event, Report, RunFinished
from conformance.failures import UsageError
from conformance.mode import Mode
from conformance.profile import chosen
from conformance.runner import Options, run
from conformance.sheet import Sheet
from conformance.target import Target
from conformance.target_file import load_target
from specs.contract import Contract, ContractError, load, names

API = "{api}"  # stands for the API's name where several are judged


@dataclass(frozen=True, slots=True)
class Order:
    """One run that was asked for: of which contract, at what, and how."""

    contract: Contract
    target: Target
    options: Options
    remarks: tuple[str, ...] = ()

    def events(self) -> Iterator[Event]:
        """Run it, and tell it as events; the last one holds the report."""
        for event in run(self.contract, self.target, self.options):
            if isinstance(event, RunFinished) and self.remarks:
                remarks = (*event.report.remarks, *self.remarks)
                yield RunFinished(replace(event.report, remarks=remarks))
            else:
                yield event


def asked(given: Mapping[str, Any]) -> list[str]:
    """Return the names of the APIs that are to be judged.

    *given* are the parameters of `callsheet check`. Raises `UsageError` if they do not go
    together.
    """
    wanted = list(dict.fromkeys(given["apis"]))
    if given["every"] and wanted:
        raise UsageError(f"--all judges every API; leave out {wanted[0]}, or --all")
    wanted = list(names()) if given["every"] else wanted
    if not wanted:
        raise UsageError(f"an API says what to judge by: {', '.join(names())}, or --all")
    if given["target"] is None and given["target_file"] is None:
        raise UsageError("--target URL or --target-file FILE says what to judge")
    if len(wanted) > 1 and given["ledger"] is not None and API not in given["ledger"]:
        raise UsageError(f"--ledger {given['ledger']}: of several APIs, right would be {API} in it")
    return wanted


def order(name: str, given: Mapping[str, Any], *, seed: int, max_time: float | None) -> Order:
    """Return the run of one API; raises `UsageError` and `ContractError`."""
    contract = load(name)
    place, ledger = given["target_file"], given["ledger"]
    target = load_target(
        None if place is None else place.replace(API, contract.name),
        given["target"],
        given["settings"],
        insecure=given["insecure"],
    )
    if target.api is not None and target.api != contract.name:
        raise UsageError(f"the target file is meant for {target.api}, not for {contract.name}")
    strict, remarks = given["strict"], []
    for implementation in given["known"]:
        waivers = known.waivers(implementation, contract)
        if strict and waivers:
            remarks.append(f"Known deviations of {implementation} are not waived: --strict.")
        elif waivers:
            target = replace(target, waivers=(*target.waivers, *waivers))
    options = Options(
        mode=Mode(given["mode"] or target.mode or Mode.SAFE),
        seed=seed,
        max_time=max_time,
        only=patterns(given),
        shard=shard(given["shard"]),
        strict=strict,
        fail_fast=given["fail_fast"],
        clean_up=not given["keep"],
        ledger=None if ledger is None else ledger.replace(API, contract.name),
        named=_named(name),
    )
    return Order(contract, target, options, tuple(remarks))


def judged(given: Mapping[str, Any], listener: Callable[[Event], None]) -> Sheet:
    """Judge every API that is asked for, and return what was found out.

    Where several are asked for, one that cannot be judged does not keep the others from it.
    """
    wanted = asked(given)
    seed = given["seed"] if given["seed"] is not None else secrets.randbelow(2**31)
    shard(given["shard"])
    started, left = time.monotonic(), given["max_time"]
    reports: list[Report] = []
    troubles: dict[str, str] = {}
    for index, name in enumerate(wanted):
        if left is not None and len(wanted) > 1:
            spent = time.monotonic() - started
            left = max(0.1, round((given["max_time"] - spent) / (len(wanted) - index), 1))
        try:
            if len(wanted) > 1 and not _concerns(given, name):
                continue
            for event in order(name, given, seed=seed, max_time=left).events():
                listener(event)
                if isinstance(event, RunFinished):
                    reports.append(event.report)
        except (UsageError, ContractError) as error:
            if len(wanted) == 1:
                raise
            troubles[name] = " ".join(str(error).split())
    if not reports and not troubles:
        raise UsageError(f"--only {','.join(given['only'])}: matches no requirement")
    return Sheet(tuple(reports), troubles)


def patterns(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the patterns of the requirements that are asked for; none: all."""
    found = (one.strip() for text in given["only"] for one in text.split(","))
    return tuple(one for one in found if one)


def _concerns(given: Mapping[str, Any], api: str) -> bool:
    """Whether any requirement of an API is asked for."""
    return any(chosen(load(api), patterns(given), shard(given["shard"])))


def shard(text: str | None) -> tuple[int, int]:
    """Return which part of how many; raises `UsageError` if there is no such part."""
    part, slash, parts = (text or "1/1").partition("/")
    if not slash or not part.isdecimal() or not parts.isdecimal():
        raise UsageError(f"--shard {text}: must be I/N, as 2/5")
    if not 1 <= int(part) <= int(parts):
        raise UsageError(f"--shard {text}: I goes from 1 to N")
    return int(part), int(parts)


def _named(api: str) -> str:
    """Return what a later clean-up finds the contract by, wherever it is started."""
    path = Path(api)
    return str(path.absolute()) if path.suffix and path.is_file() else api
