"""The operations that read the cluster: what it is, its nodes, groups and templates."""

from __future__ import annotations

import orjson

from mockserver.apis.hpcpack import cluster, listing, markup
from mockserver.apis.hpcpack.cluster import NODE_PROPERTIES, Node
from mockserver.apis.hpcpack.faults import Code, SchedulerError, unknown, wrong
from mockserver.apis.hpcpack.front import CONTINUATION, Front
from mockserver.apis.hpcpack.listing import Asked, Mark
from mockserver.apis.hpcpack.properties import DATE_TIME_FORMAT, listed
from mockserver.pipeline.call import Call, Reply

CANONICAL = {name.lower(): name for name in NODE_PROPERTIES}


class NodeOperations(Front):
    """What can be read of a cluster that nobody changes."""

    def get_version(self, call: Call) -> Reply:
        """Return the version of HPC Pack."""
        return self.answer(call, orjson.dumps(cluster.VERSION))

    def get_active_head_node(self, call: Call) -> Reply:
        """Return the name of the head node."""
        return self.answer(call, orjson.dumps(cluster.HEAD_NODE))

    def get_date_time_format(self, call: Call) -> Reply:
        """Return how dates and times are written."""
        return self.answer(call, orjson.dumps(DATE_TIME_FORMAT))

    def list_job_templates(self, call: Call) -> Reply:
        """Return the names of the templates."""
        return self.answer(call, orjson.dumps(cluster.TEMPLATES), markup.TEXTS)

    def list_node_groups(self, call: Call) -> Reply:
        """Return the node groups."""
        rows = [
            {"Properties": listed({"Name": name, "Description": text}, ("Name", "Description"))}
            for name, text in cluster.GROUPS.items()
        ]
        return self.answer(call, orjson.dumps(rows), markup.OBJECTS)

    def list_node_group_members(self, call: Call) -> Reply:
        """Return the names of the nodes of a group."""
        members = self.cluster.members(call.path["name"])
        if members is None:
            raise unknown("node group", call.path["name"], Code.INVALID_OPERATION)
        return self.answer(call, orjson.dumps(members), markup.TEXTS)

    def get_node(self, call: Call) -> Reply:
        """Return one node."""
        node = self.cluster.nodes.get(call.path["name"].lower())
        if node is None:
            raise unknown("node", call.path["name"], Code.INVALID_NODE_ID)
        return self.answer(call, orjson.dumps(listed(node.values, NODE_PROPERTIES)))

    def list_nodes(self, call: Call) -> Reply:
        """Return a page of the nodes."""
        wanted = self.asked_nodes(call)
        names = _chosen(wanted.properties)
        nodes = self.matching_nodes(wanted.filter)
        column = CANONICAL.get(wanted.sort.strip().lower(), "Id")
        nodes.sort(key=lambda one: one.sort_key(column))
        first = wanted.mark.rank if wanted.mark else 0
        rows = nodes[first : first + call.query["rowsPerRead"]]
        value = [{"Properties": listed(one.values, names)} for one in rows]
        reply = self.answer(call, orjson.dumps(value), markup.OBJECTS)
        following = first + len(rows)
        if following < len(nodes):
            reply.with_header(CONTINUATION, wanted.token(Mark(None, following), 0))
        return reply

    def asked_nodes(self, call: Call) -> Asked:
        """Return what a request for nodes asks for."""
        return listing.asked(call, "sortNodesBy")

    def matching_nodes(self, text: str) -> list[Node]:
        """Return the nodes that fit a filter."""
        nodes = list(self.cluster.nodes.values())
        for name, value in listing.clauses(text):
            if name != "nodestate":
                raise SchedulerError(Code.INVALID_FILTER_PROPERTY, f"There is no filter {name}.")
            if value.lower() not in {one.lower() for one in cluster.NODE_STATES}:
                raise wrong(f"There is no state {value}.")
            nodes = [one for one in nodes if one.values["State"].lower() == value.lower()]
        return nodes


def _chosen(text: str) -> list[str]:
    """Return the canonical names of the properties in a list; all if it is empty."""
    names = [part.strip() for part in text.split(",") if part.strip()]
    for one in names:
        if one.lower() not in CANONICAL:
            raise wrong(f"There is no property {one}.")
    return list(dict.fromkeys(CANONICAL[one.lower()] for one in names)) or list(NODE_PROPERTIES)
