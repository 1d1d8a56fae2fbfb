"""Rules about operations: C02, C09, C14-C16."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from specs.contract.lint.draft import Draft, Place, Step
from specs.contract.lint.lifecycles import cycles, texts
from specs.contract.lint.rule import Finding, Level, rule

LONGEST_SUMMARY = 60
_VERB_AND_NOUN = re.compile(r"[a-z]+[0-9]*([A-Z][a-z0-9]*)+")
_PARAMETER = re.compile(r"\{[^}]*\}")


@rule("C02", Level.MUST, "An operationId is a camelCase verb and noun, unique.")
def _names(draft: Draft) -> Iterator[Finding]:
    times = Counter(step.id for step in draft.operations)
    for step in draft.operations:
        here = f"{step.pointer}/operationId"
        if not _VERB_AND_NOUN.fullmatch(step.id):
            yield here, f"{step.id!r} is no camelCase verb and noun"
        elif times[step.id] > 1:
            yield here, f"{step.id} is used {times[step.id]} times"


@rule("C09", Level.MUST, "A creator's 2xx has `links` to the operations on what it made.")
def _links(draft: Draft) -> Iterator[Finding]:
    known = {step.id: step for step in draft.operations}
    creators = {one for _, node in cycles(draft) for one in texts(node.get("creators"))}
    for creator in sorted(creators & known.keys()):
        wanted = _on_the_made(draft, known[creator])
        for status, response in draft.responses(known[creator]):
            if not status.startswith("2"):
                continue
            linked = {
                str(found.node.get("operationId"))
                for _, link in draft.children(response, "links")
                if (found := draft.resolve(link))
            }
            if not linked:
                yield response.pointer, f"{creator} made something, and no link leads to it"
            elif missing := sorted(wanted - linked):
                yield f"{response.pointer}/links", f"no link to {', '.join(missing)}"
            if unknown := sorted(linked - known.keys()):
                yield f"{response.pointer}/links", f"{unknown[0]} is no operationId"


@rule("C14", Level.SHOULD, "A summary is a short imperative in sentence case; no full stop.")
def _summaries(draft: Draft) -> Iterator[Finding]:
    for step in draft.operations:
        here, summary = f"{step.pointer}/summary", str(step.node.get("summary", "")).strip()
        if complaint := _complaint(summary):
            yield here, complaint
        description = str(step.node.get("description", ""))
        if summary and _plain(summary) == _plain(description):
            yield f"{step.pointer}/description", "says what the summary says"


@rule("C15", Level.MUST, "Exactly one tag per operation; every tag is described.")
def _tags(draft: Draft) -> Iterator[Finding]:
    described: set[str] = set()
    for _, (pointer, tag) in draft.children(Place("", draft.document), "tags"):
        described.add(str(tag.get("name")))
        if not str(tag.get("description", "")).strip():
            yield pointer, f"the tag {tag.get('name')} has no description"
    for step in draft.operations:
        tags = step.node.get("tags")
        if not isinstance(tags, list) or len(tags) != 1:
            yield step.pointer, "an operation has exactly one tag"
        elif str(tags[0]) not in described:
            yield f"{step.pointer}/tags/0", f"the tag {tags[0]} is not declared"


@rule("C16", Level.MUST, "An object schema of a request states `additionalProperties`.")
def _closed(draft: Draft) -> Iterator[Finding]:
    seen: set[tuple[str, bool]] = set()
    for step in draft.operations:
        for _, media in draft.bodies(step):
            if isinstance(schema := media.node.get("schema"), Mapping):
                place = Place(f"{media.pointer}/schema", schema)
                yield from _open(draft, place, seen, is_part=False)


def _open(
    draft: Draft, place: Place, seen: set[tuple[str, bool]], *, is_part: bool
) -> Iterator[Finding]:
    """Yield each object schema from *place* downwards that leaves open what else may stand in it.

    A part of a composition may leave it to the whole, and the whole to one of its parts.
    """
    found = draft.resolve(place)
    if found is None or (found.pointer, is_part) in seen:
        return
    seen.add((found.pointer, is_part))
    node = found.node
    is_stated = is_part or _states(draft, found)
    if (node.get("type") == "object" or "properties" in node) and not is_stated:
        yield found.pointer, "an object of a request, and nothing says what else it may hold"
    for part in draft.subschemas(found):
        within = part.pointer.removeprefix(found.pointer).split("/")[1]
        if within == "not":
            continue
        is_composed = within in {"allOf", "anyOf", "oneOf"}
        yield from _open(
            draft, part, seen, is_part=is_composed and (is_stated or within == "allOf")
        )


def _states(draft: Draft, place: Place) -> bool:
    if "additionalProperties" in place.node:
        return True
    parts = (draft.resolve(part) for _, part in draft.children(place, "allOf"))
    return any(_states(draft, part) for part in parts if part is not None)


def _on_the_made(draft: Draft, creator: Step) -> set[str]:
    """Return the operations on the path of the thing that a collection's creator makes."""
    item = re.compile(re.escape(creator.path.rstrip("/")) + r"/\{[^}]*\}(/[^{}]*)?")
    return {step.id for step in draft.operations if item.fullmatch(step.path)}


def _complaint(summary: str) -> str:
    first, *others = summary.split() or [""]
    if not summary:
        return "there is none"
    if len(summary) > LONGEST_SUMMARY:
        return f"{len(summary)} characters"
    if summary.endswith("."):
        return "ends in a full stop"
    long = [word for word in others if len(word) > 3]
    if not first[0].isupper() or (len(long) > 1 and all(word[0].isupper() for word in long)):
        return "is not in sentence case"
    if first in {"A", "An", "The", "This"} or re.search(r"[^s]s$|ing$", first):
        return f"{first!r} is no imperative"
    return ""


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


OPERATION_RULES = (_names, _links, _summaries, _tags, _closed)
