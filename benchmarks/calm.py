"""Judge the good mock again and again: no failure may be found in it, whatever is legal.

Each run is a fresh server and one `callsheet check`. A campaign goes through APIs, seeds, legal
surprises, and repeats; with `--out` it notes each run on a line, and goes on where it was
interrupted. It ends with 1 if any requirement failed, if a surprise stopped the suite from
judging, or if `--repeat` saw the requests of one seed differ.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
APIS = ("scale", "hpcpack", "thinkbox", "deadline-cloud", "pulp")
PLAIN = "none"
JUDGED = frozenset({"conformant", "not conformant", "incomplete"})


@dataclass(frozen=True)
class Plan:
    """One run: what is served, and how it is judged."""

    api: str
    seed: int
    surprise: str
    resets: float
    clock: str
    mode: str
    turn: int


@dataclass(frozen=True)
class Outcome:
    """What came of it. `cpu` is the CPU time of the suite, `seconds` what the clock says."""

    plan: Plan
    verdict: str
    counts: dict[str, int]
    failed: dict[str, str]
    unsettled: dict[str, str]
    requests: int
    retries: int
    digest: str
    seconds: float
    cpu: float


@contextmanager
def serving(plan: Plan) -> Iterator[str]:
    """Serve what a run is fired at; gives the address of the server."""
    with tempfile.TemporaryDirectory() as folder:
        port = Path(folder, "port")
        command = [str(BIN / "callsheet"), "serve", plan.api, "--port", "0"]
        command += ["--port-file", str(port), "--clock", plan.clock, "--log", "none"]
        command += ["--seed", str(plan.seed)]
        if plan.surprise != PLAIN:
            command += ["--surprise", plan.surprise]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            while not port.exists():
                if server.poll() is not None:
                    raise SystemExit(f"calm: the server did not start: {' '.join(command)}")
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port.read_text()}"
        finally:
            server.terminate()
            server.wait()


def disturb(url: str, rate: float) -> None:
    """Have the mock reset that share of its connections from now on."""
    fault = {"rate": rate, "do": {"kind": "reset"}}
    request = urllib.request.Request(
        f"{url}/__admin/faults", json.dumps(fault).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10):
        pass


def carry_out(plan: Plan) -> Outcome:
    """Serve, judge, and return what was said."""
    with tempfile.TemporaryDirectory() as folder, serving(plan) as url:
        if plan.resets:
            disturb(url, plan.resets)
        report = Path(folder, "report.json")
        command = [str(BIN / "callsheet"), "check", plan.api, "--seed", str(plan.seed)]
        command += ["--target-file", f"{url}/__admin/targets/{plan.api}", "--mode", plan.mode]
        command += ["--json", str(report), "--ledger", str(Path(folder, "ledger"))]
        began, used = time.monotonic(), _cpu_of_children()
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        seconds, cpu = time.monotonic() - began, _cpu_of_children() - used
        if not report.exists():
            last = (done.stderr.strip() or done.stdout.strip()).rpartition("\n")[2]
            return Outcome(plan, f"error: {last}", {}, {}, {}, 0, 0, "", seconds, cpu)
        found = json.loads(report.read_text())
    rows = found["requirements"]
    return Outcome(
        plan,
        found["verdict"].lower(),
        found["counts"],
        _messages(rows, {"fail"}),
        _messages(rows, {"differs", "flaky", "error", "not-reached"}),
        found["requests"],
        found["retries"],
        found["requests_sha256"],
        round(seconds, 1),
        round(cpu, 1),
    )


def _cpu_of_children() -> float:
    spent = os.times()
    return spent.children_user + spent.children_system


def _messages(rows: Iterable[dict[str, Any]], verdicts: set[str]) -> dict[str, str]:
    chosen = [one for one in rows if one["verdict"] in verdicts and one["in_mode"]]
    return {one["id"]: f"{one['verdict']}: {one['message']}" for one in chosen}


def surprises() -> list[str]:
    """Return the names of all surprises that the mock has."""
    command = [str(BIN / "callsheet"), "surprises", "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [one["name"] for one in json.loads(done.stdout)]


def plans(options: argparse.Namespace) -> Iterator[Plan]:
    """Yield the runs of a campaign; one seed goes through everything before the next."""
    chosen = options.surprises.split(",") if options.surprises else [PLAIN]
    if chosen == ["each"]:
        chosen = surprises()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    for seed, surprise, api, turn in itertools.product(
        seeds, chosen, options.apis.split(","), range(options.repeat)
    ):
        combined = surprise.replace("+", ",")
        yield Plan(api, seed, combined, options.resets, options.clock, options.mode, turn)


def remembered(out: Path | None) -> dict[Plan, Outcome]:
    """Return what an earlier, interrupted campaign has noted."""
    if out is None or not out.exists():
        return {}
    found = {}
    for line in out.read_text().splitlines():
        node = json.loads(line)
        node["plan"] = Plan(**node["plan"])
        outcome = Outcome(**{one.name: node[one.name] for one in fields(Outcome)})
        found[outcome.plan] = outcome
    return found


def told(outcome: Outcome) -> str:
    """Return the line that is printed of a run."""
    plan = outcome.plan
    numbers = " ".join(f"{name} {number}" for name, number in outcome.counts.items() if number)
    line = (
        f"{plan.api:14} seed {plan.seed:3} {plan.surprise:20.40} {outcome.verdict:14} {numbers} "
        f"({outcome.requests} requests, {outcome.retries} retries, {outcome.seconds:.0f} s, "
        f"{outcome.cpu:.0f} s CPU) {outcome.digest[:8]}"
    )
    return "\n".join([line, *(f"    {name}: {text}" for name, text in outcome.failed.items())])


def table(outcomes: Iterable[Outcome]) -> str:
    """Return the summary: verdicts of all runs by API and surprise."""
    sums: dict[tuple[str, str], Counter[str]] = {}
    runs: Counter[tuple[str, str]] = Counter()
    for one in outcomes:
        key = one.plan.surprise, one.plan.api
        runs[key] += 1
        sums.setdefault(key, Counter()).update(one.counts)
    columns = ("pass", "fail", "differs", "flaky", "error", "not-reached", "unsupported")
    head = ["| surprise | API | runs |", *(f" {name} |" for name in columns)]
    lines = ["".join(head), "|---|---|---:|" + "---:|" * len(columns)]
    for (surprise, api), counts in sums.items():
        cells = "".join(f" {counts[name]} |" for name in columns)
        lines.append(f"| {surprise} | {api} | {runs[surprise, api]} |{cells}")
    return "\n".join(lines)


def unlike(outcomes: Iterable[Outcome]) -> list[str]:
    """Return the runs that were repeated and did not send the same requests each time."""
    digests: dict[tuple[str, int, str], set[str]] = {}
    for one in outcomes:
        plan = one.plan
        digests.setdefault((plan.api, plan.seed, plan.surprise), set()).add(one.digest)
    return [
        f"{api} seed {seed} {surprise}: {len(found)} different sequences of requests"
        for (api, seed, surprise), found in digests.items()
        if len(found) > 1
    ]


def main() -> None:
    """Go through a campaign."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--apis", default=",".join(APIS), help="default: all five")
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="how many (default 1)")
    parser.add_argument("--first-seed", type=int, default=1, metavar="S", help="default 1")
    parser.add_argument(
        "--surprises",
        metavar="NAMES",
        help="one run for each of these, separated by commas; a+b is both at once, none is none, "
        "and `each` alone stands for every one of the catalogue",
    )
    parser.add_argument(
        "--resets", type=float, default=0, metavar="RATE", help="share of requests that are reset"
    )
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="each run N times")
    parser.add_argument("--clock", default="60x", help="the mock's clock (default 60x)")
    parser.add_argument("--mode", default="safe", help="the suite's mode (default safe)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="note runs here, and resume")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # and stop the server
    known, outcomes = remembered(options.out), []
    for plan in plans(options):
        outcome = known.get(plan)
        if outcome is None:
            outcome = carry_out(plan)
            print(told(outcome), flush=True)
            if options.out is not None:
                with options.out.open("a") as file:
                    file.write(json.dumps(asdict(outcome)) + "\n")
        outcomes.append(outcome)
    different = unlike(outcomes) if options.repeat > 1 else []
    print(table(outcomes), *different, sep="\n")
    unjudged = [one for one in outcomes if one.verdict not in JUDGED]
    sys.exit(1 if different or unjudged or any(one.failed for one in outcomes) else 0)


if __name__ == "__main__":
    main()
