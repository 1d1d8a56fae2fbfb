"""Connections: TLS, client certificates, and what to call their troubles."""

from __future__ import annotations

import ssl
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from conformance.failures import UsageError
from conformance.target import Target

Connection = urllib3.HTTPConnectionPool


def connect(target: Target, root: str) -> tuple[Connection, str]:
    """Return a keep-alive connection pool to the target, and the base path of its URL."""
    parts = urlsplit(root)
    try:
        port = parts.port
    except ValueError:
        raise UsageError(f"{root}: the port is no number") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError(f"{root}: right would be http://host:port or https://host/path")
    timeout = urllib3.Timeout(connect=min(5.0, target.budget.request), read=target.budget.request)
    base_path = parts.path.rstrip("/")
    if parts.scheme == "http":
        return Connection(parts.hostname, port, timeout=timeout, maxsize=4), base_path
    pool = urllib3.HTTPSConnectionPool(
        parts.hostname, port, timeout=timeout, maxsize=4, ssl_context=_tls(target)
    )
    if not target.tls.verify:
        pool.assert_hostname = False
    return pool, base_path


def _tls(target: Target) -> ssl.SSLContext:
    tls = target.tls
    try:
        context = ssl.create_default_context(cafile=tls.ca_bundle)
        if tls.client_certificate is not None:
            context.load_cert_chain(tls.client_certificate, tls.client_key)
    except (OSError, ssl.SSLError) as error:
        place = tls.client_certificate or tls.ca_bundle
        raise UsageError(f"tls: {place} cannot be used: {error.strerror or error}") from None
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def spelled(error: Exception) -> str:
    """Return the reason of a failed connection in a few words."""
    text = str(error)
    if "Connection refused" in text:
        return "connection refused"
    if "Name or service not known" in text or "getaddrinfo" in text or "resolve" in text:
        return "the host name is unknown"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "its certificate is not trusted (name its CA bundle, or --insecure)"
    if "closed connection" in text or "Connection aborted" in text or "reset" in text.lower():
        return "it closes the connection without an answer"
    if "timed out" in text:
        return "the connection timed out"
    return text.rpartition(": ")[2] if isinstance(error, HTTPError) else text
