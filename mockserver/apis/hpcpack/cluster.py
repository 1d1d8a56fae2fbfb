"""The cluster of a world: nodes, node groups and templates, none of which ever changes."""

from __future__ import annotations

from dataclasses import dataclass

from mockserver.apis.hpcpack.properties import date_time
from mockserver.clock import SECOND
from mockserver.machine import Chance

VERSION = "5.3.6435.0"
HEAD_NODE = "NORTH-HN1"
TEMPLATES = ("Default", "Overnight", "Screened")

SCREENED = "Screened"
"""The template whose jobs a submission filter looks at: they pass ExternalValidation."""

HOUR = 3600 * SECOND

GROUPS = {
    "HeadNodes": "The machines that schedule",
    "ComputeNodes": "Every machine that runs tasks",
    "WCFBrokerNodes": "The machines that pass on messages of services",
    "LargeMemory": "Compute nodes for tasks that need much memory",
}

NODE_PROPERTIES = (
    "Id", "Name", "State", "Availability", "Location", "OnlineTime", "NumberOfCores",
    "NumberOfSockets", "MemorySize", "CpuSpeed",
)  # fmt: skip

NUMERIC = frozenset({"Id", "NumberOfCores", "NumberOfSockets", "MemorySize", "CpuSpeed"})

NODE_STATES = ("Offline", "Draining", "Online", "Rejected", "Removed", "Starting", "Stopping")


@dataclass(frozen=True, slots=True)
class Node:
    """One machine: its properties as texts, the moment it came online, the groups it is in."""

    values: dict[str, str]
    online: int
    groups: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name."""
        return self.values["Name"]

    def sort_key(self, name: str) -> tuple[int, str, int]:
        """Return what nodes are sorted by, for the property *name*; ties by id."""
        own = int(self.values["Id"])
        if name == "OnlineTime":
            return self.online, "", own
        if name in NUMERIC:
            return int(self.values[name]), "", own
        return 0, self.values[name], own


@dataclass(frozen=True, slots=True)
class Cluster:
    """All machines of one world, by name in lower case."""

    nodes: dict[str, Node]
    cores: int

    def members(self, group: str) -> list[str] | None:
        """Return the names of the nodes of a group, or None if there is no such group."""
        for name in GROUPS:
            if name.lower() == group.lower():
                return [one.name for one in self.nodes.values() if name in one.groups]
        return None


def _plan() -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Return name, state, availability and groups of each node."""
    found: list[tuple[str, str, str, tuple[str, ...]]] = [
        (HEAD_NODE, "Online", "AlwaysOn", ("HeadNodes",)),
        ("NORTH-BN1", "Online", "AlwaysOn", ("WCFBrokerNodes",)),
    ]
    for number in range(1, 13):
        groups = ("ComputeNodes", "LargeMemory") if number in {3, 7, 11} else ("ComputeNodes",)
        state = {5: "Offline", 9: "Draining"}.get(number, "Online")
        found.append((f"NORTH-CN{number:02}", state, "AlwaysOn", groups))
    return found


def build(seed: int, born: int) -> Cluster:
    """Return the cluster that the seed gives to a world born at that moment."""
    nodes = {}
    for number, (name, state, availability, groups) in enumerate(_plan(), 1):
        chance = Chance(seed, "hpcpack node", number)
        online = born - chance.whole(24, 400, 0) * HOUR - chance.whole(0, 3599, 1) * SECOND
        cores = 32 if "LargeMemory" in groups else 16
        values = (
            str(number), name, state, availability, "OnPremise", date_time(online), str(cores),
            "2", str(cores * 8192), str(chance.pick((2400, 2600, 3100), 2)),
        )  # fmt: skip
        nodes[name.lower()] = Node(dict(zip(NODE_PROPERTIES, values, strict=True)), online, groups)
    cores = sum(
        int(one.values["NumberOfCores"]) for one in nodes.values() if "ComputeNodes" in one.groups
    )
    return Cluster(nodes, cores)
