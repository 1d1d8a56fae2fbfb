"""What becomes of a template: steps, tasks and their values."""

from __future__ import annotations

import contextlib
import itertools
from collections import Counter
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from conformance.checks.deadline_cloud.sight import DOUBLES, Sight
from conformance.drivers.deadline_cloud_farm import (
    Path,
    StepPlan,
    is_created,
    known_ids,
    listed,
    order,
    steps_of,
    submit,
)
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

TEXTS = ("Küstenblick", "望遠", "a b", "naïve—ок", "\N{CLAPPER BOARD} 7", "plain", "Ω/é?")
FLOATS = ("0.5", "-2.5", "10", "3.75e2", "-0.75e1")
EXPONENT = "1.25e-1"
STRINGS = "deadline-cloud/TaskParameters/strings-survive"
VALUES = "deadline-cloud/TaskParameters/values-are-the-template-s"
STEPS = "deadline-cloud/createJob/steps-are-the-template-s"
SETS = "deadline-cloud/createJob/one-task-per-parameter-set"
ALONE = "deadline-cloud/createJob/one-task-without-parameters"
Key = frozenset[tuple[str, str, Any]]


@dataclass(frozen=True)
class Plan:
    """A job to be: the values of its parameters, and whether they go in step with each other."""

    numbers: tuple[int, ...]
    texts: tuple[str, ...]
    floats: tuple[str, ...]
    paired: bool
    plain: int  # further steps, without parameters

    def steps(self) -> tuple[StepPlan, ...]:
        """Return the steps of the template."""
        texts = self.texts
        numbers = tuple(range(1, len(texts) + 1)) if self.paired else self.numbers
        space = (
            {"name": "Frame", "type": "INT", "range": list(numbers)},
            {"name": "Camera", "type": "STRING", "range": list(texts)},
            {"name": "Exposure", "type": "FLOAT", "range": list(self.floats)},
            {"name": "Scene", "type": "PATH", "range": ["/mnt/scene.ma"]},
        )
        combination = "(Frame, Camera) * Exposure * Scene" if self.paired else ""
        main = StepPlan("Main", space=space, combination=combination)
        return (main, *(StepPlan(f"Plain {one}") for one in range(self.plain)))

    def sets(self) -> Counter[Key]:
        """Return the sets of values that the main step must have."""
        pairs: Any = itertools.product(self.numbers, self.texts)
        if self.paired:
            pairs = zip(range(1, len(self.texts) + 1), self.texts, strict=True)
        found: Counter[Key] = Counter()
        for (number, text), exposure in itertools.product(pairs, self.floats):
            values = {
                ("Frame", "int", number),
                ("Camera", "string", text),
                ("Exposure", "float", float(exposure)),
                ("Scene", "path", "/mnt/scene.ma"),
            }
            found[frozenset(values)] += 1
        return found


PLANS = st.builds(
    Plan,
    numbers=st.lists(st.integers(-20, 120), min_size=2, max_size=4, unique=True).map(tuple),
    texts=st.lists(st.sampled_from(TEXTS), min_size=3, max_size=4, unique=True).map(tuple),
    floats=st.lists(st.sampled_from(FLOATS), max_size=2, unique=True).map(
        lambda found: (EXPONENT, *found)
    ),
    paired=st.booleans(),
    plain=st.integers(1, 3),
)


def _made(probe: Probe, plan: Plan) -> dict[str, Path]:
    job = submit(probe, order(probe, *plan.steps()))
    probe.eventually(lambda: is_created(probe, job), within=probe.target.budget.reach)
    return steps_of(probe, job)


def _shown(parameters: dict[str, dict[str, str]]) -> Key:
    """Return a set of values as they count: numbers as numbers, texts by their characters."""
    found: set[tuple[str, str, Any]] = set()
    for name, value in parameters.items():
        kind, text = next(iter(value.items()))
        number: Any = text
        with contextlib.suppress(TypeError, ValueError):  # then it equals nothing
            number = int(text) if kind == "int" else float(text) if kind == "float" else text
        found.add((name, kind, number))
    return frozenset(found)


@check(STEPS, needs=Needs.CREATE, plan=PLANS, examples=2)
def a_job_has_the_steps_of_its_template(probe: Probe, plan: Plan) -> None:
    """A job has the steps that its template names, and no others."""
    names = sorted(one.name for one in plan.steps())
    job = submit(probe, order(probe, *plan.steps()))
    probe.eventually(lambda: is_created(probe, job), within=probe.target.budget.reach)
    found = sorted(one["name"] for one in listed(probe, "listSteps", job))
    probe.require(found == names, f"the steps of a template {names} became {found}")


@check(SETS, needs=Needs.CREATE, plan=PLANS, examples=3)
def a_step_has_a_task_for_each_set(probe: Probe, plan: Plan) -> None:
    """A step has one task for each set of values, and each set occurs once."""
    step = _made(probe, plan)["Main"]
    found = listed(probe, "listTasks", step)
    number = sum(plan.sets().values())
    probe.require(len(found) == number, f"{number} sets of values became {len(found)} tasks")
    shown = Counter(_shown(one.get("parameters", {})) for one in found)
    twice = [key for key, times in shown.items() if times > 1]
    probe.require(not twice, f"the set {sorted(map(str, twice[0])) if twice else ''} occurs twice")


@check(ALONE, needs=Needs.CREATE, plan=PLANS, examples=1)
def a_step_without_parameters_has_one_task(probe: Probe, plan: Plan) -> None:
    """A step without a parameter space has exactly one task."""
    for name, step in _made(probe, plan).items():
        if name != "Main":
            found = listed(probe, "listTasks", step)
            probe.require(len(found) == 1, f"step {name} without parameters has {len(found)} tasks")


@check(VALUES, needs=Needs.CREATE, plan=PLANS, examples=2)
def the_values_of_a_task_are_a_set_of_the_template(probe: Probe, plan: Plan) -> None:
    """The values of a task are one set of the space that the template spells."""
    step = _made(probe, plan)["Main"]
    wanted = plan.sets()
    for task in listed(probe, "listTasks", step)[:12]:
        one = probe.ok("getTask", path={**step, "taskId": task["taskId"]}).json
        for shown in (task, one):
            parameters = shown.get("parameters", {})
            probe.require(
                _shown(parameters) in wanted, f"{task['taskId']} has the values {parameters}"
            )


@check(STRINGS, needs=Needs.CREATE, plan=PLANS, examples=3)
def a_string_keeps_its_characters(probe: Probe, plan: Plan) -> None:
    """A string shows the characters that the template spelled, beyond ASCII as well."""
    step = _made(probe, plan)["Main"]
    judged = 0
    for task in listed(probe, "listTasks", step)[:12]:
        one = probe.ok("getTask", path={**step, "taskId": task["taskId"]}).json
        for shown in (task, one):
            value = shown.get("parameters", {}).get("Camera", {})
            if "string" in value:
                judged += 1
                text = value["string"]
                probe.require(text in plan.texts, f"{text!r} is none of {plan.texts}")
    probe.assume(judged, "no task shows the string of its template")


@check(DOUBLES, needs=Needs.CREATE, plan=PLANS, examples=2)
def a_float_is_a_finite_double(probe: Probe, plan: Plan) -> None:
    """A float is a text that reads as a finite double-precision number."""
    step = _made(probe, plan)["Main"]
    sight = Sight(probe)
    for task in sight.of_step(step)[-4:]:
        sight.get({**step, "taskId": task["taskId"]})
    for path in known_ids(probe, "tasks")[:20]:
        sight.get(path)
    probe.assume(DOUBLES in sight.told, "no task shows a float")
