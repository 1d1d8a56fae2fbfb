"""Measure what `schemathesis run` on its own finds of the mutants; write it to a JSON file.

The mock is judged sound first. A mutant counts as found if something is reported that is not
reported of the sound server. What the file holds already is not measured again, so that a
measurement can be broken off and gone on with; `callsheet selftest --beside FILE` prints it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from conformance import mock
from specs.contract import load, names

SPECS = Path(__file__).resolve().parent.parent / "specs"
BIN = Path(sys.executable).parent
CLOCK = "60x"  # it does not know how to move a clock
TITLE = "- "  # what a finding begins with in the report


def judged(api: str, mutant: str | None, options: argparse.Namespace) -> dict[str, Any]:
    """Return what Schemathesis reports of one server, and what that took."""
    with (
        mock.serving(api, options.seed, mutant, CLOCK) as url,
        tempfile.TemporaryDirectory(prefix="callsheet-") as folder,
    ):
        report = Path(folder, "report.xml")
        command = [
            str(BIN / "schemathesis"), "run", str(SPECS / f"{api}.yaml"),
            "--url", url + load(api).base_paths[0], "--checks", "all",
            "--seed", str(options.seed), "--max-examples", str(options.examples),
            "--report", "junit", "--report-junit-path", str(report),
        ]  # fmt: skip
        before, began = _asked(url), time.monotonic()
        subprocess.run(command, check=False, cwd=folder, capture_output=True)
        seconds = time.monotonic() - began
        return {
            "requests": _asked(url) - before,
            "seconds": round(seconds, 1),
            "findings": sorted(_findings(report)),
        }


def _asked(url: str) -> int:
    """Return how many requests the mock has had."""
    with urllib.request.urlopen(f"{url}/__admin/journal?limit=1", timeout=30) as answer:
        found = json.load(answer)
    return int(found["items"][-1]["id"]) if found["items"] else 0


def _findings(report: Path) -> set[str]:
    """Return the titles of all that is reported, with the operations."""
    if not report.exists():
        return set()
    return {
        f"{case.get('name')}: {line.strip().removeprefix(TITLE)}"
        for case in ET.parse(report).getroot().iter("testcase")
        for kind in ("failure", "error")
        for node in case.iter(kind)
        for line in (node.get("message") or node.text or "").splitlines()
        if line.strip().startswith(TITLE)
    }


def main() -> None:
    """Measure, and write after each server."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("apis", nargs="*", default=names())
    parser.add_argument("--every", type=int, default=1, help="each n-th mutant only: a sample")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--examples", type=int, default=20, help="--max-examples of Schemathesis")
    parser.add_argument("--out", type=Path, default=Path("schemathesis-alone.json"))
    options = parser.parse_args()
    document: dict[str, Any] = {"sound": {}, "mutants": {}}
    if options.out.exists():
        document = json.loads(options.out.read_text())
    for api in options.apis:
        if api not in document["sound"]:
            document["sound"][api] = judged(api, None, options)
        usual = set(document["sound"][api]["findings"])
        for one in mock.mutants(api)[:: options.every]:
            if one.id in document["mutants"]:
                continue
            found = judged(api, one.id, options)
            found["found"] = bool(set(found["findings"]) - usual)
            document["mutants"][one.id] = found
            options.out.write_text(json.dumps(document, indent=1) + "\n")
            print(f"{one.id}: {'found' if found['found'] else 'missed'} "
                  f"({found['requests']} requests, {found['seconds']} s)", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
