"""Jobs with much to tell: found on the target or, where the mode allows it, made."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from conformance.checks.scale import acquaintance
from conformance.checks.scale.acquaintance import SETTLED
from conformance.checks.scale.cast import Cast
from conformance.checks.scale.filters import Record, at
from conformance.checks.scale.listing import JOBS, MOST, executions, ids
from conformance.failures import NotReached
from conformance.mode import Needs
from conformance.probe import Probe

FAR = 6  # jobs that are looked at more closely, at most, in search of one
SEVERAL = 3


def with_executions(probe: Probe) -> tuple[Record, Sequence[Record]]:
    """Return a job that is at rest and has several executions, or as many as can be had."""
    best: tuple[Record, Sequence[Record]] | None = None
    for job in _experienced(probe)[:FAR]:
        found = executions(job["id"]).whole(probe).results
        if best is None or len(found) > len(best[1]):
            best = job, found
        if len(found) >= SEVERAL or (job["num_exes"] <= len(best[1]) and len(best[1]) > 0):
            break
    if (best is None or len(best[1]) < SEVERAL) and probe.mode.allows(Needs.CHANGE):
        with suppress(NotReached):
            best = _grown(probe)
    probe.assume(best is not None and best[1], "no job that has come to an end had an execution")
    assert best is not None
    return best


def _experienced(probe: Probe) -> list[Record]:
    """Return jobs at rest, those with the most executions first."""
    own = [int(one.key) for one in probe.visit.gate.ledger.created if one.kind == "Job"][:150]
    found = list(JOBS.page(probe, job_id=own, page_size=MOST).results) if own else []
    if not any(one["num_exes"] >= SEVERAL for one in found):
        found += acquaintance.sample(probe)
    jobs = [one for one in found if one["status"] in SETTLED and one["num_exes"] > 0]
    return sorted(jobs, key=lambda job: (-job["num_exes"], job["status"] == "CANCELED", job["id"]))


def _grown(probe: Probe) -> tuple[Record, Sequence[Record]]:
    """Make a job and run it several times: to its failure if it can be had, else until canceled."""
    given_up: set[str] = probe.api.given_up
    probe.assume("executions" not in given_up, "no job could be run several times in time")
    given_up.add("executions")
    cast = Cast(probe)
    fails = probe.known.get("failing_job_type_id") is not None
    jobs = cast.made(1, "failing" if fails else "slow")
    for turn in range(SEVERAL):
        if turn:
            jobs = list(cast.diary.look(ids(jobs)).values())
            cast.send("requeueJobs", jobs)
            cast.requeued(jobs)
        if fails and turn != 1:
            cast.wait(jobs, SETTLED)
            continue
        cast.wait(jobs, SETTLED | {"RUNNING"})
        cast.send("cancelJobs", jobs)
        cast.wait(jobs, SETTLED)
    job = cast.diary.read(jobs[0]["id"])
    given_up.discard("executions")
    return job, executions(job["id"]).whole(probe).results


def with_input_files(probe: Probe) -> Record:
    """Return the details of a job that reads several files, or as many as can be had."""
    own = [int(one.key) for one in probe.visit.gate.ledger.created if one.kind == "Job"][:150]
    jobs = list(JOBS.page(probe, job_id=own, page_size=MOST).results) if own else []
    if not any(_number_of_files(one) >= SEVERAL for one in jobs):
        jobs += acquaintance.sample(probe)
    jobs.sort(key=lambda job: (-_number_of_files(job), job["id"]))
    probe.assume(jobs and _number_of_files(jobs[0]), "no job has input files")
    if _number_of_files(jobs[0]) < SEVERAL and probe.mode.allows(Needs.CREATE):
        rich = _reading(probe, jobs)
        if rich is not None:
            return rich
    return acquaintance.details(probe, jobs[0]["id"])


def _number_of_files(job: Record) -> int:
    return len({name for names in job["input_files"].values() for name in names})


def known_files(probe: Probe, jobs: Sequence[Record], number: int) -> list[Any]:
    """Return ids of files that other jobs read, with different names."""
    found: dict[str, Any] = {}
    for job in sorted(jobs, key=lambda one: one["id"]):
        names = {name for each in job["input_files"].values() for name in each}
        if names <= found.keys() or job["status"] != "COMPLETED":
            continue
        for given in acquaintance.details(probe, job["id"])["input"]["files"].values():
            found |= {f"{job['id']}:{one}": one for one in given}
        found |= dict.fromkeys(names)
        if len({one for one in found.values() if one is not None}) >= number:
            break
    return sorted({one for one in found.values() if one is not None})[:number]


def input_that_takes_several(job: Record) -> str | None:
    """Return the name of an input that its job type declares for several files, if any."""
    declared = at(job, "job_type_rev", "manifest", "job", "interface", "inputs", "files") or []
    for one in declared:
        if one.get("multiple") is True and one.get("partial") is not True:
            return str(one["name"])
    return None


def _reading(probe: Probe, jobs: Sequence[Record]) -> Record | None:
    """Make a job that reads several files, if its job type lets it."""
    cast = Cast(probe)
    try:
        plain = cast.made(1)[0]
        name = input_that_takes_several(plain)
        files = known_files(probe, jobs, SEVERAL + 1)
    except NotReached:
        return None
    if name is None or len(files) < SEVERAL:
        return None
    body = cast.body("slow")
    given = body["input"]
    body = {**body, "input": {**given, "files": {**given.get("files", {}), name: files}}}
    answer = probe.call("createJob", body=body)
    if not answer.is_success:
        return None
    return acquaintance.details(probe, answer.json["id"])


def running(probe: Probe) -> Record:
    """Return a job that is RUNNING."""
    found = acquaintance.in_state(probe, "RUNNING")
    if not found and probe.mode.allows(Needs.CREATE):
        found = Cast(probe).in_state("RUNNING", 1)
    probe.assume(found, "no job is RUNNING")
    return found[0]


def failed(probe: Probe) -> Record:
    """Return a job that is FAILED."""
    found = acquaintance.in_state(probe, "FAILED")
    if not found and probe.mode.allows(Needs.CREATE):
        found = Cast(probe).in_state("FAILED", 1)
    probe.assume(found, "no job is FAILED")
    return found[0]


def alike(probe: Probe, body: Record) -> list[Record]:
    """Return versions of one job type whose jobs can be made with the inputs that we have."""
    given = set(at(body, "input", "files") or {}) | set(at(body, "input", "json") or {})
    jobs = {job["job_type"]["id"]: job for job in acquaintance.sample(probe)}
    names = [job["job_type"]["name"] for job in jobs.values()]
    found: list[Record] = []
    for _, job in sorted(jobs.items()):
        kind = job["job_type"]
        if names.count(kind["name"]) < 2 or kind["is_system"] or not kind["is_active"]:
            continue
        shown = acquaintance.details(probe, job["id"])
        inputs = at(shown, "job_type_rev", "manifest", "job", "interface", "inputs")
        declared = [one for each in ("files", "json") for one in (inputs or {}).get(each, [])]
        required = {one["name"] for one in declared if one.get("required", True)}
        same_name = not found or found[0]["name"] == kind["name"]
        if inputs and required <= given and same_name:
            found.append(kind)
    return found
