"""The state filter over the current tasks: what each value lists, and what several do."""

from __future__ import annotations

from collections.abc import Collection

from hypothesis import strategies as st

from conformance.checks.pulp.endings import see_to_a_canceled_task
from conformance.checks.pulp.steadiness import require_same, steady_tasks
from conformance.drivers.pulp_tasks import ENDED, FILTERS, UNENDED, ids_of, listed
from conformance.probe import Probe
from conformance.registry import check

MANY = 5  # running tasks that are lent, of which one may be canceled for a better look


def lists_nothing_else(probe: Probe, word: str, states: Collection[str]) -> None:
    """Require that each entry with the filter *word* is in one of *states*."""
    entries = listed(probe, state=word)
    probe.assume(entries, f"nothing is listed as {word}")
    for task in entries:
        probe.require(task["state"] in states, f"{task['id']} is listed, which is {task['state']}")


def lists_all(probe: Probe, word: str, states: Collection[str]) -> None:
    """Require that each current task in one of *states* is listed with the filter *word*."""
    missing: set[str] = set()
    for attempt in range(3):  # a lost one need not be the same each time
        steady, entries = steady_tasks(probe, lambda: listed(probe, state=word))
        kept = any("scheduler" in task for task in steady.values())
        wanted = {
            one
            for one, task in steady.items()
            if task["state"] in states and ("scheduler" in task or not kept)
        }  # what does not name its scheduler, as others do, has leaked from the history
        if not attempt:
            probe.assume(wanted, f"no task is {' or '.join(states)}")
        missing = wanted - ids_of(entries)
        if not missing:
            return
    probe.require(not missing, f"{word} does not list {sorted(missing)[:3]}")


@check("pulp/listTasks/waiting-lists-nothing-else")
def waiting_lists_only_waiting(probe: Probe, _: None) -> None:
    """What is listed as waiting waits."""
    see_to_a_canceled_task(probe)
    lists_nothing_else(probe, "waiting", {"waiting"})


@check("pulp/listTasks/waiting-lists-all-waiting")
def waiting_lists_all_waiting(probe: Probe, _: None) -> None:
    """Each task that waits is listed as waiting."""
    lists_all(probe, "waiting", ["waiting"])


@check("pulp/listTasks/running-lists-nothing-else")
def running_lists_only_running(probe: Probe, _: None) -> None:
    """What is listed as running runs."""
    see_to_a_canceled_task(probe, spare=MANY)
    lists_nothing_else(probe, "running", {"running"})


@check("pulp/listTasks/running-lists-all-running")
def running_lists_all_running(probe: Probe, _: None) -> None:
    """Each task that runs is listed as running."""
    lists_all(probe, "running", ["running"])


@check("pulp/listTasks/complete-lists-only-ended")
def complete_lists_only_ended(probe: Probe, _: None) -> None:
    """What is listed as complete neither waits nor runs."""
    entries = listed(probe, state="complete")
    probe.assume(entries, "nothing is listed as complete")
    for task in entries:
        message = f"{task['id']} is listed, which is {task['state']}"
        probe.require(task["state"] not in UNENDED, message)


@check("pulp/listTasks/complete-lists-all-ended")
def complete_lists_all_ended(probe: Probe, _: None) -> None:
    """Each task that has ended is listed as complete."""
    see_to_a_canceled_task(probe)
    lists_all(probe, "complete", sorted(ENDED))


@check("pulp/listTasks/incomplete-lists-only-unended")
def incomplete_lists_only_unended(probe: Probe, _: None) -> None:
    """What is listed as incomplete has not ended."""
    see_to_a_canceled_task(probe)
    entries = listed(probe, state="incomplete")
    probe.assume(entries, "nothing is listed as incomplete")
    for task in entries:
        message = f"{task['id']} is listed, which is {task['state']}"
        probe.require(task["state"] not in ENDED, message)


@check("pulp/listTasks/incomplete-lists-all-unended")
def incomplete_lists_all_unended(probe: Probe, _: None) -> None:
    """Each task that waits or runs is listed as incomplete."""
    lists_all(probe, "incomplete", sorted(UNENDED))


@check("pulp/listTasks/complete-and-incomplete-share-no-task")
def nothing_is_both_complete_and_incomplete(probe: Probe, _: None) -> None:
    """No task is listed as complete and as incomplete while it keeps its state."""
    see_to_a_canceled_task(probe)
    both: dict[str, str] = {}
    for attempt in range(3):
        before = {task["id"]: task["state"] for task in listed(probe, state="complete")}
        between = {task["id"]: task["state"] for task in listed(probe, state="incomplete")}
        after = {task["id"]: task["state"] for task in listed(probe, state="complete")}
        if not attempt:
            probe.assume(before or between, "nothing is listed as either")
        both = {
            one: state
            for one, state in before.items()
            if between.get(one) == state and after.get(one) == state
        }
        if not both:
            return
    probe.require(not both, f"{sorted(both.items())[:2]} are listed both ways")


@check("pulp/listTasks/no-state-is-current")
def the_list_is_that_of_current(probe: Probe, _: None) -> None:
    """The list without filters is the list with state=current."""
    see_to_a_canceled_task(probe)

    def plain() -> set[str]:
        return ids_of(listed(probe))

    def current() -> set[str]:
        return ids_of(listed(probe, state="current"))

    require_same(probe, plain, current, ("the list without a filter", "the list of current"))


@check("pulp/listTasks/current-is-all-four")
def current_is_what_the_four_list(probe: Probe, _: None) -> None:
    """The list with state=current is what waiting, running, complete and incomplete list."""
    see_to_a_canceled_task(probe, spare=MANY)

    def current() -> set[str]:
        return ids_of(listed(probe, state="current"))

    def the_four() -> set[str]:
        return {one for word in FILTERS for one in ids_of(listed(probe, state=word))}

    require_same(probe, current, the_four, ("current", "the four together"))


WORDS = (*FILTERS, "current", "archived")


@check(
    "pulp/listTasks/states-add-up",
    plan=st.lists(st.sampled_from(WORDS), min_size=2, max_size=3, unique=True),
    examples=6,
)
def several_states_list_what_each_would(probe: Probe, words: list[str]) -> None:
    """With several states the list holds what each of them alone would list."""

    def alone() -> set[str]:
        return {one for word in words for one in ids_of(listed(probe, state=word))}

    def together() -> set[str]:
        return ids_of(listed(probe, state=words))

    require_same(probe, alone, together, ("each state alone", f"{words} together"))


@check(
    "pulp/listTasks/state-filter-ignores-case",
    plan=st.sampled_from([word.upper() for word in WORDS] + ["Waiting", "cOMPLETE"]),
    examples=5,
)
def capitals_do_not_matter(probe: Probe, word: str) -> None:
    """A state in capitals lists what it lists in small letters."""

    def small() -> set[str]:
        return ids_of(listed(probe, state=word.lower()))

    def capitals() -> set[str]:
        answer = probe.call("listTasks", query={"state": word})
        probe.require(answer.is_success, f"{answer.exchange} for a state in capitals")
        return ids_of(answer.json)

    require_same(probe, small, capitals, (word.lower(), word))


@check(
    "pulp/listTasks/unknown-state-is-400",
    plan=st.sampled_from(["asleep", "finished", "error", "canceled", "waiting,running", "all"]),
    examples=4,
)
def a_state_that_is_no_filter_is_bad(probe: Probe, word: str) -> None:
    """A state that is none of the six words is answered with 400."""
    answer = probe.call("listTasks", query={"state": word})
    probe.require(answer.status == 400, f"{answer.exchange}, though {word} is no filter")
