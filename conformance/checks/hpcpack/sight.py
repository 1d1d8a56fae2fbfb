"""Whatever page of a list any check sees is held to what was asked for.

What is found so is noted against the requirement that is contradicted, and the check goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.checks.hpcpack.clauses import Clause, rule_of, stranger
from conformance.checks.hpcpack.sorting import disorder
from conformance.drivers.hpcpack_cluster import NO_PROPERTY, Properties, same_user

DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "listJobs": ("Id", "Owner", "Name", "State", "Priority"),
    "listTasks": (
        "TaskId", "Name", "State", "CommandLine", "ExitCode", "ParentJobId", "JobTaskId",
        "InstanceId",
    ),
}  # fmt: skip
"""What rows show if nobody says what they should."""

ALWAYS = frozenset(
    {"id", "taskid", "state", "owner", "priority", "parentjobid", "jobtaskid", "instanceid"}
)
"""Properties that each row has that can have them, in lower case."""

DEFAULT_ROWS = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of a list."""

    operation_id: str
    key: str
    sorts: str
    path: Mapping[str, object]
    where: Sequence[Clause]
    query: Mapping[str, Any]

    @property
    def named(self) -> tuple[str, ...]:
        """The properties that were asked for by name."""
        given = self.query.get("properties") or ()
        return tuple(given.split(",")) if isinstance(given, str) else tuple(given)

    def address(self, slug: str) -> str:
        """Return the id of a requirement of this list."""
        return f"hpcpack/{self.operation_id}/{slug}"


def faults(asked: Asked, rows: Sequence[Properties]) -> dict[str, str]:
    """Return what is wrong with a page: requirements, each with a complaint."""
    found: dict[str, str | None] = {
        **_room(asked, rows),
        **_names(asked, rows),
        **_order(asked, rows),
    }
    if asked.where:
        found[rule_of(asked.operation_id, asked.where)] = stranger(asked.where, rows)
    if asked.query.get("owner"):
        found[asked.address("owner-only-matching")] = _foreign(asked, rows)
    if asked.operation_id == "listTasks":
        found |= _identities(asked, rows)
    return {name: words for name, words in found.items() if words is not None}


def _room(asked: Asked, rows: Sequence[Properties]) -> dict[str, str | None]:
    size = asked.query.get("rowsPerRead")
    if size is None:
        too_many = f"{len(rows)} rows, though none were asked for" * (len(rows) > DEFAULT_ROWS)
        return {"hpcpack/ten-rows-by-default": too_many or None}
    too_many = f"{len(rows)} rows, though rowsPerRead is {size}" * (len(rows) > size)
    return {"hpcpack/rows-per-read": too_many or None}


def _names(asked: Asked, rows: Sequence[Properties]) -> dict[str, str | None]:
    if asked.named:
        slug, wanted = "only-named-properties", asked.named
        needed = {one.casefold() for one in wanted} & ALWAYS
    elif asked.operation_id in DEFAULTS:
        slug, wanted = "default-properties", DEFAULTS[asked.operation_id]
        needed = {one.casefold() for one in wanted}
    else:
        return {}
    return {asked.address(slug): _names_fault(rows, wanted, needed)}


def _names_fault(rows: Sequence[Properties], wanted: Sequence[str], needed: set[str]) -> str | None:
    allowed = {one.casefold() for one in wanted}
    for row in rows:
        shown = [one.casefold() for one in row.names]
        missing = needed - set(shown)
        if row.get("State") not in {None, "Finished", "Failed"}:
            missing -= {"exitcode"}  # there is none yet
        if missing:
            return f"a row lacks {', '.join(sorted(missing))}: {row}"
        more = set(shown) - allowed
        if more or len(shown) != len(set(shown)):
            return f"a row shows {', '.join(row.names)}, where {', '.join(wanted)} were wanted"
    return None


def _order(asked: Asked, rows: Sequence[Properties]) -> dict[str, str | None]:
    name, slug = asked.query.get(asked.sorts), "sorted-by-named-property"
    if name is None:
        name, slug = asked.key, "sorted-by-id-by-default"
    elif name == NO_PROPERTY:
        name, slug = asked.key, "sorted-by-id-if-property-unknown"
    if name.endswith("Time") or not all(name in row for row in rows):
        return {}
    return {asked.address(slug): disorder(name, [row[name] for row in rows])}


def _foreign(asked: Asked, rows: Sequence[Properties]) -> str | None:
    """Return a complaint about a job of somebody else, who alone can have had it in hand."""
    owner = str(asked.query["owner"])
    for row in rows:
        is_foreign = "Owner" in row and not same_user(row["Owner"], owner)
        # whoever submitted a job may count as its owner as well, says the document
        if is_foreign and (row.get("State") == "Configuring" or not _may_submit(row, owner)):
            return f"owner={owner} lists a job of {row['Owner']}"
    return None


def _may_submit(row: Properties, owner: str) -> bool:
    return "UserName" not in row or same_user(row["UserName"], owner)


def _identities(asked: Asked, rows: Sequence[Properties]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    job = str(asked.path["jobId"])
    steps = _sweeps(rows)
    for row in rows:
        is_step = (row.get("JobTaskId") in steps and row.get("InstanceId", "0") != "0") or None
        wrong = identity(row, is_step=is_step)
        found |= {name: words for name, words in wrong.items() if words is not None}
        parent = row.get("ParentJobId") or row.get("TaskId", job).partition(".")[0]
        if parent != job:
            words = f"the list of job {job} has a task of job {parent}"
            found["hpcpack/listTasks/only-tasks-of-the-job"] = words
    return found


def _sweeps(rows: Sequence[Properties]) -> set[str]:
    """Return the numbers of those tasks that a list shows as several subtasks."""
    numbers = [row.get("JobTaskId", "") for row in rows if row.get("InstanceId", "0") != "0"]
    return {one for one in numbers if one and numbers.count(one) > 1}


def identity(row: Properties, *, is_step: bool | None = None) -> dict[str, str | None]:
    """Return what is wrong with the ids of a task or a subtask, if they are shown.

    Whether it is a subtask follows from the ids, unless it is known.
    """
    if not {"TaskId", "ParentJobId", "JobTaskId"} <= set(row.names):
        return {}
    shown, plain = row["TaskId"], f"{row['ParentJobId']}.{row['JobTaskId']}"
    instance = row.get("InstanceId", "0")
    if shown.count(".") < 2 and instance == "0" and not is_step:
        words = f"TaskId is {shown}, where ParentJobId and JobTaskId make {plain}"
        return {"hpcpack/Task/task-id-names-its-job": None if shown == plain else words}
    if shown == plain and not is_step:
        words = f"task {shown} is no subtask, and its InstanceId is {instance}"
        return {"hpcpack/Task/plain-task-has-instance-zero": words}
    whole = f"{plain}.{instance}"
    words = f"TaskId is {shown}, where the three numbers make {whole}"
    return {"hpcpack/Subtask/task-id-names-its-task": None if shown == whole else words}
