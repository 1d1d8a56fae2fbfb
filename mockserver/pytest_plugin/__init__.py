"""The plugin for pytest: a mock server for tests, and a session of it for each.

`callsheet_server` is a server process, one for each process of pytest: with pytest-xdist every
worker has its own, so that tests do not queue for one another. `callsheet` is a session of it that
one test has for itself; `callsheet_app` is the same without a socket, in the process of the test.
"""

# ruff: noqa: PLC0415 - pytest loads this module wherever Callsheet is installed

from __future__ import annotations

from argparse import ArgumentError
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockserver.pytest_plugin.application import Application, CallsheetApp
    from mockserver.pytest_plugin.manner import Manner
    from mockserver.pytest_plugin.server import CallsheetServer
    from mockserver.pytest_plugin.session import Callsheet

    __all__ = ["Callsheet", "CallsheetApp", "CallsheetServer"]

PUBLIC = {"Callsheet": "session", "CallsheetApp": "application", "CallsheetServer": "server"}
"""The classes of what the fixtures give, for annotations, and the modules where they are."""

MARK = """\
callsheet(seed=1, scenario="calm", clock="frozen"): how the session of a test begins\
"""


def __getattr__(name: str) -> Any:
    """Load a class when somebody names it."""
    if name not in PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{PUBLIC[name]}"), name)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("callsheet-mock", "sessions of Callsheet's mock server")
    group.addoption(
        "--callsheet-clock",
        metavar="CLOCK",
        help="The clock of sessions: frozen (unless the ini file says otherwise), real, or a pace "
        "as 60x.",
    )
    group.addoption(
        "--callsheet-scenario",
        metavar="NAME",
        help="What is in sessions: calm, busy, failing or empty.",
    )
    with suppress(ValueError, ArgumentError):  # the suite has it as well: one number for both
        group.addoption(
            "--callsheet-seed", metavar="NUMBER", help="The same seed gives the same world."
        )
    parser.addini("callsheet_clock", "the clock of sessions", default="frozen")
    parser.addini("callsheet_scenario", "what is in sessions", default="calm")
    parser.addini("callsheet_seed", "the seed of sessions", default="1")
    parser.addini(
        "callsheet_apis",
        "the APIs that are served, by name or as files of contracts; all, if there are none",
        type="args",
        default=[],
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARK)
    _manner(config)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    session = item.stash.get(_SESSION, None)
    if session is not None and report.when == "call" and report.failed:
        report.sections.append(("callsheet requests", _told(session)))
    return report


def _told(session: Callsheet) -> str:
    """Return the latest requests of a failed test."""
    from urllib3.exceptions import HTTPError

    from mockserver.pytest_plugin.line import AdminError

    try:
        return session.requests.told() or "  none"
    except (AdminError, HTTPError) as error:
        return f"  the mock cannot be asked: {error}"


@pytest.fixture(scope="session")
def callsheet_server(pytestconfig: pytest.Config) -> Iterator[CallsheetServer]:
    """Serve on a free port for all tests of this process."""
    from mockserver.pytest_plugin.server import CallsheetServer, NotStartedError

    apis = pytestconfig.getini("callsheet_apis")
    try:
        server = CallsheetServer(apis, _manner(pytestconfig), _folder(pytestconfig))
    except NotStartedError as error:
        pytest.fail(f"the mock server did not start: {error}", pytrace=False)
    yield server
    server.close()


@pytest.fixture
def callsheet(
    request: pytest.FixtureRequest, callsheet_server: CallsheetServer
) -> Iterator[Callsheet]:
    """Make a session of the mock server that this test has for itself."""
    from mockserver.pytest_plugin.session import Callsheet

    mock = callsheet_server.mock
    described = mock.open(request.node.name, _marked(request.node))
    session = Callsheet(mock.line, described, mock.bases)
    request.node.stash[_SESSION] = session
    yield session
    mock.drop(session.name)


@pytest.fixture(scope="session")
def _callsheet_application(pytestconfig: pytest.Config) -> Iterator[Application]:
    from mockserver.pytest_plugin.application import Application

    folder = _folder(pytestconfig)
    apis = [
        str(folder / one) if (folder / one).is_file() else one
        for one in pytestconfig.getini("callsheet_apis")
    ]
    application = Application(apis, _manner(pytestconfig))
    yield application
    application.close()


@pytest.fixture
def callsheet_app(
    request: pytest.FixtureRequest, _callsheet_application: Application
) -> Iterator[CallsheetApp]:
    """Make a session of a mock in this process that this test has for itself."""
    from mockserver.pytest_plugin.application import CallsheetApp

    mock = _callsheet_application.mock
    described = mock.open(request.node.name, _marked(request.node))
    session = CallsheetApp(_callsheet_application, described)
    request.node.stash[_SESSION] = session
    yield session
    mock.drop(session.name)


_SESSION = pytest.StashKey["Callsheet"]()


def _folder(config: pytest.Config) -> Path:
    """Return the folder that names of contract files are relative to."""
    return config.rootpath if config.inipath is None else config.inipath.parent


def _manner(config: pytest.Config) -> Manner:
    """Return how sessions begin, by the command line or else by the ini file."""
    from mockserver.pytest_plugin.manner import Manner

    asked = {
        name: config.getoption(f"--callsheet-{name}") or config.getini(f"callsheet_{name}")
        for name in ("seed", "scenario", "clock")
    }
    try:
        return Manner.of(asked)
    except ValueError as error:
        raise pytest.UsageError(f"--callsheet-{error}") from None


def _marked(node: pytest.Item) -> Manner:
    """Return how the session of one test begins: its nearest marks win."""
    from dataclasses import asdict

    from mockserver.pytest_plugin.manner import Manner

    asked = asdict(_manner(node.config))
    try:
        for mark in reversed(list(node.iter_markers("callsheet"))):
            if mark.args:
                raise ValueError("say what you mean by name: seed, scenario, clock")
            asked |= mark.kwargs
        return Manner.of(asked)
    except ValueError as error:
        pytest.fail(f"@pytest.mark.callsheet: {error}", pytrace=False)
