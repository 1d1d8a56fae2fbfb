"""`--state FILE`: what a server has acknowledged is there after it was killed in the middle of it.

The server dies by SIGKILL while several clients write. CALLSHEET_KILLS says how often this is
tried; each time another moment of the work is hit.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import urllib3

from mockserver.tests.admin_client import JOB, SLOW_JOB, Admin
from mockserver.tests.conftest import Serve, Server
from mockserver.tests.own_contracts import SHELF

KILLS = int(os.environ.get("CALLSHEET_KILLS", "3"))

APIS = ("scale", "thinkbox", "deadline-cloud")

PAGE = 1000

SUBMISSION = {
    "JobInfo": {"Name": "Shot", "Frames": "1-4", "ChunkSize": 2, "Plugin": "Blender"},
    "PluginInfo": {"SceneFile": "shot.blend"},
    "AuxFiles": [],
}


@dataclass
class Told:
    """What the server has acknowledged: once something is in here, it must never be lost."""

    jobs: list[int] = field(default_factory=list)
    canceled: list[int] = field(default_factory=list)
    thinkbox: list[str] = field(default_factory=list)
    deadline: list[dict[str, str]] = field(default_factory=list)
    sessions: list[tuple[str, int]] = field(default_factory=list)
    faults: list[int] = field(default_factory=list)
    moments: list[str] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Writers:
    """Clients that write, each in a thread of its own, until their server is gone."""

    def __init__(self, server: Server, told: Told) -> None:
        self._base = server.base_url
        self.told = told
        self._known = Admin(server).get("/targets/deadline-cloud")["known"]
        self._threads = [
            threading.Thread(target=self._until_the_end, args=(one,))
            for one in (
                self._submit, self._cancel, self._submit_to_thinkbox,
                self._submit_to_deadline, self._fork, self._advance,
            )
        ]  # fmt: skip
        for one in self._threads:
            one.start()

    def join(self) -> None:
        """Wait until all have noticed."""
        for one in self._threads:
            one.join(60)
            assert not one.is_alive()

    def _until_the_end(self, step: Callable[[urllib3.PoolManager], None]) -> None:
        with urllib3.PoolManager(retries=False, timeout=30) as pool:
            while True:
                try:
                    step(pool)
                except urllib3.exceptions.HTTPError:
                    return
                except (AssertionError, LookupError, ValueError) as error:
                    self.told.errors.append(f"{step.__name__}: {error!r}")
                    return

    def _ask(
        self, pool: urllib3.PoolManager, method: str, path: str, body: Any = None, **more: Any
    ) -> Any:
        sent = {} if body is None else {"json": body}
        answer = pool.request(method, self._base + path, **sent, **more)
        assert answer.status < 300, (method, path, answer.status, answer.data[:300])
        return answer.json() if answer.data[:1] in {b"{", b"["} else None

    def _submit(self, pool: urllib3.PoolManager) -> None:
        job = SLOW_JOB if len(self.told.jobs) % 2 else JOB
        self.told.jobs.append(self._ask(pool, "POST", "/v6/jobs/", job)["id"])

    def _cancel(self, pool: urllib3.PoolManager) -> None:
        job = self._ask(pool, "POST", "/v6/jobs/", SLOW_JOB)["id"]
        self.told.jobs.append(job)
        self._ask(pool, "POST", "/v6/jobs/cancel/", {"job_ids": [job]})
        self.told.canceled.append(job)

    def _submit_to_thinkbox(self, pool: urllib3.PoolManager) -> None:
        job = self._ask(pool, "POST", "/api/jobs", SUBMISSION)["_id"]
        if len(self.told.thinkbox) % 3 == 2:
            self._ask(pool, "DELETE", f"/api/jobs?JobID={job}")
        else:
            self.told.thinkbox.append(job)

    def _submit_to_deadline(self, pool: urllib3.PoolManager) -> None:
        where = {"farmId": self._known["farmId"], "queueId": self._known["queueId"]}
        path = f"/2023-10-12/farms/{where['farmId']}/queues/{where['queueId']}/jobs"
        made = self._ask(pool, "POST", path, self._known["createJob"]["parameters"])
        self.told.deadline.append({**where, "jobId": made["jobId"]})

    def _fork(self, pool: urllib3.PoolManager) -> None:
        name = f"fork-{len(self.told.sessions)}"
        self._ask(pool, "POST", "/__admin/sessions", {"name": name, "scenario": "empty"})
        made = self._ask(pool, "POST", "/v6/jobs/", JOB, headers={"X-Callsheet-Session": name})
        self.told.sessions.append((name, made["id"]))
        fault = {"path": f"/nowhere/{name}", "do": {"kind": "status", "status": 503}}
        self.told.faults.append(self._ask(pool, "POST", "/__admin/faults", fault)["id"])

    def _advance(self, pool: urllib3.PoolManager) -> None:
        done = self._ask(pool, "POST", "/__admin/clock/advance", {"seconds": 0.5})
        self.told.moments.append(done["now"])
        latest = self._ask(pool, "GET", "/__admin/journal?limit=1")["items"]
        self.told.entries += [one["id"] for one in latest]


@pytest.mark.parametrize("turn", range(KILLS))
def test_what_was_acknowledged_survives_a_kill(serve: Serve, tmp_path: Path, turn: int) -> None:
    """All that was acknowledged is there, nothing is half done, and time goes on from there."""
    place = tmp_path / "state.db"
    arguments = (*APIS, "--clock", "frozen", "--state", str(place))
    server = serve(*arguments)
    seeded = Admin(server).jobs()
    told = Told()
    writers = Writers(server, told)
    until = time.monotonic() + 60
    wanted = 5 + random.Random(turn).randrange(40)  # which moment is hit
    while len(told.jobs) < wanted and time.monotonic() < until and not told.errors:
        time.sleep(0.001)
    server.process.send_signal(signal.SIGKILL)
    server.process.wait(20)
    writers.join()
    assert told.errors == []
    assert told.jobs
    _sound(place)

    again = serve(*arguments)
    admin = Admin(again)
    _all_is_there(admin, told)
    assert 0 <= admin.jobs() - seeded - len(told.jobs) <= 2  # what was asked and not answered
    _counts_agree(admin)
    _time_goes_on(admin, told)
    admin.advance(5)
    assert {admin.status(one) for one in told.canceled} <= {"CANCELED"}
    _counts_agree(admin)
    assert admin.submit() > max(told.jobs)
    again.process.terminate()
    assert again.process.wait(20) in {0, 143, -signal.SIGTERM}
    _sound(place)


def _sound(place: Path) -> None:
    """Look into a copy of the file: what is counted as it changes is what counting rows gives."""
    copies = place.with_name("copies")
    copies.mkdir(exist_ok=True)
    for one in place.parent.glob(f"{place.name}*"):
        shutil.copy(one, copies)
    with closing(sqlite3.connect(copies / place.name)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = [one[0] for one in tables]
        for name in names:
            for number in range(9):
                if f"{name}_tally_{number}" in names:
                    _tallied(database, name, f"{name}_tally_{number}")


def _tallied(database: sqlite3.Connection, name: str, tally: str) -> None:
    *columns, _ = [one[1] for one in database.execute(f"PRAGMA table_info({tally})")]
    listed = ", ".join(columns)
    rows = database.execute(f"SELECT {listed}, count FROM {tally} WHERE count != 0").fetchall()
    counted = database.execute(f"SELECT {listed}, count(*) FROM {name} GROUP BY {listed}")
    assert sorted(one[-1] for one in rows) == sorted(one[-1] for one in counted), tally


def _all_is_there(admin: Admin, told: Told) -> None:
    server = admin.server
    for job in told.jobs:
        assert server.request("GET", f"/v6/jobs/{job}/").status == 200, job
    for name in told.thinkbox:
        tasks = server.request("GET", f"/api/tasks?JobID={name}").json()
        assert len(tasks["Tasks"] if isinstance(tasks, dict) else tasks) == 2, tasks
    for where in told.deadline:
        path = "/2023-10-12/farms/{farmId}/queues/{queueId}/jobs/{jobId}".format(**where)
        assert server.request("GET", path).status == 200
    for name, job in told.sessions:
        assert Admin(server, name).status(job) in {"QUEUED", "PENDING", "RUNNING"}
    faults = [one["id"] for one in admin.get("/faults")]
    assert set(told.faults) <= set(faults)
    assert len(faults) == len(set(faults)) <= len(told.faults) + 1


def _counts_agree(admin: Admin) -> None:
    """Hold the lists of the admin API and of Scale against what they say of themselves."""
    page = admin.get(f"/resources?api=scale&schema=Job&limit={PAGE}")
    states = Counter(one["state"] for one in page["items"])
    keys = [one["key"] for one in page["items"]]
    assert page["count"] == len(keys) == len(set(keys)) < PAGE
    assert states == Counter(page["states"]["scale"]["Job"])
    listed: list[int] = []
    for number in range(1, PAGE):
        found = admin.server.request("GET", f"/v6/jobs/?page_size=100&page={number}").json()
        assert found["count"] == len(keys)
        listed += [one["id"] for one in found["results"]]
        if found["next"] is None:
            break
    assert sorted(listed) == sorted(keys)
    for state, count in states.items():
        found = admin.server.request("GET", f"/v6/jobs/?status={state}&page_size=1").json()
        assert found["count"] == count, state


def _time_goes_on(admin: Admin, told: Told) -> None:
    """See that the clock has not gone back, and that no number of the journal comes twice."""
    assert admin.get("/clock")["factor"] == 0
    assert not told.moments or admin.get("/clock")["now"] >= told.moments[-1]
    assert admin.get("/journal")["items"] is not None
    latest = admin.get("/journal?limit=1")["items"][-1]["id"]
    assert not told.entries or latest > max(told.entries)


def test_a_server_that_ends_in_good_order_skips_no_number(serve: Serve, tmp_path: Path) -> None:
    """The journal goes on with the next id, and a fault with what is left of its times."""
    arguments = ("scale", "--clock", "frozen", "--state", str(tmp_path / "state.db"))
    server = serve(*arguments)
    admin = Admin(server)
    deed = {"kind": "status", "status": 503}
    admin.ask("POST", "/faults", {"operation": "getJob", "times": 2, "do": deed}, 201)
    statuses = [server.request("GET", "/v6/jobs/1/").status]
    latest = admin.get("/journal?limit=1")["items"][0]["id"]
    server.process.terminate()
    server.process.wait(20)

    again = serve(*arguments)
    statuses += [again.request("GET", "/v6/jobs/1/").status for _ in range(2)]

    assert statuses == [503, 503, 200]
    ids = [one["id"] for one in Admin(again).get("/journal")["items"]]
    assert ids == [latest + 1, latest + 2]
    assert Admin(again).get("/faults")[0]["fired"] == 2
    assert Admin(again).ask("POST", "/faults", {"do": deed, "times": 1}, 201)["id"] == 2


def test_a_number_is_not_given_again_after_a_restart(serve: Serve, tmp_path: Path) -> None:
    """Also if what had it was deleted: an API of one's own counts on."""
    contract = tmp_path / "shelf.yaml"
    contract.write_text(SHELF)
    arguments = (str(contract), "--clock", "frozen", "--state", str(tmp_path / "state.db"))
    server = serve(*arguments)
    made = server.request("POST", "/books", json={"title": "one"}).json()["id"]
    assert server.request("DELETE", f"/books/{made}").status == 204
    server.process.send_signal(signal.SIGKILL)
    server.process.wait(20)

    again = serve(*arguments)

    assert again.request("POST", "/books", json={"title": "two"}).json()["id"] != made


@pytest.mark.parametrize("who", ["a server", "somebody who looks into it"])
def test_a_file_belongs_to_one_server(serve: Serve, tmp_path: Path, who: str) -> None:
    """A second server that wants it is told so in one line."""
    place = tmp_path / "state.db"
    looking = sqlite3.connect(place)
    if who == "a server":
        serve("scale", "--state", str(place))
    else:
        looking.execute("BEGIN IMMEDIATE")
    line = [sys.executable, "-W", "ignore", "-m", "specs.cli", "serve", "scale", "--port", "0"]
    done = subprocess.run(
        [*line, "--state", str(place)], check=False, capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"callsheet: cannot keep state in {place}: another process has it"
    ]
    looking.close()
