"""Changing what an HPC Pack answers, if it answers in JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from mockserver.pipeline.call import JSON, Reply

Properties = list[dict[str, Any]]


def revised(reply: Reply, change: Callable[[Any], Any]) -> Reply:
    """Return *reply* with its JSON body sent through *change*."""
    if (b"content-type", JSON) in reply.headers and reply.status == 200:
        reply.body = orjson.dumps(change(orjson.loads(reply.body)))
    return reply


def with_value(properties: Properties, name: str, value: Any) -> Properties:
    """Return *properties*, of which the one called *name* has *value*."""
    return [one | {"Value": value} if one["Name"] == name else one for one in properties]


def without(properties: Properties, name: str) -> Properties:
    """Return *properties* but for the one called *name*."""
    return [one for one in properties if one["Name"] != name]


def seen(views: Any, change: Callable[[Properties], Properties]) -> dict[str, Any]:
    """Return the views of a resource, each with its properties sent through *change*."""
    row = {"Properties": change(views["row"]["Properties"])}
    return {"row": row, "detail": change(views["detail"])}
