"""Several servers on one PostgreSQL database serve one world, whichever of them is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import orjson
import psycopg
import pytest

from mockserver.apis.hpcpack.faults import Code
from mockserver.tests.conftest import Serve, Server
from mockserver.tests.postgresql import Cluster

AT_ONCE = 12
"""How many clients hammer at the same time."""

Replicas = tuple[Server, Server]


@pytest.fixture(scope="module")
def world(postgresql: Cluster) -> str:
    """Make an empty database."""
    return postgresql.database()


@pytest.fixture(scope="module")
def replicas(serve: Serve, world: str) -> Replicas:
    """Start two servers of all APIs at the same moment, on a database that is empty."""
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: serve("--state", world, "--clock", "frozen"), range(2))
    return first, second


def send(server: Server, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """Send a request, with a JSON body if there is one, and return the answer."""
    more: dict[str, Any] = {"headers": headers}
    if body is not None:
        more = {"headers": {"Content-Type": "application/json", **headers}}
        more["body"] = orjson.dumps(body)
    return server.request(method, path, **more)


def known(server: Server, name: str) -> Any:
    """Return what a suite may know of an API's part of the world."""
    return send(server, "GET", f"/__admin/targets/{name}").json()["known"]


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """Return what *act* gives for each of many numbers, all of them begun together."""
    barrier = Barrier(AT_ONCE)

    def begin(number: int) -> Any:
        barrier.wait(30)
        return act(number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(begin, range(AT_ONCE)))


LISTS = (
    "/v6/jobs/",
    "/hpc/jobs?rowsPerRead=100",
    "/api/jobs",
    "/2023-10-12/farms",
    "/tasks/",
)


@pytest.mark.parametrize("path", LISTS)
def test_servers_that_start_together_make_one_world(replicas: Replicas, path: str) -> None:
    """An empty database is filled once: lists of both servers are the same, and have no doubles."""
    first, second = (send(one, "GET", path) for one in replicas)

    assert first.status == 200
    texts = [
        one.data.replace(server.base_url.encode(), b"")
        for one, server in zip((first, second), replicas, strict=True)
    ]
    assert texts[0] == texts[1]
    rows = first.json()
    rows = (
        next((one for one in rows.values() if isinstance(one, list)), [])
        if isinstance(rows, dict)
        else rows
    )
    plain = [orjson.dumps(one) for one in rows]
    assert len(plain) == len(set(plain)) > 0


def test_a_job_of_scale_is_one_job(replicas: Replicas) -> None:
    """What one server created the other shows and cancels, and time takes it there for both."""
    here, there = replicas
    job = {"job_type_id": 6, "input": {"files": {"INPUT_FILE": [3]}, "json": {}}}
    path = f"/v6/jobs/{send(here, 'POST', '/v6/jobs/', job).json()['id']}/"
    seen = send(there, "GET", path)
    canceled = send(there, "POST", "/v6/jobs/cancel/", {"job_ids": [seen.json()["id"]]})
    fired = send(here, "POST", "/__admin/clock/advance", {"seconds": 1}).json()["fired"]

    assert seen.json()["status"] == "QUEUED"
    assert canceled.status == 202
    assert seen.json()["id"] in {one["key"] for one in fired}
    assert [send(one, "GET", path).json()["status"] for one in replicas] == ["CANCELED"] * 2


def test_a_job_of_hpc_pack_is_one_job(replicas: Replicas) -> None:
    """A job that one server has submitted is refused by the other when it is submitted again."""
    here, there = replicas
    number = send(here, "POST", "/hpc/jobs", [{"Name": "Name", "Value": "shared"}]).json()
    added = send(
        there, "POST", f"/hpc/jobs/{number}/tasks", [{"Name": "CommandLine", "Value": "hostname"}]
    )
    submitted = send(there, "POST", f"/hpc/jobs/{number}/submit", [])
    again = send(here, "POST", f"/hpc/jobs/{number}/submit", [])
    tasks = [send(one, "GET", f"/hpc/jobs/{number}/tasks").json() for one in replicas]

    assert (added.status, submitted.status, again.status) == (200, 204, 400)
    assert again.json()["Code"] == Code.ONLY_CONFIGURING_JOBS_ARE_SUBMITTED
    assert tasks[0] == tasks[1]
    assert len(tasks[0]) == 1


def test_a_job_of_thinkbox_is_one_job(replicas: Replicas) -> None:
    """A job is suspended through one server and deleted through the other."""
    here, there = replicas
    job_id = known(here, "thinkbox")["jobs"]["Active"][0]
    suspended = send(there, "PUT", "/api/jobs", {"Command": "suspend", "JobID": job_id})
    states = [send(one, "GET", f"/api/jobs?JobID={job_id}").json()[0]["Stat"] for one in replicas]
    deleted = send(here, "DELETE", f"/api/jobs?JobID={job_id}")
    left = [send(one, "GET", f"/api/jobs?JobID={job_id}").json() for one in replicas]

    assert (suspended.status, deleted.status) == (200, 200)
    assert states == [2, 2]
    assert left == [[], []]


def test_a_task_of_pulp_is_one_task(replicas: Replicas) -> None:
    """A task canceled here is canceled there, and what was deleted there is not found here."""
    here, there = replicas
    tasks = known(here, "pulp")["tasks"]
    path = f"/tasks/{tasks['running'][0]}/"
    canceled = send(here, "POST", f"{path}cancel/")
    send(there, "POST", "/__admin/clock/advance", {"seconds": 1})
    states = [send(one, "GET", path).json()["state"] for one in replicas]
    snapshot = send(here, "GET", "/tasks/snapshots/").json()[0]["id"]
    deleted = send(there, "DELETE", f"/tasks/{snapshot}/snapshot/")
    after = [send(one, "GET", f"/tasks/{snapshot}/snapshot/").status for one in replicas]

    assert canceled.status == 202
    assert states == ["canceled", "canceled"]
    assert deleted.status in {200, 202, 204}
    assert after == [404, 404]


def test_a_promise_of_deadline_cloud_binds_both(replicas: Replicas) -> None:
    """A client token is remembered by all: the same request has one effect, another is refused."""
    token = {"X-Amz-Client-Token": "shared"}
    before = len(send(replicas[0], "GET", "/2023-10-12/farms").json()["farms"])
    answers = at_once(
        lambda number: send(
            replicas[number % 2], "POST", "/2023-10-12/farms", {"displayName": "one"}, **token
        )
    )
    other = send(replicas[1], "POST", "/2023-10-12/farms", {"displayName": "two"}, **token)
    farms = [send(one, "GET", "/2023-10-12/farms").json()["farms"] for one in replicas]

    assert {one.status for one in answers} == {200}
    assert len({one.json()["farmId"] for one in answers}) == 1
    assert other.status == 400
    assert farms[0] == farms[1]
    assert len(farms[0]) == before + 1


def queued(server: Server) -> list[int]:
    """Return the queued jobs of HPC Pack."""
    found: list[int] = known(server, "hpcpack")["jobs"]["Queued"]
    return found


def hammer(servers: Sequence[Server], number: int) -> Counter[tuple[int, int]]:
    """Cancel one job from all sides at once; return how often each status and code came."""

    def cancel(client: int) -> tuple[int, int]:
        answer = send(servers[client % len(servers)], "POST", f"/hpc/jobs/{number}/cancel", "stop")
        return answer.status, answer.json()["Code"] if answer.data else 0

    return Counter(at_once(cancel))


def test_of_concurrent_transitions_one_wins(replicas: Replicas) -> None:
    """Exactly one of many who cancel a job does it; the others get the documented refusal."""
    for number in queued(replicas[0])[:3]:
        assert hammer(replicas, number) == {
            (204, 0): 1,
            (400, Code.INVALID_CANCEL_JOB_STATE): AT_ONCE - 1,
        }


def test_of_concurrent_transitions_on_sqlite_one_wins(
    serve: Serve, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The same holds for many connections to one server with a file."""
    file = tmp_path_factory.mktemp("state") / "world.db"
    server = serve("hpcpack", "--clock", "frozen", "--state", str(file))

    for number in queued(server)[:3]:
        assert hammer([server], number) == {
            (204, 0): 1,
            (400, Code.INVALID_CANCEL_JOB_STATE): AT_ONCE - 1,
        }


def test_no_number_is_given_twice(replicas: Replicas) -> None:
    """Jobs that are created through both servers at once have numbers of their own, and count."""
    job = {"job_type_id": 6, "input": {"files": {"INPUT_FILE": [3]}, "json": {}}}
    before = send(replicas[0], "GET", "/v6/jobs/?page_size=1").json()["count"]
    created = at_once(lambda number: send(replicas[number % 2], "POST", "/v6/jobs/", job))
    counts = [send(one, "GET", "/v6/jobs/?page_size=1").json()["count"] for one in replicas]

    assert {one.status for one in created} == {201}
    assert len({one.json()["id"] for one in created}) == AT_ONCE
    assert counts == [before + AT_ONCE] * 2


def test_a_session_made_here_is_there(replicas: Replicas) -> None:
    """Sessions are shared like all else, each with a world of its own."""
    here, there = replicas
    made = send(here, "POST", "/__admin/sessions", {"name": "shared", "scenario": "empty"})
    own = {"X-Callsheet-Session": "shared"}
    counts = [send(one, "GET", "/v6/jobs/", **own).json()["count"] for one in replicas]
    send(here, "DELETE", "/__admin/sessions/shared")
    gone = send(there, "GET", "/v6/jobs/", **own)

    assert made.status == 201
    assert counts == [0, 0]
    assert gone.status == 404


def test_a_database_that_was_away_is_found_again(replicas: Replicas, world: str) -> None:
    """When the connections break one request may fail on each server; those after it do not."""
    with psycopg.connect(world, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    first = [send(one, "GET", "/v6/jobs/1/").status for one in replicas]
    second = [send(one, "GET", "/v6/jobs/1/").status for one in replicas]

    assert set(first) <= {200, 500}
    assert second == [200, 200]


def test_a_server_that_joins_later_serves_the_same_world(
    replicas: Replicas, serve: Serve, world: str
) -> None:
    """A third server takes up what is there, its own seed and clock notwithstanding."""
    third = serve("--state", world, "--seed", "7")

    assert send(third, "GET", "/hpc/jobs").data == send(replicas[0], "GET", "/hpc/jobs").data
    clocks = [send(one, "GET", "/__admin/clock").json()["now"] for one in (third, replicas[0])]
    assert clocks[0] == clocks[1]


def test_a_session_may_be_used_everywhere_at_once(replicas: Replicas) -> None:
    """That a session is in use is written down by several servers, which do not get in the way."""
    send(replicas[0], "POST", "/__admin/sessions", {"name": "busy", "idle_seconds": 5})
    own = {"X-Callsheet-Session": "busy"}

    def use(client: int) -> set[int]:
        server = replicas[client % 2]
        return {send(server, "GET", "/v6/jobs/1/", **own).status for _ in range(30)}

    assert set().union(*at_once(use)) == {200}


def test_the_clock_may_be_moved_everywhere_at_once(replicas: Replicas) -> None:
    """No step of the clock is lost, and none is refused."""
    before = send(replicas[0], "GET", "/__admin/clock").json()["now"]
    steps = at_once(
        lambda client: send(replicas[client % 2], "POST", "/__admin/clock/advance", {"seconds": 5})
    )
    after = [send(one, "GET", "/__admin/clock").json()["now"] for one in replicas]

    assert {one.status for one in steps} == {200}
    assert after[0] == after[1]
    passed = datetime.fromisoformat(after[0]) - datetime.fromisoformat(before)
    assert passed.total_seconds() == 5 * AT_ONCE
