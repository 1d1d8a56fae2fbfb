"""A bare ASGI application that answers fixed bytes: what the server alone costs.

python bare.py FOLDER PORT: FOLDER holds list1.json, list20.json and detail.json.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import uvicorn


def main() -> None:
    """Serve until stopped."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    texts = {one.stem: one.read_bytes() for one in folder.glob("*.json")}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        query = scope["query_string"]
        status = 200
        if scope["method"] == "POST":
            await receive()
            body, status = b"", 202
        elif scope["path"].endswith("999999/"):
            body, status = b'{"detail":"Not found."}', 404
        elif not scope["path"].endswith("/jobs/"):
            body = texts["detail"]
        else:
            body = texts["list20" if b"page_size=20" in query else "list1"]
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    uvicorn.run(
        app, host="127.0.0.1", port=port, log_level="error", access_log=False,
        server_header=False, lifespan="off", loop="uvloop", http="httptools",
    )  # fmt: skip


if __name__ == "__main__":
    main()
