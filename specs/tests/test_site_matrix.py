"""Tests of `specs.contract.review.site.matrix`: who can do what, read from the contracts."""

from __future__ import annotations

import pytest

from specs.contract import Status, load, names
from specs.contract.review.site.matrix import Capability, Way, matrix
from specs.tests.widgets import widgets


@pytest.fixture(scope="module")
def rows() -> dict[str, Capability]:
    """Return the matrix of all contracts that come with Callsheet, by title."""
    return {one.title: one for one in matrix(load(name) for name in names())}


def ways(rows: dict[str, Capability], title: str, api: str) -> dict[str, Way]:
    """Return the ways of one API to do a thing, by operation and resource."""
    return {f"{one.operation.id} {one.resource}".strip(): one for one in rows[title].ways[api]}


def test_every_row_has_every_api(rows: dict[str, Capability]) -> None:
    """What an API cannot do is an empty cell, not a missing one."""
    assert all(tuple(row.ways) == names() for row in rows.values())
    assert {"Cancel", "Requeue", "Suspend", "Page", "Filter"} <= rows.keys()


def test_commands_come_from_life_cycles(rows: dict[str, Capability]) -> None:
    """A way names the resource, the states it joins, and how both are known."""
    requeue = ways(rows, "Requeue", "scale")["requeueJobs Job"]
    cancel = ways(rows, "Cancel", "pulp")["cancelTask Task"]

    assert requeue.effect == "FAILED, CANCELED → QUEUED"
    assert requeue.statuses == (Status.DOCUMENTED,)
    assert cancel.effect == "running → canceled"
    assert rows["Cancel"].ways["thinkbox"] == ()
    assert rows["Suspend"].ways["hpcpack"] == ()


def test_many_states_are_counted(rows: dict[str, Capability]) -> None:
    """A command from nearly everywhere does not list everything."""
    assert ways(rows, "Cancel", "scale")["cancelJobs Job"].effect == "5 of 7 states → CANCELED"


def test_labels_name_the_command(rows: dict[str, Capability]) -> None:
    """Where one operation carries several commands the matrix says which word."""
    found = ways(rows, "Suspend", "thinkbox")

    assert found["commandTasks Task"].words == ("suspend",)
    assert found["commandJobs"].words == ("Command: suspend",)


def test_commands_hide_in_bodies_too(rows: dict[str, Capability]) -> None:
    """A property whose words command something is a way, in lists of orders as well."""
    found = ways(rows, "Cancel", "deadline-cloud")

    assert found["updateStep"].words == ("targetTaskRunStatus: CANCELED",)
    assert found["batchUpdateTask"].words == ("tasks[].targetRunStatus: CANCELED",)
    assert "createJob" not in ways(rows, "Suspend", "deadline-cloud")


def test_lists_are_paged_filtered_and_sorted(rows: dict[str, Capability]) -> None:
    """Optional parameters of lists are told apart by what they choose."""
    assert ways(rows, "Page", "scale")["listJobs"].words == ("page", "page_size")
    assert ways(rows, "Page", "deadline-cloud")["listJobs"].words == ("nextToken", "maxResults")
    assert ways(rows, "Page", "deadline-cloud")["searchTasks"].words == ("itemOffset", "pageSize")
    assert ways(rows, "Filter", "pulp")["listTasks"].words == ("id", "state")
    assert ways(rows, "Sort", "hpcpack")["listJobs"].words == ("sortJobsBy", "asc")
    assert "page" not in ways(rows, "Filter", "scale")["listJobs"].words
    assert rows["Page"].ways["pulp"] == ()


def test_what_always_refuses_is_no_way(rows: dict[str, Capability]) -> None:
    """Thinkbox documents a DELETE of tasks, and that it never deletes any."""
    assert set(ways(rows, "Delete", "thinkbox")) == {"deleteJobs"}


def test_parameters_keep_their_own_provenance() -> None:
    """A guessed filter of a documented list is a guess."""
    listing = """paths:
  /widgets:
    get:
      operationId: listWidgets
      tags: [Widgets]
      summary: List widgets
      x-provenance: {status: documented, source: guide, section: calls}
      parameters:
        - name: colour
          in: query
          schema: {type: string}
          x-provenance: {status: inferred, reason: Everybody has colours.}
      responses:
        "200":
          description: The widgets.
          content: {application/json: {schema: {type: object, example: {}}}}
"""
    contract = widgets(("paths:\n  /widgets:\n", listing))

    (row,) = (one for one in matrix([contract]) if one.title == "Filter")

    (way,) = row.ways["widgets"]
    assert way.words == ("colour",)
    assert way.statuses == (Status.INFERRED,)
