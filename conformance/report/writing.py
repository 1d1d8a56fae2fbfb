"""Writing what was found out in the forms that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from conformance.failures import UsageError
from conformance.report import badge, jsonfile, junit, page, sarif, summary
from conformance.reproduction import pytest_name, shell_name
from conformance.sheet import Sheet

FORMS: Mapping[str, Callable[[Sheet], str]] = {
    "junit": junit.text,
    "json": jsonfile.text,
    "html": page.text,
    "markdown": summary.text,
    "sarif": sarif.text,
    "badge": badge.text,
}


def write(sheet: Sheet, places: Mapping[str, Path | None]) -> None:
    """Write a report to each place; raises `UsageError` where that cannot be done."""
    for form, place in places.items():
        if place is not None:
            _put(place, FORMS[form](sheet))


def write_scripts(sheet: Sheet, folder: Path) -> None:
    """Write what shows each contradiction again; raises `UsageError` where that cannot be done."""
    for result in sheet.results:
        for name, script in (
            (shell_name(result.requirement.id), result.repro),
            (pytest_name(result.requirement.id), result.repro_test),
        ):
            if script:
                _put(folder / name, script)
                (folder / name).chmod(0o755)


def _put(place: Path, text: str) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{place}: cannot be written: {error.strerror}") from None
