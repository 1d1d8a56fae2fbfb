"""What the files for pytest stand on that `callsheet check --repro-dir` writes."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import urllib3

from conformance.answer import Exchange, Request
from conformance.events import RunFinished
from conformance.judge import ResponseJudge
from conformance.mode import Mode
from conformance.runner import Options, run
from conformance.target_file import load_target
from conformance.verdict import Result, Verdict
from specs.contract import load

PAUSE = 0.05  # seconds between two looks at the same
SECONDS = 30.0  # for one answer
CONTRADICTED = frozenset({Verdict.FAIL, Verdict.DIFFERS, Verdict.FLAKY})


class Reply:
    """An answer, and what the next request needs of it."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    def json(self) -> Any:
        """Return the parsed body; raises `ValueError` if it is not JSON."""
        return self.exchange.json()

    def location(self) -> str:
        """Return the last part of the header Location."""
        return unquote(self.exchange.headers.get("Location", "").rstrip("/").rpartition("/")[2])


class Replay:
    """Sends requests to a server as they are written, and holds the answers against a contract.

    In the environment `BASE` replaces the server's address.
    """

    def __init__(self, api: str, base: str) -> None:
        self._contract = load(api)
        self._base = os.environ.get("BASE", base).rstrip("/")
        self._replies: list[Reply] = []

    def send(  # noqa: PLR0913 - a request has these parts
        self,
        method: str,
        location: str,
        *,
        operation: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        times: int = 1,
    ) -> Reply:
        """Send a request (*times* times, as one looks again and again), and return the answer.

        *body* is sent as JSON, unless it is bytes.
        """
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        url = self._base + location
        with urllib3.PoolManager(retries=False, timeout=SECONDS) as pool:
            for number in range(times):
                time.sleep(PAUSE if number else 0)
                answer = pool.request(
                    method, url, body=content, headers=dict(headers or {}), redirect=False
                )
                request = Request(method, location, body=content)
                self._replies.append(
                    Reply(
                        Exchange(
                            request, url, answer.status, answer.headers, answer.data, 0.0, operation
                        )
                    )
                )
        return self._replies[-1]

    def judge(self, requirement: str, expected: str | None = None) -> None:
        """Raise `AssertionError` if an answer so far contradicts that declared response.

        *expected* is the status that the last answer must have.
        """
        judge = ResponseJudge(self._contract)
        for exchange in (one.exchange for one in self._replies):
            if exchange.operation_id is not None:
                operation = self._contract.operations[exchange.operation_id]
                found = judge.judge(operation, exchange)
                assert found.requirement != requirement or found.violation is None, found.violation
        last = self._replies[-1].exchange
        assert expected in {None, str(last.status)}, f"{last}, but it should answer {expected}"

    def hold(self, requirement: str, **options: Any) -> None:
        """Check a requirement anew; raise `AssertionError` if the server contradicts it.

        `TARGET_FILE` in the environment names a target file. *options* are those of the run that
        has found the contradiction: seed, mode, strict.
        """
        result = self._result(requirement, **options)
        said = f"{result.requirement.statement} Seen: {result.message}"
        assert result.verdict not in CONTRADICTED, said
        if result.verdict is not Verdict.PASS:
            pytest.skip(f"{result.verdict}: {result.message}")

    def _result(self, requirement: str, *, seed: int, mode: str, strict: bool) -> Result:
        target = load_target(os.environ.get("TARGET_FILE"), self._base)
        with tempfile.TemporaryDirectory(prefix="callsheet-") as folder:
            options = Options(
                mode=Mode(mode),
                seed=seed,
                only=(requirement,),
                strict=strict,
                ledger=str(Path(folder, "ledger")),
            )
            for event in run(self._contract, target, options):
                if isinstance(event, RunFinished):
                    return event.report.results[0]
        raise AssertionError("a run ends with its report")
