"""Rules about where statements come from, and about requirements: C03, C04, C19, C20."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from specs.contract.lint.draft import Draft, Place
from specs.contract.lint.lifecycles import cycles
from specs.contract.lint.rule import Finding, Level, rule
from specs.contract.provenance import FIELDS, Status

KNOWN = ("recording", "source code", "vendor documentation", "service model", "real client")

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ABBREVIATION = re.compile(r"\b(e\.g|i\.e|etc|vs|cf)\.", re.IGNORECASE)
_SENTENCES = re.compile(r"[.!?][\"')`]*\s+[\"'(`]*[A-Z]")


@rule("C03", Level.MUST, "Whatever is stated has a provenance, its own or inherited.")
def _present(draft: Draft) -> Iterator[Finding]:
    if "x-provenance" in draft.info:
        return
    yield from _requirements_without(draft, Place("/info", draft.info))
    for step in draft.operations:
        if "x-provenance" in step.node:
            continue
        yield step.pointer, "an operation without provenance"
        yield from _requirements_without(draft, Place(step.pointer, step.node))
        for status, response in draft.responses(step):
            if "x-provenance" not in response.node:
                yield f"{step.pointer}/responses/{status}", "an answer without provenance"
    for schema in draft.schemas.values():
        if "x-provenance" not in schema.node:
            yield from _requirements_without(draft, schema)
    yield from _cycles_without(draft)


@rule("C04", Level.MUST, "A provenance cites a known source and section, or says who, or why.")
def _citations(draft: Draft) -> Iterator[Finding]:
    sections = _outline(draft)
    for pointer, node in draft.citations():
        yield from _fields(pointer, node)
        if node.get("status") == Status.DOCUMENTED:
            source, section = str(node.get("source", "")), str(node.get("section", ""))
            if source and source not in sections:
                yield pointer, f"{source!r} is not in x-sources"
            elif source and section and section not in sections[source]:
                yield pointer, f"{source} has no section {section!r}"


@rule("C19", Level.MUST, "Every section of every source is cited at least once.")
def _coverage(draft: Draft) -> Iterator[Finding]:
    cited = {(str(one.get("source")), str(one.get("section"))) for _, one in draft.citations()}
    for source, sections in _outline(draft).items():
        for section in sections:
            if (source, section) not in cited:
                yield f"/info/x-sources/{source}/sections/{section}", "is cited nowhere"


@rule("C20", Level.MUST, "Requirement ids are unique kebab-case; statements are one sentence.")
def _requirements(draft: Draft) -> Iterator[Finding]:
    addresses = [address for address, _ in _addressed(draft)]
    times = Counter((*addresses, *_derived(draft)))
    for address, (pointer, node) in _addressed(draft):
        slug = str(node.get("id"))
        if not _SLUG.fullmatch(slug):
            yield f"{pointer}/id", f"{slug!r} is not kebab-case"
        elif times[address] > 1:
            yield f"{pointer}/id", f"{address} is used {times[address]} times"
        for key in ("statement", "uncheckable"):
            text = node.get(key)
            if text is None and (key == "uncheckable" and key not in node):
                continue
            if complaint := _complaint(text):
                yield f"{pointer}/{key}", complaint


def _cycles_without(draft: Draft) -> Iterator[Finding]:
    for pointer, node in cycles(draft):
        schema_node = draft.schemas[pointer.split("/")[3]].node
        if "x-provenance" in node or "x-provenance" in schema_node:
            continue
        yield pointer, "a lifecycle without provenance"
        for _, transition in draft.children(Place(pointer, node), "transitions"):
            if "x-provenance" not in transition.node:
                yield transition.pointer, "a transition without provenance"


def _requirements_without(draft: Draft, place: Place) -> Iterator[Finding]:
    for _, entry in draft.children(place, "x-requirements"):
        if "x-provenance" not in entry.node:
            yield entry.pointer, "a requirement without provenance"


def _outline(draft: Draft) -> dict[str, list[str]]:
    """Return the ids of the sections of each source."""
    return {
        name: [str(one) for one in sections]
        for name, source in draft.children(Place("/info", draft.info), "x-sources")
        if isinstance(sections := source.node.get("sections", {}), Mapping)
    }


def _fields(pointer: str, node: Mapping[str, Any]) -> Iterator[Finding]:
    status = node.get("status")
    if status not in tuple(FIELDS):
        yield pointer, f"the status is one of {', '.join(Status)}, not {status!r}"
        return
    wanted = FIELDS[Status(status)]
    for key in wanted:
        if not isinstance(node.get(key), str) or not node[key].strip():
            yield pointer, f"a {status} statement needs {key!r}, a text"
    if extra := sorted(str(key) for key in node.keys() - {"status", "deviation", *wanted}):
        yield pointer, f"a {status} statement has no {extra[0]!r}"
    if status == Status.OBSERVED and node.get("known") not in (None, *KNOWN):
        yield pointer, f"known is one of {', '.join(KNOWN)}, not {node['known']!r}"
    deviations = node.get("deviation", [])
    for one in deviations if isinstance(deviations, list) else [deviations]:
        if not isinstance(one, Mapping) or one.keys() != {"implementation", "does", "known"}:
            yield f"{pointer}/deviation", "a deviation has implementation, does and known"
        elif one["known"] not in KNOWN:
            yield f"{pointer}/deviation", f"known is one of {', '.join(KNOWN)}"


def _addressed(draft: Draft) -> Iterator[tuple[str, Place]]:
    """Yield each explicit requirement with its address."""
    places = [(draft.name, Place("/info", draft.info))]
    places += [(f"{draft.name}/{one.id}", Place(one.pointer, one.node)) for one in draft.operations]
    places += [(f"{draft.name}/{name}", place) for name, place in draft.schemas.items()]
    for prefix, place in places:
        for _, entry in draft.children(place, "x-requirements"):
            yield f"{prefix}/{entry.node.get('id')}", entry


def _derived(draft: Draft) -> Iterator[str]:
    """Yield the addresses of derived requirements that an explicit one could take."""
    for step in draft.operations:
        for status, _ in draft.responses(step):
            yield f"{draft.name}/{step.id}/{status}"
    for pointer, _ in cycles(draft):
        yield f"{draft.name}/{pointer.split('/')[3]}/closed"


def _complaint(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        return "is no sentence"
    plain = _ABBREVIATION.sub("", " ".join(text.split()))
    if not text.rstrip().endswith("."):
        return "does not end in a full stop"
    if _SENTENCES.search(plain):
        return "is more than one sentence"
    return ""


SOURCE_RULES = (_present, _citations, _coverage, _requirements)
