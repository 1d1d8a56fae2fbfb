"""Coverage for people: as text for a terminal, and as a page that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, Template

from mockserver.traffic.coverage import ApiCoverage

PAGE = Path(__file__).with_name("coverage.html")


def text(apis: Sequence[ApiCoverage], unknown: int) -> str:
    """Return a summary of each API, and under it what has been exercised and what has not."""
    return "\n".join(_lines(apis, unknown)) + "\n"


def _lines(apis: Sequence[ApiCoverage], unknown: int) -> Iterator[str]:
    for api in apis:
        counts = ", ".join(f"{one.done} of {one.total} {name}" for name, one in api.counts.items())
        yield f"{api.name}: {counts}"
        for operation in api.operations:
            yield f"  {_times(operation.count):>7}  {operation.method} {operation.path}"
            statuses = {**operation.statuses, **operation.others}
            shown = "  ".join(f"{status} {_times(number)}" for status, number in statuses.items())
            yield f"           {operation.id}: {shown}"
        for one in (*api.transitions, *api.strays):
            yield (
                f"  {_times(one.count):>7}  {one.schema} {one.source} -> {one.target}"
                f" ({one.command})"
            )
    if unknown:
        yield f"{unknown} requests were for no operation"


def html(apis: Sequence[ApiCoverage], unknown: int, session: str) -> str:
    """Return the page."""
    return _template().render(apis=apis, unknown=unknown, session=session)


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(PAGE.read_text(encoding="utf-8"))


def _times(number: int) -> str:
    return f"x{number}" if number else "-"
