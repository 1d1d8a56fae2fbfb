"""The documents of resources: how one is made from a request, and what a change leaves alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote

from mockserver.moment import iso
from mockserver.own.shape import Kind, json_schema, properties
from mockserver.own.value import Inventor
from mockserver.pipeline.call import Call
from mockserver.pipeline.schema import SchemaBook
from specs.contract import Contract, Operation

TOUCHED = frozenset({
    "updated", "updatedAt", "updated_at", "modified", "modifiedAt", "modified_at",
    "lastModified", "last_modified", "lastUpdated", "last_updated",
})  # fmt: skip
"""Properties that show when a resource has last changed."""

MADE = frozenset({
    "created", "createdAt", "created_at", "createdOn", "created_on", "dateCreated", "date_created",
    "creationTime", "creation_time", "submitted", "submittedAt", "submitted_at", *TOUCHED,
})  # fmt: skip
"""Properties that show when a resource was made."""

FORM = "application/x-www-form-urlencoded"


class Documents:
    """Makes and changes the documents of one kind of resource."""

    def __init__(
        self, contract: Contract, book: SchemaBook, inventor: Inventor, kind: Kind
    ) -> None:
        self._contract = contract
        self._inventor = inventor
        self._validator = book.compile(kind.schema)
        self.kind = kind
        self.properties = properties(contract, kind.schema)
        key = contract.resolve(self.properties.get(kind.key, {}))
        self._key_type = key.get("type", "string")
        self._key_schema: Mapping[str, Any] = self.properties.get(kind.key, {})
        self._spelling = {str(one): one for one in self._states()}

    def _states(self) -> list[Any]:
        cycle = self.kind.lifecycle
        if cycle is None:
            return []
        found: list[Any] = self._contract.resolve(self.properties.get(cycle.property, {})).get(
            "enum", []
        )
        return found

    def made(
        self,
        sent: Mapping[str, Any],
        offered: Mapping[str, Mapping[str, Any]],
        *name: object,
        is_plain: bool = False,
    ) -> dict[str, Any]:
        """Return a new document: what was sent, and what only the server can know.

        *offered* are the properties that the request may have: one that was not sent is left out
        unless it has a default or the resource has to have it. *is_plain*: without examples.
        """
        whole = self._inventor.value(self.kind.schema, self.kind.name, *name, is_plain=is_plain)
        if not isinstance(whole, Mapping):
            return dict(sent)
        required = self._required()
        found: dict[str, Any] = {}
        for key, value in whole.items():
            node = self._contract.resolve(self.properties.get(key, {}))
            default = offered.get(key, {}).get("default", node.get("default"))
            if key in offered and key not in sent and (default is not None or key not in required):
                if default is not None:
                    found[key] = default
                continue
            found[key] = value
        kept = {key: value for key, value in sent.items() if self._is_writable(key)}
        return self._sound({**found, **kept}, found)

    def _sound(self, wanted: dict[str, Any], sure: Mapping[str, Any]) -> dict[str, Any]:
        """Return *wanted*, without what of it would break the schema of the resource."""
        if self._validator.is_valid(wanted):
            return wanted
        found = dict(wanted)
        for key in wanted:
            smaller = {**found, key: sure[key]} if key in sure else _without(found, key)
            if self._validator.is_valid(smaller):
                return smaller
        for key in wanted.keys() - self.properties.keys():
            del found[key]
        return found if self._validator.is_valid(found) else {**wanted, **sure}

    def _is_writable(self, key: str) -> bool:
        node = self._contract.resolve(self.properties.get(key, {}))
        cycle = self.kind.lifecycle
        return not node.get("readOnly") and (cycle is None or key != cycle.property)

    def _required(self) -> set[str]:
        found: set[str] = set()
        nodes: list[Mapping[str, Any]] = [self.kind.schema]
        while nodes:
            node = self._contract.resolve(nodes.pop())
            found |= set(node.get("required", ()))
            nodes += node.get("allOf", ())
        return found

    def replaced(self, old: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
        """Return *old* with everything that a client may write as *sent* has it."""
        kept = {
            key: value
            for key, value in old.items()
            if key == self.kind.key or not self._is_writable(key) or key in self._required()
        }
        return self._sound({**kept, **self._writable(sent)}, old)

    def merged(self, old: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
        """Return *old* with *sent* merged in: null takes a property away, objects go deeper."""
        return self._sound(_merged(old, self._writable(sent)), old)

    def _writable(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        return {
            key: value
            for key, value in sent.items()
            if key != self.kind.key and self._is_writable(key)
        }

    def in_state(self, document: dict[str, Any], state: str, moment: int) -> None:
        """Write down the state of a resource, and when it has come there."""
        cycle = self.kind.lifecycle
        if cycle is not None and cycle.property in self.properties:
            document[cycle.property] = self._spelling.get(state, state)
        self.stamp(document, moment)

    def stamp(self, document: dict[str, Any], moment: int, names: frozenset[str] = TOUCHED) -> None:
        """Write *moment* into the properties of these names that hold a date and time."""
        for key in names & document.keys():
            if self._contract.resolve(self.properties.get(key, {})).get("format") == "date-time":
                document[key] = iso(moment)

    # -- keys ----------------------------------------------------------------------------------

    def key_sent(self, sent: Mapping[str, Any]) -> str | None:
        """Return the key that the client has chosen, or None."""
        key = self.kind.key
        if key and self._is_writable(key) and sent.get(key) is not None:
            return str(sent[key])
        return None

    def new_key(self, number: int, is_free: Callable[[str], bool]) -> Any:
        """Return a key that nothing has: the next number, or a text that fits its schema."""
        if self._key_type in {"integer", "number"}:
            number = max(number, int(self._key_schema.get("minimum", 1)))
            while not is_free(str(number)):
                number += 1
            return number
        node = {
            name: one
            for name, one in self._contract.resolve(self._key_schema).items()
            if name != "example"
        }
        if not node.keys() & {"format", "pattern", "enum", "minLength", "maxLength"}:
            stem = self.kind.name.lower()
            while not is_free(f"{stem}-{number}"):
                number += 1
            return f"{stem}-{number}"
        draws = (self._inventor.value(node, self.kind.name, number, one) for one in range(1000))
        return next((one for one in draws if is_free(str(one))), number)

    def shown_key(self, document: Mapping[str, Any]) -> str:
        """Return the key that a document shows; empty if it shows none."""
        found = document.get(self.kind.key) if self.kind.key else None
        return "" if found is None else str(found)


def row_key(parents: str, own: str) -> str:
    """Return the key of a row: the keys of the parents and the resource's own, quoted."""
    text = quote(own, safe="")
    return f"{parents}/{text}" if parents else text


def body_of(contract: Contract, operation: Operation, call: Call) -> dict[str, Any]:
    """Return what the body of a call says: JSON, or the fields of a form, with their types."""
    if isinstance(call.body, Mapping):
        return dict(call.body)
    if isinstance(call.body, bytes) and call.media_type == FORM:
        pairs = dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
        content = contract.resolve(operation.node.get("requestBody", {})).get("content", {})
        known = properties(contract, content.get(FORM, {}).get("schema", {}))
        return {
            name: _typed(contract.resolve(known.get(name, {})), text)
            for name, text in pairs.items()
        }
    return {}


def offered(contract: Contract, operation: Operation) -> dict[str, Mapping[str, Any]]:
    """Return the properties that a client may send in the body of a request, with their schemas."""
    body = contract.resolve(operation.node.get("requestBody", {}))
    schema = json_schema(body)
    found = properties(contract, schema) if schema is not None else {}
    nodes = {name: contract.resolve(one) for name, one in found.items()}
    return {name: one for name, one in nodes.items() if not one.get("readOnly")}


def _typed(node: Mapping[str, Any], text: str) -> Any:
    try:
        match node.get("type"):
            case "integer":
                return int(text)
            case "number":
                return float(text)
            case "boolean":
                return text.lower() == "true"
    except ValueError:
        pass
    return text


def _merged(old: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(old)
    for key, value in sent.items():
        if value is None:
            found.pop(key, None)
        elif isinstance(value, Mapping):
            inner = found.get(key)
            found[key] = _merged(inner if isinstance(inner, Mapping) else {}, value)
        else:
            found[key] = value
    return found


def _without(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != key}
