"""A life cycle as an SVG that a page can take in: states and arrows say what they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from specs.contract import Lifecycle, Status
from specs.contract.review.site.drawing import LINE, Box, Drawing, Line, NoLayoutError, draw

__all__ = ["NoLayoutError", "render"]

MARGIN = 10

HEADS = {"full": ("head", "M0,0.5 L10,5 L0,9.5 z"), "open": ("open", "M1,1 L9,5 L1,9")}
"""The heads of arrows: full for a command, open for what happens by itself."""


def render(cycle: Lifecycle) -> bytes:
    """Return the diagram of a life cycle as SVG.

    Elements of states carry `data-state`; arrows carry `data-sources`, with spaces between them,
    and `data-target`. Colours are left to the page. Raises `NoLayoutError`.
    """
    return tostring(_sheet(draw(cycle)))


def _sheet(drawing: Drawing) -> Element:
    width, height = (round(one) + 2 * MARGIN for one in (drawing.width, drawing.height))
    sheet = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": str(width),
            "height": str(height),
            "viewBox": f"{-MARGIN} {-MARGIN} {width} {height}",
        },
    )
    _heads(SubElement(sheet, "defs"))
    for line in drawing.lines:
        _arrow(sheet, line)
    for box in drawing.boxes:
        _box(sheet, box)
    for line in drawing.lines:
        if line.lines:
            group = SubElement(sheet, "g", {"class": f"words {line.status}", **_ends(line)})
            _text(group, line.lines, line.x, line.y)
    return sheet


def _heads(defs: Element) -> None:
    for kind, (name, path) in HEADS.items():
        for status in Status:
            marker = SubElement(
                defs,
                "marker",
                {
                    "id": f"{kind}-{status.value}",
                    "class": status.value,
                    "viewBox": "0 0 10 10",
                    "refX": "9.5",
                    "refY": "5",
                    "markerWidth": "11",
                    "markerHeight": "11",
                    "markerUnits": "userSpaceOnUse",
                    "orient": "auto",
                },
            )
            SubElement(marker, "path", {"class": name, "d": path})


def _ends(line: Line) -> dict[str, str]:
    return {"data-sources": " ".join(line.sources), "data-target": line.target}


def _arrow(sheet: Element, line: Line) -> None:
    kind = "open" if line.kind == "spontaneous" else "full"
    attributes = {
        "class": f"line {line.kind} {line.status}",
        "d": line.path,
        "marker-end": f"url(#{kind}-{line.status})",
        **_ends(line),
    }
    SubElement(sheet, "path", attributes)


def _box(sheet: Element, box: Box) -> None:
    if box.kind == "start":
        SubElement(
            sheet, "circle", {"class": "start", "cx": f"{box.x}", "cy": f"{box.y}", "r": "7"}
        )
        return
    group = SubElement(sheet, "g", {"class": box.kind})
    if box.kind == "state":
        group.set("data-state", box.state)
    _frame(group, box, 0)
    if box.is_final:
        _frame(group, box, 3)
    _text(group, box.lines, box.x, box.y)


def _frame(group: Element, box: Box, inset: float) -> None:
    """Draw the outline of a box, or within it the second one of a final state."""
    attributes = {
        "class": "inner" if inset else "outline",
        "x": f"{box.x - box.width / 2 + inset:.1f}",
        "y": f"{box.y - box.height / 2 + inset:.1f}",
        "width": f"{box.width - 2 * inset:.1f}",
        "height": f"{box.height - 2 * inset:.1f}",
    }
    if box.kind == "state":
        attributes["rx"] = f"{9 - inset:g}"
    SubElement(group, "rect", attributes)


def _text(group: Element, lines: Sequence[str], x: float, y: float) -> None:
    top = y - (len(lines) - 1) * LINE / 2
    for index, text in enumerate(lines):
        SubElement(group, "text", {"x": f"{x}", "y": f"{top + index * LINE:.1f}"}).text = text
