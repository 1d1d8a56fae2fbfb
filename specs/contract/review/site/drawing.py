"""A life cycle laid out as a state diagram: boxes, arrows and words at places in the plane."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from specs.contract.lifecycle import Lifecycle
from specs.contract.review.site.ways import Arrow, arrows, gate_text, shown

GLYPH = 6.9
"""The width of a character in units of the drawing; the style sheet uses the same type."""

LINE = 15
"""The height of a line of text."""

WIDEST = 26
"""How many characters stand on a line of an arrow's words before the next one is begun."""

_POINTS = 72
_START = "start"


class NoLayoutError(Exception):
    """Nothing is installed that lays out graphs."""

    def __init__(self) -> None:
        super().__init__(
            "the diagrams of --html need pygraphviz; install it with: pip install 'callsheet[site]'"
        )


@dataclass(frozen=True, slots=True)
class Box:
    """A state, a gate or the start, around its middle; `state` is empty for the other two."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...] = ()
    is_final: bool = False
    state: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """An arrow: its path as SVG writes paths, its words, and how it is drawn.

    `sources` are the states that it leads from, none if it leads from the start.
    """

    kind: str
    status: str
    path: str
    lines: tuple[str, ...] = ()
    x: float = 0
    y: float = 0
    sources: tuple[str, ...] = ()
    target: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A diagram: as large as it is, in units of a pixel; y grows downwards."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def draw(cycle: Lifecycle) -> Drawing:
    """Return the diagram of a life cycle; raise `NoLayoutError` if nothing can lay it out."""
    try:
        import pygraphviz  # noqa: PLC0415 - optional, and slow to load
    except ImportError:
        raise NoLayoutError from None
    return _Sheet(pygraphviz.AGraph(directed=True, strict=False), cycle).drawing()


class _Sheet:
    """One graph of the layout library, and what its nodes and edges stand for."""

    def __init__(self, graph: Any, cycle: Lifecycle) -> None:
        self._graph = graph
        self._cycle = cycle
        self._boxes: dict[str, Box] = {}
        self._lines: list[tuple[str, str, str, Arrow]] = []

    def drawing(self) -> Drawing:
        graph, cycle = self._graph, self._cycle
        graph.graph_attr.update(rankdir="TB", nodesep="0.28", ranksep="0.3")
        for state in cycle.states:
            lines = (shown(cycle, state),)
            self._box(_named(state), "state", lines, state)
        self._start()
        for index, arrow in enumerate(arrows(cycle)):
            self._arrow(index, arrow)
        with _silence():
            graph.layout("dot")
        _, _, width, height = (float(one) for one in graph.graph_attr["bb"].split(","))
        return Drawing(
            round(width, 1),
            round(height, 1),
            tuple(self._placed(name, height) for name in self._boxes),
            tuple(self._drawn(one, height) for one in self._lines),
        )

    def _start(self) -> None:
        if not self._cycle.initial:
            return
        self._box(_START, "start", ())
        words, status = self._cycle.creators, self._cycle.provenance.status
        for state in self._cycle.initial:
            arrow = Arrow((_START,), state, words, status)
            self._edge(_START, _named(state), f"start {state}", arrow)

    def _arrow(self, index: int, arrow: Arrow) -> None:
        source = _named(arrow.sources[0])
        if arrow.is_gate:
            source = f"gate {index}"
            self._box(source, "gate", gate_text(self._cycle, arrow))
        self._edge(source, _named(arrow.target), str(index), arrow)

    def _box(self, name: str, kind: str, lines: Sequence[str], state: str = "") -> None:
        width = max((len(one) for one in lines), default=0) * GLYPH + 22
        height = LINE * len(lines) + 14
        if kind == "start":
            width = height = 14
        is_final = state in self._cycle.final
        self._boxes[name] = Box(kind, 0, 0, width, height, tuple(lines), is_final, state)
        self._graph.add_node(
            name, label="", shape="circle" if kind == "start" else "box", fixedsize=True,
            width=width / _POINTS, height=height / _POINTS,
        )  # fmt: skip

    def _edge(self, source: str, target: str, key: str, arrow: Arrow) -> None:
        self._lines.append((source, target, key, arrow))
        self._graph.add_edge(source, target, key=key, label=_reserved(_wrapped(arrow.words)))

    def _placed(self, name: str, height: float) -> Box:
        x, y = _point(self._graph.get_node(name).attr["pos"], height)
        return replace(self._boxes[name], x=x, y=y)

    def _drawn(self, one: tuple[str, str, str, Arrow], height: float) -> Line:
        source, target, key, arrow = one
        edge = self._graph.get_edge(source, target, key)
        at = edge.attr["lp"]
        x, y = _point(at, height) if at else (0.0, 0.0)
        kind = "made" if source == _START else "commanded" if arrow.words else "spontaneous"
        return Line(
            kind=kind,
            status=arrow.status.value,
            path=_path(edge.attr["pos"], height),
            lines=_wrapped(arrow.words),
            x=x,
            y=y,
            sources=() if source == _START else arrow.sources,
            target=arrow.target,
        )


def _named(state: str) -> str:
    """Return the name of the node of a state, which no other node has."""
    return f"state {state}"


def _wrapped(words: Sequence[str]) -> tuple[str, ...]:
    """Return words on lines, with commas between them."""
    lines: list[str] = []
    for index, word in enumerate(words):
        text = word if index == len(words) - 1 else f"{word},"
        if lines and len(lines[-1]) + len(text) < WIDEST:
            lines[-1] += f" {text}"
        else:
            lines.append(text)
    return tuple(lines)


def _reserved(lines: Sequence[str]) -> str:
    """Return a label of the layout library that takes the room of *lines* and shows nothing.

    So the drawing does not depend on the fonts of the machine it is made on.
    """
    if not lines:
        return ""
    width = round(max(len(one) for one in lines) * GLYPH) + 8
    height = LINE * len(lines) + 4
    return (
        '<<table border="0" cellborder="0" cellspacing="0" cellpadding="0">'
        f'<tr><td fixedsize="true" width="{width}" height="{height}"></td></tr></table>>'
    )


def _point(text: str, height: float) -> tuple[float, float]:
    """Return a place that the library writes, which counts upwards, as SVG counts."""
    x, y = (float(one) for one in text.split(",")[-2:])
    return round(x, 1), round(height - y, 1)


def _path(text: str, height: float) -> str:
    """Return the curve of an edge, from its first point to the tip of its arrow."""
    tip = ""
    points: list[str] = []
    for one in text.replace("\\\n", "").split():
        x, y = _point(one, height)
        if one.startswith("e,"):
            tip = f"{x},{y}"
        else:
            points.append(f"{x},{y}")
    return f"M{points[0]} C{' '.join(points[1:])} L{tip}"


@contextmanager
def _silence() -> Iterator[None]:
    """Keep what the library's own libraries say about fonts, which are not used, off the screen."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)
