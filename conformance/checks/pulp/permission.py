"""Who may not read is not given anything to read."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.drivers.pulp import FORBIDDEN
from conformance.drivers.pulp_tasks import listed
from conformance.probe import Probe
from conformance.registry import check


def refuses(probe: Probe, operation_id: str) -> None:
    """Ask as a caller without the permission, who must not be given anything.

    A caller without a name is such a one where the target lets no such caller in elsewhere.
    """
    current = listed(probe)
    probe.assume(current or operation_id == "listTasks", "there is no task to ask for")
    paths = {"listTasks": {}, "getTask": {"id": current[0]["id"]}} if current else {"listTasks": {}}
    credentials = probe.known.get("credentials", {})
    stranger = credentials.get("no_permission") if isinstance(credentials, Mapping) else None
    if stranger is None:
        statuses = {
            probe.call(one, path=path, headers={"Authorization": None}).status
            for one, path in paths.items()
        }
        if not FORBIDDEN & statuses:
            probe.unsupported("no credentials without READ permission are given")
    headers = {"Authorization": stranger}
    answer = probe.call(operation_id, path=paths[operation_id], headers=headers)
    probe.require(not answer.is_success, f"{answer.exchange} for a caller who may not read")


@check("pulp/listTasks/needs-read-permission")
def the_list_needs_permission(probe: Probe, _: None) -> None:
    """A caller without READ permission is not given the list."""
    refuses(probe, "listTasks")


@check("pulp/getTask/needs-read-permission")
def a_task_needs_permission(probe: Probe, _: None) -> None:
    """A caller without READ permission is not given a task."""
    refuses(probe, "getTask")
