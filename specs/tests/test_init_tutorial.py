"""The tutorial in `specs/README.md`, run as it is written, and `callsheet init`."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
MARK = "<!-- parcels.yaml -->\n"
NEXT = "==== next ===="


def tutorial() -> str:
    """Return the section, from its heading to the next."""
    text = README.read_text().partition("### From an empty file to a verdict\n")[2]
    return text.partition("\n## ")[0]


def fences(text: str) -> list[tuple[str, str]]:
    """Return language and content of each fenced block, in order."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


@pytest.mark.skipif(shutil.which("curl") is None, reason="the tutorial uses curl")
def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    """Its files are put together, its commands run, its outputs compared; only the port is ours."""
    text = tutorial().replace("4020", str(free_port()))
    contract = "".join(re.findall(f"{MARK}```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    (tmp_path / "parcels.yaml").write_text(contract)
    blocks = fences(text)
    commands = [one for language, one in blocks if language == "sh"]
    expected = [
        after[1] if after[0] == "text" else ""
        for before, after in zip(blocks, [*blocks[1:], ("", "")], strict=True)
        if before[0] == "sh"
    ]
    command = tmp_path / "bin" / "callsheet"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -W ignore -m specs.cli "$@"\n')
    command.chmod(0o755)
    script = (
        "set -euo pipefail\n"
        "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n" + f"echo '{NEXT}'\n".join(commands)
    )

    done = subprocess.run(
        ["bash", "-c", script],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}"},
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.split(f"{NEXT}\n") == expected
    assert "<testsuite" in (tmp_path / "parcels.xml").read_text()
