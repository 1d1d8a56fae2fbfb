"""Measure the mock beside its peers, in one run, and write RESULTS.md and RESULTS.svg.

Each round starts every server anew, in random order, warms it up, and loads it with wrk on
another core; figures are medians over the rounds, ratios are medians of the ratios of a round.
Beside requests per second stands the CPU time of the server's processes per request, which
does not move with what else the machine does.
"""

from __future__ import annotations

import argparse
import shutil

from comparison.results import page, plot, table
from comparison.rounds import Course, run
from comparison.servers import HERE, install, servers


def main() -> None:
    """Install the peers where they are missing, measure, write the results."""
    known = {one.name: one for one in servers()}
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5, help="rounds (default 5)")
    parser.add_argument("--seconds", type=int, default=4, help="seconds of each load (default 4)")
    parser.add_argument("--warmup", type=int, default=6, help="seconds of warm-up (default 6)")
    parser.add_argument("--port", type=int, default=4199, help="port to serve on (default 4199)")
    parser.add_argument("--only", nargs="*", choices=known, metavar="NAME", help="these servers")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md and RESULTS.svg")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        parser.error("wrk is not installed: apt-get install wrk")
    install()
    course = Course(options.rounds, options.seconds, options.warmup, options.port)
    figures, starts = run([known[name] for name in options.only or known], course)
    text = table(figures, starts)
    print(text)
    if options.write:
        (HERE / "RESULTS.md").write_text(page(text, course))
        (HERE / "RESULTS.svg").write_text(plot(figures))


if __name__ == "__main__":
    main()
