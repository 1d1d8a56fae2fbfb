"""Deadline's jobs and tasks as it shows them, and dates in the way it writes them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mockserver.clock import SECOND
from mockserver.moment import to_datetime
from mockserver.store import Resource

JsonObject = dict[str, Any]

QUEUED, SUSPENDED, RENDERING, COMPLETED, FAILED, PENDING, UNKNOWN = "2345681"

COUNTS = {
    "CompletedChunks": COMPLETED,
    "QueuedChunks": QUEUED,
    "SuspendedChunks": SUSPENDED,
    "RenderingChunks": RENDERING,
    "FailedChunks": FAILED,
    "PendingChunks": PENDING,
}
"""Property of a job -> the state of the tasks that it counts."""

JOB_STATES = {"Active": "1", "Suspended": "2", "Completed": "3", "Failed": "4", "Pending": "6"}
"""The word for a state of a job -> its number."""

NO_DATE = "0001-01-01T00:00:00Z"

NO_FIGURES: JsonObject = {
    "WtgStrt": False,
    "NormMult": 1.0,
    "Size": 0,
    "RamPeak": 0,
    "RamPeakPer": 0,
    "Cpu": 0,
    "CpuPer": 0,
    "RamAvg": 0,
    "RamAvgPer": 0,
    "SwapAvg": 0,
    "SwapPeak": 0,
    "UsedClock": 0,
    "TotalClock": 0,
}
"""What Deadline measures while a task renders; nothing is rendered here."""

NO_EXTRAS: JsonObject = {f"Ex{number}": "" for number in range(10)} | {"ExDic": {}}


@lru_cache(maxsize=4096)
def date(moment: int | None) -> str:
    """Return *moment* as `2021-06-14T08:31:40.05+00:00`, or what stands for no date."""
    if moment is None:
        return NO_DATE
    seconds, micros = divmod(moment, SECOND)
    text = to_datetime(seconds * SECOND).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{micros:06}".rstrip("0") if micros else ""
    return f"{text}{fraction}+00:00"


def frames(first: int, last: int) -> str:
    """Return a range of frames in the form that tasks have."""
    return f"{first}-{last}"


def task(resource: Resource, now: int) -> JsonObject:
    """Return a task as it is at *now*: one that renders gets on."""
    facts, columns = resource.facts, resource.columns
    percent, doing, started = 0, "", facts["started_rendering"]
    if resource.state == COMPLETED:
        percent = 100
    elif resource.state == RENDERING:
        percent = _progress(resource, now)
        count = facts["last"] - facts["first"] + 1
        doing = f"Rendering frame {facts['first'] + count * percent // 100}"
        if started is not None and started > now:
            started, doing = None, "Loading scene"
    return {
        "JobID": columns["job"],
        "TaskID": columns["number"],
        "Frames": frames(facts["first"], facts["last"]),
        "Slave": facts["worker"],
        "Stat": int(resource.state),
        "Prog": f"{percent} %",
        "RndStat": doing,
        "Errs": facts["errors"],
        "Start": date(facts["started"]),
        "StartRen": date(started),
        "Comp": date(facts["completed"]),
        **NO_FIGURES,
        "Props": NO_EXTRAS,
        "_id": resource.key,
        "ConcurrencyToken": None,
        "ExtraElements": None,
    }


def _progress(resource: Resource, now: int) -> int:
    """Return how much of a rendering task is done, in percent: never all of it."""
    if resource.due is None or resource.due <= resource.since:
        return 0
    done = 100 * (now - resource.since) // (resource.due - resource.since)
    return min(max(done, 0), 99)


def job(resource: Resource) -> JsonObject:
    """Return a job."""
    facts = resource.facts
    tally: Mapping[str, int] = facts["tally"]
    return {
        "Props": facts["props"],
        "ComFra": 0,
        "IsSub": True,
        "Purged": False,
        "Mach": facts["machine"],
        "Date": date(facts["submitted"]),
        "DateStart": date(facts["started"]),
        "DateComp": date(facts["completed"]),
        "Plug": facts["plugin"],
        "OutDir": [],
        "OutFile": [],
        "Main": False,
        "Tile": False,
        "Aux": facts["files"],
        "Bad": [],
        **{name: tally.get(state, 0) for name, state in COUNTS.items()},
        "SnglTskPrg": "0 %",
        "Errs": facts["errors"],
        "DataSize": -1,
        "Stat": int(resource.state),
        "_id": resource.key,
        "ExtraElements": None,
    }


def job_state(tally: Mapping[str, int]) -> str:
    """Return the state of a job whose tasks are in the states that *tally* counts.

    Work that can go on makes it active; otherwise what holds it up names it.
    """
    present = {state for state, count in tally.items() if count}
    if present & {QUEUED, RENDERING, UNKNOWN}:
        return JOB_STATES["Active"]
    for state, word in ((SUSPENDED, "Suspended"), (PENDING, "Pending"), (FAILED, "Failed")):
        if state in present:
            return JOB_STATES[word]
    return JOB_STATES["Completed"]
