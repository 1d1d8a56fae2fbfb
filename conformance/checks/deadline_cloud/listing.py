"""The lists that page by token."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from conformance.checks.deadline_cloud.patience import insist
from conformance.drivers.deadline_cloud_farm import (
    LISTS,
    MOST_PAGES,
    Path,
    Record,
    StepPlan,
    farm_of,
    is_created,
    known_ids,
    listed,
    order,
    place,
    steps_of,
    submit,
    within,
)
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

KEYS = {
    "listFarms": "farmId",
    "listQueues": "queueId",
    "listJobs": "jobId",
    "listSteps": "stepId",
    "listTasks": "taskId",
    "listSessions": "sessionId",
    "listSessionActions": "sessionActionId",
}
READERS = {
    "listFarms": "getFarm",
    "listQueues": "getQueue",
    "listJobs": "getJob",
    "listSteps": "getStep",
    "listTasks": "getTask",
    "listSessionActions": "getSessionAction",
}
OWN = {"listSteps", "listTasks"}  # lists that nothing changes, if the job is ours
PLANS = st.tuples(st.sampled_from(sorted(KEYS)), st.integers(1, 4))
SIZES = st.integers(1, 4)


@dataclass(frozen=True, slots=True)
class Scenery:
    """A list to look at, and where it is."""

    operation_id: str
    path: Path

    def page(self, probe: Probe, **query: object) -> Record:
        """Return one page."""
        page: Record = probe.ok(self.operation_id, path=self.path, query=query).json
        return page

    def entries(self, page: Record) -> list[Record]:
        """Return the entries of a page."""
        found: list[Record] = page[LISTS[self.operation_id]]
        return found

    def keys(self, page: Record) -> list[str]:
        """Return the ids of the entries of a page."""
        return [one[KEYS[self.operation_id]] for one in self.entries(page)]

    def pages(self, probe: Probe, size: int | None) -> list[Record]:
        """Follow the tokens to the end."""
        found: list[Record] = []
        token: str | None = None
        while len(found) < MOST_PAGES:
            found.append(self.page(probe, maxResults=size, nextToken=token))
            token = found[-1].get("nextToken")
            if not token:
                break
        return found


def scenery(probe: Probe, operation_id: str) -> Scenery:
    """Return a list with something in it."""
    if operation_id == "listFarms":
        return Scenery(operation_id, {})
    if operation_id == "listQueues":
        return Scenery(operation_id, farm_of(probe))
    if operation_id == "listJobs":
        return Scenery(operation_id, place(probe))
    if operation_id.startswith("listSession"):
        known = known_ids(probe, "sessionActions")
        probe.assume(known, "no session action is known")
        return Scenery(operation_id, within(known[0], "jobId"))
    known = known_ids(probe, "tasks")
    probe.assume(known, "no task is known")
    return Scenery(
        operation_id, within(known[0], "jobId" if operation_id == "listSteps" else "stepId")
    )


def standing(probe: Probe) -> list[Scenery]:
    """Return the lists of a job's steps and of a step's tasks, ours if we may make them."""
    if not probe.mode.allows(Needs.CREATE):
        return [scenery(probe, name) for name in sorted(OWN)]
    plans = (StepPlan("Many", tasks=8), *(StepPlan(f"Step {one}") for one in range(7)))
    job = submit(probe, order(probe, *plans))
    probe.eventually(lambda: is_created(probe, job), within=probe.target.budget.reach)
    return [Scenery("listTasks", steps_of(probe, job)["Many"]), Scenery("listSteps", job)]


@check("deadline-cloud/page-size-bound", plan=PLANS, examples=5)
def a_page_is_not_longer_than_asked(probe: Probe, drawn: tuple[str, int]) -> None:
    """A page of a list holds at most maxResults entries."""
    name, size = drawn
    others = [scenery(probe, name)] if name not in OWN else []
    for where in (*standing(probe), *others):
        for page in where.pages(probe, size)[:4]:
            number = len(where.keys(page))
            words = f"a page of {where.operation_id} with maxResults {size} holds {number}"
            probe.require(number <= size, words)


def _all_at_once(probe: Probe, where: Scenery) -> list[str]:
    return [key for page in where.pages(probe, 100) for key in where.keys(page)]


@check("deadline-cloud/next-token-iff-more", plan=SIZES, examples=4)
def a_token_is_shown_exactly_when_more_follows(probe: Probe, size: int) -> None:
    """A page shows a nextToken exactly when results remain after it."""
    for where in standing(probe):
        number = len(set(_all_at_once(probe, where)))
        probe.assume(number, "there is nothing to list")
        for each in (size, number, max(1, number - 1)):
            seen: set[str] = set()
            for page in where.pages(probe, each):
                seen.update(where.keys(page))
                more = bool(page.get("nextToken"))
                words = f"{len(seen)} of {number} in {where.operation_id} are seen, and there is "
                words += "a nextToken" if more else "no nextToken"
                probe.require(more == (len(seen) < number), words)


@check("deadline-cloud/pages-cover-everything-once", plan=SIZES, examples=3)
def pages_together_hold_everything_once(probe: Probe, size: int) -> None:
    """Following nextToken to the end yields every result exactly once."""
    for where in standing(probe):
        name, whole = where.operation_id, _all_at_once(probe, where)
        for each in (size, 3):
            found = [key for page in where.pages(probe, each) for key in where.keys(page)]
            words = f"{name} by {each} yields {len(found)}, {len(set(found))} of them different"
            probe.require(len(found) == len(set(found)), words)
            probe.require(sorted(found) == sorted(whole), f"{words}: not those of a large page")


@check("deadline-cloud/page-tokens-differ", plan=PLANS, examples=5)
def no_two_pages_show_the_same_token(probe: Probe, drawn: tuple[str, int]) -> None:
    """No two pages of one list show the same nextToken."""
    name, size = drawn
    pages = scenery(probe, name).pages(probe, min(size, 2))
    tokens = [one["nextToken"] for one in pages if one.get("nextToken")]
    probe.assume(len(tokens) > 1, f"{name} has too few pages")
    probe.require(len(tokens) == len(set(tokens)), f"two pages of {name} show the same nextToken")


STRANGE = st.sampled_from(("callsheet", "AAAA", "0", "eyJvZmZzZXQiOjB9", "%%%", "x" * 200))


@check(
    "deadline-cloud/invalid-token-400",
    plan=st.tuples(st.sampled_from(sorted(KEYS)), STRANGE), examples=8,
)  # fmt: skip
def a_strange_token_is_refused(probe: Probe, drawn: tuple[str, str]) -> None:
    """A nextToken that the server did not give is answered with 400."""
    for name in {drawn[0], "listTasks"}:
        where = scenery(probe, name)
        answer = probe.call(name, path=where.path, query={"nextToken": drawn[1]})
        words = f"{name} answers a strange nextToken with {answer.status}"
        probe.require(answer.status == 400, words)


@check("deadline-cloud/default-page-size", needs=Needs.CREATE)
def a_page_holds_a_hundred_at_most(probe: Probe, _: object) -> None:
    """Without maxResults a page holds at most 100 entries."""
    if probe.mode.allows(Needs.CREATE):
        job = submit(probe, order(probe, StepPlan(tasks=101)))
        probe.eventually(lambda: is_created(probe, job), within=probe.target.budget.reach)
        long = Scenery("listTasks", steps_of(probe, job)["Render"])
        number = len(long.keys(long.page(probe)))
        probe.require(number <= 100, f"a page of listTasks without maxResults holds {number}")
    for name in ("listJobs", "listFarms", "listQueues"):
        where = scenery(probe, name)
        number = len(where.keys(where.page(probe)))
        probe.require(number <= 100, f"a page of {name} without maxResults holds {number}")


@check(
    "deadline-cloud/list-agrees-with-get",
    plan=st.sampled_from(sorted(READERS)), examples=6,
)  # fmt: skip
def an_entry_shows_what_getting_it_shows(probe: Probe, name: str) -> None:
    """What a list shows of a resource is what getting that resource shows."""
    where = scenery(probe, name)
    entries = where.entries(where.page(probe, maxResults=100))
    probe.assume(entries, f"{name} lists nothing")
    chosen = {one[KEYS[name]]: one for one in (*entries[:3], *entries[-3:])}
    for key in chosen:
        insist(probe, lambda key=key: _disagreement(probe, where, key))  # type: ignore[misc]


def _disagreement(probe: Probe, where: Scenery, key: str) -> str | None:
    name = KEYS[where.operation_id]
    path = {**where.path, name: key}
    before = probe.ok(READERS[where.operation_id], path=path).json
    entries = listed(probe, where.operation_id, where.path)
    entry = next((one for one in entries if one[name] == key), None)
    after = probe.ok(READERS[where.operation_id], path=path).json
    if entry is None or before != after:
        return None
    apart = {"definition"} | ({"createdAt"} if name == "taskId" else set())
    wrong = [one for one, value in entry.items() if one not in apart and value != after.get(one)]
    words = [f"{one} {entry[one]!r} in the list, {after.get(one)!r} alone" for one in wrong]
    return f"{key} has {'; '.join(words)}" if words else None


@check("deadline-cloud/list-holds-what-was-created", needs=Needs.CREATE)
def a_new_job_is_listed_at_once(probe: Probe, _: object) -> None:
    """What was created is in the list of its parent as soon as that is answered."""
    farm, where = farm_of(probe), place(probe)
    made = submit(probe, order(probe), where)["jobId"]
    jobs = [one["jobId"] for one in listed(probe, "listJobs", where)]
    probe.require(made in jobs or len(jobs) >= 100 * MOST_PAGES, f"{made} is not listed")
    queue = probe.ok("createQueue", path=farm, body={"displayName": "Callsheet"}).json["queueId"]
    queues = [one["queueId"] for one in listed(probe, "listQueues", farm)]
    probe.require(queue in queues, f"{queue} is not listed")
    new = probe.ok("createFarm", body={"displayName": "Callsheet"}).json["farmId"]
    farms = [one["farmId"] for one in listed(probe, "listFarms", {})]
    probe.require(new in farms, f"{new} is not listed")


@check(
    "deadline-cloud/listQueues/status-filter",
    plan=st.permutations(("IDLE", "SCHEDULING", "SCHEDULING_BLOCKED")), examples=1,
)  # fmt: skip
def queues_of_one_status_are_in_it(probe: Probe, statuses: list[str]) -> None:
    """With status, the list holds all queues in that state and no other."""
    for status in statuses:
        _of_status(probe, status)


def _of_status(probe: Probe, status: str) -> None:
    farm = farm_of(probe)

    def complaint() -> str | None:
        before = listed(probe, "listQueues", farm)
        found = {one["queueId"] for one in listed(probe, "listQueues", farm, status=status)}
        after = {one["queueId"]: one["status"] for one in listed(probe, "listQueues", farm)}
        for one in before:
            key = one["queueId"]
            steady = after.get(key) == one["status"]
            if steady and (key in found) != (one["status"] == status):
                is_listed = "listed" if key in found else "not listed"
                return f"{key} is {one['status']} and {is_listed} among those {status}"
        return None

    insist(probe, complaint)
