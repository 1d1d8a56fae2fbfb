"""Shell scripts that show a contradiction again: curl, and jq to carry ids along."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.answer import Exchange, environment_name

_IDENTITY = re.compile(r"(^|_)(id|key|uuid|guid|name|arn)s?$|(Id|Key|ID|Name)s?$")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MARK = "\u0001"
UNLIKELY = 8  # characters; a value of that length is not the same by chance

Place = tuple[str | int, ...] | None  # in a JSON body; None: the end of the header Location


def script(name: str, statement: str, message: str, exchanges: Sequence[Exchange]) -> str:
    """Return a shell script that sends the requests again; empty if nothing was sent.

    An id that an earlier answer gave is read from the answer, so that the script works on a fresh
    server. `BASE` names another server.
    """
    steps = steps_of(exchanges)
    if not steps:
        return ""
    book = Book()
    plan(steps, book)
    first = urlsplit(steps[0].exchange.url)
    lines = [
        "#!/bin/sh",
        f"# {name}",
        f"# Required: {one_line(statement)}",
        f"# Seen: {one_line(message)}",
        "set -u",
        f': "${{BASE:={first.scheme}://{first.netloc}}}"',
    ]
    masked = dict.fromkeys(header for one in steps for header in one.exchange.masked)
    lines += [f': "${{{environment_name(one)}:?set it to the value of {one}}}"' for one in masked]
    for index, step in enumerate(steps):
        lines += ["", *_step_lines(index + 1, step, book.before(index))]
    return "\n".join(lines) + "\n"


@dataclass(slots=True)
class Step:
    """One request of a script, and what it takes from the answer."""

    exchange: Exchange
    times: int = 1
    takes: dict[str, Place] = field(default_factory=dict)  # variable -> where it stands


@dataclass(slots=True)
class Book:
    """Which value came from which answer, and the variables that carry them."""

    origins: dict[str, tuple[int, Place]] = field(default_factory=dict)  # value -> step, place
    variables: dict[str, str] = field(default_factory=dict)  # value -> variable

    def before(self, index: int) -> Book:
        """Return what is known before the step of that index is sent."""
        known = {
            value: name for value, name in self.variables.items() if self.origins[value][0] < index
        }
        return Book(self.origins, known)

    def variable(self, key: str, node: object) -> str:
        """Return the variable of a value that stands in a body under *key*; empty if none."""
        if isinstance(node, bool) or not isinstance(node, str | int):
            return ""
        return self.variables.get(str(node), "") if means_id(key, str(node)) else ""


def steps_of(exchanges: Sequence[Exchange]) -> list[Step]:
    """Return the exchanges as steps; asking the same again and again is one step."""
    steps: list[Step] = []
    for one in exchanges:
        if steps and one.request == steps[-1].exchange.request and one.request.method == "GET":
            steps[-1] = Step(one, steps[-1].times + 1)
        else:
            steps.append(Step(one))
    return steps


def plan(steps: Sequence[Step], book: Book) -> None:
    """Find the ids that an answer gave and a later request needs, and give them variables."""
    for index, step in enumerate(steps):
        for value in _values_sent(step.exchange):
            if value in book.origins and value not in book.variables:
                origin, place = book.origins[value]
                book.variables[value] = f"id{len(book.variables) + 1}"
                steps[origin].takes[book.variables[value]] = place
        for value, place in _values_given(step.exchange):
            book.origins.setdefault(value, (index, place))


def _values_sent(exchange: Exchange) -> Iterator[str]:
    for segment in exchange.request.path.split("/"):
        yield unquote(segment)
    for name, value in exchange.request.query:
        if means_id(name, value):
            yield value
    yield from _ids(parsed(exchange.request.body), "")


def means_id(name: str, value: str) -> bool:
    """Whether a value is an id: by its name, or because nothing else looks so by chance."""
    return bool(_IDENTITY.search(name)) or len(value) >= UNLIKELY


def _values_given(exchange: Exchange) -> Iterator[tuple[str, Place]]:
    for value, place, key in _places(parsed(exchange.body), (), ""):
        if _IDENTITY.search(key):
            yield value, place
    last = exchange.headers.get("Location", "").rstrip("/").rpartition("/")[2]
    if last:
        yield unquote(last), None


def _places(
    node: Any, place: tuple[str | int, ...], key: str
) -> Iterator[tuple[str, tuple[str | int, ...], str]]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield from _places(value, (*place, str(name)), str(name))
    elif isinstance(node, list):
        for index, value in enumerate(node[:50]):
            yield from _places(value, (*place, index), key)
    elif isinstance(node, str | int) and not isinstance(node, bool) and str(node):
        yield str(node), place, key


def _reading(place: Place) -> str:
    """Return the command that reads what stands there in the last answer."""
    if place is None:
        return "sed -n 's/\\r$//; s/^[Ll]ocation: .*\\/\\([^/]*\\)\\/*$/\\1/p' head.txt"
    path = ""
    for part in place:
        if isinstance(part, str) and _PLAIN_NAME.fullmatch(part):
            path += f".{part}"
        else:
            path = f"{path or '.'}[{json.dumps(part)}]"
    return f"jq -r {shlex.quote(path)} body.json"


def _ids(node: Any, key: str) -> Iterator[str]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield from _ids(value, str(name))
    elif isinstance(node, list):
        for value in node:
            yield from _ids(value, key)
    elif isinstance(node, str | int) and not isinstance(node, bool) and means_id(key, str(node)):
        yield str(node)


def _step_lines(number: int, step: Step, book: Book) -> list[str]:
    exchange = step.exchange
    asked = f", asked {step.times} times" if step.times > 1 else ""
    lines = [f"echo '--- {number}. {exchange.request.method} (answered {exchange.status}{asked})'"]
    base = urlsplit(exchange.url)
    location = f"{base.path}?{base.query}" if base.query else base.path
    words = ["curl -sS -D head.txt -o body.json", f"-X {exchange.request.method}"]
    words.append(f'"$BASE"{_spliced_location(location, book)}')
    words += [
        f"-H {shlex.quote(f'{name}: {value}')}"
        for name, value in exchange.request.headers
        if value is not None
    ]
    words += [f'-H "{name}: ${environment_name(name)}"' for name in exchange.masked]
    if exchange.request.body is not None:
        words.append(f"--data-binary {_spliced_body(exchange.request.body, book)}")
    lines.append(" \\\n  ".join(words))
    lines.append("cat head.txt body.json 2>/dev/null; echo")
    lines += [f"{name}=$({_reading(place)})" for name, place in step.takes.items()]
    return lines


def pieces_of(location: str, book: Book) -> Iterator[tuple[str, bool]]:
    """Yield path and query in pieces; a piece is text, or the variable of a known id."""
    path, mark, query = location.partition("?")
    for piece in re.split(r"(/)", path):
        variable = book.variables.get(unquote(piece)) if piece else None
        yield (variable, True) if variable else (piece, False)
    yield mark, False
    for piece in re.split(r"(&)", query):
        name, equals, value = piece.partition("=")
        variable = book.variables.get(unquote(value)) if value else None
        if variable and means_id(unquote(name), unquote(value)):
            yield f"{name}{equals}", False
            yield variable, True
        else:
            yield piece, False


def _spliced_location(location: str, book: Book) -> str:
    """Return path and query, with each known id replaced by its variable."""
    pieces = pieces_of(location, book)
    return _shell("".join(f"{_MARK}{one}{_MARK}" if known else one for one, known in pieces))


def _spliced_body(body: bytes, book: Book) -> str:
    node = parsed(body)
    if node is None:
        return shlex.quote(body.decode("utf-8", "replace"))
    text = json.dumps(_marked(node, book), ensure_ascii=False)
    text = re.sub(rf'"{_MARK}#(\w+){_MARK}"', rf"{_MARK}\1{_MARK}", text.replace("\\u0001", _MARK))
    return _shell(text)


def _marked(node: Any, book: Book, key: str = "") -> Any:
    if isinstance(node, Mapping):
        return {name: _marked(value, book, str(name)) for name, value in node.items()}
    if isinstance(node, list):
        return [_marked(value, book, key) for value in node]
    variable = book.variable(key, node)
    if variable:
        number = "#" if isinstance(node, int) else ""
        return f"{_MARK}{number}{variable}{_MARK}"
    return node


def _shell(text: str) -> str:
    """Return the text quoted for the shell, with each marked variable outside of the quotes."""
    pieces = text.split(_MARK)
    return "".join(
        f'"${piece}"' if index % 2 else (shlex.quote(piece) if piece else "")
        for index, piece in enumerate(pieces)
    )


def parsed(body: bytes | None) -> Any:
    """Return a body as JSON; None if it is none."""
    if not body:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def one_line(text: str) -> str:
    """Return the words of a text on one line."""
    return " ".join(text.split())


def shell_name(requirement: str) -> str:
    """Return the name of the shell script for a requirement."""
    return re.sub(r"[^A-Za-z0-9._]+", "-", requirement) + ".sh"


def pytest_name(requirement: str) -> str:
    """Return the name of the file for pytest for a requirement."""
    return "test_" + re.sub(r"[^A-Za-z0-9]+", "_", requirement) + ".py"
