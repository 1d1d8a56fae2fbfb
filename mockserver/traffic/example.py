"""What a contract shows as an answer: its examples, or a value made of a schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from mockserver.pipeline.call import Reply
from mockserver.traffic.selection import UnknownNameError
from specs.contract import Contract, Operation

TEXTS = {
    "date": "2026-01-01",
    "date-time": "2026-01-01T00:00:00Z",
    "email": "somebody@example.org",
    "hostname": "example.org",
    "ipv4": "192.0.2.1",
    "uri": "https://example.org/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
"""A text of each format."""

DEEPEST = 12
"""How many levels a made value has at most: schemas may refer to themselves."""


class Showcase:
    """The answers that the contract shows for one operation."""

    def __init__(self, contract: Contract, operation: Operation) -> None:
        self._contract = contract
        self._operation = operation

    def statuses(self) -> tuple[str, ...]:
        """Return the declared statuses, as the contract writes them."""
        return tuple(self._operation.responses)

    def declares(self, status: int) -> bool:
        """Return whether there is an answer with that status."""
        return self._response(status) is not None

    def reply(self, status: int, name: str | None, accept: str) -> Reply:
        """Return the answer with that status, or the example of it that has that name.

        Raises `UnknownNameError` if there is no such status or example.
        """
        response = self._response(status)
        if response is None:
            raise UnknownNameError("status", status, self.statuses())
        content = response.get("content", {})
        if name is not None:
            shown = {one: media for one, media in content.items() if name in _examples(media)}
            if not shown:
                raise UnknownNameError("example", name, _names(content))
            content = shown
        reply = Reply.empty(status)
        if content:
            media_type = _chosen(tuple(content), accept)
            value = self._value(content[media_type], name)
            reply = Reply(status, _written(value, media_type), media_type.encode())
        for header, node in response.get("headers", {}).items():
            if header.lower() != "content-type":
                reply.with_header(header, _text(self._shown(self._contract.resolve(node))))
        return reply

    def status_of(self, name: str) -> int:
        """Return the status of the first answer that has an example of that name.

        Raises `UnknownNameError` if none has.
        """
        every: list[str] = []
        for status, response in sorted(self._operation.responses.items()):
            names = _names(response.get("content", {}))
            if name in names and status.isdigit():
                return int(status)
            every += names
        raise UnknownNameError("example", name, dict.fromkeys(every))

    def _response(self, status: int) -> Mapping[str, Any] | None:
        declared = self._operation.responses
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in declared:
                return declared[key]
        return None

    def _value(self, media: Mapping[str, Any], name: str | None) -> Any:
        """Return the example of that name, or the first that there is, or a value of the schema."""
        examples = _examples(media)
        if examples:
            entry = next(iter(examples.values())) if name is None else examples[name]
            return self._contract.resolve(entry).get("value")
        return self._shown(media)

    def _shown(self, node: Mapping[str, Any]) -> Any:
        """Return the example of a media type or a header, or a value of its schema."""
        if "example" in node:
            return node["example"]
        return self._made(node.get("schema", {}), 0)

    def _made(self, schema: Mapping[str, Any], depth: int) -> Any:
        """Return a value that fits *schema*, of whatever it shows."""
        schema = self._contract.resolve(schema)
        for key in ("example", "default", "enum"):
            if key in schema:
                return schema[key][0] if key == "enum" else schema[key]
        return None if depth > DEEPEST else self._composed(schema, depth)

    def _composed(self, schema: Mapping[str, Any], depth: int) -> Any:
        if "allOf" in schema:
            return self._merged(schema, depth)
        alternatives = schema.get("oneOf") or schema.get("anyOf")
        if alternatives:
            return self._made(alternatives[0], depth + 1)
        match schema.get("type", "object" if "properties" in schema else None):
            case "object":
                return self._properties(schema, depth)
            case "array":
                return [self._made(schema.get("items", {}), depth + 1)]
        return _plain(schema)

    def _merged(self, schema: Mapping[str, Any], depth: int) -> Any:
        """Return what the parts of a composition show, as one."""
        parts = [self._made(one, depth + 1) for one in schema["allOf"]]
        if "properties" in schema:
            parts.append(self._properties(schema, depth))
        whole: dict[str, Any] = {}
        for part in parts:
            if isinstance(part, dict):
                whole |= part
            elif part is not None:
                return part
        return whole

    def _properties(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        return {
            name: self._made(one, depth + 1) for name, one in schema.get("properties", {}).items()
        }


def _plain(schema: Mapping[str, Any]) -> Any:
    """Return a text, a number or a truth value."""
    match schema.get("type"):
        case "string":
            text = TEXTS.get(schema.get("format", ""), "text")
            return text.ljust(schema.get("minLength", 0), "t")[: schema.get("maxLength")]
        case "integer" | "number":
            least: float = schema.get("minimum", min(0, schema.get("maximum", 0)))
            return least + 1 if schema.get("exclusiveMinimum") else least
        case "boolean":
            return False
    return None


def _examples(media: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = media.get("examples", {})
    return found


def _names(content: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(name for media in content.values() for name in _examples(media)))


def _chosen(media_types: tuple[str, ...], accept: str) -> str:
    """Return the first media type that *accept* asks for by name, or the first of all."""
    for wanted in _wanted(accept):
        for one in media_types:
            kind = one.partition(";")[0].strip().lower()
            if wanted in {kind, f"{kind.partition('/')[0]}/*"}:
                return one
    return media_types[0]


def _wanted(accept: str) -> Iterator[str]:
    for one in accept.split(","):
        yield one.partition(";")[0].strip().lower()


def _written(value: Any, media_type: str) -> bytes:
    """Return a body as it travels: JSON, or the text as it is."""
    if isinstance(value, str) and "json" not in media_type.lower():
        return value.encode()
    return orjson.dumps(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
