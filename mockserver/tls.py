"""Certificates for serving over HTTPS: the user's own, or one made for this run."""

from __future__ import annotations

import tempfile
from pathlib import Path

import trustme

from mockserver.certificate import Certificate


def make(host: str) -> Certificate:
    """Return a certificate for *host* and this machine's loopback names, made now.

    Its files lie in a folder of their own that only the user can read.
    """
    folder = Path(tempfile.mkdtemp(prefix="callsheet-tls-"))
    authority = trustme.CA()
    names = dict.fromkeys((host, "localhost", "127.0.0.1", "::1"))
    issued = authority.issue_cert(*(name for name in names if name not in {"0.0.0.0", "::"}))  # noqa: S104
    trusted = folder / "authority.pem"
    found = Certificate(folder / "chain.pem", folder / "key.pem", trusted)
    issued.private_key_pem.write_to_path(found.key)
    found.key.chmod(0o600)
    for blob in issued.cert_chain_pems:
        blob.write_to_path(found.chain, append=True)
    authority.cert_pem.write_to_path(trusted)
    return found
