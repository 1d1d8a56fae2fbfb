"""The console as an ASGI application in front of the admin API, which answers all the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mockserver.admin import Passage
from mockserver.console.files import TYPES, File, load, names
from mockserver.hub import Hub
from mockserver.pipeline.asgi import App, Receive, Scope, Send
from mockserver.pipeline.call import Reply
from mockserver.pipeline.control import send_reply
from specs.contract import Contract

HOME = "/__admin/"
ASSETS = f"{HOME}assets/"
DIAGRAMS = f"{ASSETS}diagrams/"
REFERENCE = f"{HOME}reference/"

HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")

POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
"""What browsers allow the pages: nothing from elsewhere, no scripts and styles but from files."""

VIEWER_POLICY = "style-src 'self' 'unsafe-inline'; img-src 'self' data:"
"""What Swagger UI needs besides: it writes styles into its page, and pictures into its styles."""


class Console:
    """Answers for the pages and files of the console.

    The files hold no secret, so that nobody is asked for a token before the page can ask him.
    """

    def __init__(
        self, admin: App, hub: Hub, passage: Passage, contracts: Mapping[str, Contract]
    ) -> None:
        self._admin = admin
        self._hub = hub
        self._passage = passage
        self._contracts = contracts
        self._diagrams: dict[str, File] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path: str = scope["path"]
        if path not in {HOME, HOME[:-1]} and not path.startswith((ASSETS, REFERENCE)):
            await self._admin(scope, receive, send)
            return
        await send_reply(self._answer(scope, path), send, head=scope["method"] == "HEAD")

    def _answer(self, scope: Scope, path: str) -> Reply:
        refusal = None if self._passage.token else self._passage.refusal(scope)
        if refusal is not None:
            return refusal
        if scope["method"] not in {"GET", "HEAD"}:
            return Reply.json({"error": "only GET and HEAD"}, 405).with_header("allow", "GET, HEAD")
        if path == HOME[:-1]:
            query = scope["query_string"].decode("latin-1")
            home = f"{scope.get('root_path', '')}{HOME}{'?' if query else ''}{query}"
            return Reply.empty(307).with_header("location", home)
        found = self._find(path)
        if isinstance(found, Reply):
            return found
        policy = self._policy(scope)
        if path.startswith(REFERENCE):
            policy = f"{policy}; {VIEWER_POLICY}"
        return _send(found, policy)

    def _find(self, path: str) -> File | Reply:
        """Return the file that a path stands for, or the answer that there is none."""
        if path.startswith(DIAGRAMS):
            return self._diagram(path.removeprefix(DIAGRAMS))
        if path.startswith(REFERENCE):
            known = path.removeprefix(REFERENCE) in self._contracts
            paths = [REFERENCE + one for one in self._contracts]
            found = load("reference.html") if known else None
        else:
            paths = [ASSETS + one for one in names()]
            found = load("index.html" if path == HOME else path.removeprefix(ASSETS))
        return _nothing(path, paths) if found is None else found

    def _diagram(self, name: str) -> File | Reply:
        """Return the diagram of a life cycle, which is laid out when it is first asked for."""
        from mockserver.console import diagram  # noqa: PLC0415 - slow to load

        if name not in self._diagrams:
            cycles = {
                f"{api}/{schema}.svg": cycle
                for api, contract in self._contracts.items()
                for schema, cycle in contract.lifecycles.items()
            }
            if name not in cycles:
                return _nothing(DIAGRAMS + name, [DIAGRAMS + one for one in cycles])
            try:
                self._diagrams[name] = File(TYPES["svg"], diagram.render(cycles[name]))
            except diagram.NoLayoutError:
                message = "diagrams need pygraphviz: pip install 'callsheet[site]'"
                return Reply.json({"error": message}, 501)
        return self._diagrams[name]

    def _policy(self, scope: Scope) -> str:
        """Return what a page may do; it calls the mock, also where that is on another port."""
        if self._hub.public_port is None:
            return POLICY
        named = next((v for k, v in scope["headers"] if k == b"host"), b"").decode("latin-1")
        host = HOST.match(named)
        if host is None:
            return POLICY
        origin = f"{scope.get('scheme', 'http')}://{host[0]}:{self._hub.public_port}"
        return f"{POLICY}; connect-src 'self' {origin}"


def _send(found: File, policy: str) -> Reply:
    reply = Reply(200, found.body, found.media_type)
    reply.with_header("content-security-policy", policy)
    reply.with_header("referrer-policy", "no-referrer")
    return reply.with_header("x-content-type-options", "nosniff")


def _nothing(path: str, known: list[str]) -> Reply:
    return Reply.json({"error": f"there is nothing at {path}", "known": known}, 404)
