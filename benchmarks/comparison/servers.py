"""The servers that are compared: how each is started, and how its parts are installed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from comparison.loads import Load, in_a_session, of_batch, usual

HERE = Path(__file__).resolve().parent.parent
CONTRACT = HERE.parent / "specs" / "scale.yaml"
PEERS = HERE / "peers"


@dataclass(frozen=True)
class Server:
    """One peer: how it is started, what it does with a request, and what it is asked."""

    name: str
    checks: str
    state: str
    command: Callable[[int, Path], list[str]]
    loads: Callable[[int, Path], Sequence[Load]] = usual


def python(*arguments: str) -> list[str]:
    """Return a command that runs this interpreter."""
    return [sys.executable, *arguments]


def node(*arguments: str) -> list[str]:
    """Return a command that runs Node in the peers' folder."""
    return ["node", *arguments]


def servers() -> list[Server]:
    """Return everything that is measured."""
    binary = PEERS / "node_modules" / ".bin"
    callsheet = str(Path(sys.executable).with_name("callsheet"))
    return [
        Server("bare ASGI", "no", "no", lambda p, d: python(str(HERE / "bare.py"), str(d), str(p))),
        Server(
            "Callsheet", "request and answer", "yes",
            lambda p, _: [callsheet, "serve", "scale", "--port", str(p)],
        ),
        Server(
            "Callsheet, session", "request and answer", "yes",
            lambda p, _: [callsheet, "serve", "scale", "--port", str(p)], in_a_session,
        ),
        Server(
            "Callsheet, unchecked", "request", "yes",
            lambda p, _: [callsheet, "serve", "scale", "--no-response-validation", "--port", str(p)],
        ),
        Server(
            "plain Connexion", "request", "yes",
            lambda p, _: python(str(HERE / "plain.py"), str(p)),
        ),
        Server(
            "Prism", "request", "no",
            lambda p, _: [str(binary / "prism"), "mock", "-p", str(p), "-h", "127.0.0.1", "-v", "silent", str(CONTRACT)],
        ),
        Server(
            "Scalar", "no", "no",
            lambda p, _: node(str(PEERS / "scalar.mjs"), str(CONTRACT), str(p)),
        ),
        Server(
            "Steady", "request", "no",
            lambda p, _: [str(binary / "steady"), "-q", "--host", "127.0.0.1", "-p", str(p), str(CONTRACT)],
        ),
        Server(
            "openapi-backend", "request", "yes",
            lambda p, _: node(str(PEERS / "backend.mjs"), str(CONTRACT), str(p)),
        ),
        Server(
            "moto", "no", "yes",
            lambda p, d: [str(PEERS / "moto" / "bin" / "python"), str(PEERS / "moto_batch.py"), str(p), str(d / "moto-job")],
            of_batch,
        ),
    ]  # fmt: skip


def install() -> None:
    """Install the peers where they are missing."""
    if not (PEERS / "node_modules").exists():
        subprocess.run(["npm", "install", "--silent", "--no-package-lock"], cwd=PEERS, check=True)
    if not (PEERS / "moto").exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS / "moto")], check=True)
        pip = [str(PEERS / "moto" / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "moto[server]", "boto3"], check=True)
