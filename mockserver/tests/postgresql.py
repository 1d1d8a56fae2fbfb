"""A PostgreSQL server for one test run: made in a temporary folder, gone at the end."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian keeps the programs of each version: they are not in the PATH."""

WITHOUT_DISK = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=",
    "autovacuum=off", "shared_buffers=32MB", "max_connections=40",
)  # fmt: skip
"""Settings of a server whose data nobody will miss, reached through a socket in its folder."""


ENGLISH = ("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US")
"""Order texts as a dictionary does, as most servers are set up; SQLite has them by code point."""


class Cluster:
    """A running server: a source of empty databases."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    def address(self, database: str) -> str:
        """Return the address of a database."""
        return f"postgresql://callsheet@/{database}?host={self._folder}"

    def database(self) -> str:
        """Make an empty database and return its address."""
        import psycopg  # noqa: PLC0415 - an extra

        name = f"world{next(self._numbers)}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.address(name)


def programs() -> Path | None:
    """Return the folder of PostgreSQL's server programs, the newest; None if there are none."""
    known = DEBIAN.glob("*/bin/initdb")
    newest = sorted(known, key=lambda one: float(one.parts[-3]))
    found = str(newest[-1]) if newest else shutil.which("initdb")
    return None if found is None else Path(found).resolve().parent


def unprivileged() -> dict[str, Any]:
    """Return how to start a process that root may not be: as PostgreSQL's user, or as nobody."""
    if os.getuid():
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise RuntimeError("there is neither a user postgres nor a user nobody")


@contextmanager
def running(binaries: Path) -> Iterator[Cluster]:
    """Make a server, start it, and stop it at the end."""
    account = unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: a socket's path has 107 bytes
    if account:
        os.chown(folder, account["user"], account["group"])
    data, log = str(folder / "data"), str(folder / "log")

    def run(program: str, *arguments: str) -> None:
        command = [str(binaries / program), "-D", data, *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=folder, timeout=120, check=False, **account
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr or done.stdout}")

    try:
        run("initdb", "-U", "callsheet", "-A", "trust", "-E", "UTF8", "--no-sync", *ENGLISH)
        options = " ".join(f"-c {one}" for one in WITHOUT_DISK)
        run("pg_ctl", "start", "-w", "-l", log, "-o", f"{options} -k {folder}")
        try:
            yield Cluster(folder)
        finally:
            run("pg_ctl", "stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """Run a PostgreSQL server; skip if there is none to run, unless the environment demands it."""
    binaries = programs()
    if binaries is None:
        reason = "there is no PostgreSQL server here: apt-get install postgresql"
        if os.environ.get("CALLSHEET_DEMAND_POSTGRESQL"):
            pytest.fail(reason)
        pytest.skip(reason)
    pytest.importorskip("psycopg", reason="PostgreSQL needs psycopg: pip install psycopg[binary]")
    with running(binaries) as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def place(request: pytest.FixtureRequest) -> str:
    """Give the place of a new database, on each kind in turn; SQLite's is private."""
    if request.param == "sqlite":
        return ""
    cluster: Cluster = request.getfixturevalue("postgresql")
    return cluster.database()
