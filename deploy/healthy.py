"""Exit with 0 if the server in this container answers, and its database answers it.

It looks at `/__admin/health` on this machine. Where there is no admin API, or none without a
token, a refusal is as good an answer as any: only silence and a status from 500 on are not.
"""  # noqa: INP001 - a script that is copied into the image

from __future__ import annotations

import os
import sys
from http.client import HTTPConnection, HTTPException


def status(port: int) -> int:
    """Return the status of an answer, 0 if there is none."""
    connection = HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/__admin/health")
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not 200 <= status(int(os.environ.get("CALLSHEET_PORT", "4020"))) < 500)
