"""`callsheet serve --watch`: a contract that has changed takes the place of the old one.

Files are looked at once a second: that notices every change on every file system, also in a folder
that a container has mounted, where the kernel reports nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mockserver.api import Api
from mockserver.app import Parts, Setting, players, stacked
from mockserver.hub import Hub
from mockserver.openapi import Documents
from mockserver.pipeline.asgi import App, Receive, Scope, Send
from mockserver.service import ContractBrokenError, Service, make_service
from specs.contract import Contract, ContractError, Lifecycle
from specs.contract.bundle import Bundle
from specs.contract.reader import locate

Marks = Mapping[Path, tuple[int, int, int] | None]
"""What tells one version of a file from another; None where there is no file."""


class NotKeptError(Exception):
    """What is in the sessions cannot be kept under a new contract: why not."""


class Current:
    """Answers as the application does that it holds at the moment."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self.app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Version:
    """What a server is made of after a change."""

    contracts: Mapping[str, Contract]
    classes: Mapping[str, type[Api]]
    services: Mapping[str, Service]
    app: App


class Watch:
    """Looks after the contracts of a server. `parts` is what to serve."""

    def __init__(self, setting: Setting, parts: Parts, tell: Callable[[str], None]) -> None:
        self._setting = setting
        self._hub = parts.hub
        self._contracts = parts.contracts
        self._tell = tell
        self._current = Current(parts.mock)
        self.parts = replace(parts, mock=self._current)
        self._files = {name: _files(name) for name in setting.names}
        self._marks = {name: _marks(files) for name, files in self._files.items()}
        self._last = dict(self._marks)

    async def look(self) -> None:
        """See whether a contract has changed, and serve it if so."""
        seen = {name: _marks(files) for name, files in self._files.items()}
        still = {name for name, marks in seen.items() if marks == self._last[name]}
        self._last = seen
        changed = [name for name, marks in seen.items() if marks != self._marks[name]]
        if not changed or not still.issuperset(changed):  # else somebody may be writing
            return
        self._marks = dict(seen)
        for name in changed:
            await self._change(name)

    async def _change(self, name: str) -> None:
        try:
            version = await asyncio.to_thread(self._prepare, name)
            kept = self._exchange(version)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, there is the old one
            reason = " ".join(str(error).split())
            if not isinstance(error, ContractError | NotKeptError):
                reason = f"{type(error).__name__}: {reason}"
            self._tell(f"{name} has changed, but the old one is served on: {reason}")
        else:
            self._tell(f"{name} has changed and is served; {kept} resources were kept")
        self._files[name] = self._files[name] | _files(name)
        self._marks[name] = self._last[name] = _marks(self._files[name])

    def _prepare(self, changed: str) -> Version:
        """Read a contract anew and work out all that does not depend on what is in the sessions."""
        classes, contracts = players(self._setting)
        name = dict(zip(self._setting.names, contracts, strict=True))[changed]
        for one, api in self._hub.default.apis.items():
            if one != name:  # each change has its turn
                contracts[one], classes[one] = self._contracts[one], type(api)
        services = dict(self._hub.services)
        for cycle in {**self._contracts[name].lifecycles, **contracts[name].lifecycles}:
            _compare(
                cycle,
                self._contracts[name].lifecycles.get(cycle),
                contracts[name].lifecycles.get(cycle),
            )
        services[name] = make_service(contracts[name], classes[name].PACE, self._hub.options)
        stack = stacked(self._hub, classes, services)
        app = Documents(stack, self._contracts)
        return Version({name: contracts[name]}, {name: classes[name]}, {name: services[name]}, app)

    def _exchange(self, version: Version) -> int:
        """Serve another version from now on; return how many resources were kept."""
        kept = 0
        for name, one in version.classes.items():
            kept += _fitting(self._hub, name, one, version.services[name])
        for name, one in version.classes.items():
            self._hub.recast(name, one, version.services[name])
            self._contracts[name] = version.contracts[name]
        self._current.app = version.app
        return kept


def _files(name: str) -> frozenset[Path]:
    """Return the files that a contract is spread over, as far as they can be read."""
    try:
        place = locate(name)
    except ContractError:
        return frozenset()
    if not isinstance(place, Path):
        return frozenset()  # it lies in an archive, where it never changes
    try:
        bundle = Bundle.open(place)
        bundle.joined()
    except ContractError:
        return frozenset({place.resolve()})
    return frozenset(bundle.texts)


def _marks(files: frozenset[Path]) -> Marks:
    return {one: _mark(one) for one in files}


def _mark(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _compare(schema: str, old: Lifecycle | None, new: Lifecycle | None) -> None:
    """Raise `NotKeptError` if a life cycle is not what it was; where it comes from may differ."""
    if old is None or new is None:
        raise NotKeptError(f"the life cycle of {schema} is {'new' if old is None else 'gone'}")
    for name in ("property", "key", "states", "initial", "final", "creators", "refusal", "names"):
        if getattr(old, name) != getattr(new, name):
            raise NotKeptError(f"the life cycle of {schema} has other {name}; start again for it")
    ways = [
        {f"{one.source} -> {one.target} ({one.command})": (one.trigger, one.guard) for one in ways}
        for ways in (old.transitions, new.transitions)
    ]
    for way in {**ways[0], **ways[1]}:
        if ways[0].get(way) != ways[1].get(way):
            what = (
                "lacks"
                if way not in ways[1]
                else "has a new"
                if way not in ways[0]
                else "has another"
            )
            raise NotKeptError(f"the life cycle of {schema} {what} {way}; start again for it")


def _fitting(hub: Hub, name: str, one: type[Api], service: Service) -> int:
    """Return how many resources of an API there are, in all sessions.

    Raises `NotKeptError` if there is no place for one any more, or it does not fit any more.
    """
    count = 0
    layouts = {layout.name: layout for layout in one.LAYOUTS}
    for world, _ in hub.sessions.all():
        old = world.apis[name]
        new = one(service, world)
        for collection in old.collections.values():
            for resource in collection.all():
                if collection.name not in layouts:
                    raise NotKeptError(f"there is no place for {_named(old, collection.name)}")
                count += 1
                for view, value in new.render(collection.name, resource).items():
                    schema = layouts[collection.name].views[view]
                    _check(service, old.service, schema, value, f"{resource.key}")
    return count


def _named(api: Api, collection: str) -> str:
    layout = next(one for one in api.LAYOUTS if one.name == collection)
    return f"any {layout.lifecycle or ', '.join(sorted(set(layout.views.values())))}"


def _check(new: Service, old: Service, schema: str, value: object, key: str) -> None:
    """Raise `NotKeptError` for a view that fitted the old contract and does not fit the new one."""
    try:
        new.check_view(schema, value)
    except ContractBrokenError as error:
        try:
            old.check_view(schema, value)
        except (ContractBrokenError, KeyError):
            return
        raise NotKeptError(f"{key} would not fit: {error}; start again for it") from None
