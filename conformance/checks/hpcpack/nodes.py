"""Nodes and node groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from conformance.checks.hpcpack.clauses import Clause
from conformance.checks.hpcpack.listing import NODES
from conformance.checks.hpcpack.sorting import disorder
from conformance.drivers.hpcpack_cluster import NO_PROPERTY, Properties, rows, shown
from conformance.patience import insist
from conformance.probe import Probe
from conformance.registry import check

LOOKED_AT = 3  # nodes that are read one by one, where some are enough
MOST = 40  # where all are wanted
NODE_PROPERTIES = ("Id", "Name", "State", "Availability", "Location")


def all_nodes(probe: Probe, *names: str) -> Sequence[Properties]:
    """Return every node in the list, with the properties named or all; at least one."""
    found = NODES.whole(probe, properties=names) if names else NODES.whole(probe)
    probe.assume(found, "the cluster has no nodes")
    return found


def node(probe: Probe, name: str) -> Properties:
    """Return a node by its name."""
    return shown(probe.ok("getNode", path={"name": name}))


def some(found: Sequence[Properties], pick: int) -> list[Properties]:
    """Return a few of them, the first and the last among them."""
    chosen = [found[0], found[-1], found[pick % len(found)]]
    return list({one["Name"]: one for one in chosen}.values())[:LOOKED_AT]


@check("hpcpack/getActiveHeadNode/head-node-is-a-node")
def the_head_node_is_found(probe: Probe, _: None) -> None:
    """There is a node with the name of the active head node."""
    name = probe.ok("getActiveHeadNode").json
    answer = probe.call("getNode", path={"name": name})
    probe.require(answer.is_success, f"{answer.exchange}, though {name} is the active head node")


@check("hpcpack/listNodes/lists-every-node")
def no_member_of_a_group_is_left_out(probe: Probe, _: None) -> None:
    """Each member of a node group is in the list of nodes."""

    def complaint() -> str | None:
        there = {one["Name"].casefold() for one in all_nodes(probe, "Name")}
        for group in _groups(probe):
            members = probe.call("listNodeGroupMembers", path={"name": group})
            names = members.json if members.is_success else []
            missing = [
                one
                for one in names
                if one.casefold() not in there
                and probe.call("getNode", path={"name": one}).is_success
            ]
            if missing:
                return f"{', '.join(missing)} of the group {group} are not in the list of nodes"
        return None

    insist(probe, complaint)


def _groups(probe: Probe) -> list[str]:
    found = [one["Name"] for one in rows(probe.ok("listNodeGroups"))]
    probe.assume(found, "the cluster has no node groups")
    return found


def _states(probe: Probe) -> list[str]:
    return list(dict.fromkeys(one["State"] for one in all_nodes(probe, "Name", "State")))


@check("hpcpack/listNodes/node-state-filter-only-matching")
def a_filter_by_node_state_shows_no_other(probe: Probe, _: None) -> None:
    """For each state that nodes have, the list filtered by it shows only such nodes."""
    for state in [*_states(probe), "Online"]:
        NODES.page(probe, [Clause("NodeState", state)], properties=("Name", "State"))
        NODES.page(probe, [Clause("NodeState", state)], rowsPerRead=100)


@check("hpcpack/listNodes/filter-keeps-every-match")
def a_filter_by_node_state_loses_none(probe: Probe, _: None) -> None:
    """Each node that shows a state all the while is in the list filtered by that state."""

    def complaint() -> str | None:
        names = ("Name", "State")
        before = {one["Name"]: one["State"] for one in all_nodes(probe, *names)}
        found = {
            state: {
                one["Name"]
                for size in (4, 500)
                for page in NODES.pages(
                    probe, [Clause("NodeState", state)], properties=names, rowsPerRead=size
                )
                for one in page.rows
            }
            for state in set(before.values())
        }
        after = {one["Name"]: one["State"] for one in all_nodes(probe, *names)}
        for name, state in before.items():
            if after.get(name) == state and name not in found[state]:
                return f"node {name} is {state}, and not in the list of those that are"
        return None

    insist(probe, complaint)


@check(
    "hpcpack/listNodes/only-named-properties",
    plan=st.lists(st.sampled_from(NODE_PROPERTIES), min_size=1, max_size=3, unique=True),
    examples=4,
)
def nodes_show_what_is_named(probe: Probe, names: list[str]) -> None:
    """With properties, nodes show those and no others, on each page."""
    pages = NODES.pages(probe, properties=tuple(names), rowsPerRead=6)
    probe.assume(pages[0].rows, "the cluster has no nodes")
    for page in pages:
        for row in page.rows:
            missing = {one.casefold() for one in names} - {one.casefold() for one in row.names}
            words = f"a node does not show {', '.join(sorted(missing))}: {row}"
            probe.require(not missing, words)


@check("hpcpack/listNodes/all-properties-by-default", plan=st.integers(0, 20), examples=2)
def nodes_show_all_by_default(probe: Probe, pick: int) -> None:
    """Without properties, each node in the list shows whatever getNode shows of it."""

    def complaint() -> str | None:
        for row in some(all_nodes(probe), pick):
            missing = set(node(probe, row["Name"]).names) - set(row.names)
            if missing:
                return f"node {row['Name']} is listed without {', '.join(sorted(missing))}"
        return None

    insist(probe, complaint)


@check(
    "hpcpack/listNodes/sorted-by-named-property",
    plan=st.sampled_from(["Name", "State", "Availability", "Location", "Id"]),
    examples=4,
)
def nodes_are_sorted_as_wished(probe: Probe, name: str) -> None:
    """Nodes come in the order of the property that sortNodesBy names, over all pages."""
    _sorted(probe, name, name, sortNodesBy=name)


@check("hpcpack/listNodes/sorted-by-id-by-default")
def nodes_are_sorted_by_id(probe: Probe, _: None) -> None:
    """Without sortNodesBy, nodes come in the order of their ids, over all pages."""
    _sorted(probe, "Id", "Name")


@check("hpcpack/listNodes/sorted-by-id-if-property-unknown")
def an_unknown_order_of_nodes_is_that_of_ids(probe: Probe, _: None) -> None:
    """With a sortNodesBy that no node has, nodes come in the order of their ids."""
    _sorted(probe, "Id", "Name", sortNodesBy=NO_PROPERTY)


def _sorted(probe: Probe, name: str, beside: str, **query: Any) -> None:
    def complaint() -> str | None:
        names = tuple(dict.fromkeys(("Id", name, beside)))
        for size in (500, 5):
            pages = NODES.pages(probe, properties=names, rowsPerRead=size, **query)
            words = disorder(name, [row[name] for page in pages for row in page.rows])
            if words is not None:
                return f"in pages of {size} the rows are {words}"
        return None

    insist(probe, complaint)


@check("hpcpack/listNodeGroups/name-and-description")
def groups_have_a_name_and_a_description(probe: Probe, _: None) -> None:
    """Each node group shows a Name and a Description."""
    found = rows(probe.ok("listNodeGroups"))
    probe.assume(found, "the cluster has no node groups")
    for row in found:
        whole = {"name", "description"} <= {one.casefold() for one in row.names}
        probe.require(whole, f"a node group shows {', '.join(row.names)}")


@check("hpcpack/listNodeGroupMembers/knows-every-group")
def each_group_is_found(probe: Probe, _: None) -> None:
    """Each group in the list of groups has a list of members."""

    def complaint() -> str | None:
        for group in _groups(probe):
            answer = probe.call("listNodeGroupMembers", path={"name": group})
            if not answer.is_success:
                return f"{answer.exchange}, though {group} is in the list of node groups"
        return None

    insist(probe, complaint)


@check("hpcpack/listNodeGroupMembers/members-are-nodes", plan=st.integers(0, 20), examples=2)
def each_member_is_a_node(probe: Probe, pick: int) -> None:
    """Each member of each group that no list shows, and some others, are found by getNode."""

    def complaint() -> str | None:
        looked_at: set[str] = set()
        listed = {one["Name"] for one in all_nodes(probe, "Name")}
        for group in _groups(probe):
            names = probe.ok("listNodeGroupMembers", path={"name": group}).json
            chosen = {names[0], names[-1], names[pick % len(names)]} if names else set()
            chosen |= set(names) - listed
            for name in sorted(chosen - looked_at):
                answer = probe.call("getNode", path={"name": name})
                if not answer.is_success:
                    return f"{answer.exchange}, though {name} is a member of {group}"
            looked_at |= chosen
        return None

    insist(probe, complaint)


@check("hpcpack/getNode/shows-the-node-asked-for", plan=st.integers(0, 20), examples=2)
def a_node_has_the_name_asked_for(probe: Probe, pick: int) -> None:
    """When a node is read by its name, it shows that name."""
    for row in some(all_nodes(probe, "Name"), pick):
        name = node(probe, row["Name"])["Name"]
        same = name.casefold() == row["Name"].casefold()
        probe.require(same, f"asked for {row['Name']}, it shows {name}")


@check("hpcpack/getNode/all-properties", plan=st.integers(0, 20), examples=2)
def a_node_shows_what_the_list_shows(probe: Probe, pick: int) -> None:
    """Each property that the list shows of a node is shown when it is read."""

    def complaint() -> str | None:
        for row in some(all_nodes(probe), pick):
            missing = set(row.names) - set(node(probe, row["Name"]).names)
            if missing:
                return f"node {row['Name']} does not show {', '.join(sorted(missing))}"
        return None

    insist(probe, complaint)


@check("hpcpack/getNode/agrees-with-list")
def a_node_is_the_same_in_the_list(probe: Probe, _: None) -> None:
    """Id and Name of each node are the same in the list and when it is read."""

    def complaint() -> str | None:
        for row in all_nodes(probe, "Id", "Name")[:MOST]:
            one = node(probe, row["Name"])
            if (one["Id"], one["Name"]) != (row["Id"], row["Name"]):
                return f"listed as {row['Id']} {row['Name']}, read as {one['Id']} {one['Name']}"
        return None

    insist(probe, complaint)
