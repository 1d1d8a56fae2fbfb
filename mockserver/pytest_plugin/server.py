"""A mock that runs as a process of its own: what the fixture `callsheet_server` is."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mockserver.pytest_plugin.line import Connection
from mockserver.pytest_plugin.manner import Manner
from mockserver.pytest_plugin.mock import Mock

LISTENING = "listening on "

PATIENCE = 20
"""How many seconds a server may take to end."""


class NotStartedError(Exception):
    """The server ended before it listened: what it said."""


class CallsheetServer:
    """A server on a free port of this machine.

    It ends with `close`, and also if this process does, however that happens.
    """

    def __init__(self, apis: Sequence[str], manner: Manner, folder: Path) -> None:
        options = ["--port", "0", "--log", "none", "--seed", f"{manner.seed}"]
        options += ["--scenario", manner.scenario, "--clock", manner.clock]
        with tempfile.TemporaryFile("w+") as said:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "mockserver.attended", *apis, *options],
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
                start_new_session=True,  # Ctrl-C is for pytest, which then ends it in good order
            )
            assert self._process.stdout is not None
            for line in self._process.stdout:
                if line.startswith(LISTENING):
                    self.base_url = line.removeprefix(LISTENING).strip()
                    break
            else:
                self._end()
                said.seek(0)
                raise NotStartedError(" ".join(said.read().split()) or "the server said nothing")
        self._line = Connection(self.base_url)
        self.mock = Mock(self._line)

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def close(self) -> None:
        """End the server."""
        self._line.close()
        self._process.terminate()
        self._end()

    def _end(self) -> None:
        try:
            self._process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
