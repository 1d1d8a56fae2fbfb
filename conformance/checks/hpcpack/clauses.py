"""The clauses of `$filter`, and which rows match them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conformance.checks.hpcpack.moments import Format
from conformance.drivers.hpcpack_cluster import Properties

SHOWN_BY = {
    "JobState": "State", "TaskState": "State", "TaskStates": "State", "NodeState": "State",
    "NodeGroup": "NodeGroups", "TaskIds": "JobTaskId", "TaskInstanceIds": "InstanceId",
    "ChangeTimeFrom": "ChangeTime",
}  # fmt: skip
"""The property that shows whether a row matches a clause."""

RULES: Mapping[str, Mapping[str, str]] = {
    "listNodes": {"NodeState": "node-state-filter-only-matching"},
    "listJobs": {
        "JobState": "job-state-filter-only-matching",
        "NodeGroup": "node-group-filter-only-matching",
        "ChangeTimeFrom": "change-time-filter-only-matching",
    },
    "listTasks": {
        "TaskState": "task-state-filter-only-matching",
        "TaskStates": "task-states-filter-only-matching",
        "TaskIds": "task-ids-filter-only-matching",
        "TaskInstanceIds": "task-instance-ids-filter-only-matching",
        "ChangeTimeFrom": "change-time-filter-only-matching",
    },
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition; a time comes with the format in which rows show theirs."""

    name: str
    value: str
    form: Format | None = None
    moment: str = ""  # the same time as rows would show it

    @property
    def text(self) -> str:
        """The clause as the filter has it."""
        return f"{self.name} eq {self.value}"

    def matches(self, row: Properties) -> bool | None:
        """Whether a row matches; None if it does not show that."""
        shown = row.get(SHOWN_BY[self.name])
        if shown is None:
            return None
        if self.form is not None:
            own, bound = self.form.read(shown), self.form.read(self.moment)
            return None if own is None or bound is None else own >= bound
        wanted = [one.strip().casefold() for one in self.value.split(",")]
        if self.name == "NodeGroup":
            return any(one in wanted for one in map(str.strip, shown.casefold().split(",")))
        return shown.casefold() in wanted


def joined(clauses: Sequence[Clause]) -> str | None:
    """Return the filter of several clauses."""
    return " and ".join(one.text for one in clauses) or None


def rule_of(operation_id: str, clauses: Sequence[Clause]) -> str:
    """Return the requirement that says what the rows of a filtered list match."""
    if len(clauses) > 1:
        return f"hpcpack/{operation_id}/filters-are-anded"
    if "," in clauses[0].value and operation_id == "listTasks":
        return f"hpcpack/{operation_id}/several-values-are-alternatives"
    return f"hpcpack/{operation_id}/{RULES[operation_id][clauses[0].name]}"


def stranger(clauses: Sequence[Clause], rows: Sequence[Properties]) -> str | None:
    """Return a complaint about the first row that does not match each clause."""
    for row in rows:
        for one in clauses:
            if one.matches(row) is False:
                return f"{joined(clauses)} lists a row with {SHOWN_BY[one.name]} " + repr(
                    row[SHOWN_BY[one.name]]
                )
    return None
