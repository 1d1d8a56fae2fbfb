"""What became of the waivers in a run: which have expired, which were not needed."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from conformance.target import Waiver
from conformance.verdict import Result, Verdict


def remarks(
    waivers: Iterable[Waiver], results: Iterable[Result], today: datetime.date
) -> Iterator[str]:
    """Yield a sentence for each waiver that somebody should look at again.

    What an implementation is known to do is said in one sentence for all of its waivers.
    """
    found = [one for one in results if one.verdict is Verdict.WAIVED]
    known: dict[str, set[str]] = {}
    for waiver in waivers:
        used = [one for one in found if waiver.covers(one.requirement.id, today, one.message)]
        if waiver.known:
            known.setdefault(waiver.known, set()).update(one.requirement.id for one in used)
        elif waiver.is_over(today):
            yield f"The waiver for {waiver.id} expired on {waiver.expires}."
        elif not used:
            yield f"The waiver for {waiver.id} was not used."
    for implementation, waived in known.items():
        number = len(waived) or "none"
        yield f"Known deviations of {implementation}: {number} seen and waived."
