"""The log of an execution."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from conformance.answer import Answer
from conformance.checks.scale import acquaintance, exemplars
from conformance.checks.scale.acquaintance import distinct
from conformance.checks.scale.filters import Record
from conformance.checks.scale.listing import executions
from conformance.checks.scale.moments import after, is_before
from conformance.drivers.scale_answers import UNKNOWN_ID
from conformance.moments import instant
from conformance.patience import insist
from conformance.probe import Probe
from conformance.registry import check

PREFIX = "scale/getExecutionLog"
STREAMS = ("stdout", "stderr")


def log(probe: Probe, execution: Record, log_id: str = "combined", **query: Any) -> Answer:
    """Return what the log call answers for an execution."""
    path = {"job_exe_id": execution["id"], "log_id": log_id}
    return probe.call("getExecutionLog", path=path, query=query)


def messages(answer: Answer) -> list[Record]:
    """Return the messages in an answer; none if it has no content."""
    if answer.status == 204:
        return []
    found: list[Record] = answer.json
    return found


def _written(probe: Probe) -> list[tuple[Record, list[Record]]]:
    """Return executions that have ended, with what they have written."""
    veteran, found = exemplars.with_executions(probe)
    known = [one for one in found[:2] if one["ended"] is not None]
    for state in ("FAILED", "COMPLETED"):
        for job in acquaintance.in_state(probe, state)[:3]:
            if job["id"] != veteran["id"]:
                known += [one for one in executions(job["id"]).page(probe).results if one["ended"]][
                    :1
                ]
    logs = []
    for execution in known[: 2 if acquaintance.is_brief(probe) else 6]:
        answer = log(probe, execution)
        lines = messages(answer) if answer.is_success else []
        if lines:
            logs.append((execution, lines))
    probe.assume(logs, "no known execution has written anything")
    return logs


@check(f"{PREFIX}/cluster-id-is-the-executions")
def messages_name_the_execution(probe: Probe, _: None) -> None:
    """The scale_job_exe of every message is the cluster_id of the execution."""
    for execution, _lines in _written(probe):
        for name in ("combined", *STREAMS):
            for line in messages(log(probe, execution, name)):
                there, wanted = line["scale_job_exe"], execution["cluster_id"]
                probe.require(there == wanted, f"the log of {wanted} has a message of {there}")


@check(f"{PREFIX}/node-is-the-executions")
def messages_name_the_node(probe: Probe, _: None) -> None:
    """The scale_node of every message is the host name of the execution's node."""
    told = 0
    for execution, lines in _written(probe):
        if execution["node"] is None:
            continue
        told += 1
        for line in lines:
            there, wanted = line.get("scale_node"), execution["node"]["hostname"]
            said = f"execution {execution['id']} ran on {wanted}, a message is of {there}"
            probe.require(there == wanted, said)
    probe.assume(told, "no execution with a log names its node")


@check(f"{PREFIX}/order-number-breaks-ties")
def messages_of_one_time_have_different_numbers(probe: Probe, _: None) -> None:
    """Of the messages with the same @timestamp, no two have the same scale_order_num."""
    for execution, lines in _written(probe):
        places = [(line["@timestamp"], line["scale_order_num"]) for line in lines]
        double = next((one for one in places if places.count(one) > 1), None)
        said = f"two messages of execution {execution['id']} are number {double}"
        probe.require(double is None, said)


@check(f"{PREFIX}/messages-in-order")
def messages_ascend_by_time_and_number(probe: Probe, _: None) -> None:
    """The messages ascend by @timestamp and then by scale_order_num."""
    for execution, lines in _written(probe):
        for first, second in pairwise(lines):
            tied = instant(first["@timestamp"]) == instant(second["@timestamp"])
            wrong = is_before(second["@timestamp"], first["@timestamp"]) or (
                tied and second["scale_order_num"] < first["scale_order_num"]
            )
            probe.require(not wrong, f"the log of execution {execution['id']} is not in order")


@check(f"{PREFIX}/log-id-selects-stream")
def log_id_selects_the_stream(probe: Probe, _: None) -> None:
    """The logs stdout and stderr hold that stream only, and combined holds both."""
    for execution, _lines in _written(probe):
        for stream in STREAMS:

            def complaint(execution: Record = execution, stream: str = stream) -> str | None:
                own = messages(log(probe, execution, stream))
                if any(line["stream"] != stream for line in own):
                    return f"the log {stream} of {execution['id']} has other streams"
                both = messages(log(probe, execution))
                wanted = [_place(line) for line in both if line["stream"] == stream]
                if sorted(map(_place, own)) == sorted(wanted):
                    return None
                return f"the log {stream} of {execution['id']} is not that part of combined"

            insist(probe, complaint)


def _place(line: Record) -> tuple[Any, ...]:
    return line["@timestamp"], line["scale_order_num"], line["message"]


@check(f"{PREFIX}/started-filter", plan=st.integers(0, 20), examples=2)
def messages_are_not_older_than_started(probe: Probe, drawn: int) -> None:
    """With started, every message is as old as that moment or younger."""
    for execution, lines in _written(probe):
        times = distinct(lines, lambda line: line["@timestamp"])
        time = times[drawn % len(times)]
        for bound in (time, after(time)):
            found = messages(log(probe, execution, started=bound))
            for line in found:
                old = is_before(line["@timestamp"], bound)
                probe.require(not old, f"started={bound} lets through {line['@timestamp']}")
            younger = [line for line in lines if is_before(bound, line["@timestamp"])]
            lost = {_place(line) for line in younger} - {_place(line) for line in found}
            probe.require(not lost, f"started={bound} keeps younger messages out")


@check(f"{PREFIX}/text-is-messages")
def text_holds_a_message_on_each_line(probe: Probe, _: None) -> None:
    """With format=txt, the answer is plain text with the messages, one a line."""
    for execution, _written_lines in _written(probe)[:2]:

        def complaint(execution: Record = execution) -> str | None:
            wanted = "\n".join(line["message"] for line in messages(log(probe, execution)))
            answer = log(probe, execution, format="txt")
            if answer.media_type != "text/plain":
                return f"{answer.exchange} is {answer.media_type or 'of no type'}"
            if _lines(answer.text) == _lines(wanted):
                return None
            return f"{answer.exchange} has other lines than the messages"

        insist(probe, complaint)


def _lines(text: str) -> Sequence[str]:
    return text.rstrip("\n").splitlines()


@check(f"{PREFIX}/unknown-execution-is-404")
def unknown_execution_is_not_found(probe: Probe, _: None) -> None:
    """For an id that no execution has, the answer is 404."""
    for log_id in ("combined", *STREAMS):
        answer = log(probe, {"id": UNKNOWN_ID}, log_id)
        probe.require(answer.status == 404, f"{answer.exchange}")
