"""What an operation answers: its examples, what is made up from its schemas, or a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from mockserver.own.shape import json_schema, properties, success
from mockserver.own.value import Inventor
from mockserver.pipeline.call import UNCHECKED, UNDECLARED, Call, Reply
from mockserver.pipeline.schema import SchemaBook
from mockserver.service import explain
from specs.contract import Contract, Operation

ANNOUNCING = ("message", "error", "detail", "title", "description", "reason", "msg")
"""Properties of an error's body that take our sentence, the first that is there."""

NUMBERING = ("status", "code", "statusCode", "status_code")
"""Properties of an error's body that take the status."""

MISFIT = "X-Callsheet-Misfit"
"""The header that says where an answer breaks its own schema, which no value may fit."""

OK = 200

ABSENT: Any = object()
"""No resource is to be shown."""


class Answers:
    """Makes the answers of one API."""

    def __init__(self, contract: Contract, book: SchemaBook, inventor: Inventor) -> None:
        self._contract = contract
        self._book = book
        self._inventor = inventor

    def success(self, operation: Operation, *name: object, shown: Any = ABSENT) -> Reply:
        """Return the declared success; its body is *shown*, if that can be, else an example."""
        found = success(operation)
        if found is None:
            key = next(iter(operation.responses))
            status = int(key) if key.isdecimal() else int(key[0]) * 100
            if status < OK:
                reply = Reply.empty(OK)
                reply.value = UNDECLARED
                return reply.with_header(MISFIT, f"{key} is declared, and no last answer")
            return self._said(operation, key, status, self._body(operation, key, name))
        key, _ = found
        status = int(key) if key.isdecimal() else 200
        body = self._body(operation, key, name) if shown is ABSENT else shown
        return self._said(operation, key, status, body, name)

    def shown(
        self, operation: Operation, document: Mapping[str, Any], *name: object, status: str = ""
    ) -> Reply:
        """Return a success with *document* in its body, if its schema has room for it."""
        found = success(operation)
        if status in operation.responses:
            found = status, operation.responses[status]
        schema = None if found is None else json_schema(found[1])
        if found is None or schema is None:
            return self.success(operation, *name)
        number = int(found[0]) if found[0].isdecimal() else 200
        return self._said(operation, found[0], number, self.fitted(schema, document, *name), name)

    def error(self, operation: Operation, status: int, message: str) -> Reply:
        """Return the declared answer of that status, with *message* where it has room for it."""
        key = _declared(operation, status)
        if key is None:
            reply = Reply.json({"error": message}, status)
            reply.value = UNDECLARED
            return reply
        schema = json_schema(operation.responses[key])
        body = self._body(operation, key, (operation.id, status))
        if schema is not None and isinstance(body, Mapping):
            body = self._told(schema, body, status, message)
        return self._said(operation, key, status, body)

    def fitted(self, schema: Mapping[str, Any], document: Mapping[str, Any], *name: object) -> Any:
        """Return *document* as *schema* wants it: as it is, less what it does not know, wrapped."""
        validator = self._book.compile(schema)
        wanted = properties(self._contract, schema)
        if validator.is_valid(document) and (not wanted or wanted.keys() & document.keys()):
            return document
        made = self._inventor.value(schema, *name)
        if not isinstance(made, Mapping):
            return made
        shared = {key: one for key, one in document.items() if key in wanted}
        rest = {key: one for key, one in made.items() if key not in document}
        candidates = [{**rest, **shared}] if shared else []
        candidates += [
            {**made, key: dict(document)}
            for key, one in wanted.items()
            if self._contract.resolve(one).get("type") in {"object", None}
        ]
        return next((one for one in candidates if validator.is_valid(one)), made)

    def _body(self, operation: Operation, key: str, name: tuple[object, ...]) -> Any:
        """Return an example of a response, or a value that is made up; `ABSENT` without content."""
        response = operation.responses[key]
        media = _media(response)
        if media is None:
            return ABSENT
        node = response["content"][media]
        if "example" in node:
            return node["example"]
        for example in node.get("examples", {}).values():
            found = self._contract.resolve(example)
            if "value" in found:
                return found["value"]
        schema = node.get("schema", {})
        if self._contract.resolve(schema).get("format") == "binary":
            return ""
        return self._inventor.value(schema, operation.id, key, *name)

    def _told(
        self, schema: Mapping[str, Any], body: Mapping[str, Any], status: int, message: str
    ) -> Mapping[str, Any]:
        """Return *body* with message and status in it, as far as it stays valid."""
        validator = self._book.compile(schema)
        known = properties(self._contract, schema)
        for names, value in ((ANNOUNCING, message), (NUMBERING, status)):
            for name in (one for one in names if one in known):
                changed = {**body, name: value}
                if validator.is_valid(changed):
                    body = changed
                    break
        return body

    def _said(
        self, operation: Operation, key: str, status: int, body: Any, name: tuple[object, ...] = ()
    ) -> Reply:
        """Return *body* as the answer *key* of an operation, with the headers it has to have."""
        response = operation.responses[key]
        media = _media(response)
        if media is None or body is ABSENT:
            reply = Reply.empty(status)
        elif _is_json(media) or "*" in media:
            kind = "application/json" if "*" in media else media
            reply = Reply(status, orjson.dumps(body), kind.encode(), body)
            self._admit(reply, response["content"][media].get("schema", {}))
        else:
            text = body if isinstance(body, str) else orjson.dumps(body).decode()
            reply = Reply(status, text.encode(), media.encode(), UNCHECKED)
        for title, node in response.get("headers", {}).items():
            header = self._contract.resolve(node)
            if header.get("required") and title.lower() != "content-type":
                value = header.get("example", ABSENT)
                if value is ABSENT:
                    value = self._inventor.value(header.get("schema", {}), title, *name)
                reply.with_header(title, value if isinstance(value, str) else _spelled(value))
        return reply

    def _admit(self, reply: Reply, schema: Mapping[str, Any]) -> None:
        """Say in a header where a body breaks its schema: the contract's examples do at times."""
        validator = self._book.compile(schema)
        if not validator.is_valid(reply.value):
            reply.with_header(MISFIT, explain(validator, reply.value).partition("\n")[0][:200])
            reply.value = UNDECLARED


def with_location(reply: Reply, call: Call, path: str) -> Reply:
    """Return *reply* with the address of what was made."""
    reply.headers = [one for one in reply.headers if one[0] != b"location"]
    return reply.with_header("location", call.url(path))


def refusal_status(operation: Operation, *wanted: int) -> int:
    """Return the first of *wanted* that the operation declares, exactly if it can be."""
    for status in wanted:
        if str(status) in operation.responses:
            return status
    for status in wanted:
        if _declared(operation, status) is not None:
            return status
    return wanted[0]


def _declared(operation: Operation, status: int) -> str | None:
    for key in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
        if key in operation.responses:
            return key
    return None


def _media(response: Mapping[str, Any]) -> str | None:
    """Return the media type that is sent: JSON if it is offered, else the first."""
    offered: list[str] = list(response.get("content", {}))
    if not offered:
        return None
    return next((one for one in offered if _is_json(one)), offered[0])


def _is_json(media: str) -> bool:
    return media.partition(";")[0].strip().lower().endswith(("/json", "+json"))


def _spelled(value: Any) -> str:
    return orjson.dumps(value).decode()
