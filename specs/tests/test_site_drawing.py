"""Tests of `specs.contract.review.site.drawing` and `ways`: life cycles as diagrams."""

from __future__ import annotations

import sys

import pytest

from specs.contract import Lifecycle, Status, load, names
from specs.contract.review.site.drawing import NoLayoutError, draw
from specs.contract.review.site.ways import Arrow, arrows, gate_text, shown
from specs.tests.widgets import widgets

CYCLES = [cycle for name in names() for cycle in load(name).lifecycles.values()]


def cycle(api: str, schema: str) -> Lifecycle:
    return load(api).lifecycles[schema]


@pytest.mark.parametrize("one", CYCLES, ids=lambda one: one.schema)
def test_arrows_stand_for_all_transitions(one: Lifecycle) -> None:
    """However they are gathered, no transition is lost and none is made up."""
    drawn = {
        (source, arrow.target, word, arrow.status)
        for arrow in arrows(one)
        for source in arrow.sources
        for word in arrow.words or ("",)
    }

    assert drawn == {
        (way.source, way.target, way.command if way.trigger else "", way.provenance.status)
        for way in one.transitions
    }


@pytest.mark.parametrize("one", CYCLES, ids=lambda one: one.schema)
def test_everything_is_inside_the_drawing_and_apart(one: Lifecycle) -> None:
    """Each state is drawn once, within the edges, and no two boxes overlap."""
    found = draw(one)

    boxes = [box for box in found.boxes if box.kind != "start"]
    assert sorted(box.lines[0] for box in boxes if box.kind == "state") == sorted(
        shown(one, state) for state in one.states
    )
    for box in boxes:
        assert box.width / 2 - 1 <= box.x <= found.width - box.width / 2 + 1
        assert box.height / 2 - 1 <= box.y <= found.height - box.height / 2 + 1
    for index, box in enumerate(boxes):
        for other in boxes[:index]:
            apart = abs(box.x - other.x) - (box.width + other.width) / 2
            above = abs(box.y - other.y) - (box.height + other.height) / 2
            assert max(apart, above) > 0, (box, other)
    assert {box.lines[0] for box in boxes if box.is_final} == {shown(one, s) for s in one.final}


def test_kinds_of_arrows_are_told_apart() -> None:
    """What makes a resource, what commands it and what happens to it differ; so do sources."""
    found = draw(widgets().lifecycles["Widget"])

    assert sorted((line.kind, line.status, line.lines) for line in found.lines) == [
        ("commanded", "documented", ("stopWidget",)),
        ("commanded", "documented", ("stopWidget",)),
        ("made", "documented", ("createWidget",)),
        ("spontaneous", "documented", ()),
    ]
    assert all(line.path.startswith("M") and " C" in line.path for line in found.lines)


def test_a_drawing_is_the_same_every_time() -> None:
    """The layout depends on the life cycle alone."""
    assert draw(cycle("scale", "Job")) == draw(cycle("scale", "Job"))


def test_many_sources_become_a_gate() -> None:
    """A command from nearly everywhere is one arrow from a box that says from where."""
    job = cycle("scale", "Job")
    (cancel,) = (one for one in arrows(job) if one.words == ("cancelJobs",))

    assert cancel.is_gate
    assert gate_text(job, cancel) == ("any other state but", "COMPLETED")


def test_a_gate_names_the_shorter_list() -> None:
    """It says which states it is open to, or which it is not, or that it is open to all."""
    job = cycle("scale", "Job")
    every = tuple(one for one in job.states if one != "CANCELED")

    whole = Arrow(every, "CANCELED", ("kill",), Status.INFERRED)
    some = Arrow(("PENDING", "QUEUED"), "CANCELED", ("kill",), Status.INFERRED)

    assert gate_text(job, whole) == ("any other state",)
    assert gate_text(job, some) == ("any of", "PENDING", "QUEUED")


def test_states_are_called_by_their_names() -> None:
    """Where the wire shows numbers the diagram shows the names as well."""
    task = cycle("thinkbox", "Task")

    assert shown(task, "4") == "Rendering (4)"
    assert "Rendering (4)" in {box.lines[0] for box in draw(task).boxes if box.lines}


def test_several_commands_share_an_arrow() -> None:
    """Commands that do the same are words on one line, as many as fit, and then the next."""
    lines = [line.lines for line in draw(cycle("deadline-cloud", "Task")).lines]

    assert ("requeue, ready, suspend,", "cancel, fail, succeed") in lines


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one line names the package and the command."""
    monkeypatch.setitem(sys.modules, "pygraphviz", None)

    with pytest.raises(NoLayoutError, match=r"pip install 'callsheet\[site\]'"):
        draw(widgets().lifecycles["Widget"])
