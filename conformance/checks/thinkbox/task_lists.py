"""What TaskList means: one integer, an array, none that is valid, one that is unknown."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from conformance.checks.thinkbox.scene import BASES, Scene, staged
from conformance.drivers.thinkbox_answers import FAR
from conformance.drivers.thinkbox_repository import Stat, TaskList, order
from conformance.failures import Violation
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

SIZE = 4
WORDS = st.sampled_from(sorted(BASES))
SOME = st.lists(st.integers(0, SIZE - 1), min_size=1, max_size=SIZE - 1, unique=True)
SEVERAL = st.lists(st.integers(0, SIZE - 1), min_size=2, max_size=SIZE - 1, unique=True)
Plan = tuple[str, int, list[int]]


def scene_for(probe: Probe, word: str, choice: int, named: Sequence[int] = ()) -> Scene:
    """Return a job in a state from which *word* leads; pending are the *named* and one more."""
    base = BASES[word][choice % len(BASES[word])]
    if base != Stat.PENDING:
        return staged(probe, *[base] * SIZE)
    one_more = next((one for one in range(SIZE) if one not in named), SIZE)
    pending = {*named, one_more}
    return staged(probe, *(Stat.PENDING if one in pending else Stat.FAILED for one in range(SIZE)))


def ids_of(scene: Scene, places: Sequence[int]) -> list[int]:
    """Return the IDs of the tasks at those places."""
    return [scene.ids[place] for place in places]


@check(
    "thinkbox/commandTasks/single-integer-is-a-task-list",
    needs=Needs.CHANGE,
    plan=st.tuples(WORDS, st.integers(0, 1), st.integers(0, SIZE - 1)),
    examples=8,
)
def one_integer_names_one_task(probe: Probe, plan: tuple[str, int, int]) -> None:
    """A TaskList that is an integer names the task that an array with it would name."""
    word, choice, place = plan
    scene = scene_for(probe, word, choice, [place])
    named = scene.ids[place]
    scene.order(word, named)
    probe.require(not scene.unmoved([named], word), f"{word} does nothing to the task {named}")
    others = [one for one in scene.ids if one != named]
    try:
        scene.require_undisturbed(others, f"{word} of {named}")
    except Violation:
        again = scene_for(probe, word, choice, [place])
        again.order(word, [again.ids[place]])
        again.unmoved([again.ids[place]], word)
        strays = again.disturbed(set(again.ids) - {again.ids[place]}, again.look())
        probe.assume(not strays, f"an array disturbs other tasks as well: {word}, {list(strays)}")
        raise


@check(
    "thinkbox/commandTasks/array-is-a-task-list",
    needs=Needs.CHANGE,
    plan=st.tuples(WORDS, st.integers(0, 1), SEVERAL),
    examples=8,
)
def an_array_names_each_of_its_tasks(probe: Probe, plan: Plan) -> None:
    """A TaskList that is an array has the command carried out on each of its tasks."""
    word, choice, places = plan
    scene = scene_for(probe, word, choice, places)
    named = ids_of(scene, places)
    scene.order(word, named)
    left = scene.unmoved(named, word)
    probe.require(not left, f"{word} of {named} does nothing to {list(left)}")


@check(
    "thinkbox/commandTasks/other-tasks-are-left-alone",
    needs=Needs.CHANGE,
    plan=st.tuples(WORDS, st.integers(0, 1), SOME, st.booleans()),
    examples=12,
)
def tasks_that_are_not_named_stay(probe: Probe, plan: tuple[str, int, list[int], bool]) -> None:
    """A command with a TaskList moves no other task of the job."""
    word, choice, places, alone = plan
    scene = scene_for(probe, word, choice, places)
    named = ids_of(scene, places)
    scene.order(word, named[0] if alone and len(named) == 1 else named)
    probe.assume(
        not scene.unmoved(named, word), "what the command does to them is judged elsewhere"
    )
    scene.require_undisturbed([one for one in scene.ids if one not in named], f"{word} of {named}")


NO_INTEGERS: tuple[TaskList, ...] = (["x"], ["x", "y"], [1.5], ["one", "1.5", "two"], "x", ["1x"])


@check(
    "thinkbox/commandTasks/no-valid-integer-is-400",
    needs=Needs.CHANGE,
    plan=WORDS,
    examples=4,
)
def a_list_without_an_integer_is_bad(probe: Probe, word: str) -> None:
    """A TaskList that has entries and no valid integer among them is answered with 400."""
    scene = staged(probe, *[Stat.FAILED] * 2)
    for tasks in NO_INTEGERS:
        answer = order(probe, word, scene.job, tasks)
        probe.require(answer.status == 400, f"{answer.exchange}, though TaskList was {tasks!r}")


@check(
    "thinkbox/commandTasks/unknown-task-is-404",
    needs=Needs.CHANGE,
    plan=WORDS,
    examples=len(BASES),
)
def a_task_that_is_not_there_is_not_found(probe: Probe, word: str) -> None:
    """A TaskList with one task that the job does not have, among others or not, gets 404."""
    scene = staged(probe, *[Stat.FAILED] * 3)
    first, last = scene.ids[0], scene.ids[-1]
    lists: tuple[TaskList, ...] = (
        FAR,
        [FAR],
        [last + 1],
        [first, last, FAR],
        [first, FAR, last],
        [FAR, first],
    )
    for tasks in lists:
        answer = order(probe, word, scene.job, tasks)
        probe.require(answer.status == 404, f"{answer.exchange}, though TaskList was {tasks}")


@check(
    "thinkbox/commandTasks/unknown-task-changes-nothing",
    needs=Needs.CHANGE,
    plan=st.tuples(st.sampled_from(["complete", "suspend", "requeue"]), st.booleans()),
    examples=3,
)
def nothing_happens_to_the_tasks_beside(probe: Probe, plan: tuple[str, bool]) -> None:
    """Where one task of the list does not exist, nothing happens to those that do."""
    word, comes_first = plan
    scene = staged(probe, *[Stat.FAILED] * 3)
    tasks = [FAR, *scene.ids[:2]] if comes_first else [*scene.ids[:2], FAR]
    answer = order(probe, word, scene.job, tasks)
    probe.assume(answer.status == 404, f"{answer.exchange} is judged elsewhere")
    scene.require_undisturbed(scene.ids, f"{word} of {tasks}, answered 404,")


@check(
    "thinkbox/commandTasks/empty-list-is-no-list",
    needs=Needs.CHANGE,
    plan=st.sampled_from(["suspend", "complete", "resumefailed"]),
    examples=3,
)
def an_empty_list_takes_all(probe: Probe, word: str) -> None:
    """With an empty array the command takes all tasks that it would take without a list."""
    scene = staged(probe, *[Stat.FAILED] * 3)
    scene.order(word, [])
    left = scene.unmoved(scene.ids, word)
    probe.require(not left, f"{word} with an empty list does nothing to {list(left)}")


@check(
    "thinkbox/commandTasks/numeric-text-is-an-integer",
    needs=Needs.CHANGE,
    plan=st.lists(st.integers(0, 2), min_size=1, max_size=2, unique=True),
    examples=3,
)
def digits_are_an_integer(probe: Probe, places: list[int]) -> None:
    """A text of digits in a TaskList names the task that the integer would name."""
    scene = staged(probe, *[Stat.FAILED] * 3)
    named = ids_of(scene, places)
    scene.order("suspend", [str(one) for one in named])
    left = scene.unmoved(named, "suspend")
    probe.require(not left, f"suspend does nothing to {list(left)}, named in texts")
    scene.require_undisturbed([one for one in scene.ids if one not in named], f"suspend of {named}")


@check(
    "thinkbox/commandTasks/invalid-entries-are-skipped",
    needs=Needs.CHANGE,
    plan=st.tuples(st.permutations(["x", 1.5, None]), st.integers(0, 2)),
    examples=3,
)
def what_is_no_integer_is_skipped(probe: Probe, plan: tuple[list[object], int]) -> None:
    """Beside a valid integer, entries that are none do not matter."""
    entries, place = plan
    scene = staged(probe, *[Stat.FAILED] * 3)
    named = scene.ids[place]
    tasks = [named if one is None else one for one in entries]
    scene.order("suspend", tasks)
    probe.require(not scene.unmoved([named], "suspend"), f"suspend of {tasks} does nothing")
    scene.require_undisturbed([one for one in scene.ids if one != named], f"suspend of {tasks}")


@check(
    "thinkbox/commandTasks/complete-of-completed-is-500",
    needs=Needs.CHANGE,
    plan=st.integers(1, 3),
    examples=2,
)
def completing_twice_is_trouble(probe: Probe, size: int) -> None:
    """The command complete with a list of tasks that are completed is answered with 500."""
    scene = staged(probe, *[Stat.COMPLETED] * size)
    answer = order(probe, "complete", scene.job, scene.ids)
    probe.require(answer.status == 500, f"{answer.exchange}, though these tasks are completed")


@check(
    "thinkbox/commandTasks/unknown-keys-are-ignored",
    needs=Needs.CHANGE,
    plan=st.dictionaries(
        st.sampled_from(["Note", "Reason", "Frames", "Priority"]),
        st.one_of(st.integers(0, 9), st.sampled_from(["x", ""]), st.booleans()),
        min_size=1,
        max_size=2,
    ),
    examples=3,
)
def further_keys_do_not_matter(probe: Probe, further: dict[str, object]) -> None:
    """A command whose body has keys that nobody knows is carried out like any other."""
    scene = staged(probe, *[Stat.FAILED] * 2)
    named = scene.ids[0]
    scene.order("suspend", [named], **further)
    probe.require(not scene.unmoved([named], "suspend"), f"suspend with {further} does nothing")
    scene.require_undisturbed(scene.ids[1:], f"suspend with {further}")
