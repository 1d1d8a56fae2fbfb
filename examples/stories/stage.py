"""What the stories share: a session of a running mock, steered through its admin API."""

from __future__ import annotations

import argparse
import sys
from typing import Any, Self

import httpx


def address() -> str:
    """Return where the mock is: what the command line says, or where `callsheet serve` puts it."""
    parser = argparse.ArgumentParser(description="Play a story against `callsheet serve`.")
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:4020", help="of the mock")
    return str(parser.parse_args().address).rstrip("/")


def tell(what: str) -> None:
    """Say what has just happened."""
    sys.stdout.write(f"* {what}\n")


class Session:
    """A world of one's own on a server, with a clock that stands still until it is moved.

    `requests` is a client whose requests all go to that world.
    """

    def __init__(self, server: str, **how: Any) -> None:
        self._server = server
        self._admin = httpx.Client(base_url=f"{server}/__admin", timeout=60)
        made = self._ask("POST", "/sessions", {"clock": {"mode": "frozen"}, **how})
        self.name = made["name"]
        self._admin.headers["X-Callsheet-Session"] = self.name
        self.requests = httpx.Client(base_url=made["base_url"], timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Drop the session, whatever became of the story."""
        self._ask("DELETE", f"/sessions/{self.name}")
        self._admin.close()
        self.requests.close()

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._admin.request(method, path, json=body)
        if answer.is_error:
            raise SystemExit(f"{method} {path}: {answer.text}")
        return answer.json() if answer.content else None

    def known(self, api: str) -> Any:
        """Return ids and bodies of requests that are good to use here."""
        return self._ask("GET", f"/targets/{api}")["known"]

    def advance(self, seconds: float) -> list[str]:
        """Let time pass, and return the transitions that it brought."""
        return self._moved(self._ask("POST", "/clock/advance", {"seconds": seconds}))

    def wait(self, api: str, schema: str, key: Any, state: str) -> list[str]:
        """Let time pass until a resource is in a state, and return the transitions on the way."""
        until = {"api": api, "schema": schema, "key": key, "state": state}
        done = self._ask("POST", "/clock/advance", {"until": until, "limit_seconds": 1800})
        assert done["reached"], f"{schema} {key} has not come to {state} in half an hour"
        return self._moved(done)

    def force(self, api: str, schema: str, key: Any, state: str) -> None:
        """Take a resource to a state, as an operator with a spanner does."""
        body = {"target": state, "force": True}
        self._ask("POST", f"/resources/{api}/{schema}/{key}/move", body)

    def hurry(self, operation: str, path: str) -> None:
        """Have an operation be throttled twice, and see that who asks is told to wait."""
        fault = {"kind": "throttle", "retry_after": 2}
        self._ask("POST", "/faults", {"operation": operation, "times": 2, "do": fault})
        answers = [self.requests.get(path) for _ in range(3)]
        assert [one.status_code for one in answers] == [429, 429, 200]
        assert answers[0].headers["Retry-After"] == "2"
        tell("whoever asks too often is told to wait for two seconds, twice")

    def snapshot(self) -> str:
        """Keep everything as it is now, and return a name for it."""
        return str(self._ask("POST", "/snapshots")["name"])

    def restore(self, snapshot: str) -> None:
        """Make everything what it was, the clock included, and throw the snapshot away."""
        self._ask("POST", f"/snapshots/{snapshot}/restore")
        self._ask("DELETE", f"/snapshots/{snapshot}")

    def fork(self) -> Session:
        """Return another session in which everything is as it is in this one."""
        return Session(self._server, from_session=self.name)

    @staticmethod
    def _moved(done: Any) -> list[str]:
        line = "{schema} {key} {source} -> {target}"
        return [line.format_map(one) for one in done["fired"]]
