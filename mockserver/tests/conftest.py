"""What tests of the mock start from: a process of its own, or an application in this one."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3

from mockserver.tests.postgresql import place, postgresql

__all__ = ["place", "postgresql", "serve", "server"]

COMMAND = [sys.executable, "-W", "ignore", "-m", "specs.cli", "serve"]


@dataclass(frozen=True)
class Server:
    """A mock that runs as a process of its own, and what it said before it listened."""

    base_url: str
    port: int
    process: subprocess.Popen[str]
    said: tuple[str, ...] = ()

    def request(self, method: str, path: str, **more: Any) -> urllib3.BaseHTTPResponse:
        """Send one request over a real connection; redirects are not followed."""
        return urllib3.request(
            method, self.base_url + path, redirect=False, retries=False, timeout=20, **more
        )


Serve = Callable[..., Server]


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Start servers by their command line; all of them end with the module."""
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> Server:
        port_file = tmp_path_factory.mktemp("serve") / "port"
        line = [*COMMAND, *arguments, "--port", "0", "--port-file", str(port_file)]
        process = subprocess.Popen(
            line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        running.append(process)
        assert process.stdout is not None
        said = []
        for line_ in process.stdout:
            said.append(line_)
            if line_.startswith("listening on "):
                break
        else:
            pytest.fail(f"the server ended with {process.wait()}")
        port = _port(port_file)
        return Server(f"http://127.0.0.1:{port}", port, process, tuple(said))

    yield start
    for process in running:
        process.terminate()
    for process in running:
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()


def _port(path: Path) -> int:
    """Return the port in the file that a server writes as soon as it listens."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if path.exists():
            return int(path.read_text())
        time.sleep(0.01)
    pytest.fail(f"no port in {path}")


@pytest.fixture(scope="module")
def server(serve: Serve) -> Server:
    """Serve Scale on a frozen clock."""
    return serve("scale", "--clock", "frozen")
