"""Measure how many requests one example of each check and each recipe takes, on the sound mock.

What the suite tries first at a first glance goes by these numbers (conformance/movements/costs.json).
Checks of one module that are judged together, so that all but the first of them cost nothing, share
the cost.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from conformance import mock
from conformance.drivers import driver_for
from conformance.gate import Gate
from conformance.judge import ResponseJudge
from conformance.ledger import Ledger
from conformance.mode import Mode
from conformance.movements import recipes
from conformance.movements.glance import COSTS
from conformance.movements.requirements import Requirements
from conformance.probe import Probe, Visit
from conformance.selftest import BUDGET
from conformance.target_file import load_target
from conformance.tour import Tour
from specs.contract import load, names

TOGETHER = 4  # checks of a module that cost nothing, at least, if they are judged together


def measured(api: str, seed: int) -> dict[str, float]:
    """Return the requests of each first example, by requirement."""
    document = load(api)
    with mock.serving(api, seed) as url, tempfile.TemporaryDirectory() as folder:
        target = replace(load_target(f"{url}/__admin/targets/{api}", url), budget=BUDGET)
        driver = driver_for(document)
        ledger = Ledger.named(str(Path(folder, "ledger")), {"api": api, "base_url": url})
        gate = Gate(document, target, Mode.SAFE, driver, ledger)
        visit = Visit(document, target, Mode.SAFE, gate, ResponseJudge(document), driver, seed)
        tour = Tour(visit, chosen=frozenset(document.requirements))
        visit.known = {**driver.discover(Probe(visit)), **target.known}
        found: dict[str, float] = {}
        together: dict[str, list[str]] = defaultdict(list)
        for one in Requirements(tour).properties:
            before = gate.traffic.requests
            one.hold(1)
            found[one.requirement] = gate.traffic.requests - before
            together[one.check.claim.__module__].append(one.requirement)
        for members in together.values():
            free = [name for name in members if not found[name]]
            if len(free) >= TOGETHER:
                dearest = max(members, key=found.__getitem__)
                share = round(found[dearest] / (len(free) + 1), 1)
                found |= dict.fromkeys([dearest, *free], share)
        for recipe in recipes.chosen(tour):
            before = gate.traffic.requests
            recipes.cooking(tour, recipe)()
            found[recipes.address(api, recipe)] = gate.traffic.requests - before
        gate.close()
    return found


def main() -> None:
    """Measure the named APIs, and write the numbers beside those of the others."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("apis", nargs="*", default=names())
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = json.loads(COSTS.read_text()) if COSTS.exists() else {}
    for api in options.apis:
        found = {name: cost for name, cost in found.items() if not name.startswith(f"{api}/")}
        found |= measured(api, options.seed)
        COSTS.write_text(json.dumps(dict(sorted(found.items())), indent=0) + "\n")


if __name__ == "__main__":
    main()
