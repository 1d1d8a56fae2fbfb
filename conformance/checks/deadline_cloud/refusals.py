"""What is refused, and what a refusal says."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

from conformance.answer import Answer
from conformance.drivers.deadline_cloud_farm import (
    IDS,
    KINDS,
    UNKNOWN,
    Path,
    farm_of,
    known_ids,
    place,
    within,
)
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

HEX = "0123456789abcdef" * 2
READERS = {
    "farmId": "getFarm",
    "queueId": "getQueue",
    "jobId": "getJob",
    "stepId": "getStep",
    "taskId": "getTask",
}
SPOILERS = st.sampled_from(
    ("not-an-id", "{kind}-{hex}0", "{kind}-{short}", "{kind}-{upper}", "{kind}_{hex}",
     "x{kind}-{hex}", "{kind}-{hex}-01")
)  # fmt: skip
NAMES = st.sampled_from(sorted(READERS))


def _task(probe: Probe) -> Path:
    tasks = known_ids(probe, "tasks")
    probe.assume(tasks, "no task is known")
    return within(tasks[0], "taskId")


def _spoiled(name: str, form: str) -> str:
    kind = KINDS[name]
    return form.format(kind=kind, hex=HEX, short=HEX[:31], upper=HEX.upper())


def _malformed(probe: Probe, drawn: tuple[str, str]) -> Answer:
    name, form = drawn
    path = within(_task(probe), name)
    return probe.call(READERS[name], path={**path, name: _spoiled(name, form)})


@check("deadline-cloud/malformed-id-400", plan=st.tuples(NAMES, SPOILERS), examples=12)
def a_malformed_id_is_refused(probe: Probe, drawn: tuple[str, str]) -> None:
    """An id in the path that does not fit the form of its kind is answered with 400."""
    answer = _malformed(probe, drawn)
    probe.require(answer.status == 400, f"{answer.exchange}, and not 400")


@check("deadline-cloud/malformed-id-is-named", plan=st.tuples(NAMES, SPOILERS), examples=5)
def the_refusal_names_the_malformed_id(probe: Probe, drawn: tuple[str, str]) -> None:
    """The 400 for a malformed id is a FIELD_VALIDATION_FAILED that lists the parameter."""
    answer = _malformed(probe, drawn)
    probe.assume(answer.status == 400, f"{answer.exchange}, so nothing can be said here")
    reason = answer.json["reason"]
    probe.require(reason == "FIELD_VALIDATION_FAILED", f"{answer.exchange} has the reason {reason}")
    names = [one["name"] for one in answer.json.get("fieldList", [])]
    probe.require(drawn[0] in names, f"{drawn[0]} is malformed, and {names} are listed")


def _missing(probe: Probe, names: set[str], innermost: str) -> Answer:
    path = within(_task(probe), innermost)
    changed = {name: UNKNOWN[name] if name in names else one for name, one in path.items()}
    answer = probe.call(READERS[innermost], path=changed)
    probe.assume(answer.status == 404, f"{answer.exchange}, so nothing can be said here")
    return answer


@check("deadline-cloud/not-found-names-the-id", plan=NAMES, examples=5)
def a_missing_resource_is_named(probe: Probe, name: str) -> None:
    """The resourceId of a 404 is an id that the request itself carried."""
    for innermost in IDS[IDS.index(name) :]:
        answer = _missing(probe, {name}, innermost)
        shown = answer.json.get("resourceId")
        carried = [*within(_task(probe), innermost).values(), UNKNOWN[name]]
        probe.require(shown in carried, f"{answer.exchange} says that {shown} is missing")


@check(
    "deadline-cloud/outermost-missing-is-named",
    plan=st.lists(NAMES, min_size=2, max_size=4, unique=True), examples=5,
)  # fmt: skip
def the_leftmost_missing_one_is_named(probe: Probe, names: list[str]) -> None:
    """Of several unknown ids in a path, the 404 names the leftmost."""
    ordered = sorted(names, key=IDS.index)
    answer = _missing(probe, set(names), ordered[-1])
    shown = answer.json.get("resourceId")
    words = f"{answer.exchange} names {shown}, and not the {ordered[0]}"
    probe.require(shown == UNKNOWN[ordered[0]], words)


@check("deadline-cloud/resource-type-names-the-kind", plan=NAMES, examples=5)
def the_kind_of_what_is_missing_is_named(probe: Probe, name: str) -> None:
    """The resourceType of a 404 is the kind of what is missing."""
    answers = [_missing(probe, {name}, name)]
    kinds = [KINDS[name]]
    path = {**within(_task(probe), "jobId"), "sessionActionId": UNKNOWN["sessionActionId"]}
    answer = probe.call("getSessionAction", path=path)
    if answer.status == 404:
        answers.append(answer)
        kinds.append("sessionAction")
    for one, kind in zip(answers, kinds, strict=True):
        shown = one.json.get("resourceType")
        probe.require(shown == kind, f"{one.exchange} says that a {shown} is missing")


@check("deadline-cloud/unsigned-request-403")
def an_unsigned_request_is_refused(probe: Probe, _: object) -> None:
    """A request without an Authorization header is answered with 403."""
    target = probe.target
    if target.sigv4 is None and not (target.credentials or target.headers):
        probe.unsupported("the target is used without credentials")
    for name, path in (("getTask", _task(probe)), ("listFarms", {})):
        answer = probe.call(name, path=path, headers={"Authorization": None})
        words = f"without Authorization {name} is answered with {answer.status}"
        probe.require(answer.status == 403, words)


@check(
    "deadline-cloud/unparsable-body-400",
    plan=st.tuples(
        st.sampled_from(("searchJobs", "searchTasks", "batchGetTask")),
        st.sampled_from((b"{", b"queueIds=1", b"{'a': 1}", b'{"itemOffset": 0,}')),
    ),
    examples=5,
)
def a_body_that_is_no_json_is_refused(probe: Probe, drawn: tuple[str, bytes]) -> None:
    """A body that is not JSON is answered with 400 and the reason CANNOT_PARSE."""
    name, body = drawn
    needed = re.findall(r"\{([^}]+)\}", probe.contract.operations[name].path)
    answer = probe.call(name, path=farm_of(probe) if needed else {}, body=body)
    fits = answer.status == 400 and answer.json.get("reason") == "CANNOT_PARSE"
    probe.require(fits, f"the body {body!r}: {answer.exchange} {answer.text[:80]}")


STRANGE = st.dictionaries(
    st.sampled_from(("callsheetSays", "x", "Priority", "nextToken")),
    st.one_of(st.none(), st.integers(0, 9), st.just("word"), st.lists(st.booleans(), max_size=2)),
    min_size=1,
    max_size=2,
)


@check("deadline-cloud/unknown-members-are-ignored", needs=Needs.READ, plan=STRANGE, examples=5)
def an_unknown_member_changes_nothing(probe: Probe, strange: dict[str, Any]) -> None:
    """A member of a body that the operation does not know changes nothing about the answer."""
    where = place(probe)
    farm = within(where, "farmId")
    search: dict[str, Any] = {"queueIds": [where["queueId"]], "itemOffset": 0, "pageSize": 1}
    batch: dict[str, Any] = {"identifiers": [_task(probe)]}
    for name, path, body in (("searchJobs", farm, search), ("batchGetTask", {}, batch)):
        plain = probe.ok(name, path=path, body=body)
        more = probe.call(name, path=path, body={**body, **strange})
        words = f"with {strange} {name} answers {more.status}"
        probe.require(more.status == plain.status, words)
        if name == "batchGetTask":
            found = [one["taskId"] for one in more.json["tasks"]]
            wanted = [one["taskId"] for one in plain.json["tasks"]]
            probe.require(found == wanted, f"with {strange} it answers with {found}")


def _null_in(node: object, place_: str = "") -> str | None:
    """Return where a null is in an answer."""
    if node is None:
        return place_ or "/"
    inner: list[tuple[object, object]] = []
    if isinstance(node, dict):
        inner = list(node.items())
    elif isinstance(node, list):
        inner = list(enumerate(node))
    for key, value in inner:
        found = _null_in(value, f"{place_}/{key}")
        if found:
            return found
    return None


@check("deadline-cloud/no-null-members")
def nothing_is_null(probe: Probe, _: object) -> None:
    """A member without a value is left out of an answer and never null."""
    states = probe.contract.lifecycles["Task"].states
    tasks = [one for state in states for one in known_ids(probe, "tasks", [state])[:2]]
    probe.assume(tasks, "no task is known")
    asked: list[tuple[str, Path]] = [("listFarms", {}), ("listQueues", farm_of(probe))]
    asked += [("getTask", one) for one in tasks]
    for name in ("getFarm", "getQueue", "getJob", "getStep"):
        inner = next(key for key, reader in READERS.items() if reader == name)
        asked += [(name, within(one, inner)) for one in tasks[:4]]
    asked += [("listJobs", within(tasks[0], "queueId")), ("listTasks", within(tasks[0], "stepId"))]
    asked += [("getSessionAction", one) for one in known_ids(probe, "sessionActions")[:4]]
    for name, path in asked:
        answer = probe.ok(name, path=path)
        found = _null_in(answer.json)
        probe.require(found is None, f"{answer.exchange} has null at {found}")
