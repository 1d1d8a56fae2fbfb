"""Faults in the members of a task: their shape, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from mockserver.apis.deadline_cloud import DeadlineCloud
from mockserver.apis.deadline_cloud.layouts import TASKS
from mockserver.moment import parse_iso
from mockserver.mutants import FaultClass
from mockserver.mutants.catalogue import Catalogue
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Resource

FAULTS = Catalogue("deadline-cloud")

JsonObject = dict[str, Any]


class Misread(DeadlineCloud):
    """Shows a task wrongly in getTask and nowhere else."""

    def get_task(self, call: Call) -> Reply:
        shown = orjson.loads(super().get_task(call).body)
        self.spoil(shown)
        return Reply.json(shown)

    def spoil(self, shown: JsonObject) -> None:
        """Change *shown*, a task, to what it should not be."""
        raise NotImplementedError


class Misshown(DeadlineCloud):
    """Shows a task wrongly wherever it is shown."""

    def render(self, name: str, resource: Resource) -> Mapping[str, Any]:
        views = super().render(name, resource)
        if name == TASKS.name:
            for view in views.values():
                self.spoil(view, resource)
        return views

    def spoil(self, shown: JsonObject, task: Resource) -> None:
        """Change *shown*, a view of *task*, to what it should not be."""
        raise NotImplementedError


@FAULTS.add("created-at-is-a-number", "getTask/200", FaultClass.BODY)
class CreatedAtIsANumber(Misread):
    """createdAt is a number of seconds."""

    def spoil(self, shown: JsonObject) -> None:
        shown["createdAt"] = (parse_iso(shown["createdAt"]) or 0) / 1_000_000


@FAULTS.add("no-end-is-null", "getTask/200", FaultClass.BODY)
class NoEndIsNull(Misread):
    """A task that runs shows endedAt as null."""

    def spoil(self, shown: JsonObject) -> None:
        if shown["runStatus"] == "RUNNING":
            shown["endedAt"] = None


@FAULTS.add("british-spelling", "getTask/200", FaultClass.BODY)
class BritishSpelling(Misread):
    """The run status of a task that was canceled is spelled with two Ls."""

    def spoil(self, shown: JsonObject) -> None:
        if shown["runStatus"] == "CANCELED":
            shown["runStatus"] = "CANCELLED"


@FAULTS.add("creator-is-left-out", "getTask/200", FaultClass.BODY)
class CreatorIsLeftOut(Misread):
    """A task does not show who created it."""

    def spoil(self, shown: JsonObject) -> None:
        del shown["createdBy"]


@FAULTS.add("integers-are-numbers", "getTask/200", FaultClass.BODY)
class IntegersAreNumbers(Misread):
    """An int among the parameters is a JSON number and no text."""

    def spoil(self, shown: JsonObject) -> None:
        for value in shown.get("parameters", {}).values():
            if "int" in value:
                value["int"] = int(value["int"])


@FAULTS.add("path-is-a-string-too", "getTask/200", FaultClass.BODY)
class PathIsAStringToo(Misread):
    """A path among the parameters has a second member, string, with the same text."""

    def spoil(self, shown: JsonObject) -> None:
        for value in shown.get("parameters", {}).values():
            if "path" in value:
                value["string"] = value["path"]


@FAULTS.add("retries-are-a-text", "getTask/200", FaultClass.BODY)
class RetriesAreAText(Misread):
    """A failureRetryCount above 0 is a text."""

    def spoil(self, shown: JsonObject) -> None:
        if shown.get("failureRetryCount"):
            shown["failureRetryCount"] = str(shown["failureRetryCount"])


@FAULTS.add("target-has-a-word-of-its-own", "getTask/200", FaultClass.BODY)
class TargetHasAWordOfItsOwn(Misread):
    """The targetRunStatus of a task that is being interrupted is INTERRUPTED."""

    def spoil(self, shown: JsonObject) -> None:
        if "targetRunStatus" in shown:
            shown["targetRunStatus"] = "INTERRUPTED"


@FAULTS.add("session-instead-of-action", "getTask/200", FaultClass.BODY)
class SessionInsteadOfAction(Misread):
    """latestSessionActionId is the id of a session, as the document's text has it."""

    def spoil(self, shown: JsonObject) -> None:
        if "latestSessionActionId" in shown:
            digits = shown["latestSessionActionId"].split("-")[1]
            shown["latestSessionActionId"] = f"session-{digits}"


def _spoil_parameters(shown: JsonObject, kind: str, change: Any) -> None:
    if any(kind in value for value in shown.get("parameters", {}).values()):
        shown["parameters"] = {
            name: {kind: change(value[kind])} if kind in value else value
            for name, value in shown["parameters"].items()
        }


@FAULTS.add("exponents-grow", "TaskParameters/floats-are-doubles", FaultClass.DATA)
class ExponentsGrow(Misshown):
    """A float that is spelled with an exponent loses its sign and gets three more digits there."""

    def spoil(self, shown: JsonObject, task: Resource) -> None:  # noqa: ARG002
        def grow(text: str) -> str:
            digits, mark, exponent = text.lower().partition("e")
            return f"{digits}e9{exponent.lstrip('+-')}99" if mark else text

        _spoil_parameters(shown, "float", grow)


@FAULTS.add("latin-only", "TaskParameters/strings-survive", FaultClass.DATA)
class LatinOnly(Misshown):
    """A character of a string that Latin-1 has not is shown as a question mark."""

    def spoil(self, shown: JsonObject, task: Resource) -> None:  # noqa: ARG002
        def squeeze(text: str) -> str:
            return text.encode("latin-1", "replace").decode("latin-1")

        _spoil_parameters(shown, "string", squeeze)


@FAULTS.add("ascii-only", "TaskParameters/strings-survive", FaultClass.DATA)
class AsciiOnly(Misshown):
    """The characters of a string that ASCII has not are left out."""

    def spoil(self, shown: JsonObject, task: Resource) -> None:  # noqa: ARG002
        _spoil_parameters(shown, "string", lambda text: text.encode("ascii", "ignore").decode())


@FAULTS.add("action-of-another", "Task/latest-action-ran-this-task", FaultClass.DATA)
class ActionOfAnother(Misshown):
    """A task whose action is not the first of its session shows the action before it."""

    def spoil(self, shown: JsonObject, task: Resource) -> None:  # noqa: ARG002
        head, _, number = shown.get("latestSessionActionId", "--0").rpartition("-")
        if int(number) > 0:
            shown["latestSessionActionId"] = f"{head}-{int(number) - 1}"


@FAULTS.add("no-such-action", "Task/latest-action-ran-this-task", FaultClass.DATA)
class NoSuchAction(Misshown):
    """The number of the session action that a task shows is one too high."""

    def spoil(self, shown: JsonObject, task: Resource) -> None:  # noqa: ARG002
        head, _, number = shown.get("latestSessionActionId", "").rpartition("-")
        if head:
            shown["latestSessionActionId"] = f"{head}-{int(number) + 1000}"


@FAULTS.add("first-action-for-ever", "Task/latest-action-is-the-latest", FaultClass.TIME)
class FirstActionForEver(Misshown):
    """A task that is run again goes on to show the action of its first run."""

    def arrive(self, name: str, resource: Resource, source: str, moment: int) -> None:
        if name == TASKS.name and source == "READY" and resource.state == "SCHEDULED":
            resource.facts.setdefault("first", resource.facts["action"])
        super().arrive(name, resource, source, moment)

    def spoil(self, shown: JsonObject, task: Resource) -> None:
        if "first" in task.facts and "latestSessionActionId" in shown:
            shown["latestSessionActionId"] = task.facts["first"]
