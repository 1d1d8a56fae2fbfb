"""The plugin for pytest: the suite's options, and one item for each requirement."""

# ruff: noqa: PLC0415 - pytest loads this module wherever Callsheet is installed

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

    from conformance.events import Report
    from conformance.judging import Order
    from conformance.verdict import Result
    from specs.contract import Contract, Requirement

PREFIX = "--callsheet-"
SUITE = Path(__file__).with_name("suite") / "__init__.py"
USAGE = 2


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("callsheet", "the conformance suite of Callsheet")
    group.addoption(f"{PREFIX}api", action="append", metavar="NAME", help="The API to judge by.")
    for option in _options():
        if option.is_flag:
            group.addoption(_twin(option), action="store_true", help=option.help)
        else:
            action = "append" if option.multiple else "store"
            group.addoption(_twin(option), action=action, metavar=option.metavar, help=option.help)


def pytest_configure(config: pytest.Config) -> None:
    if _is_asked(config) and (
        hasattr(config, "workerinput") or getattr(config.option, "numprocesses", None)
    ):
        raise pytest.UsageError(f"-n: the suite runs in one process; {PREFIX}shard I/N divides it")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path != SUITE:
        return None
    if not _is_asked(parent.config):
        if not parent.session.isinitpath(file_path.parent):
            return None
        raise pytest.UsageError(f"{PREFIX}api NAME says what to judge by")
    return Requirements.from_parent(parent, path=file_path)


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    for performance in config.stash.get(_PERFORMANCES, {}).values():
        if performance.report is not None:
            report = performance.report
            said = f"{report.contract.name}: {report.overall}, {report.requests} requests"
            terminalreporter.section("callsheet")
            terminalreporter.line(f"{said}, seed {report.seed}, mode {report.mode}")
            for remark in report.remarks:
                terminalreporter.line(remark)


def pytest_sessionfinish(session: pytest.Session) -> None:
    from conformance.failures import UsageError
    from conformance.report.options import places
    from conformance.report.writing import write, write_scripts
    from conformance.sheet import Sheet

    performances = session.config.stash.get(_PERFORMANCES, {}).values()
    reports = tuple(one.report for one in performances if one.report is not None)
    if not reports:
        return
    given = _given(session.config)
    try:
        write(Sheet(reports), places(given))
        if given["repro_dir"] is not None:
            write_scripts(Sheet(reports), given["repro_dir"])
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None


class Requirements(pytest.File):
    """Collects the requirements that the options ask for."""

    def collect(self) -> Iterator[RequirementItem]:
        from conformance.judging import asked, patterns, shard
        from conformance.profile import chosen
        from specs.contract import load

        given = _given(self.config)
        found = False
        with _told():
            only = patterns(given)
            part = shard(given["shard"])
            contracts = [(name, load(name)) for name in asked(given)]
        for name, contract in contracts:
            for requirement in chosen(contract, only, part):
                found = True
                yield RequirementItem.from_parent(
                    self, name=requirement.id, api=name, requirement=requirement
                )
        if not found:
            raise pytest.UsageError(f"{PREFIX}only {','.join(only)}: matches no requirement")


class RequirementItem(pytest.Item):
    """One requirement; the first of an API that is run plays all of that API that were chosen."""

    def __init__(self, *, api: str, requirement: Requirement, **more: Any) -> None:
        super().__init__(**more)
        self.api = api
        self.requirement = requirement

    def runtest(self) -> None:
        from conformance.verdict import Verdict

        result = self._performance().result(self.requirement.id)
        said = f"{result.verdict}: {result.message}"
        match result.verdict:
            case Verdict.PASS:
                return
            case Verdict.WAIVED | Verdict.DIFFERS:
                pytest.xfail(said)
            case Verdict.FAIL | Verdict.ERROR:
                raise NotSatisfiedError(result)
        if result.counts and result.verdict is not Verdict.UNSUPPORTED:
            raise NotSatisfiedError(result)  # without it the target is not known to conform
        pytest.skip(said)

    def _performance(self) -> Performance:
        performances = self.config.stash.setdefault(_PERFORMANCES, {})
        if self.api not in performances:
            ids = [
                one.requirement.id
                for one in self.session.items
                if isinstance(one, RequirementItem) and one.api == self.api
            ]
            performances[self.api] = Performance(self.api, _given(self.config), ids)
        return performances[self.api]

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, NotSatisfiedError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.requirement.id


class NotSatisfiedError(Exception):
    """A requirement that the target does not satisfy, or that nobody could tell of."""

    def __init__(self, result: Result) -> None:
        requirement = result.requirement
        lines = [
            f"{result.verdict} {requirement.id}",
            f"  required  {requirement.statement}",
            f"  source    {requirement.provenance}",
            f"  seen      {result.message}",
        ]
        super().__init__("\n".join([*lines, "", result.repro]).rstrip())


class Performance:
    """The one run of an API, played when its first item is."""

    def __init__(self, api: str, given: dict[str, Any], ids: list[str]) -> None:
        self.report: Report | None = None
        self._results: dict[str, Result] = {}
        self._api, self._given, self._ids = api, given, ids

    def result(self, requirement: str) -> Result:
        """Return the verdict on a requirement; ends pytest if the target cannot be judged."""
        from conformance.events import RunFinished
        from conformance.failures import UsageError

        if self.report is None:
            try:
                for event in self._order().events():
                    if isinstance(event, RunFinished):
                        self.report = event.report
            except UsageError as error:
                pytest.exit(f"callsheet: {' '.join(str(error).split())}", returncode=USAGE)
            assert self.report is not None
            self._results = {one.requirement.id: one for one in self.report.results}
        return self._results[requirement]

    def _order(self) -> Order:
        import secrets

        from conformance.judging import order

        given = self._given
        seed = given["seed"] if given["seed"] is not None else secrets.randbelow(2**31)
        found = order(self._api, given, seed=seed, max_time=given["max_time"])
        if self._is_part(found.contract):
            found = replace(found, options=replace(found.options, only=tuple(self._ids)))
        return found

    def _is_part(self, contract: Contract) -> bool:
        """Whether pytest has deselected some of the requirements, with -k or by their names."""
        from conformance.profile import chosen

        return len(self._ids) < sum(1 for _ in chosen(contract))


_PERFORMANCES = pytest.StashKey[dict[str, Performance]]()


def _options() -> list[click.Option]:
    from conformance.cli import check

    return [one for one in check.params if isinstance(one, click.Option)]


def _twin(option: click.Option) -> str:
    return PREFIX + option.opts[0].removeprefix("--")


def _is_asked(config: pytest.Config) -> bool:
    return bool(config.getoption(f"{PREFIX}api") or config.getoption(f"{PREFIX}all"))


def _given(config: pytest.Config) -> dict[str, Any]:
    """Return the options as `callsheet check` would have read them."""
    from conformance.cli import check

    arguments = list(config.getoption(f"{PREFIX}api") or ())
    for option in _options():
        value = config.getoption(_twin(option))
        if option.is_flag:
            arguments += [option.opts[0]] if value else []
        elif value is not None:
            each = value if option.multiple else [value]
            arguments += [f"{option.opts[0]}={one}" for one in each]
    try:
        return dict(check.make_context("callsheet check", arguments).params)
    except click.UsageError as error:
        message = error.format_message().replace("'--", f"'{PREFIX}")
        raise pytest.UsageError(message) from None


class _told:  # noqa: N801 - reads as a word of the language
    """Turns what the user can mend into an error of usage."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        from conformance.failures import UsageError
        from specs.contract import ContractError, UnknownApiError

        if isinstance(error, UnknownApiError):
            raise pytest.UsageError(error.reason) from None
        if isinstance(error, UsageError | ContractError):
            message = " ".join(str(error).split()).replace("--", PREFIX)
            raise pytest.UsageError(message) from None
