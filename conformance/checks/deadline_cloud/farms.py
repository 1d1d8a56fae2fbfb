"""Farms and queues as they are made."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from conformance.drivers.deadline_cloud_farm import farm_of, listed
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

NAMES = st.sampled_from(("Callsheet", "Ünïcode ☂", "n" * 100, "a"))
SETTINGS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"displayName": NAMES, "defaultBudgetAction": st.sampled_from(
        ("STOP_SCHEDULING_AND_COMPLETE_TASKS", "STOP_SCHEDULING_AND_CANCEL_TASKS"))},
    optional={
        "description": st.sampled_from(("Made by a test", "é")),
        "requiredFileSystemLocationNames": st.just(["shots", "textures"]),
        "allowedStorageProfileIds": st.just([f"sp-{'3c' * 16}"]),
    },
)  # fmt: skip


def _queue(probe: Probe, body: dict[str, Any]) -> dict[str, str]:
    farm = farm_of(probe)
    made = probe.ok("createQueue", path=farm, body=body).json
    return {**farm, "queueId": made["queueId"]}


@check("deadline-cloud/createFarm/name-is-kept", needs=Needs.CREATE, plan=NAMES, examples=2)
def a_farm_keeps_its_name(probe: Probe, name: str) -> None:
    """A farm shows the displayName that it was created with."""
    farm = probe.ok("createFarm", body={"displayName": name}).json
    shown = probe.ok("getFarm", path=farm).json["displayName"]
    probe.require(shown == name, f"a farm that was named {name!r} shows {shown!r}")


@check("deadline-cloud/createFarm/cost-scale-factor-is-1", needs=Needs.CREATE)
def a_farm_costs_what_it_costs(probe: Probe, _: object) -> None:
    """A farm that is created without costScaleFactor shows 1."""
    farm = probe.ok("createFarm", body={"displayName": "Callsheet"}).json
    shown = probe.ok("getFarm", path=farm).json["costScaleFactor"]
    probe.require(shown == 1, f"a farm without a costScaleFactor shows {shown}")


@check("deadline-cloud/createQueue/first-in-first-out-by-default", needs=Needs.CREATE)
def a_queue_is_first_in_first_out(probe: Probe, _: object) -> None:
    """A queue that is created without schedulingConfiguration shows priorityFifo if any."""
    queue = _queue(probe, {"displayName": "Callsheet"})
    shown = probe.ok("getQueue", path=queue).json.get("schedulingConfiguration")
    fits = shown is None or list(shown) == ["priorityFifo"]
    probe.require(fits, f"a queue without schedulingConfiguration shows {shown}")


@check(
    "deadline-cloud/createQueue/settings-are-kept",
    needs=Needs.CREATE, plan=SETTINGS, examples=2,
)  # fmt: skip
def a_queue_keeps_its_settings(probe: Probe, settings: dict[str, Any]) -> None:
    """A queue shows every setting that it was created with."""
    shown = probe.ok("getQueue", path=_queue(probe, settings)).json
    for name, value in settings.items():
        now = shown.get(name)
        same = sorted(now or ()) == sorted(value) if isinstance(value, list) else now == value
        probe.require(same, f"a queue was created with {name} {value!r} and shows {now!r}")


@check("deadline-cloud/listQueueEnvironments/none-at-first", needs=Needs.CREATE)
def a_new_queue_has_no_environments(probe: Probe, _: object) -> None:
    """A queue that was just created has no environments."""
    found = listed(probe, "listQueueEnvironments", _queue(probe, {"displayName": "Callsheet"}))
    probe.require(not found, f"a new queue has the environments {found}")
