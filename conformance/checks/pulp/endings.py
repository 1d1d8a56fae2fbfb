"""Bringing a task of ours to its end, where a check is blind without one that was canceled."""

from __future__ import annotations

from conformance.drivers.pulp_tasks import Task, has_ended, listed, owned, read
from conformance.mode import Needs
from conformance.probe import Probe


def comes_to_an_end(probe: Probe, task: str) -> Task | None:
    """Return a task that was canceled once it has ended; None if it does not end in time."""
    until = probe.target.time.now() + probe.target.budget.settle
    ended: list[Task] = []

    def is_over() -> bool:
        now = read(probe, task)
        ended[:] = [now] if now is not None and has_ended(now) else []
        return now is None or bool(ended) or probe.target.time.now() > until

    probe.eventually(is_over, within=2 * probe.target.budget.settle)
    return ended[0] if ended else None


def see_to_a_canceled_task(probe: Probe, *, spare: int = 99) -> None:
    """Cancel a running task that is lent to us, unless one is listed that was canceled.

    One that is listed may be about to leave the list, so while there are *spare* ones, one is
    canceled in any case. Does nothing where the mode or the target does not allow it.
    """
    if not probe.mode.allows(Needs.CHANGE):
        return
    ours = sorted(task["id"] for task in owned(probe, "running"))
    there = any(task["state"] == "canceled" for task in listed(probe, state="complete"))
    if (
        len(ours) >= (spare if there else 1)
        and probe.call("cancelTask", path={"id": ours[0]}).is_success
    ):
        comes_to_an_end(probe, ours[0])
