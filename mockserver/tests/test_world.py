"""What happens in a world, and in which order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver import apis
from mockserver.apis.scale import Scale
from mockserver.apis.scale.layout import JOBS
from mockserver.apis.scale.seed import new_job
from mockserver.clock import SECOND, Clock
from mockserver.hub import Hub
from mockserver.service import Options
from mockserver.store import Query, open_database
from mockserver.tests.scale_client import SLOW
from mockserver.world import Fired, World
from specs.contract import load


def _world(seed: int = 1, scenario: str = "calm") -> World:
    """Return a world of Scale that stands still."""
    hub = Hub(
        {"scale": apis.find("scale")},
        {"scale": load("scale")},
        open_database(),
        Options(scenario=scenario, validate_responses=False),
    )
    return hub.open(Clock(0.0, 0), seed)


def _scale(world: World) -> Scale:
    found = world.apis["scale"]
    assert isinstance(found, Scale)
    return found


def _pass(world: World, seconds: float) -> list[Fired]:
    """Let time pass in one step, and return what happened."""
    world.fired.clear()
    world.clock.move_to(world.clock.now() + int(seconds * SECOND))
    world.settle()
    return list(world.fired)


def _views(world: World) -> list[bytes]:
    jobs = _scale(world).jobs
    return jobs.page(Query(), "detail", -1)


def test_the_same_seed_gives_the_same_bytes() -> None:
    """Two worlds of one seed agree in every byte, also after time has passed in other steps."""
    one, other = _world(7), _world(7)
    assert _views(one) == _views(other)

    _pass(one, 60)
    for _ in range(60):
        _pass(other, 1)

    assert _views(one) == _views(other)


def test_another_seed_gives_another_world() -> None:
    """The seed decides what there is."""
    assert _views(_world(1)) != _views(_world(2))


@settings(deadline=None, max_examples=15)
@given(st.lists(st.floats(0.01, 30), min_size=1, max_size=8))
def test_what_happens_does_not_depend_on_when_one_looks(steps: list[float]) -> None:
    """However time is cut into steps, the same transitions happen at the same moments."""
    stepwise, at_once = _world(), _world()
    total = sum(int(step * SECOND) for step in steps)

    seen = [one for step in steps for one in _pass(stepwise, step)]
    rest = _pass(at_once, total / SECOND)

    assert seen == rest


def test_things_happen_in_the_order_of_time() -> None:
    """No transition is carried out before one that was due earlier."""
    fired = [one for one in _pass(_world(scenario="busy"), 120) if one.cause == "time"]

    moments = [one.moment for one in fired]
    assert len(moments) > 500
    assert moments == sorted(moments)


def test_an_effect_waits_for_its_moment() -> None:
    """What was put off happens when it is due, not before."""
    world = _world()
    world.later("scale", "cancelJobs", [("key", "in", [1])], 5)

    assert not [one for one in _pass(world, 4.9) if one.cause == "cancelJobs"]
    assert [
        (one.key, one.target, one.moment) for one in _pass(world, 0.2) if one.cause == "cancelJobs"
    ] == [(1, "CANCELED", 5 * SECOND)]


def test_effects_happen_between_what_time_brings() -> None:
    """A command that is due in the midst of a long step acts on the state of its moment."""
    world = _world(scenario="empty")
    scale = _scale(world)
    data = {"files": {"INPUT_FILE": [1]}, "json": {}}
    scale.add(scale.jobs, new_job(scale, scale.catalogue.job_types[SLOW], data, {}))
    world.later("scale", "cancelJobs", [], 2)

    fired = [one for one in _pass(world, 100) if one.schema == "Job"]

    assert [(one.source, one.target) for one in fired] == [
        ("QUEUED", "RUNNING"),
        ("RUNNING", "CANCELED"),
    ]


def test_forgotten_effects_never_happen() -> None:
    """A cleared agenda is empty."""
    world = _world()
    world.later("scale", "cancelJobs", [], 1)
    world.clear_agenda()
    world.recall()

    assert not [one for one in _pass(world, 5) if one.cause == "cancelJobs"]


def test_a_world_that_was_loaded_goes_on() -> None:
    """After `recall` what is due in the database happens, without anything having been expected."""
    world = _world()
    again = World(world.tables, world.clock, world.seed)
    again.apis["scale"] = Scale(_scale(world).service, again)
    again.recall()

    assert _pass(again, 60)


def test_neighbours_may_change_in_the_same_moment() -> None:
    """Two jobs of one chain that are due together both move, though each writes both rows."""
    world = _world()
    scale = _scale(world)
    newer = next(one for one in scale.jobs.all() if one.facts.get("superseded_job"))
    older = scale.jobs.get(newer.facts["superseded_job"]["id"])
    assert older is not None
    for job in (older, newer):
        job.due, job.upcoming = 5 * SECOND, "QUEUED"
        scale.jobs.update(job)
    world.expect(5 * SECOND)

    moved = {one.key for one in _pass(world, 5) if one.moment == 5 * SECOND}

    assert {older.key, newer.key} <= moved


def test_nothing_is_left_overdue() -> None:
    """After a step nothing is due that was due before its end."""
    world = _world(scenario="failing")
    for _ in range(5):
        _pass(world, 13)
        due = _scale(world).jobs.next_due()

        assert due is None or due > world.clock.now()


def test_a_scenario_fills_as_it_says() -> None:
    """An empty world has no jobs, a busy one more than a calm one."""
    counts = [_scale(_world(scenario=one)).jobs.count(Query()) for one in ("empty", "calm", "busy")]

    assert counts == [0, 200, 1000]
    assert JOBS.lifecycle == "Job"


@pytest.mark.parametrize("scenario", ["calm", "busy", "failing"])
def test_time_keeps_to_the_lifecycle(scenario: str) -> None:
    """Every transition that time brings is declared in the contract as spontaneous."""
    world = _world(scenario=scenario)
    allowed = {
        (one.source, one.target)
        for one in load("scale").lifecycles["Job"].transitions
        if one.trigger is None
    }

    fired = [one for one in _pass(world, 900) if one.schema == "Job"]

    assert fired
    assert {(one.source, one.target) for one in fired} <= allowed
