"""Run the mock as a process: bind, print where everything is, serve until told to stop."""

from __future__ import annotations

import gc
import signal
import ssl
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
import uvicorn

from mockserver import apis as registry
from mockserver import cli
from mockserver.admin import Passage
from mockserver.app import Parts, Setting, create_parts
from mockserver.certificate import Certificate
from mockserver.dialect import Dialect
from mockserver.entrance import TwoDoors
from mockserver.hub import Hub, Log
from mockserver.pipeline.asgi import App
from mockserver.service import Options, Validate
from mockserver.store.database import DatabaseError
from mockserver.traffic.terminal import Told
from mockserver.watch import Watch
from specs.contract import UnknownApiError
from specs.contract.reader import locate

LOGS = {
    "text": (cli.log_text, Told.end_as_text),
    "json": (cli.log_json, Told.end_as_json),
}
"""How each kind of log writes a line, and the summary at the end."""


def run(
    names: tuple[str, ...], host: str, port: int, port_file: Path | None, more: Mapping[str, Any]
) -> None:
    """Serve until interrupted; raise `CannotServeError` if it cannot start."""
    setting = _setting(names, more)
    kind = more["log"]
    if kind == "auto":
        kind = "text" if sys.stderr.isatty() else "none"
    wanted = [port] if more["admin_port"] is None else [port, more["admin_port"]]
    with ExitStack() as stack:
        listeners = [stack.enter_context(cli.bind(host, one)) for one in wanted]
        log = Told(LOGS[kind][0]) if kind in LOGS else None
        parts = _create(setting, log)
        if log is not None:
            stack.callback(LOGS[kind][1], log)
        stack.callback(parts.hub.rest)
        watch = Watch(setting, parts, _say) if more["watch"] else None
        parts = parts if watch is None else watch.parts
        certificate = _certificate(host, more)
        public, *admin = (one.getsockname()[1] for one in listeners)
        if more["no_admin"]:
            app, admin_port = parts.alone(), None
        elif admin:
            app, admin_port = TwoDoors(parts.alone(), parts.admin, admin[0]), admin[0]
            parts.hub.public_port = public
        else:
            app, admin_port = parts.together(), public
        config = _config(app, certificate, setting.options.surprises)
        if watch is not None:
            config.callback_notify, config.timeout_notify = watch.look, 0
        server = uvicorn.Server(config)
        told: list[int] = []

        def leave(number: int, _frame: object) -> None:
            """End in good order: with the summary, and without the file of the port."""
            told.append(number)
            server.should_exit = True

        signal.signal(signal.SIGTERM, leave)  # uvicorn raises it again when it has ended
        _greet(parts.hub, host, (public, admin_port), certificate)
        if host not in cli.LOOPBACK:
            click.echo(f"  {_access(more, admin_port)}", err=True)
        click.echo(f"listening on {_address(host, public, certificate)}")
        sys.stdout.flush()
        if port_file is not None:
            _write(port_file, str(public))
            stack.callback(port_file.unlink, missing_ok=True)
        _spare_the_collector()
        server.run(sockets=listeners)
        if told:
            raise SystemExit(128 + told[0])


def _spare_the_collector() -> None:
    """Have garbage be looked for less often, and not among what stays for good.

    What is made at the start is never garbage; what a request leaves behind mostly frees itself.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _say(line: str) -> None:
    click.echo(f"callsheet: {line}", err=True)


def _setting(names: tuple[str, ...], more: Mapping[str, Any]) -> Setting:
    """Return what the command line asks for, if it can be had."""
    for name in names:
        try:
            locate(name)
        except UnknownApiError as error:
            raise cli.CannotServeError(error.reason) from None
    if more["no_admin"] and more["admin_port"] is not None:
        raise cli.CannotServeError("--no-admin and --admin-port do not go together")
    if more["admin_token"] == "":
        raise cli.CannotServeError("--admin-token: an empty token keeps nobody out")
    mutant = more["mutant"]
    return Setting(
        names=names or tuple(registry.APIS),
        seed=more["seed"],
        clock=more["clock"],
        options=Options(
            demand_credentials=more["auth"],
            validate_responses=more["response_validation"] and mutant is None,
            scenario=more["scenario"],
            validate_requests=Validate(more["validate"]),
            cors=more["cors"],
            journal_entries=more["journal_entries"],
            journal_bytes=more["journal_bytes"],
            surprises=_surprises(more["surprises"]),
        ),
        mutant=mutant,
        dialect=Dialect(more["dialect"]),
        state=more["state"],
        passage=Passage(more["admin_token"]),
        session_idle=more["session_idle"],
    )


def _surprises(given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the surprises that are asked for, each option with one or several."""
    names = tuple(one.strip() for text in given for one in text.split(","))
    if names:
        from mockserver.surprise import UnknownSurpriseError, chosen  # noqa: PLC0415 - seldom

        try:
            chosen(names)
        except UnknownSurpriseError as error:
            raise cli.CannotServeError(f"--surprise: {error}") from None
    return names


def _create(setting: Setting, log: Log | None) -> Parts:
    try:
        return create_parts(setting, log)
    except DatabaseError as error:
        raise cli.CannotServeError(str(error)) from None
    except KeyError as error:
        raise cli.CannotServeError(f"there is no mutant {error}; see `callsheet mutants`") from None


def _config(
    app: App, certificate: Certificate | None, surprises: tuple[str, ...]
) -> uvicorn.Config:
    protocol: Any = "httptools"
    if surprises:
        from mockserver.surprise import protocol_of  # noqa: PLC0415 - only if there is one

        protocol = protocol_of(surprises) or protocol
    config = uvicorn.Config(
        app, log_level="error", access_log=False, server_header=False, lifespan="off",
        loop="uvloop", http=protocol, ws="none",
        timeout_graceful_shutdown=2,  # whoever listens to events never leaves by himself
        ssl_certfile=None if certificate is None else str(certificate.chain),
        ssl_keyfile=None if certificate is None else str(certificate.key),
    )  # fmt: skip
    if certificate is not None:
        try:
            config.load()
        except (OSError, ssl.SSLError) as error:
            raise cli.CannotServeError(
                f"this certificate and key cannot be used: {error}"
            ) from None
    return config


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


def _access(more: Mapping[str, Any], admin_port: int | None) -> str:
    """Say who can use a server that can be reached from elsewhere."""
    said = "anybody who reaches this address can use it"
    if admin_port is None:
        return said
    if more["admin_token"] is not None:
        return f"{said}; its admin API, who knows the token"
    return f"{said}; its admin API, only this machine: others need --admin-token"


def _address(host: str, port: int, certificate: Certificate | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"{'http' if certificate is None else 'https'}://{shown}:{port}"


def _greet(
    hub: Hub, host: str, ports: tuple[int, int | None], certificate: Certificate | None
) -> None:
    """Print where everything is."""
    base = _address(host, ports[0], certificate)
    width = max(len(name) for name in hub.services)
    for name, service in hub.services.items():
        contract = service.contract
        first = next(iter(contract.operations.values()))
        click.echo(f"  {name:{width}}  {base}{contract.base_paths[0]}{first.path}")
    if ports[1] is not None:
        click.echo(f"  {'admin':{width}}  {_address(host, ports[1], certificate)}/__admin/")
    if certificate is not None and certificate.authority is not None:
        click.echo(f"  clients trust it with the authority in {certificate.authority}")


def _write(path: Path, text: str) -> None:
    """Write a file in one step, so that nobody reads half of it."""
    partial = path.with_name(path.name + ".part")
    partial.write_text(text)
    partial.replace(path)
