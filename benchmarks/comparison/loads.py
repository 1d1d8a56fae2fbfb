"""What is asked of every server."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

CANCEL = (
    '{"started":"2016-01-01T00:00:00Z","ended":"2016-01-02T00:00:00Z","status":"FAILED",'
    '"job_ids":[101,102,103],"job_type_ids":[1,2,3],"error_categories":["SYSTEM"]}'
)


@dataclass(frozen=True)
class Load:
    """One request that is sent again and again, and the statuses that are right answers.

    With a *command* every tenth request is that instead: path and body of a POST.
    """

    name: str
    path: str
    body: str = ""
    right: tuple[int, ...] = (200,)
    headers: tuple[tuple[str, str], ...] = ()
    command: tuple[str, str] | None = None

    def script(self) -> str:
        """Return what has wrk send this."""
        lines = [f"wrk.headers['{name}'] = [[{value}]]" for name, value in self.headers]
        if self.body or self.command:
            lines.append('wrk.headers["Content-Type"] = "application/json"')
        if self.body:
            lines += ['wrk.method = "POST"', f"wrk.body = [[{self.body}]]"]
        if self.command:
            path, body = self.command
            lines += [
                "local sent = 0",
                "request = function()",
                "  sent = sent + 1",
                f'  if sent % 10 == 0 then return wrk.format("POST", "{path}", nil, [[{body}]]) end',
                "  return wrk.format()",
                "end",
            ]
        return "\n".join(lines)


LOADS = (
    Load("page of one", "/v6/jobs/?status=COMPLETED&order=-created&page=1&page_size=1"),
    Load("page of 20", "/v6/jobs/?page_size=20"),
    Load("one job", "/v6/jobs/3/"),
    Load("bulk cancel", "/v6/jobs/cancel/", CANCEL, (202,)),
    Load("refused", "/v6/jobs/999999/", right=(404, 200)),
    Load("9 pages, 1 cancel", "/v6/jobs/?page_size=20", command=("/v6/jobs/cancel/", CANCEL)),
)


def usual(_port: int, _folder: Path) -> Sequence[Load]:
    """Return what is asked of everybody."""
    return LOADS


def in_a_session(port: int, _folder: Path) -> Sequence[Load]:
    """Make a session and return the usual loads, sent to it."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/__admin/sessions", b'{"name": "mine"}'
    )
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=10):
        pass
    return [replace(one, headers=(("X-Callsheet-Session", "mine"),)) for one in LOADS]


def of_batch(_port: int, folder: Path) -> Sequence[Load]:
    """Return what comes nearest to the usual loads in AWS Batch."""
    job = folder / "moto-job"
    while not job.exists() or not job.read_text():
        time.sleep(0.05)
    scope = "Credential=x/20260101/us-east-1/batch/aws4_request, SignedHeaders=host, Signature=0"
    headers = (("Authorization", f"AWS4-HMAC-SHA256 {scope}"),)
    one = json.dumps({"jobs": [job.read_text()]})
    page = {"jobQueue": "queue", "jobStatus": "FAILED"}
    job.unlink()
    return [
        Load("page of one", "/v1/listjobs", json.dumps({**page, "maxResults": 1}), headers=headers),
        Load("page of 20", "/v1/listjobs", json.dumps({**page, "maxResults": 20}), headers=headers),
        Load("one job", "/v1/describejobs", one, headers=headers),
    ]


def answer(port: int, load: Load) -> int:
    """Return the status of one request, or 0 if there is no answer."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{load.path}")
    for name, value in load.headers:
        request.add_header(name, value)
    if load.body:
        request.data = load.body.encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=10) as found:
            return int(found.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
