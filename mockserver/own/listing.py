"""Lists of resources: which are shown, in which part, and what the list says of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.own.answer import Answers
from mockserver.own.shape import Kind, Shape, json_schema, list_in, properties, success
from mockserver.own.value import Inventor
from mockserver.pipeline.call import Call
from specs.contract import Contract

SIZES = ("limit", "size", "page_size", "pageSize", "per_page", "perPage", "pagesize", "top")
OFFSETS = ("offset", "skip", "start")
PAGES = ("page", "page_number", "pageNumber")
COUNTS = (
    "count", "total", "total_count", "totalCount", "total_results", "totalResults", "totalItems",
    "total_items",
)  # fmt: skip


def chosen(
    documents: Sequence[Mapping[str, Any]], call: Call, known: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """Return the documents that fit: a parameter with the name of a property asks for its value.

    Several values ask for any of them.
    """
    wanted = {
        name: value if isinstance(value, list) else [value]
        for name, value in {**call.path, **call.query}.items()
        if name in known and name not in {*SIZES, *OFFSETS, *PAGES}
    }
    return [
        one
        for one in documents
        if all(_has(one.get(name), values) for name, values in wanted.items())
    ]


def _has(found: Any, values: Sequence[Any]) -> bool:
    if isinstance(found, list):
        return any(one in found for one in values)
    return found in values or str(found) in {str(one) for one in values}


def page(call: Call, total: int) -> tuple[int, int]:
    """Return offset and size of the part that is asked for by parameters of the usual names."""
    size = next((call.query[one] for one in SIZES if isinstance(call.query.get(one), int)), None)
    offset = next((call.query[one] for one in OFFSETS if isinstance(call.query.get(one), int)), 0)
    number = next((call.query[one] for one in PAGES if isinstance(call.query.get(one), int)), None)
    if size is None:
        return max(offset, 0), total
    if number is not None:
        offset = (number - 1) * size
    return max(offset, 0), max(size, 0)


class Lister:
    """Puts the resources of a list into the form that its operation declares."""

    def __init__(self, contract: Contract, answers: Answers, inventor: Inventor) -> None:
        self._contract = contract
        self._answers = answers
        self._inventor = inventor

    def body(
        self, shape: Shape, kind: Kind, documents: Sequence[Mapping[str, Any]], total: int
    ) -> Any:
        """Return the body of a list that shows *documents*, some of *total*."""
        ending = success(shape.operation)
        schema = None if ending is None else json_schema(ending[1])
        place = list_in(self._contract, schema, kind)
        assert schema is not None  # else it would not have been told to be a list
        assert place is not None
        node = self._contract.resolve(schema)
        name = place[0]
        items = node["items"] if not name else self._items(node, name)
        shown = [
            self._answers.fitted(items, one, shape.operation.id, number)
            for number, one in enumerate(documents)
        ]
        if not name:
            return shown
        required = set(node.get("required", ()))
        body: dict[str, Any] = {}
        for key, one in properties(self._contract, node).items():
            inner = self._contract.resolve(one)
            if key == name:
                body[key] = shown
            elif key in COUNTS and inner.get("type") in {"integer", "number"}:
                body[key] = total
            elif inner.get("nullable"):
                body[key] = None
            elif key in required:
                body[key] = self._inventor.value(one, shape.operation.id, key)
        return body

    def _items(self, node: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._contract.resolve(properties(self._contract, node)[name])
        items: Mapping[str, Any] = found.get("items", {})
        return items
