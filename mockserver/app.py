"""Put APIs, worlds and the request path together into one ASGI application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mockserver import mutants
from mockserver.admin import Admin, Passage
from mockserver.api import Api
from mockserver.cast import cast
from mockserver.clock import Clock
from mockserver.console import Console
from mockserver.dialect import Dialect, observed
from mockserver.entrance import Entrance
from mockserver.hub import Hub, Log
from mockserver.openapi import Documents
from mockserver.pipeline.asgi import App, Receive, Scope, Send
from mockserver.pipeline.stack import Stack
from mockserver.service import Options, Service
from mockserver.store import open_database
from specs.contract import Contract


@dataclass(frozen=True, slots=True)
class Setting:
    """What a server is started with."""

    names: Sequence[str]
    seed: int = 1
    clock: Clock | None = None
    options: Options = field(default_factory=Options)
    mutant: str | None = None
    dialect: Dialect = Dialect.DOCUMENTED
    state: str = ""
    passage: Passage = field(default_factory=Passage)
    session_idle: float | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """The mock, the admin API, the hub that both work with, and the contracts that are served."""

    mock: App
    admin: App
    hub: Hub
    contracts: dict[str, Contract]

    def together(self) -> App:
        """Return both as one application."""
        return Entrance(self.mock, self.admin, self.hub)

    def alone(self) -> App:
        """Return the mock without its admin API."""
        return Entrance(self.mock, None, self.hub)


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """End the chain: whatever is neither HTTP nor lifespan is not for us."""


def create_app(setting: Setting, log: Log | None = None) -> tuple[App, Hub]:
    """Return an application that serves the named APIs, and the hub of its worlds.

    Raises `KeyError` for a name that no mutant has, and `ContractError` for one that no API has.
    """
    parts = create_parts(setting, log)
    return parts.together(), parts.hub


def create_parts(setting: Setting, log: Log | None = None) -> Parts:
    """Return what serves the named APIs, and what steers it.

    Raises `KeyError` for a name that no mutant has, and `ContractError` for one that no API has.
    """
    classes, contracts = players(setting)
    options = setting.options
    if options.surprises:
        from mockserver.surprise import arranged  # noqa: PLC0415 - only if there is one

        options = arranged(options)
    hub = Hub(classes, contracts, open_database(setting.state), options, log)
    hub.sessions.idle = setting.session_idle
    hub.open(setting.clock or Clock(), setting.seed)
    stack = stacked(hub, classes, hub.services)
    hub.remember()
    mock = Documents(stack, contracts)
    admin = Admin(hub, setting.passage, _nothing)
    return Parts(mock, Console(admin, hub, setting.passage, contracts), hub, contracts)


def players(setting: Setting) -> tuple[dict[str, type[Api]], dict[str, Contract]]:
    """Return class and contract of each API that is asked for: in its dialect, with its mutant.

    Raises `KeyError` for a name that no mutant has, and `ContractError` for one that no API has.
    """
    classes, contracts = cast(setting.names)
    if setting.dialect is Dialect.OBSERVED:
        classes = {name: observed(name, one) for name, one in classes.items()}
    if setting.options.surprises:
        from mockserver.surprise import surprised  # noqa: PLC0415 - only if there is one

        classes = surprised(classes, setting.options.surprises)
    if setting.mutant is not None:
        mutant = mutants.find(setting.mutant)
        classes[mutant.api] = mutant.applied(classes[mutant.api])
    return classes, contracts


def stacked(hub: Hub, classes: Mapping[str, type[Api]], services: Mapping[str, Service]) -> App:
    """Return what answers the requests for these APIs."""
    stack = Stack(hub, _nothing)
    for name, one in classes.items():
        stack.add(services[name], one)
    stack.build()
    if hub.options.surprises:
        from mockserver.surprise import Stage  # noqa: PLC0415 - only if there is one

        return Stage(stack, services, hub.options.surprises)
    return stack
