"""The ledger: every resource that a run has created, on disk before anything else happens."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.failures import UsageError
from conformance.mode import Resource


def state_folder() -> Path:
    """Return the folder where ledgers are kept unless one is named."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "callsheet"


@dataclass(slots=True)
class Ledger:
    """An append-only file of JSON lines; it comes into being with its first entry."""

    path: Path
    run: Mapping[str, Any]  # what a later clean-up must know: API, base URL, seed
    created: dict[Resource, bool] = field(default_factory=dict)  # resource -> is it still there
    lost: int = 0  # creating requests that went out, and nobody knows what became of them
    _started: bool = False

    @classmethod
    def named(cls, path: str | None, run: Mapping[str, Any]) -> Ledger:
        """Return the ledger at *path*, or a new one in the state folder."""
        if path is not None:
            return cls(Path(path), run)
        api = Path(str(run["api"])).stem
        moment = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%S")
        name = f"{api}-{moment}-{os.getpid()}.jsonl"
        return cls(state_folder() / "ledgers" / name, run)

    def add(self, resource: Resource) -> None:
        """Write down that the run has created *resource*."""
        if resource not in self.created:
            self.created[resource] = True
            self._append({"event": "created", "kind": resource.kind, "key": resource.key})

    def intend(self, call: str) -> None:
        """Write down that a creating request is about to go out."""
        self._append({"event": "sent", "call": call}, surely=False)

    def answered(self) -> None:
        """Write down that its answer has come, and what it has created is known."""
        self._append({"event": "answered"}, surely=False)

    def remove(self, resource: Resource) -> None:
        """Write down that *resource* has been cleaned up."""
        if self.created.get(resource):
            self.created[resource] = False
            self._append({"event": "removed", "kind": resource.kind, "key": resource.key})

    @property
    def left(self) -> tuple[Resource, ...]:
        """What was created and is still there."""
        return tuple(resource for resource, there in self.created.items() if there)

    def _append(self, entry: Mapping[str, Any], *, surely: bool = True) -> None:
        lines = [entry] if self._started else [{"event": "run", **self.run}, entry]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(one) + "\n" for one in lines)
                file.flush()
                if surely:  # also if the machine goes down, not just the process
                    os.fsync(file.fileno())
        except OSError as error:
            raise UsageError(
                f"{self.path}: the ledger cannot be written: {error.strerror}"
            ) from None
        self._started = True


def read_ledger(path: Path) -> Ledger:
    """Return the ledger that a run has left behind; an unfinished last line is passed over."""
    run: Mapping[str, Any] = {}
    ledger = Ledger(path, run)
    for entry in _entries(path):
        match entry.get("event"):
            case "run":
                run = entry
            case "created":
                ledger.created[Resource(entry["kind"], entry["key"])] = True
            case "sent":
                ledger.lost += 1
            case "answered":
                ledger.lost -= 1
            case "removed":
                ledger.created[Resource(entry["kind"], entry["key"])] = False
    if not run:
        raise UsageError(f"{path}: not a ledger of this suite")
    ledger.run = run
    ledger._started = True  # noqa: SLF001 - its own module
    return ledger


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise UsageError(f"{path}: cannot be read: {reason}") from None
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            yield entry
