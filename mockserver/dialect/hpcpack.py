"""HPC Pack 2016, where it contradicts the document of its REST API."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from mockserver.apis.hpcpack import HpcPack, markup
from mockserver.apis.hpcpack.faults import Code
from mockserver.apis.hpcpack.layouts import TASKS
from mockserver.dialect import Account
from mockserver.dialect.hpcpack_xml import read_value
from mockserver.errors import Violation
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Resource

XML = frozenset({"application/xml", "text/xml"})

CANCELS = frozenset({"cancelTask", "cancelSubtask"})


class ObservedHpcPack(HpcPack):
    """What HPC Pack 2016 does otherwise than its document says."""

    def refuse(self, call: Call, violations: Sequence[Violation]) -> None:
        """Refuse what breaks the contract, but for a body in XML, which is read."""
        others = [one for one in violations if one.code != "media-type"]
        if len(others) < len(violations) and call.media_type in XML:
            call.body = read_value(call.raw)
            violations = others
        if violations:
            super().refuse(call, violations)

    def list_node_group_members(self, call: Call) -> Reply:
        """Return the names of the nodes of a group; of an unknown one, none."""
        if self.cluster.members(call.path["name"]) is None:
            return self.answer(call, orjson.dumps([]), markup.TEXTS)
        return super().list_node_group_members(call)

    # -- what happens --------------------------------------------------------------------------

    def _task_target(self, task: Resource, command: str, number: Code) -> str:
        """Return where *command* takes *task*: whatever runs ends as Failed, not as Canceled."""
        target = super()._task_target(task, command, number)
        if command in CANCELS and task.state == "Running":
            return "Failed"
        if command == "requeueTask" and task.state == "Failed":
            job = self.jobs.get(task.columns["ParentJobId"])
            return "Queued" if job is not None and job.state == "Running" else target
        return target

    def arrive(self, name: str, resource: Resource, source: str, moment: int) -> None:
        """Set what a job or a task shows in its new state, and how one that is stopped will end."""
        facts = resource.facts
        if (name, resource.state, source) == (TASKS.name, "Canceling", "Running"):
            facts["outcome"] = "Failed"
        super().arrive(name, resource, source, moment)

    def stop(
        self,
        task: Resource,
        moment: int,
        *,
        forced: bool,
        finishes: bool = False,
        fails: bool = False,
    ) -> None:
        """Stop one task on behalf of its job or its sweep; a running one fails."""
        super().stop(task, moment, forced=forced, finishes=finishes, fails=fails or not finishes)


ACCOUNT = Account(
    implementation="hpcpack-2016-update3",
    over=ObservedHpcPack,
    played=frozenset(
        {
            "Takes bodies in XML as well, which the vendor's own C# sample sends.",
            (
                "Seems not to answer 4xx, for the vendor's tests leave out this one case of "
                "unknown names."
            ),
            "Ends a task that is canceled while it runs as Failed, not as Canceled.",
            "Ends a subtask that is canceled while it runs as Failed, not as Canceled.",
            "Queues the task at once if its job is still running.",
        }
    ),
    left_out={
        "Takes a canceled job back to Configuring and changes it.": (
            "This is known of an older release, 2008 R2; that of 2016, which is played, refuses."
        ),
    },
)
