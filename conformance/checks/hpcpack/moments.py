"""Dates and times, as the format string of the target says that they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from conformance.drivers.hpcpack_cluster import Properties
from conformance.probe import Probe

TIMES = ("CreateTime", "SubmitTime", "StartTime", "EndTime", "ChangeTime", "OnlineTime")
"""The properties that hold a time; an empty one says that there was none yet."""

PATTERNS = {
    "yyyy": r"(?P<year>\d{4})", "yy": r"(?P<short>\d{2})", "y": r"\d{1,2}",
    "MMMM": r"[^\W\d_]+\.?", "MMM": r"[^\W\d_]+\.?",
    "MM": r"(?P<month>0[1-9]|1[0-2])", "M": r"(?P<month>[1-9]|1[0-2])",
    "dddd": r"[^\W\d_]+\.?", "ddd": r"[^\W\d_]+\.?",
    "dd": r"(?P<day>0[1-9]|[12]\d|3[01])", "d": r"(?P<day>[1-9]|[12]\d|3[01])",
    "HH": r"(?P<hour>[01]\d|2[0-3])", "H": r"(?P<hour>\d|1\d|2[0-3])",
    "hh": r"(?P<half>0[1-9]|1[0-2])", "h": r"(?P<half>[1-9]|1[0-2])",
    "mm": r"(?P<minute>[0-5]\d)", "m": r"(?P<minute>\d|[1-5]\d)",
    "ss": r"(?P<second>[0-5]\d)", "s": r"(?P<second>\d|[1-5]\d)",
    "tt": r"(?P<noon>[^\d\s/:,]+(?: [^\d\s/:,]+)?)", "t": r"(?P<noon>[^\d\s/:,])",
    "K": r"(?:Z|[+-]\d\d:\d\d)?", "zzz": r"[+-]\d\d:\d\d", "zz": r"[+-]\d\d", "z": r"[+-]\d\d?",
    "gg": r"[^\d]+", "g": r"[^\d]+",
}  # fmt: skip
"""The specifiers of .NET, and what each may look like."""

RUN = re.compile(r"'[^']*'|\"[^\"]*\"|\\.|([A-Za-z])\1*|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Format:
    """A custom date and time format string of .NET, compiled."""

    text: str
    pattern: re.Pattern[str]

    def fits(self, text: str) -> bool:
        """Whether a text is written so."""
        return self.pattern.fullmatch(text) is not None

    def read(self, text: str) -> datetime | None:
        """Return the moment that a text names, if that can be told."""
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        parts = {name: one for name, one in found.groupdict().items() if one is not None}
        try:
            hour = int(parts["hour"]) if "hour" in parts else _hour(parts)
            return datetime(  # noqa: DTZ001 - in the zone of the target, whichever it is
                int(parts["year"]), int(parts["month"]), int(parts["day"]), hour,
                int(parts["minute"]), int(parts.get("second", 0)),
            )  # fmt: skip
        except (KeyError, ValueError):
            return None


def _hour(parts: dict[str, str]) -> int:
    morning = parts["noon"].replace(".", "").casefold() in {"a", "am"}
    return int(parts["half"]) % 12 + (0 if morning else 12)


@lru_cache(maxsize=16)
def compiled(text: str) -> Format:
    """Return a format string as what can be held against texts."""
    found: list[str] = []
    for match in RUN.finditer(text):
        run = match[0]
        named = "".join(found)
        if match[1] in {"f", "F"}:
            found.append(rf"\d{{{len(run)}}}" if match[1] == "f" else r"\d*")
        elif run in PATTERNS:
            pattern = PATTERNS[run]
            name = re.match(r"\(\?P(<\w+>)", pattern)
            twice = name is not None and name[1] in named
            found.append(re.sub(r"\?P<\w+>", "?:", pattern) if twice else pattern)
        elif run in {"/", ":"}:
            found.append(r"[^\w\s]")  # a culture has its own separators
        elif run[0] in "'\"":
            found.append(re.escape(run[1:-1]))
        elif run[0] == "\\":
            found.append(re.escape(run[1:]))
        elif run == " ":
            found.append(r"[ \u00a0\u202f]")
        else:
            found.append(re.escape(run))
    return Format(text, re.compile("".join(found)))


def read_format(probe: Probe) -> Format:
    """Return the format in which the target writes times."""
    text = probe.ok("getDateTimeFormat").json
    probe.assume(isinstance(text, str) and len(text) > 1, f"{text!r} is no custom format string")
    return compiled(text)


def misfit(form: Format, found: Iterable[Properties]) -> str | None:
    """Return a complaint about the first time that is not written so."""
    for one in found:
        for name in TIMES:
            text = one.get(name)
            if text and not form.fits(text):
                return f"{name} is {text!r}, which is not written as {form.text!r}"
    return None


def later(text: str, form: Format, seconds: int) -> str:
    """Return the moment some seconds after another, as real clients write it in a filter."""
    moment = form.read(text)
    assert moment is not None
    return f"{moment + timedelta(seconds=seconds):%m/%d/%Y %H:%M:%S}"
