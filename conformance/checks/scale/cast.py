"""Jobs that this run may do with as it likes: made for a check, or left over from another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from conformance.answer import Answer
from conformance.checks.scale.acquaintance import SETTLED, may_touch
from conformance.checks.scale.filters import Record
from conformance.checks.scale.history import Diary
from conformance.checks.scale.listing import JOBS, MOST, ids
from conformance.failures import NotReached, Violation
from conformance.probe import Probe

SPARE = 6  # jobs made beyond those needed where it takes long until they are ready


class Cast:
    """The jobs of one example."""

    def __init__(self, probe: Probe) -> None:
        self.probe = probe
        self.diary = Diary(probe)
        self._taken: set[int] = set()

    def body(self, purpose: str = "") -> dict[str, Any]:
        """Return what makes a job: one that runs long ("slow"), one that fails, or any."""
        body: dict[str, Any] = self.probe.api.order(self.probe, purpose)
        return body

    def made(self, number: int, purpose: str = "slow") -> list[Record]:
        """Make jobs and return their details as the answers gave them."""
        body, found = self.body(purpose), []
        for _ in range(number):
            job: Record = self.probe.ok("createJob", body=body).json
            self.diary.note(job)
            self._taken.add(job["id"])
            found.append(job)
        return found

    def in_state(self, state: str, number: int) -> list[Record]:
        """Return jobs in a state that lasts: left over if possible, else new ones."""
        found = self._left_over(state, number)
        if len(found) < number:
            found += self._brought(state, number - len(found))
        self._taken.update(ids(found))
        return found[:number]

    def _left_over(self, state: str, number: int) -> list[Record]:
        """Return jobs of ours that an earlier check has left in *state*."""
        if not self.probe.visit.gate.ledger.created and not self.probe.target.touch:
            return []
        own = self._ours()
        found: list[Record] = []
        for start in range(0, len(own), 200):
            part = own[start : start + 200]
            page = JOBS.page(self.probe, job_id=part, status=state, page_size=MOST)
            found += [
                one
                for one in page.results
                if one["status"] == state
                and one["id"] not in self._taken | self.probe.api.pending
                and not one["is_superseded"]
                and may_touch(self.probe, one)
            ]
            if len(found) >= number:
                break
        slow = self.probe.known.get("slow_job_type_id")
        if slow is not None and state in {"RUNNING", "CANCELED"}:
            found = [one for one in found if one["job_type"]["id"] == slow]
        for one in found[:number]:
            self.diary.note(one)
        return found[:number]

    def _ours(self) -> list[int]:
        created = [one for one in self.probe.visit.gate.ledger.created if one.kind == "Job"]
        own = [int(one.key) for one in created][::-1]
        lent = [
            int(key) for kind in ("Job", "*") for key in self.probe.target.touch.get(kind, ())
            if str(key).lstrip("-").isdigit()
        ]  # fmt: skip
        return list(dict.fromkeys([*own, *lent]))

    def _brought(self, state: str, number: int) -> list[Record]:
        """Make jobs and see that they come to *state*."""
        given_up: set[str] = self.probe.api.given_up
        self.probe.assume(state not in given_up, f"new jobs do not come to {state} in time")
        try:
            return self._made_for(state, number)
        except NotReached:
            given_up.add(state)
            raise

    def _made_for(self, state: str, number: int) -> list[Record]:
        match state:
            case "CANCELED":
                jobs = self.made(number)
                self.send("cancelJobs", jobs)
                self.wait(jobs, {"CANCELED"}, "canceling it")
                return list(self.diary.look(ids(jobs)).values())
            case "FAILED":
                self.probe.assume(
                    self.probe.known.get("failing_job_type_id") is not None,
                    "known.failing_job_type_id is not given, and no job of ours has failed",
                )
                jobs = self.made(number + SPARE, "failing")
            case "COMPLETED":
                jobs = self.made(number + 1, "")
            case _:
                jobs = self.made(number)
        return self._seen_in(state, jobs, number)

    def _seen_in(self, state: str, jobs: Sequence[Record], number: int) -> list[Record]:
        """Wait until so many of the jobs show the state that it must be seen in."""
        seen: list[Record] = []

        def enough() -> bool:
            now = self.diary.look(ids(jobs)).values()
            seen[:] = [one for one in now if one["status"] == state]
            waiting = [one for one in now if one["status"] not in SETTLED]
            return len(seen) >= number or not waiting

        self.reached(enough, f"fewer than {number} new jobs came to {state} in time")
        self.probe.assume(len(seen) >= number, f"fewer than {number} new jobs came to {state}")
        return seen[:number]

    def reached(self, condition: Callable[[], bool], reason: str) -> None:
        """Wait for what comes about by itself; if it does not, nothing can be said."""
        try:
            self.probe.eventually(condition, within=self.probe.target.budget.reach)
        except Violation as violation:
            if violation.requirement is not None:
                raise
            raise NotReached(reason) from None

    def send(self, command: str, jobs: Iterable[Record | int], **given: Any) -> Answer:
        """Send a command for these jobs only, with more filters if given."""
        job_ids = [one if isinstance(one, int) else one["id"] for one in jobs]
        answer = self.probe.call(command, body={**given, "job_ids": job_ids})
        self.probe.assume(answer.is_success, f"{answer.exchange}, so nothing can be said here")
        return answer

    def wait(
        self, jobs: Sequence[Record], states: Collection[str], doing: str = ""
    ) -> Mapping[int, Record]:
        """Wait until each job shows one of the states; not reached if one does not in time."""
        now: dict[int, Record] = {}

        def arrived() -> bool:
            now.update(self.diary.look(ids(jobs)))
            return all(one["status"] in states for one in now.values())

        self.reached(arrived, f"{doing} a job did not show {' or '.join(sorted(states))} in time")
        return now

    def requeued(self, jobs: Iterable[Record]) -> Mapping[int, Record]:
        """Wait until each job has been queued once more than it shows; not reached if it is not."""
        numbers = {one["id"]: one["num_exes"] for one in jobs}
        now: dict[int, Record] = {}

        def is_done() -> bool:
            now.update(self.diary.look(numbers))
            return all(now[job_id]["num_exes"] > number for job_id, number in numbers.items())

        self.reached(is_done, "a job was not requeued in time")
        return now
