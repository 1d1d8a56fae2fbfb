"""Schemathesis, as its own program, finds nothing wrong with the admin API."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from mockserver.tests.conftest import Serve

ENDLESS = ("/events", "/journal/wait")
"""What answers when something happens, and not before."""


def test_schemathesis_has_nothing_to_complain_about(serve: Serve, tmp_path: Path) -> None:
    """The examples of the contract are answered as the contract says, by each operation."""
    server = serve("thinkbox", "--clock", "frozen", "--scenario", "empty")
    program = Path(sys.executable).with_name("schemathesis")
    contract = files("mockserver").joinpath("admin.yaml")
    line = [
        *(str(program), "run", str(contract), "--url", f"{server.base_url}/__admin"),
        *("--phases", "examples", "--max-examples", "1", "--seed", "1", "--no-color"),
        *(part for path in ENDLESS for part in ("--exclude-path", path)),
    ]

    done = subprocess.run(
        line, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=300
    )

    assert done.returncode == 0, done.stdout
    assert "33 selected" in done.stdout
    told = re.search(r"(\d+) generated, (\d+) passed$", done.stdout, re.MULTILINE)
    assert told is not None, done.stdout
    assert int(told[1]) == int(told[2]) > 30
