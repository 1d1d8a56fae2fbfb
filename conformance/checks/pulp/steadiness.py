"""How to compare lists of tasks that come, go and move on while one looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from conformance.drivers.pulp_tasks import Task, listed, moment_of_life
from conformance.probe import Probe

ROUNDS = 4
IDs = set[str]
Found = TypeVar("Found")


def steady_tasks(probe: Probe, ask: Callable[[], Found]) -> tuple[dict[str, Task], Found]:
    """Return the current tasks that were the same before and after *ask*, and what that gave."""
    before = {task["id"]: task for task in listed(probe)}
    answered = ask()
    after = {task["id"]: task for task in listed(probe)}
    steady: dict[str, Task] = {
        one: task
        for one, task in before.items()
        if one in after and moment_of_life(task) == moment_of_life(after[one])
    }
    return steady, answered


def differences(one: Callable[[], IDs], other: Callable[[], IDs]) -> tuple[IDs, IDs]:
    """Return what only *one* holds and what only the *other* holds, each time they are asked.

    What appears or vanishes between two requests is not among it: it is asked again in turns, and
    only what is missing every time from the list between two lists that hold it counts.
    """
    left, right = one(), other()
    only_left, only_right = left - right, right - left
    for _ in range(ROUNDS):
        if not only_left and not only_right:
            break
        left, right = one(), other()
        only_left &= left - right
        only_right &= right - left
    return only_left, only_right


def require_same(
    probe: Probe, one: Callable[[], IDs], other: Callable[[], IDs], names: tuple[str, str]
) -> None:
    """Violate the requirement if one of two lists always holds a task that the other lacks."""
    only_one, only_other = differences(one, other)
    first, second = names
    probe.require(not only_one, f"{first} holds {sorted(only_one)[:3]}, and {second} does not")
    probe.require(not only_other, f"{second} holds {sorted(only_other)[:3]}, and {first} does not")
