"""What cancel and requeue do, to which jobs, and when."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from conformance.checks.scale.commands import CANCEL, ORDERS, REQUEUE, Drill, Order
from conformance.checks.scale.filters import Record
from conformance.checks.scale.listing import executions
from conformance.checks.scale.moments import (
    DURATIONS,
    FAR_AWAY,
    LONG_AGO,
    ZONES,
    is_before,
    spelled,
)
from conformance.failures import NotReached, Violation
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

past = st.datetimes(datetime(1990, 1, 1), datetime(2015, 1, 1))  # noqa: DTZ001 - the zone is added
CANCELING, REQUEUEING = ORDERS


def _timed(order: Order) -> None:
    """Register the claims about the range of time, which are the same for both commands."""
    prefix = f"scale/{order.operation_id}"

    @check(f"{prefix}/started-filter", needs=Needs.CHANGE)
    def nothing_older_than_started_is_taken(probe: Probe, _: None) -> None:
        """With started, no job that was last modified before that moment is taken."""
        drill = Drill(probe, order)
        old = drill.jobs(2, "FAILED" if order.operation_id == CANCEL else "CANCELED")
        young = _younger(drill, old)
        control = drill.jobs(1)
        drill.accepted([old[0], young, old[1]], started=young["created"])
        drill.accepted(control)
        drill.taken(control, "nothing else is asked for")
        drill.left(old, f"it was last modified before {young['created']}")

    @check(f"{prefix}/ended-filter", needs=Needs.CHANGE)
    def nothing_younger_than_ended_is_taken(probe: Probe, _: None) -> None:
        """With ended, no job that was created after that moment is taken."""
        drill = Drill(probe, order)
        old = drill.jobs(1, "FAILED" if order.operation_id == CANCEL else "CANCELED")
        young = _younger(drill, old)
        control = drill.jobs(1)
        drill.accepted([young], ended=old[0]["last_modified"])
        drill.accepted(control)
        drill.taken(control, "nothing else is asked for")
        drill.left([young], f"it was created after {old[0]['last_modified']}")

    @check(f"{prefix}/ended-defaults-to-now", needs=Needs.CHANGE)
    def range_without_an_end_reaches_until_now(probe: Probe, _: None) -> None:
        """Without ended, a job that existed before the request lies inside the range."""
        drill = Drill(probe, order)
        jobs = drill.jobs(2)
        drill.accepted(jobs[:1], started=LONG_AGO)
        drill.accepted(jobs[1:], started="P9999D")
        drill.taken(jobs, "it lies between long ago and now")

    @check(f"{prefix}/accepts-datetimes", needs=Needs.CHANGE, plan=past, examples=1)
    def both_bounds_take_dates_and_times(probe: Probe, drawn: datetime) -> None:
        """Both started and ended take an ISO-8601 date and time with its zone."""
        drill = Drill(probe, order)
        jobs = drill.jobs(len(ZONES) + 1)
        moment = drawn.replace(tzinfo=UTC)
        for zone in ZONES:
            drill.accepted(jobs[:1], ended=spelled(moment, zone))
        for zone, job in zip(ZONES, jobs[1:], strict=True):
            drill.accepted([job], started=spelled(moment.replace(microsecond=0), zone))
        drill.accepted(jobs[:1], started=LONG_AGO, ended=FAR_AWAY)

    @check(f"{prefix}/accepts-durations", needs=Needs.CHANGE)
    def both_bounds_take_durations(probe: Probe, _: None) -> None:
        """Both started and ended take an ISO-8601 duration."""
        drill = Drill(probe, order)
        jobs = drill.jobs(len(DURATIONS) + 1)
        for text in DURATIONS:
            drill.accepted(jobs[:1], ended=text, started=LONG_AGO)
        for text, job in zip(DURATIONS, jobs[1:], strict=True):
            drill.accepted([job], started=text)


def _younger(drill: Drill, old: list[Record]) -> Record:
    """Return a job that was created after the last change of others, ready for the command."""
    (young,) = drill.cast.made(1)
    if drill.order.operation_id == REQUEUE:
        drill.cast.send(CANCEL, [young])
        young = drill.cast.wait([young], {"CANCELED"}, "canceling")[young["id"]]
    drill.knows(young)
    late = all(is_before(one["last_modified"], young["created"]) for one in old)
    drill.probe.assume(late, "the times of the target are too coarse to tell jobs apart")
    return young


def _general(order: Order) -> None:
    """Register what else is the same for both commands."""
    prefix = f"scale/{order.operation_id}"
    verb = "cancels" if order.operation_id == CANCEL else "requeues"

    @check(f"{prefix}/{verb}-only-what-fits", needs=Needs.CHANGE)
    def jobs_that_do_not_fit_are_left(probe: Probe, _: None) -> None:
        """No job that does not fit the filter is taken."""
        drill = Drill(probe, order)
        before, fitting, after = drill.jobs(3)
        drill.accepted([fitting])
        try:
            drill.taken([fitting], "it fits")
        except Violation as violation:  # is about another statement
            probe.violated(f"{prefix}/{verb}-all-that-fit", violation.reason)
        drill.left([before, after], "it does not fit")

    @check(f"{prefix}/has-no-body", needs=Needs.CHANGE)
    def answer_has_no_body(probe: Probe, _: None) -> None:
        """The answer 202 has no body."""
        drill = Drill(probe, order)
        answer = drill.give(drill.jobs(1))
        probe.assume(answer.is_success, f"{answer.exchange}")
        probe.require(not answer.body, f"{answer.exchange} has the body {answer.text[:60]!r}")

    @check(f"{prefix}/no-filter-fits-all", needs=Needs.EVERYTHING)
    def empty_filter_fits_every_job(probe: Probe, _: None) -> None:
        """An empty filter fits every job."""
        drill = Drill(probe, order)
        jobs = drill.jobs(2)
        answer = probe.call(order.operation_id, body={})
        probe.require(answer.is_success, f"{answer.exchange} for an empty filter")
        drill.taken(jobs, "an empty filter fits every job")


for _order in ORDERS:
    _timed(_order)
    _general(_order)


def _various(drill: Drill, states: tuple[str, ...]) -> list[Record]:
    """Return jobs in these states, as far as they can be had, and three in the usual one."""
    jobs = drill.jobs(3)
    for state in states:
        try:
            jobs += drill.jobs(1, state)
        except NotReached:
            continue
    return jobs


@check("scale/cancelJobs/cancels-all-that-fit", needs=Needs.CHANGE)
def every_job_that_fits_is_canceled(probe: Probe, _: None) -> None:
    """Every job that fits the filter and has not come to a good end becomes CANCELED."""
    drill = Drill(probe, CANCELING)
    jobs = _various(drill, ("RUNNING", "FAILED"))
    jobs += drill.lent(lambda job: job["is_superseded"] is True)
    drill.accepted(jobs)
    drill.taken(jobs, "it fits the filter")


@check("scale/requeueJobs/requeues-all-that-fit", needs=Needs.CHANGE)
def every_failed_or_canceled_job_that_fits_is_requeued(probe: Probe, _: None) -> None:
    """Every FAILED or CANCELED job that fits the filter becomes QUEUED, and again a second time."""
    drill = Drill(probe, REQUEUEING)
    jobs = _various(drill, ("FAILED",))
    drill.accepted(jobs)
    drill.taken(jobs, "it fits the filter")
    again = jobs[:2]
    drill.cast.send(CANCEL, again)
    now = drill.cast.wait(again, {"CANCELED", "FAILED", "COMPLETED"}, "canceling")
    back = [one for one in now.values() if one["status"] != "COMPLETED"]
    for one in back:
        drill.knows(one)
    if back:
        drill.accepted(back)
        drill.taken(back, "it fits the filter for the second time")


@check("scale/requeueJobs/spares-other-states", needs=Needs.CHANGE)
def jobs_in_other_states_are_not_queued_again(probe: Probe, _: None) -> None:
    """A fitting job that is neither FAILED nor CANCELED keeps its num_exes."""
    drill = Drill(probe, REQUEUEING)
    spared = []
    for state in ("COMPLETED", "RUNNING", "QUEUED"):
        try:
            spared += drill.jobs(1, state)
        except NotReached:
            continue
    probe.assume(spared, "no job of ours could be brought to another state")
    control = drill.jobs(1)
    drill.accepted([*control, *spared])
    drill.taken(control, "it is CANCELED")
    drill.left(spared, "only FAILED and CANCELED jobs are requeued")


@check(
    "scale/requeueJobs/priority-is-accepted",
    needs=Needs.CHANGE,
    plan=st.integers(1, 999),
    examples=1,
)
def priority_changes_nothing_about_who_is_requeued(probe: Probe, priority: int) -> None:
    """A request with an integer as priority requeues the jobs that fit just as one without."""
    drill = Drill(probe, REQUEUEING)
    other, *jobs = drill.jobs(3)
    drill.accepted(jobs, priority=priority)
    drill.taken(jobs, f"it fits, and priority is {priority}")
    drill.left([other], "its id is not in job_ids")


@check("scale/requeueJobs/bad-priority-is-400", needs=Needs.CHANGE)
def priority_that_is_no_integer_is_refused(probe: Probe, _: None) -> None:
    """A priority that is no integer is answered 400."""
    drill = Drill(probe, REQUEUEING)
    answer = drill.give(drill.jobs(1), priority="high")
    probe.require(answer.status == 400, f"{answer.exchange} for the priority 'high'")


@check("scale/requeueJobs/clears-the-last-run", needs=Needs.CHANGE)
def requeued_job_shows_nothing_of_its_last_run(probe: Probe, _: None) -> None:
    """A requeued job shows no node, error, started and ended until it runs again."""
    drill = Drill(probe, REQUEUEING)
    jobs = _various(drill, ("FAILED",))
    drill.accepted(jobs)
    now = drill.cast.requeued(jobs)
    waiting = [one for one in now.values() if one["status"] == "QUEUED"]
    probe.assume(waiting, "the jobs ran again before they could be looked at")
    for job in waiting:
        for name in ("node", "error", "started", "ended"):
            said = f"job {job['id']} is queued again and shows {name} {job[name]!r}"
            probe.require(job[name] is None, said)


@check("scale/requeueJobs/keeps-executions", needs=Needs.CHANGE)
def executions_stay_when_a_job_is_requeued(probe: Probe, _: None) -> None:
    """The executions of a job stay in its list when it is requeued."""
    drill = Drill(probe, REQUEUEING)
    jobs = drill.jobs(1, "FAILED")
    before = {one["id"]: executions(one["id"]).whole(probe).results for one in jobs}
    probe.assume(any(before.values()), "no job of ours has had an execution")
    drill.accepted(jobs)
    drill.cast.requeued(jobs)
    for job_id, earlier in before.items():
        later = {one["id"]: one for one in executions(job_id).whole(probe).results}
        for one in earlier:
            kept = later.get(one["id"])
            said = f"execution {one['exe_num']} of job {job_id} is gone since it was requeued"
            probe.require(kept is not None, said)
            assert kept is not None
            if one["ended"] is not None and kept["status"] != one["status"]:
                told = f"execution {one['id']} went from {one['status']} to {kept['status']}"
                probe.violated("scale/JobExecution/closed", told)
            moved = [name for name in ("created", "queued", "started") if kept[name] != one[name]]
            if moved:
                told = f"{moved[0]} of execution {one['id']} changed when its job was requeued"
                probe.violated("scale/JobExecution/created-stays", told)


@check("scale/cancelJobs/execution-is-canceled-too", needs=Needs.CHANGE)
def running_execution_is_canceled_with_its_job(probe: Probe, _: None) -> None:
    """The running execution of a job that becomes CANCELED ends as CANCELED."""
    drill = Drill(probe, CANCELING)
    (job,) = drill.jobs(1, "RUNNING")
    running = [
        one for one in executions(job["id"]).page(probe).results if one["status"] == "RUNNING"
    ]
    probe.assume(running, "the job is RUNNING and has no running execution")
    drill.accepted([job])
    drill.taken([job], "it fits")
    path = {"id": job["id"], "exe_num": running[0]["exe_num"]}

    def shown() -> str:
        return str(probe.ok("getExecution", path=path).json["status"])

    probe.eventually(
        lambda: shown() != "RUNNING", message="the job is CANCELED, and its execution still RUNNING"
    )
    probe.require(shown() == "CANCELED", f"the job is CANCELED, and its execution is {shown()}")
