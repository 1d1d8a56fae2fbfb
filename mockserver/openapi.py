"""`GET /openapi/{api}.json`: what this server promises, with its own address in it."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from mockserver.pipeline.asgi import App, Receive, Scope, Send
from specs.contract import Contract
from specs.contract.export import document

PREFIX = "/openapi/"
SUFFIX = ".json"


class Documents:
    """Answers with the OpenAPI documents of the APIs that are served; the rest is the mock's."""

    def __init__(self, app: App, contracts: Mapping[str, Contract]) -> None:
        self._app = app
        self._contracts = contracts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        status, body = self._answer(scope)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"access-control-allow-origin", b"*"),  # viewers of documents run in browsers
        ]
        if status == 405:
            headers.append((b"allow", b"GET, HEAD"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send(
            {
                "type": "http.response.body",
                "body": b"" if scope["method"] == "HEAD" else body,
            }
        )

    def _answer(self, scope: Scope) -> tuple[int, bytes]:
        if scope["method"] not in {"GET", "HEAD"}:
            return 405, orjson.dumps({"error": "only GET and HEAD"})
        path = scope["path"]
        contract = self._contracts.get(path.removeprefix(PREFIX).removesuffix(SUFFIX))
        if contract is None or not path.endswith(SUFFIX):
            known = [f"{PREFIX}{name}{SUFFIX}" for name in self._contracts]
            return 404, orjson.dumps({"error": f"there is nothing at {path}", "known": known})
        origin = _origin(scope)
        servers = [f"{origin}{base}" for base in contract.base_paths]
        return 200, orjson.dumps(document(contract, servers=servers))


def _origin(scope: Scope) -> str:
    """Return scheme, host and the prefix of the session, as the client addressed us."""
    named = dict(scope["headers"]).get(b"host")
    if named is None:
        address, port = scope["server"]
        named = f"{address}:{port}".encode()
    return f"{scope.get('scheme', 'http')}://{named.decode('latin-1')}{scope.get('root_path', '')}"
