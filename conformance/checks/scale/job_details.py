"""The details of a job, and what they have in common with other answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from conformance.checks.scale import acquaintance, exemplars, sight
from conformance.checks.scale.acquaintance import details
from conformance.checks.scale.cast import Cast
from conformance.checks.scale.filters import Record, at
from conformance.checks.scale.listing import JOBS, executions, ids, input_files, version
from conformance.checks.scale.rules import ENDED
from conformance.mode import Needs
from conformance.patience import Unsteady, insist
from conformance.probe import Probe
from conformance.registry import check

PARTS = ("job_type", "node", "error", "batch", "recipe", "event", "superseded_job")
MIB = 1 << 20
LAGS = 3  # changes after which details lag behind, before that is called one


def some(probe: Probe, drawn: int, number: int = 6) -> list[Record]:
    """Return some jobs from all over the sample, and one that was run several times."""
    known = acquaintance.sample(probe)
    known.sort(key=lambda job: job["id"])
    step = max(1, len(known) // number)
    found = known[drawn % step :: step][:number]
    own = [one for one in known if one["num_exes"] > 1 and one not in found]
    return found + own[:2]


@check("scale/getJob/is-the-job-asked-for", plan=st.integers(0, 50), examples=1)
def details_are_of_the_job_asked_for(probe: Probe, drawn: int) -> None:
    """The id in the answer is the one in the path."""
    for job in some(probe, drawn):
        answer = probe.ok("getJob", path={"id": job["id"]})
        probe.require(answer.json["id"] == job["id"], f"{answer.exchange}: {answer.json['id']}")
        sight.details(probe, answer.json)


@check("scale/getJob/agrees-with-list", plan=st.integers(0, 50), examples=1)
def details_agree_with_the_list(probe: Probe, drawn: int) -> None:
    """Every plain field of a job that does not change is the same in details and list."""
    wanted = ids(some(probe, drawn))
    for state in ("FAILED", "COMPLETED", "CANCELED"):
        wanted += ids(acquaintance.in_state(probe, state)[:1])
    job, _ = exemplars.with_executions(probe)
    wanted.append(job["id"])

    def complaint() -> str | None:
        before = {one["id"]: one for one in JOBS.page(probe, job_id=wanted).results}
        shown = {one: details(probe, one) for one in before}
        after = {one["id"]: one for one in JOBS.page(probe, job_id=wanted).results}
        compared = 0
        for job_id, listed in before.items():
            if job_id in after and version(after[job_id]) == version(listed):
                compared += 1
                name = differing(listed, shown[job_id])
                if name is not None:
                    return (
                        f"{name} of job {job_id} is {_plain(listed, name)!r} in the list and "
                        f"{_plain(shown[job_id], name)!r} in its details"
                    )
        if not compared:
            raise Unsteady("all jobs keep changing")
        return None

    insist(probe, complaint)
    if probe.mode.allows(Needs.CHANGE):
        _agree_after_a_change(probe)


def _agree_after_a_change(probe: Probe) -> None:
    """Look at details right after the list has shown a change; they must not lag each time."""
    cast, lagging = Cast(probe), ""
    for job in cast.made(LAGS):
        details(probe, job["id"])
        cast.send("cancelJobs", [job])
        listed = cast.wait([job], ENDED)[job["id"]]
        shown = details(probe, job["id"])
        again = cast.diary.look([job["id"]])[job["id"]]
        name = differing(listed, shown)
        if name is None or version(again) != version(listed):
            return
        lagging = (
            f"the list shows {name} {_plain(listed, name)!r} of job {job['id']}, "
            f"and its details then {_plain(shown, name)!r}"
        )
    probe.require(not lagging, lagging)


def differing(listed: Record, shown: Record) -> str | None:
    """Return the name of a plain field that is not the same in a list and in details, if any."""
    for name in listed:
        if name in shown and _plain(listed, name) != _plain(shown, name):
            return name
    return None


def _plain(job: Record, name: str) -> Any:
    """Return a plain value: that of the field, or the id of the object that stands there."""
    value = job[name]
    if isinstance(value, dict):
        return value.get("id") if name in PARTS else None
    return None if isinstance(value, list) else value


@check("scale/getJob/input-files-agree-with-list", plan=st.integers(0, 50), examples=1)
def names_of_input_files_are_those_of_the_files(probe: Probe, drawn: int) -> None:
    """The names in input_files are the names of the files in the input file list."""
    rich = exemplars.with_input_files(probe)
    for job_id in [rich["id"], *ids(some(probe, drawn, 3))]:

        def complaint(job_id: Any = job_id) -> str | None:
            job = details(probe, job_id)
            named = {name for names in job["input_files"].values() for name in names}
            files = input_files(job_id).whole(probe).results
            if named == {one["file_name"] for one in files}:
                return None
            if version(details(probe, job_id)) != version(job):
                raise Unsteady("the job keeps changing")
            return f"job {job_id} names {sorted(named)}, and its files are others"

        insist(probe, complaint)


def _sum_of_files(probe: Probe, job_id: Any) -> float | None:
    """Return the size of the input files in MiB, less what rounding may take away."""
    files = input_files(job_id).whole(probe).results
    sizes = [one.get("file_size") for one in files]
    if not files or any(one is None for one in sizes):
        return None
    total: float = sum(one for one in sizes if one is not None) / MIB
    return total * 0.999 - 0.5


@check("scale/Job/input-file-size-covers-files", plan=st.integers(0, 50), examples=1)
def input_file_size_is_at_least_the_sum_of_the_files(probe: Probe, drawn: int) -> None:
    """Where input_file_size is known, it is at least the sum of the file_size in MiB."""
    told = 0
    for job in some(probe, drawn):
        if job["input_file_size"] is None:
            continue
        least = _sum_of_files(probe, job["id"])
        if least is None:
            continue
        told += 1
        probe.require(
            job["input_file_size"] >= least,
            f"input_file_size of job {job['id']} is {job['input_file_size']}, "
            f"and its files take more than {max(least, 0):.1f} MiB",
        )
    probe.assume(told, "no known job shows how large its input files are")


@check("scale/JobExecution/input-file-size-covers-files", plan=st.integers(0, 50), examples=1)
def input_file_size_of_an_execution_covers_the_files(probe: Probe, drawn: int) -> None:
    """Where input_file_size of an execution is known, it is at least the sum of the files."""
    told = 0
    for job in some(probe, drawn):
        found = executions(job["id"]).page(probe).results
        least = _sum_of_files(probe, job["id"]) if found else None
        for one in found if least is not None else ():
            if one["input_file_size"] is not None and least is not None:
                told += 1
                probe.require(
                    one["input_file_size"] >= least,
                    f"input_file_size of execution {one['id']} is {one['input_file_size']}, "
                    f"and the files of its job take more than {max(least, 0):.1f} MiB",
                )
    probe.assume(told, "no known execution shows how large its input files are")


@check("scale/Job/execution-is-latest", plan=st.integers(0, 50), examples=1)
def execution_is_the_latest(probe: Probe, drawn: int) -> None:
    """The execution is the one with the highest exe_num in the job's list, or null."""
    veteran, _ = exemplars.with_executions(probe)
    for job_id in _of_each_state(probe, drawn, veteran):

        def complaint(job_id: Any = job_id) -> str | None:
            before = details(probe, job_id)
            listed = executions(job_id).whole(probe).results
            after = details(probe, job_id)
            if version(after) != version(before):
                raise Unsteady("the job keeps changing")
            latest = max((one["exe_num"] for one in listed), default=None)
            shown = at(before, "execution", "exe_num")
            if shown == latest:
                return None
            return (
                f"job {job_id} ({before['status']}) shows execution {shown}, the latest is {latest}"
            )

        insist(probe, complaint)


@check("scale/Job/execution-agrees", plan=st.integers(0, 50), examples=1)
def execution_agrees_with_its_own_details(probe: Probe, drawn: int) -> None:
    """An execution that has ended has the same values in the job as in its own details."""
    veteran, _ = exemplars.with_executions(probe)
    told = 0
    for job_id in _of_each_state(probe, drawn, veteran):
        shown = details(probe, job_id)["execution"]
        if shown is None or shown["ended"] is None:
            continue
        told += 1

        def complaint(job_id: Any = job_id) -> str | None:
            shown = details(probe, job_id)["execution"]
            if shown is None:
                return None
            path = {"id": job_id, "exe_num": shown["exe_num"]}
            own = probe.ok("getExecution", path=path).json
            for name in own:
                if name in shown and shown[name] != own[name]:
                    return (
                        f"{name} of execution {shown['exe_num']} of job {job_id} is "
                        f"{own[name]!r}, and {shown[name]!r} in the job"
                    )
            return None

        insist(probe, complaint)
    probe.assume(told, "no known job shows an execution that has ended")


def _of_each_state(probe: Probe, drawn: int, veteran: Record) -> Sequence[Any]:
    found = ids(some(probe, drawn, 3))
    for state in ("QUEUED", "RUNNING", "FAILED", "COMPLETED", "CANCELED"):
        found += ids(acquaintance.in_state(probe, state)[:1])
    return list(dict.fromkeys([*found, veteran["id"]]))


@check("scale/Job/num-exes-covers-executions", plan=st.integers(0, 50), examples=1)
def num_exes_covers_the_executions(probe: Probe, drawn: int) -> None:
    """num_exes is neither below the number of executions nor below any exe_num."""
    veteran, _ = exemplars.with_executions(probe)
    told = 0
    for job_id in _of_each_state(probe, drawn, veteran):
        listed = executions(job_id).whole(probe).results
        least = max([len(listed), *(one["exe_num"] for one in listed)])
        told += bool(listed)

        def complaint(job_id: Any = job_id, least: int = least) -> str | None:
            number = details(probe, job_id)["num_exes"]
            if number >= least:
                return None
            return f"num_exes of job {job_id} is {number}, and it has had {least} executions"

        insist(probe, complaint)
    probe.assume(told, "no known job has had an execution")
