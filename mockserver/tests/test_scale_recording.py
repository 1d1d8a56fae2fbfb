"""What a real Scale server answered, asked of the mock: the same, but for what is listed here.

`data/scale.jsonl` holds 192 requests to Scale 7.2.2 in their order, what was answered, and between
them the states that its jobs had come to. Before each command the mock is put into the state in
which the real server was, so that every effect is judged on its own.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from mockserver import apis
from mockserver.apis.scale import Scale
from mockserver.dialect import Dialect
from mockserver.tests import scale_recording
from mockserver.tests.scale_client import ScaleClient

RECORDING = Path(__file__).parent / "data" / "scale.jsonl"

TOKENS = {"admin": "a" * 40, "plain": "f" * 40, "bad": "bad"}

CRASH = "The real server fails with 500; the mock refuses what it cannot carry out."
DOCUMENT = "The document says otherwise, and the mock follows it."
TIES = "The jobs are equal in this order; which of them comes first is left open."
OUTSIDE = "The document has no such path."
OUTPUT = "What a job wrote is the mock's own invention."
METADATA = "The real server describes its serializers there."

ANSWERS = {
    "GET /v6/jobs/?started=2015-01-01T00:00:00-05:00": ("status 400 -> 200", DOCUMENT),
    "GET /v6/jobs/?started=P1W": ("status 400 -> 200", DOCUMENT),
    "GET /v6/jobs/?order=-job_type": ("page", TIES),
    "GET /v6/jobs/?order=duration": ("page", TIES),
    "GET /v6/jobs/?order=bogus": ("status 500 -> 400", CRASH),
    "GET /v6/jobs/?source_tasks=nope": ("page", DOCUMENT),
    "GET /v7/jobs/1/": ("status 200 -> 404", OUTSIDE),
    "GET /v6/job-executions/": ("status 200 -> 404", OUTSIDE),
    "GET /v6/job-executions/1/": ("status 500 -> 404", OUTSIDE),
    "GET /v6/job-executions/1/logs/combined/": ("shape", DOCUMENT),
    "GET /v6/job-executions/1/logs/stdout/": ("shape", DOCUMENT),
    "GET /v6/job-executions/1/logs/stderr/?format=txt": ("status 200 -> 204", OUTPUT),
    "GET /v6/job-executions/1/logs/combined/?format=html": ("text", OUTPUT),
    "GET /v6/jobs/4/input_files/?job_input=input_a": ("page", DOCUMENT),
    "GET /v6/jobs/999999/input_files/": ("status 500 -> 404", CRASH),
    "OPTIONS /v6/jobs/cancel/": ("shape", METADATA),
}
"""The answers that differ -> in what, and why that is right."""

NODE_STAYS = "node is where the job ran, says the document; the real server forgets it."
QUEUED_AT_ONCE = "The document knows no PENDING: what is requeued is QUEUED."
SPARED = "The document requeues FAILED and CANCELED jobs; the real server all but COMPLETED ones."
SUPERSEDED = "The document makes no exception for superseded jobs."

Effect = tuple[str, str]
State = list[Any]

EFFECTS: dict[Effect, tuple[State, str]] = {
    ("cancel one of each state", "4"): (["CANCELED", 1, 3, 1, None, False, False], NODE_STAYS),
    ("cancel one of each state", "5"): (["CANCELED", 1, 3, 1, None, False, False], NODE_STAYS),
    ("requeue a RUNNING job", "3"): (["RUNNING", 3, 5, 1, None, True, False], SPARED),
    **{
        ("requeue again (queued ones go round)", key): (
            ["QUEUED", 2, 4, None, None, False, False],
            SPARED,
        )
        for key in "345"
    },
    **{
        (after, key): (["QUEUED", 1, 3, None, None, False, False], QUEUED_AT_ONCE)
        for after in ("requeue all", "requeue with an empty filter")
        for key in "127"
    },
    **{
        (after, "5"): (["QUEUED", 4, 6, None, None, False, False], SUPERSEDED)
        for after in (
            "requeue a superseded FAILED job",
            "requeue by job type and status",
            "requeue with an empty filter",
        )
    },
}
"""The effects that differ: after which command, of which job -> its state in the mock, and why.

A state is status, num_exes, max_tries, node, error, whether it has started, whether it has ended.
"""

DRIVEN = re.compile(r"drive \{'job_id': (\d+), 'event': '(\w+)'(?:, 'error_id': (\d+))?")


@dataclass
class Replay:
    """What came of asking the mock the same."""

    asked: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    effects: dict[Effect, State] = field(default_factory=dict)


@cache
def replayed(dialect: Dialect) -> Replay:
    """Ask the mock what the real server was asked, and note where they differ."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(apis.APIS, "scale", f"{scale_recording.__name__}:StillScale")
        client = ScaleClient(dialect=dialect, scenario="empty", demand_credentials=True)
    scale = client.hub.default.apis["scale"]
    assert isinstance(scale, Scale)
    scale_recording.fill(scale)
    found = Replay()
    shapes, lines = _recording()
    for line in lines:
        if "after" in line:
            _compare_effects(found, client, scale, line)
            continue
        if line.get("note") == "requeue a superseded FAILED job":
            scale_recording.supersede(scale, 5)
        found.asked += 1
        answer = _ask(client, line)
        differences = _differences(line["answer"], answer, shapes)
        if differences:
            found.answers[f"{line['method']} {line['path']}"] = differences
    return found


def test_the_mock_answers_what_the_real_server_answered() -> None:
    """Status, media type, Location, Allow, shape, error text and page agree, but for the list."""
    replay = replayed(Dialect.DOCUMENTED)

    assert replay.asked == 192
    assert replay.answers == {name: difference for name, (difference, _) in ANSWERS.items()}


def test_commands_have_the_effect_that_they_had_on_the_real_server() -> None:
    """Jobs come to the states to which they came there, but for the list."""
    effects = replayed(Dialect.DOCUMENTED).effects

    assert effects == {effect: state for effect, (state, _) in EFFECTS.items()}


def test_the_observed_dialect_differs_in_nothing_that_the_document_decides() -> None:
    """What is left of the list is what no document asks for: crashes, ties, and inventions."""
    replay = replayed(Dialect.OBSERVED)

    assert replay.asked == 192
    assert replay.answers == {
        name: difference for name, (difference, why) in ANSWERS.items() if why != DOCUMENT
    }
    assert replay.effects == {}


@cache
def _recording() -> tuple[list[Any], list[dict[str, Any]]]:
    """Return the shapes of bodies, and the lines of the recording."""
    first, *rest = (json.loads(line) for line in RECORDING.read_text().splitlines())
    return first["shapes"], rest


def _compare_effects(
    found: Replay, client: ScaleClient, scale: Scale, line: dict[str, Any]
) -> None:
    driven = DRIVEN.match(line["after"])
    if driven is None:
        client.advance(0.3)
    else:
        error = None if driven[3] is None else int(driven[3])
        scale_recording.drive(scale, driven[2], int(driven[1]), error)
    states = scale_recording.states(scale)
    assert states.keys() == line["states"].keys()
    for key, state in states.items():
        if state != line["states"][key]:
            found.effects[line["after"], key] = state
    scale_recording.align(scale, line["states"])


def _ask(client: ScaleClient, line: dict[str, Any]) -> httpx.Response:
    headers = {}
    if line["as"] is not None:
        headers["Authorization"] = f"Token {TOKENS[line['as']]}"
    for name, key in (("Content-Type", "content_type"), ("Accept", "accept")):
        if key in line:
            headers[name] = line[key]
    content = None
    match line.get("body"):
        case None:
            pass
        case {"raw": str(text)}:
            content = text
        case body:
            content = json.dumps(body)
    return client.send(line["method"], line["path"], headers=headers, content=content)


def _differences(expected: dict[str, Any], answer: httpx.Response, shapes: list[Any]) -> str:
    """Return in what *answer* is not as recorded, in words."""
    if answer.status_code != expected["status"]:
        return f"status {expected['status']} -> {answer.status_code}"
    media_type = answer.headers.get("content-type")
    body = answer.json() if media_type == "application/json" and answer.content else answer.text
    shape = expected.get("shape")
    shown = {
        "type": media_type == expected["type"],
        "location": answer.headers.get("location") == expected.get("location"),
        "allow": "allow" not in expected or answer.headers.get("allow") == expected["allow"],
        "shape": shape is None or _fits(shapes[shape] if isinstance(shape, int) else shape, body),
        "text": "text" not in expected or _line(expected["text"]) == _line(_text(body)),
        "page": "page" not in expected or _page(body) == expected["page"],
    }
    return ", ".join(name for name, agrees in shown.items() if not agrees)


def _text(body: Any) -> str:
    """Return the words of a refusal."""
    return str(body["detail"] if isinstance(body, dict) else body)


def _line(text: str) -> str:
    """Return the first line of a text without the marks of Python 2, in which Scale is written.

    The lines after it quote the schema that a validation library was given.
    """
    return re.sub(r"\bu'", "'", text.partition("\n\nFailed validating")[0])


def _page(body: Any) -> dict[str, Any]:
    kept = {name: body[name] for name in ("count", "next", "previous")}
    return kept | {"ids": [one["id"] for one in body["results"]]}


def _fits(shape: Any, value: Any) -> bool:
    """Return whether *value* has the same keys and types; null and empty agree with everything."""
    if value is None or shape in ("null", {}, []):
        return True
    if isinstance(shape, dict):
        same = isinstance(value, dict) and value.keys() == shape.keys()
        return same and all(_fits(inner, value[name]) for name, inner in shape.items())
    if isinstance(shape, list):
        return isinstance(value, list) and all(_fits(shape[0], one) for one in value)
    kinds: dict[str, tuple[type, ...]] = {
        "boolean": (bool,),
        "number": (int, float),
        "string": (str,),
    }
    return isinstance(value, kinds[shape]) and (shape == "boolean") == isinstance(value, bool)
