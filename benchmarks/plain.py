"""The same contract and the same handlers on plain Connexion: python plain.py PORT."""

from __future__ import annotations

import sys

import uvicorn

from mockserver.app import Setting, create_app
from mockserver.tests.plain import application

if __name__ == "__main__":
    _, hub = create_app(Setting(names=("scale",)))
    uvicorn.run(
        application.create("scale", hub), host="127.0.0.1", port=int(sys.argv[1]),
        log_level="error", access_log=False, server_header=False, loop="uvloop", http="httptools",
    )  # fmt: skip
