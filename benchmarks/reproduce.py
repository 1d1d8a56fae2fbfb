"""Measure how many of the mutants' failures are reproduced by the files that the suite writes.

Each mutant is judged up to its first failure. Then the shell script and the file for pytest of that
failure are run against a fresh server with the mutant, and against a sound one. The file for pytest
must fail there and pass here. The script must run through, as it did when it was recorded, and print
something else on the sound server, apart from ids and times.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from conformance import mock
from conformance.mock import Mutant
from conformance.reproduction import pytest_name, shell_name
from conformance.selftest import judged
from conformance.verdict import Result
from specs.contract import names

SECONDS = 180
CLOCK = "60x"  # a script does not move a clock
VOLATILE = re.compile(
    r"\d{4}-\d\d-\d\d[T ][\d:.]+(Z|[+-][\d:]+)?"  # a moment
    r"|\b\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|[0-9a-f]{32}|\b\d{9,}\b"
    r"|(?im:^(content-length|etag|x-[\w-]+|date):.*$)"
)
STATUS = re.compile(r"^HTTP/1\.1 (\d{3})", re.MULTILINE)
TOLD = re.compile(r"^--- \d+\. \w+ \(answered (\d{3})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reproduction:
    """Which of the two files have told the mutant from the sound server."""

    mutant: str
    requirement: str
    by_script: str  # empty, or why not
    by_test: str


def reproduced(api: str, mutant: Mutant, sound: str, seed: int) -> Reproduction:
    """Find a mutant's first failure, and try its files there and on the *sound* server."""
    with mock.serving(api, seed, mutant.id) as url:
        report = judged(api, url, seed, fail_fast=True)
    if report.first_failure is None:
        return Reproduction(mutant.id, "", "it was not found", "it was not found")
    (result,) = (one for one in report.results if one.requirement.id == report.first_failure[0])
    with (
        mock.serving(api, seed, mutant.id, CLOCK) as bad,
        tempfile.TemporaryDirectory(prefix="callsheet-") as folder,
    ):
        scripts = [_script(result, url, Path(folder)) for url in (bad, sound)]
        tests = [_test(result, api, url, Path(folder)) for url in (bad, sound)]
    return Reproduction(
        mutant.id, result.requirement.id, _script_fault(*scripts), _test_fault(*tests)
    )


def _reset(url: str) -> None:
    """Make a server what it was when it was started."""
    request = urllib.request.Request(f"{url}/__admin/reset", method="POST")
    with urllib.request.urlopen(request, timeout=SECONDS):
        pass


def _script(result: Result, url: str, folder: Path) -> str:
    _reset(url)
    path = folder / shell_name(result.requirement.id)
    path.write_text(result.repro)
    done = subprocess.run(
        ["/bin/sh", str(path)], env={**os.environ, **_credentials(result), "BASE": url}, cwd=folder,
        capture_output=True, text=True, check=False, timeout=SECONDS, errors="replace",
    )  # fmt: skip
    return done.stdout


def _credentials(result: Result) -> dict[str, str]:
    """Return the credentials that a script asks for; the mock takes any."""
    asked = re.findall(r"\{(CALLSHEET_\w+):\?", result.repro)
    return dict.fromkeys(asked, "Basic Y2FsbHNoZWV0OmNhbGxzaGVldA==")


def _test(result: Result, api: str, url: str, folder: Path) -> tuple[int, str]:
    _reset(url)
    path = folder / pytest_name(result.requirement.id)
    path.write_text(result.repro_test)
    target = f"{url}/__admin/targets/{api}"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull,
         "--rootdir", str(folder), str(path)],
        env={**os.environ, **_credentials(result), "BASE": url, "TARGET_FILE": target}, cwd=folder,
        capture_output=True, text=True, check=False, timeout=SECONDS,
    )  # fmt: skip
    return done.returncode, done.stdout


def _script_fault(bad: str, good: str) -> str:
    if not bad:
        return "there is no script"
    if STATUS.findall(bad)[-1:] != TOLD.findall(bad)[-1:]:
        return f"ends {STATUS.findall(bad)[-1:]}, not {TOLD.findall(bad)[-1:]}"
    if VOLATILE.sub("", bad) == VOLATILE.sub("", good):
        return "prints the same on the sound server"
    return ""


def _test_fault(bad: tuple[int, str], good: tuple[int, str]) -> str:
    if bad[0] != 1:
        return f"on the mutant: {_last_line(bad[1])}"
    if good[0] != 0 or "skipped" in good[1]:
        return f"on the sound server: {_last_line(good[1])}"
    return ""


def _last_line(text: str) -> str:
    lines = [one for one in text.splitlines() if one.startswith("E  ")] or text.splitlines()
    return f"{lines[0][:200] if lines else ''} / {text.splitlines()[-1] if text else ''}"


def _chosen(api: str, every: int, ids: list[str]) -> Iterator[Mutant]:
    known = mock.mutants(api)
    yield from [one for one in known if one.id in ids] if ids else known[::every]


def main() -> None:
    """Measure, and print a line for each mutant and the shares for each API."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("apis", nargs="*", default=names())
    parser.add_argument("--every", type=int, default=1, help="each n-th mutant only: a sample")
    parser.add_argument("--mutant", action="append", default=[], help="only these")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for api in options.apis:
        found: list[Reproduction] = []
        with mock.serving(api, options.seed, None, CLOCK) as sound:
            for mutant in _chosen(api, options.every, options.mutant):
                one = reproduced(api, mutant, sound, options.seed)
                found.append(one)
                print(f"{one.mutant} by {one.requirement}: script {one.by_script or 'ok'}; "
                      f"pytest {one.by_test or 'ok'}", flush=True)  # fmt: skip
        scripts = sum(not one.by_script for one in found)
        tests = sum(not one.by_test for one in found)
        print(f"{api}: {len(found)} mutants, {scripts} by script, {tests} by pytest", flush=True)


if __name__ == "__main__":
    main()
