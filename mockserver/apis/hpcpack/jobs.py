"""The operations on jobs."""

from __future__ import annotations

from typing import Any

from mockserver.apis.hpcpack import listing, markup, sweep
from mockserver.apis.hpcpack.directory import PASSWORDS, User, find, full_name
from mockserver.apis.hpcpack.faults import Code, SchedulerError, wrong
from mockserver.apis.hpcpack.front import Front
from mockserver.apis.hpcpack.listing import Listing
from mockserver.apis.hpcpack.properties import JOB, TASK, settings
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Condition, Resource
from mockserver.store.query import within

CHANGEABLE = frozenset({"Configuring", "Running"})


class JobOperations(Front):
    """Jobs: made, submitted, watched, ended, and run again."""

    # -- reading -------------------------------------------------------------------------------

    def list_jobs(self, call: Call) -> Reply:
        """Return a page of the jobs that fit."""
        wanted = listing.asked(call, "sortJobsBy")
        where = listing.conditions(
            wanted.filter,
            {
                "jobstate": self._in_state,
                "nodegroup": self.in_group,
                "changetimefrom": lambda text: listing.since("ChangeTime", text),
            },
        )
        if wanted.owner.strip():
            where.append(within("owned_by", [full_name(wanted.owner).lower()]))
        name = JOB.canonical(wanted.sort) or "Id"
        column = {"Id": "key", "State": "state"}.get(name, name)
        found = Listing(self.jobs, tuple(where), column, "key", wanted.ascending)
        return self.list_rows(call, JOB, wanted, found)

    def _in_state(self, text: str) -> Condition:
        return listing.states(self.service.machines["Job"].lifecycle.states, text)

    def in_group(self, text: str) -> Condition:
        """Return the condition that NodeGroups names a group: it is one of all texts that do."""
        group = text.strip().lower()
        known = (one.key for one in self.groupings.all())
        return within("grouping", [one for one in known if group in one.split(",")])

    def get_job(self, call: Call) -> Reply:
        """Return the properties of a job."""
        detail = self.jobs.view(call.path["jobId"], "detail")
        if detail is None:
            self.job(call)
        return self.show(call, JOB, detail or b"[]")

    def get_job_custom_properties(self, call: Call) -> Reply:
        """Return custom properties of a job."""
        return self.list_custom(call, self.job(call))

    def get_job_environment_variables(self, call: Call) -> Reply:
        """Return environment variables of a job."""
        return self.list_variables(call, self.job(call))

    # -- making and changing -------------------------------------------------------------------

    def create_job(self, call: Call) -> Reply:
        """Make a job from properties."""
        job = self._new_job(self.caller(call), JOB.parse(settings(call.body)))
        return self.answer(call, b"%d" % job.key)

    def create_job_from_xml(self, call: Call) -> Reply:
        """Make a job, and its tasks, from a text of XML."""
        if call.body is None:
            raise wrong("The job XML is missing.")
        described = markup.read_job(call.body)
        tasks = [(one, _known(TASK, one.attributes)) for one in described.tasks]
        job = self._new_job(self.caller(call), _known(JOB, described.attributes))
        job.facts["custom"], job.facts["variables"] = described.custom, described.variables
        self.jobs.update(job)
        for one, values in tasks:
            task = self.add_new_task(job, values)
            task.facts["custom"], task.facts["variables"] = one.custom, one.variables
            self.tasks.update(task)
        return self.answer(call, b"%d" % job.key)

    def _new_job(self, owner: User, values: dict[str, Any]) -> Resource:
        key = (self.jobs.top_key() or 0) + 1
        job = new_job(key, owner.name, values, self.world.clock.now())
        self._note_grouping(job)
        self.add(self.jobs, job)
        return job

    def add_new_task(self, job: Resource, values: dict[str, Any]) -> Resource:
        """Write a new task of *job*."""
        job.facts["tasks"] += 1
        self.jobs.update(job)
        task = sweep.new_task(job, job.facts["tasks"], values, self.world.clock.now())
        self.add(self.tasks, task)
        return task

    def _note_grouping(self, job: Resource) -> None:
        """Keep *job* findable by the node groups it names."""
        grouping = grouping_of(job.columns["NodeGroups"])
        job.columns["grouping"] = grouping
        if grouping and self.groupings.get(grouping) is None:
            self.groupings.insert(Resource(grouping, "", self.world.clock.now()))

    def set_job_properties(self, call: Call) -> Reply:
        """Change properties of a job."""
        job = self.own_job(call)
        if job.state not in CHANGEABLE:
            message = f"Job {job.key} is {job.state}, so it cannot be changed."
            raise SchedulerError(Code.JOB_STATE_FORBIDS_CHANGE, message)
        self._set(job, JOB.parse(settings(call.body)))
        return Reply.empty(204)

    def _set(self, job: Resource, values: dict[str, Any]) -> None:
        job.columns |= values
        job.columns["ChangeTime"] = self.world.clock.now()
        self._note_grouping(job)
        self.jobs.update(job)

    def set_job_custom_properties(self, call: Call) -> Reply:
        """Give custom properties of a job their values."""
        return self._set_facts(call, "custom")

    def set_job_environment_variables(self, call: Call) -> Reply:
        """Give environment variables of a job their values."""
        return self._set_facts(call, "variables")

    def _set_facts(self, call: Call, name: str) -> Reply:
        job = self.own_job(call)
        job.facts[name] |= dict(settings(call.body))
        self.jobs.update(job)
        return Reply.empty(204)

    # -- commands ------------------------------------------------------------------------------

    def submit_job(self, call: Call) -> Reply:
        """Hand a job to the scheduler."""
        job = self.own_job(call)
        given = settings(call.body)
        password = [value for name, value in given if name.lower() == "password"]
        values = JOB.parse(one for one in given if one[0].lower() != "password")
        target = self._target(job, "submitJob", Code.ONLY_CONFIGURING_JOBS_ARE_SUBMITTED)
        _check_password(values.get("UserName", job.columns["UserName"]), password)
        job.columns |= values
        self._note_grouping(job)
        self.move(self.jobs, job, target, self.world.clock.now(), "submitJob")
        return Reply.empty(204)

    def cancel_job(self, call: Call) -> Reply:
        """End a job, at once if forced, else after the grace period of its tasks."""
        job = self.own_job(call)
        target = self._target(job, "cancelJob", Code.INVALID_CANCEL_JOB_STATE)
        forced: bool = call.query["forced"]
        now = self.world.clock.now()
        job.columns["ErrorMessage"] = call.body or "The job was canceled."
        if job.state == "Running" and not forced:
            target = "Canceling"
        self.move(self.jobs, job, target, now, "cancelJob")
        self.stop_tasks(job, now, forced=forced)
        return Reply.empty(204)

    def finish_job(self, call: Call) -> Reply:
        """End a job as Finished; tasks that run are stopped first."""
        job = self.own_job(call)
        target = self._target(job, "finishJob", Code.INVALID_OPERATION)
        now = self.world.clock.now()
        if job.state == "Running" and self.has_children(
            job.key, "Running", "Finishing", "Canceling"
        ):
            target = "Finishing"
            job.facts["outcome"] = "Finished"
        self.move(self.jobs, job, target, now, "finishJob")
        self.stop_tasks(job, now, forced=True, finishes=True)
        return Reply.empty(204)

    def requeue_job(self, call: Call) -> Reply:
        """Put a job back into the queue, and with it the tasks that have not Finished."""
        job = self.own_job(call)
        target = self._target(job, "requeueJob", Code.ONLY_ENDED_JOBS_ARE_REQUEUED)
        self.move(self.jobs, job, target, self.world.clock.now(), "requeueJob")
        return Reply.empty(204)

    def _target(self, job: Resource, command: str, number: Code) -> str:
        """Return where *command* takes *job*; raise `SchedulerError` if its state forbids it."""
        if command == "submitJob" and job.state == "Configuring":
            return "Submitted"
        target = self.service.machines["Job"].target(job.state, command)
        if target is None:
            raise SchedulerError(number, f"Job {job.key} is {job.state}: no {command} now.")
        return target


def new_job(key: int, owner: str, values: dict[str, Any], moment: int) -> Resource:
    """Return a job that *owner* makes."""
    own = {
        "Owner": owner,
        "UserName": values.get("UserName") or owner,
        "JobTemplate": values.get("JobTemplate") or "Default",
        "CreateTime": moment,
        "ChangeTime": moment,
        "owned_by": owner.lower(),
        "grouping": grouping_of(values.get("NodeGroups", "")),
    }
    columns = JOB.defaults() | values | own
    facts: dict[str, Any] = {"custom": {}, "variables": {}, "tasks": 0}
    return Resource(key, "Configuring", moment, columns=columns, facts=facts)


def grouping_of(groups: str) -> str:
    """Return a comma-separated list of node groups as it is compared: sorted, in lower case."""
    return ",".join(sorted({one.strip().lower() for one in groups.split(",") if one.strip()}))


def _known(book: Any, attributes: dict[str, str]) -> dict[str, Any]:
    """Return the values of the attributes that are properties to set; exported jobs have others."""
    settable = (
        (name, text)
        for name, text in attributes.items()
        if (known := book.canonical(name)) in book.columns and book.columns[known].settable
    )
    return dict(book.parse(settable))


def _check_password(name: str, passwords: list[str]) -> None:
    """Raise `SchedulerError` if a known user's password is given wrongly."""
    user = find(name)
    if user is not None and passwords and passwords[-1] != PASSWORDS[user.name]:
        message = "The user name or password of the job is wrong."
        raise SchedulerError(Code.AUTHENTICATION_FAILURE, message)
