"""Faults in what is read, and in what is refused altogether."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from mockserver.apis.thinkbox import Thinkbox, farm, orders, views
from mockserver.errors import ApiError
from mockserver.mutants import FaultClass
from mockserver.mutants.catalogue import Catalogue
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Query, Resource

FAULTS = Catalogue("thinkbox")


@FAULTS.add("post-with-job-is-taken", "postTasks/is-never-implemented", FaultClass.STATUS)
class PostWithJobIsTaken(Thinkbox):
    """A POST whose body is not empty is answered with 200 and Success."""

    def post_tasks(self, call: Call) -> Reply:
        return Reply.text("Success") if call.raw else super().post_tasks(call)


@FAULTS.add("delete-is-405", "deleteTasks/is-never-implemented", FaultClass.STATUS)
class DeleteIs405(Thinkbox):
    """A DELETE is answered with 405."""

    def delete_tasks(self, call: Call) -> Reply:
        raise ApiError(f"{call.method} is not allowed.", 405)


@FAULTS.add("delete-deletes-the-task", "deleteTasks/deletes-nothing", FaultClass.DATA)
class DeleteDeletesTheTask(Thinkbox):
    """A DELETE with JobID and TaskID is answered with 501, but the task is gone."""

    def delete_tasks(self, call: Call) -> Reply:
        job, task = call.values("JobID"), call.values("TaskID")
        found = self.tasks.get(f"{job[-1]}_{task[-1]}") if job and task else None
        if found is not None:
            self.tasks.delete(found)
        return Reply.text("Error: DELETE is not supported for tasks.", 501)


@FAULTS.add("no-job-id-on-get-is-empty", "no-job-id-is-400", FaultClass.STATUS)
class NoJobIdOnGetIsEmpty(Thinkbox):
    """A GET without a JobID is answered with 200 and no tasks."""

    def get_tasks(self, call: Call) -> Reply:
        if "JobID" not in call.query:
            return Reply.ready(self.envelope("", ()))
        return super().get_tasks(call)


@FAULTS.add("ids-of-unknown-job-are-none", "unknown-job-is-500", FaultClass.STATUS)
class IdsOfUnknownJobAreNone(Thinkbox):
    """The task IDs of a job that does not exist are answered with 200 and an empty array."""

    def get_tasks(self, call: Call) -> Reply:
        unknown = self.jobs.get(call.query.get("JobID")) is None
        if call.query.get("IdOnly") and call.query.get("JobID") and unknown:
            return Reply.json([])
        return super().get_tasks(call)


@FAULTS.add("unknown-job-of-one-task-is-404", "unknown-job-is-500", FaultClass.STATUS)
class UnknownJobOfOneTaskIs404(Thinkbox):
    """One task of a job that does not exist is answered with 404 instead of 500."""

    def get_tasks(self, call: Call) -> Reply:
        job_id = call.query.get("JobID")
        if job_id and "TaskID" in call.query and self.jobs.get(job_id) is None:
            raise ApiError("There is no such task.", 404)
        return super().get_tasks(call)


@FAULTS.add("ids-are-texts", "getTasks/id-only-answers-integers", FaultClass.BODY)
class IdsAreTexts(Thinkbox):
    """With IdOnly=true the IDs are texts."""

    def task_ids(self, job_id: str) -> Reply:
        ids = orjson.loads(super().task_ids(job_id).body)
        return Reply.json([str(one) for one in ids])


@FAULTS.add("ids-without-the-last", "getTasks/ids-are-those-of-the-tasks", FaultClass.COLLECTION)
class IdsWithoutTheLast(Thinkbox):
    """With IdOnly=true the last ID is missing, for jobs of three tasks and more."""

    def task_ids(self, job_id: str) -> Reply:
        ids = orjson.loads(super().task_ids(job_id).body)
        return Reply.json(ids[:-1] if len(ids) > 2 else ids)


@FAULTS.add("last-task-is-the-first", "getTasks/task-id-answers-that-task", FaultClass.DATA)
class LastTaskIsTheFirst(Thinkbox):
    """Asked for its last task alone, a job of several tasks answers the first one."""

    def one_task(self, job_id: str, number: int) -> Reply:
        count = len(self.tasks.keys(farm.tasks_of(job_id)))
        return super().one_task(job_id, 0 if number == count - 1 else number)


@FAULTS.add("bad-task-id-is-zero", "getTasks/task-id-not-an-integer-is-400", FaultClass.STATUS)
class BadTaskIdIsZero(Thinkbox):
    """A TaskID that is no integer is answered as if it were 0."""

    def get_tasks(self, call: Call) -> Reply:
        wanted = call.values("TaskID")
        job_id = call.query.get("JobID")
        if job_id and wanted and wanted[-1] and orders.integer(wanted[-1]) is None:
            self.find_job(job_id)
            return self.one_task(job_id, 0)
        return super().get_tasks(call)


@FAULTS.add("empty-task-id-is-all", "getTasks/empty-task-id-is-400", FaultClass.STATUS)
class EmptyTaskIdIsAll(Thinkbox):
    """An empty TaskID is answered with all tasks."""

    def get_tasks(self, call: Call) -> Reply:
        if call.query.get("JobID") and call.values("TaskID") == [""]:
            self.find_job(call.query["JobID"])
            return self.all_tasks(call.query["JobID"])
        return super().get_tasks(call)


@FAULTS.add("all-tasks-with-a-stranger", "getTasks/all-tasks-are-of-the-job", FaultClass.COLLECTION)
class AllTasksWithAStranger(Thinkbox):
    """Among all tasks of a job is one of another job, in the place of its own last one."""

    def envelope(self, job_id: str, rows: Sequence[bytes]) -> bytes:
        for task in self.tasks.find(Query(), 200):
            if task.columns["job"] != job_id and len(rows) > 1:
                stranger = views.task(task, self.world.clock.now())
                stranger["TaskID"] = len(rows) - 1
                return super().envelope(job_id, [*rows[:-1], orjson.dumps(stranger)])
        return super().envelope(job_id, rows)


@FAULTS.add("last-task-twice", "getTasks/each-task-once", FaultClass.COLLECTION)
class LastTaskTwice(Thinkbox):
    """Among all tasks of a job the last but one stands twice, once in the place of the last."""

    def envelope(self, job_id: str, rows: Sequence[bytes]) -> bytes:
        return super().envelope(job_id, [*rows[:-1], rows[-2]] if len(rows) > 1 else rows)


@FAULTS.add("all-tasks-end-early", "getTasks/all-tasks-are-there", FaultClass.COLLECTION)
class AllTasksEndEarly(Thinkbox):
    """All tasks of a job are at most three."""

    def all_tasks(self, job_id: str) -> Reply:
        rows = self.tasks.page(farm.tasks_of(job_id), "full", 3)
        return Reply.ready(self.envelope(job_id, rows))


@FAULTS.add("one-task-shifts-its-frames", "getTasks/task-agrees-with-all-tasks", FaultClass.DATA)
class OneTaskShiftsItsFrames(Thinkbox):
    """A task that is read alone has frames one less than among all tasks; the first has not."""

    def one_task(self, job_id: str, number: int) -> Reply:
        reply = super().one_task(job_id, number)
        task = orjson.loads(reply.body)
        if task["TaskID"] == 0:
            return reply
        first, _, last = task["Frames"].partition("-")
        return Reply.json(task | {"Frames": f"{int(first) - 1}-{int(last) - 1}"})


@FAULTS.add("pending-is-seven", "getTasks/200", FaultClass.BODY)
class PendingIsSeven(Thinkbox):
    """A pending task has the Stat 7."""

    def render(self, name: str, resource: Resource) -> Mapping[str, Any]:
        shown = dict(super().render(name, resource))
        if name == farm.TASKS.name and resource.state == views.PENDING:
            shown["full"] = {**shown["full"], "Stat": 7}
        return shown

    def one_task(self, job_id: str, number: int) -> Reply:
        reply = super().one_task(job_id, number)
        task = orjson.loads(reply.body)
        return Reply.json(task | {"Stat": 7}) if task["Stat"] == 8 else reply
