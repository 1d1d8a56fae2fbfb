"""Files for pytest that show a contradiction again, on the server that made it or on another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from conformance.answer import Exchange, environment_name
from conformance.reproduction import (
    Book,
    Place,
    Step,
    one_line,
    parsed,
    pieces_of,
    plan,
    steps_of,
)
from specs.contract import Kind, Requirement

READING = frozenset({"GET", "HEAD", "OPTIONS"})
EXPECTED = re.compile(r"but (\d{3}) is what it should answer")


@dataclass(frozen=True, slots=True)
class Setting:
    """The run that has found a contradiction."""

    api: str  # what the contract was asked for by: a name or a path
    base: str
    seed: int
    mode: str
    strict: bool


def file(
    requirement: Requirement, message: str, exchanges: Sequence[Exchange], setting: Setting
) -> str:
    """Return a file for pytest with one test that fails where the contradiction is.

    What is wrong with an answer shows when the same requests are sent again, with the ids that
    the answers give. All else is left to the check of the requirement, which acts and waits as
    the answers demand.
    """
    slug = re.sub(r"[^a-z0-9]+", "_", requirement.id.lower())
    lines = [
        f'"""{_quoted(requirement.id)}: {_quoted(requirement.statement)}',
        "",
        f"Seen: {_quoted(message)}",
        "BASE in the environment names another server.",
        '"""',
        "",
        *(["import os", ""] if _masked(exchanges, requirement) else []),
        "from conformance.replay import Replay",
        "",
        "",
        f"def test_{slug}() -> None:",
    ]
    if requirement.kind is Kind.RESPONSE and exchanges:
        origin = urlsplit(exchanges[0].url)
        lines.append(
            f"    server = Replay({setting.api!r}, {f'{origin.scheme}://{origin.netloc}'!r})"
        )
        lines += [f"    {line}" for line in _requests(exchanges)]
        expected = _expected(requirement, message, exchanges[-1])
        status = f", expected={expected!r}" if expected else ""
        lines.append(f"    server.judge({requirement.id!r}{status})")
    else:
        lines.append(f"    server = Replay({setting.api!r}, {setting.base!r})")
        lines.append(
            f"    server.hold({requirement.id!r}, seed={setting.seed}, mode={setting.mode!r}, "
            f"strict={setting.strict})"
        )
    return "\n".join(lines) + "\n"


def _expected(requirement: Requirement, message: str, last: Exchange) -> str:
    """Return the status that the last request was sent to bring about; empty if it was none."""
    told = EXPECTED.search(message)
    if told is not None:
        return told[1]
    status = requirement.id.rpartition("/")[2]
    is_error = status.isdecimal() and status[0] in "45"
    return status if is_error and status != str(last.status) else ""


def _masked(exchanges: Sequence[Exchange], requirement: Requirement) -> bool:
    return requirement.kind is Kind.RESPONSE and any(one.masked for one in exchanges)


def _requests(exchanges: Sequence[Exchange]) -> Iterator[str]:
    steps, book = steps_of(exchanges), Book()
    plan(steps, book)
    for number, step in enumerate(steps, 1):
        is_only_a_look = step.exchange.request.method in READING and not step.takes
        if is_only_a_look and number < len(steps):
            continue  # it changed nothing, and nothing was learned from it
        reply = f"reply{number} = " if step.takes else ""
        arguments = ", ".join(_arguments(step, book.before(number - 1)))
        yield f"{reply}server.send({arguments})"
        for name, place in step.takes.items():
            yield f"{name} = {_reading(f'reply{number}', place)}"


def _arguments(step: Step, book: Book) -> Iterator[str]:
    exchange = step.exchange
    parts = urlsplit(exchange.url)
    yield repr(exchange.request.method)
    yield _location(f"{parts.path}?{parts.query}" if parts.query else parts.path, book)
    if exchange.operation_id is not None:
        yield f"operation={exchange.operation_id!r}"
    headers = [f"{name!r}: {text!r}" for name, text in exchange.request.headers if text is not None]
    headers += [f"{one!r}: os.environ[{environment_name(one)!r}]" for one in exchange.masked]
    if headers:
        yield f"headers={{{', '.join(headers)}}}"
    if exchange.request.body is not None:
        node = parsed(exchange.request.body)
        yield f"body={exchange.request.body!r}" if node is None else f"body={_literal(node, book)}"
    if step.times > 1:
        yield f"times={step.times}"


def _location(location: str, book: Book) -> str:
    """Return path and query as an expression, with each known id replaced by its variable."""
    pieces = list(pieces_of(location, book))
    if not any(known for _, known in pieces):
        return repr(location)
    text = "".join(
        f"{{{one}}}" if known else one.replace("{", "{{").replace("}", "}}")
        for one, known in pieces
    )
    return f"f{text!r}"


def _literal(node: Any, book: Book, key: str = "") -> str:
    """Return a body as an expression, with each known id replaced by its variable."""
    if isinstance(node, Mapping):
        inner = (f"{name!r}: {_literal(value, book, str(name))}" for name, value in node.items())
        return f"{{{', '.join(inner)}}}"
    if isinstance(node, list):
        return f"[{', '.join(_literal(value, book, key) for value in node)}]"
    variable = book.variable(key, node)
    if variable:
        return f"str({variable})" if isinstance(node, str) else variable
    return repr(node)


def _reading(reply: str, place: Place) -> str:
    if place is None:
        return f"{reply}.location()"
    return f"{reply}.json()" + "".join(f"[{part!r}]" for part in place)


def _quoted(text: str) -> str:
    """Return text that may stand in a docstring."""
    return one_line(text).replace("\\", "\\\\").replace('"""', "'''").removesuffix('"')
