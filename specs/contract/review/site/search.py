"""What the search of the site finds: one entry for each thing that has an address."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from specs.contract.review.site.addresses import address, local, of_requirement
from specs.contract.review.site.view import View

Entry = tuple[str, str, str, str]
"""Kind, title, text and address."""


def script(views: Iterable[View]) -> str:
    """Return the index as a script, because a page that is no server's cannot fetch a file."""
    entries = [entry for view in views for entry in _entries(view)]
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    return f"window.callsheetEntries = {text};\n"


def _entries(view: View) -> Iterator[Entry]:
    for kind, title, text, place in _found(view):
        yield f"{view.name} {kind}", title, " ".join(text.split()), f"{view.name}/{place}"


def _found(view: View) -> Iterator[Entry]:
    contract = view.contract
    yield "overview", contract.title, view.name, "index.html"
    for one in contract.operations.values():
        text = f"{one.label}. {one.node.get('summary', '')}"
        yield "operation", one.id, text, address("operations", one.id)
        for parameter in one.parameters:
            about = str(parameter.get("description", ""))
            name = f"{parameter.get('name')} of {one.id}"
            yield "parameter", name, about, address("operations", one.id)
    for name, node in view.schemas().items():
        words = ", ".join(node.get("properties", {}))
        yield "schema", name, words or str(node.get("description", "")), address("schemas", name)
    for cycle in contract.lifecycles.values():
        words = ", ".join((*cycle.states, *cycle.names.values()))
        yield "life cycle", cycle.schema, words, address("lifecycles", cycle.schema)
    for requirement in view.findings.explicit:
        place = of_requirement(requirement)
        yield "requirement", local(requirement.id), requirement.statement, place
    for section in view.outline:
        name = f"{section.source.id}/{section.id}"
        yield "section", section.title, section.source.title, address("document", name)
    for deviation in view.findings.deviations:
        place = address("questions", "deviations")
        yield "deviation", deviation.implementation, deviation.does, place
    for reason in view.findings.guesses:
        yield "open question", "Inferred", reason, address("questions", "inferred")
