"""Run the mock as a process: bind, print where everything is, serve until told to stop."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import uvicorn

from mockserver import apis as registry
from mockserver import cli
from mockserver.app import Setting, create_app
from mockserver.certificate import Certificate
from mockserver.hub import Hub, Log
from mockserver.service import Options
from mockserver.store.database import DatabaseError

LOGS: Mapping[str, Log] = {"text": cli.log_text, "json": cli.log_json}


def run(
    names: tuple[str, ...], host: str, port: int, port_file: Path | None, more: Mapping[str, Any]
) -> None:
    """Serve until interrupted; raise `CannotServeError` if it cannot start."""
    for name in names:
        if name not in registry.APIS:
            raise cli.CannotServeError(
                f"there is no API named {name!r}; known are {', '.join(registry.APIS)}"
            )
    mutant = more["mutant"]
    setting = Setting(
        names=names or tuple(registry.APIS),
        seed=more["seed"],
        clock=more["clock"],
        options=Options(
            demand_credentials=more["auth"],
            validate_responses=more["response_validation"] and mutant is None,
            scenario=more["scenario"],
        ),
        mutant=mutant,
        state=more["state"],
    )
    kind = more["log"]
    if kind == "auto":
        kind = "text" if sys.stderr.isatty() else "none"
    listener = cli.bind(host, port)
    try:
        app, hub = create_app(setting, LOGS.get(kind))
    except DatabaseError as error:
        listener.close()
        raise cli.CannotServeError(str(error)) from None
    except KeyError as error:
        listener.close()
        raise cli.CannotServeError(f"there is no mutant {error}; see `callsheet mutants`") from None
    port = listener.getsockname()[1]
    certificate = _certificate(host, more)
    _greet(hub, host, port, certificate)
    if port_file is not None:
        _write(port_file, str(port))
    config = uvicorn.Config(
        app, log_level="error", access_log=False, server_header=False, lifespan="off",
        loop="uvloop", http="httptools", ws="none",
        ssl_certfile=None if certificate is None else str(certificate.chain),
        ssl_keyfile=None if certificate is None else str(certificate.key),
    )  # fmt: skip
    if certificate is not None:
        try:
            config.load()
        except (OSError, ssl.SSLError) as error:
            listener.close()
            raise cli.CannotServeError(
                f"this certificate and key cannot be used: {error}"
            ) from None
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        hub.remember()
        if port_file is not None:
            port_file.unlink(missing_ok=True)


def _certificate(host: str, more: Mapping[str, Any]) -> Certificate | None:
    """Return the certificate to serve with, or None for plain HTTP."""
    if (more["cert"] is None) is not (more["key"] is None):
        raise cli.CannotServeError("--cert and --key go together")
    if more["cert"] is not None:
        return Certificate(more["cert"], more["key"])
    if not more["tls"]:
        return None
    from mockserver.tls import make  # noqa: PLC0415 - slow to load

    return make(host)


def _greet(hub: Hub, host: str, port: int, certificate: Certificate | None) -> None:
    shown = f"[{host}]" if ":" in host else host
    base = f"{'http' if certificate is None else 'https'}://{shown}:{port}"
    width = max(len(name) for name in hub.services)
    for name, service in hub.services.items():
        contract = service.contract
        first = next(iter(contract.operations.values()))
        click.echo(f"  {name:{width}}  {base}{contract.base_paths[0]}{first.path}")
    if host not in {"127.0.0.1", "::1", "localhost"}:
        click.echo(
            "  anybody who reaches this address can use it, the admin API included", err=True
        )
    if certificate is not None and certificate.authority is not None:
        click.echo(f"  clients trust it with the authority in {certificate.authority}")
    click.echo(f"listening on {base}")
    sys.stdout.flush()


def _write(path: Path, text: str) -> None:
    """Write a file in one step, so that nobody reads half of it."""
    partial = path.with_name(path.name + ".part")
    partial.write_text(text)
    partial.replace(path)
