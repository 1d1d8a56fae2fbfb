"""The verdict as a badge: an SVG that says what was judged and how it came out."""

from __future__ import annotations

from conformance.sheet import Sheet
from conformance.templating import rendered
from conformance.verdict import Overall, Verdict

COLOURS = {
    Overall.CONFORMANT: "#1a7f37",
    Overall.NOT_CONFORMANT: "#c62828",
    Overall.INCOMPLETE: "#8250df",
    Overall.ERROR: "#c62828",
}
LETTER = 6.6  # the width of a letter of 11 px, about
PADDING = 12


def text(sheet: Sheet) -> str:
    """Return the badge of one API, or of all that were judged."""
    names = [one.contract.name for one in sheet.reports] + list(sheet.troubles)
    label = names[0] if len(names) == 1 else f"{len(names)} APIs"
    message = _message(sheet)
    left, right = _width(label), _width(message)
    return rendered(
        "badge.svg",
        label=label,
        message=message,
        left=left,
        right=right,
        colour=COLOURS[sheet.overall],
    )


def _message(sheet: Sheet) -> str:
    passed = sum(one.verdict is Verdict.PASS for one in sheet.results)
    failed = sum(one.verdict is Verdict.FAIL for one in sheet.results)
    match sheet.overall:
        case Overall.CONFORMANT:
            return f"conformant ({passed} passed)"
        case Overall.NOT_CONFORMANT:
            return f"not conformant ({failed} failed)"
        case Overall.INCOMPLETE:
            return f"incomplete ({passed} passed)"
        case Overall.ERROR:
            return "error"


def _width(words: str) -> int:
    return round(len(words) * LETTER) + 2 * PADDING
