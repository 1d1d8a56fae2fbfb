"""AWS Signature Version 4: the headers that sign a request."""

from __future__ import annotations

import datetime
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote

from conformance.answer import Request
from conformance.target import SigV4

ALGORITHM = "AWS4-HMAC-SHA256"


def signed_headers(
    key: SigV4,
    request: Request,
    place: tuple[str, str],
    headers: Mapping[str, str],
    now: datetime.datetime | None = None,
) -> dict[str, str]:
    """Return the headers to add to *request*; *place* is the host and the path with its query."""
    moment = now or datetime.datetime.now(datetime.UTC)
    stamp = moment.strftime("%Y%m%dT%H%M%SZ")
    host, location = place
    path, _, query = location.partition("?")
    digest = hashlib.sha256(request.body or b"").hexdigest()
    added = {"X-Amz-Date": stamp, "X-Amz-Content-Sha256": digest, "Host": host}
    if key.session_token:
        added["X-Amz-Security-Token"] = key.session_token
    signed = {name.lower(): " ".join(text.split()) for name, text in added.items()}
    if "content-type" in {name.lower() for name in headers}:
        signed["content-type"] = next(
            text for name, text in headers.items() if name.lower() == "content-type"
        )
    names = ";".join(sorted(signed))
    pairs = sorted(
        (quote(name, safe="~"), quote(text, safe="~"))
        for name, text in parse_qsl(query, keep_blank_values=True)
    )
    canonical = "\n".join([
        request.method,
        quote(path or "/", safe="/~"),
        "&".join(f"{name}={text}" for name, text in pairs),
        *(f"{name}:{signed[name]}" for name in sorted(signed)),
        "",
        names,
        digest,
    ])  # fmt: skip
    scope = f"{stamp[:8]}/{key.region}/{key.service}/aws4_request"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    secret = f"AWS4{key.secret_key}".encode()
    for part in scope.split("/"):
        secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
    text = f"{ALGORITHM}\n{stamp}\n{scope}\n{hashed}"
    signature = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
    added["Authorization"] = (
        f"{ALGORITHM} Credential={key.access_key}/{scope}, SignedHeaders={names}, "
        f"Signature={signature}"
    )
    return added
