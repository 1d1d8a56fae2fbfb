"""The input files of a job: which of them a request means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.apis.scale.filters import Asked
from mockserver.errors import ApiError
from mockserver.moment import parse_iso

TIME_FIELDS = {
    "source": ("source_started", "source_ended"),
    "data": ("data_started", "data_ended"),
    "last_modified": ("last_modified", "last_modified"),
}
"""What a range of time can be about -> the fields that its start and its end bound."""


def matching(
    given: Mapping[str, Sequence[int]], files: Mapping[int, Mapping[str, Any]], asked: Asked
) -> list[Mapping[str, Any]]:
    """Return those of the *given* files that fit, in the order of their last change.

    *given* holds the ids of files by the name of the input, *files* what is known of each.
    """
    started, ended = asked.span("started", "ended")
    field = asked.single("time_field") or "last_modified"
    if field not in TIME_FIELDS:
        raise ApiError(f'Parameter "time_field" values must be one of: {list(TIME_FIELDS)}')
    first, last = TIME_FIELDS[field]
    wanted = asked.single("job_input")
    names = asked.texts("file_name")
    ids = {one for name, ids in given.items() if wanted in {None, name} for one in ids}
    found = [
        file
        for file in (files[one] for one in sorted(ids))
        if (not names or file["file_name"] in names)
        and reaches(file[first], started, after=True)
        and reaches(file[last], ended, after=False)
    ]
    return sorted(found, key=lambda one: (one["last_modified"], one["id"]))


def reaches(text: str | None, bound: int | None, *, after: bool) -> bool:
    """Return whether a date is not on the wrong side of *bound*; no date is on no side."""
    if bound is None:
        return True
    moment = parse_iso(text) if text is not None else None
    if moment is None:
        return False
    return moment >= bound if after else moment <= bound
