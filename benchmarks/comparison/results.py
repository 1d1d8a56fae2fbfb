"""The results as a table and as a chart."""

from __future__ import annotations

import statistics

from comparison.loads import LOADS
from comparison.rounds import Course, Figure, Results, Starts
from comparison.servers import servers

OURS = "Callsheet"


def ratio(figures: Results, one: str, other: str, load: str) -> float:
    """Return how many times as fast *one* is as *other*, by CPU time: the median of the rounds."""
    pairs = zip(figures[one][load], figures[other][load], strict=True)
    return statistics.median(theirs.cpu / ours.cpu for ours, theirs in pairs)


def table(figures: Results, starts: Starts) -> str:
    """Return the results as Markdown."""
    middle = statistics.median
    known = {one.name: one for one in servers()}
    lines = [
        "| server | checks | state | "
        + " | ".join(load.name for load in LOADS)
        + " | start s | MB |",
        "|---|---|---|" + "---:|" * (len(LOADS) + 2),
    ]
    for name, loads in figures.items():
        cells = [
            f"{middle(f.rate for f in found):,.0f} ({middle(f.cpu for f in found):.0f})"
            if found
            else "-"
            for found in loads.values()
        ]
        start = middle(one for one, _ in starts[name])
        size = middle(one for _, one in starts[name])
        server = known[name]
        lines.append(
            f"| {name} | {server.checks} | {server.state} | {' | '.join(cells)} | {start:.2f} | {size:.0f} |"
        )
    if OURS in figures:
        lines += [
            "",
            "Callsheet against each, by CPU time for a request (median of the rounds' ratios):",
            "",
        ]
        lines += [
            "| against | " + " | ".join(load.name for load in LOADS) + " |",
            "|---|" + "---:|" * len(LOADS),
        ]
        for name in figures:
            if name != OURS:
                cells = [
                    f"{ratio(figures, OURS, name, load.name):.2f} x"
                    if figures[name][load.name]
                    else "-"
                    for load in LOADS
                ]
                lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def page(results: str, course: Course) -> str:
    """Return the page that shows a table and the chart beside it."""
    return (
        "# Results\n\nRequests per second on one core, in brackets the CPU time of the server for a request in "
        f"microseconds. Medians of {course.rounds} interleaved rounds of {course.seconds} s, wrk with 32 "
        "connections on the other core, every server as it comes. `python benchmarks/run.py --write` makes this page.\n\n"
        f"![requests per second](RESULTS.svg)\n\n{results}\n"
    )


NOTHING = [Figure(0, 0, 0)]
COLOURS = ("#8a8a8a", "#0b6e4f", "#c1666b", "#4357ad", "#d4a017", "#7b4b94", "#2f8f9d",
           "#3d9970", "#95a5a6", "#5d4037")  # fmt: skip


def plot(figures: Results) -> str:
    """Return the requests per second as an SVG bar chart, a group for each load."""
    names = list(figures)
    rates = {
        name: [
            statistics.median(f.rate for f in figures[name][load.name] or NOTHING) for load in LOADS
        ]
        for name in names
    }
    most = max(max(found) for found in rates.values())
    bar, gap, height, left = 16, 26, 260, 60
    width = left + len(LOADS) * (len(names) * bar + gap)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height + 110}">',
        "<style>text { font: 11px sans-serif }</style>",
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for step in range(5):
        y = 20 + height * (1 - step / 4)
        parts.append(f'<line x1="{left}" x2="{width}" y1="{y}" y2="{y}" stroke="#ddd"/>')
        parts.append(
            f'<text x="{left - 6}" y="{y + 4}" text-anchor="end">{most * step / 4:,.0f}</text>'
        )
    for group, load in enumerate(LOADS):
        x = left + gap / 2 + group * (len(names) * bar + gap)
        for place, name in enumerate(names):
            tall = height * rates[name][group] / most
            parts.append(
                f'<rect x="{x + place * bar}" y="{20 + height - tall:.1f}" width="{bar - 2}" '
                f'height="{tall:.1f}" fill="{COLOURS[place % len(COLOURS)]}"/>'
            )
        parts.append(f'<text x="{x}" y="{height + 38}">{load.name}</text>')
    for place, name in enumerate(names):
        x, y = left + (place % 4) * 130, height + 62 + (place // 4) * 20
        parts.append(f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{COLOURS[place]}"/>')
        parts.append(f'<text x="{x + 15}" y="{y}">{name}</text>')
    parts.append(f'<text x="{left}" y="12">requests per second, one core</text></svg>')
    return "\n".join(parts)
