"""Which operation a path means: one tree over all APIs, segment by segment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from mockserver.pipeline.operation import CompiledOperation


RECENT = 4096
"""How many paths are remembered: clients ask for the same ones again and again."""

LONG = 200
"""The longest path in characters that is remembered."""


class Node:
    """One segment of a path: literal children by their text, and at most one parameter."""

    __slots__ = ("api", "child", "folds", "literals", "merges", "methods", "names")

    def __init__(self) -> None:
        self.literals: dict[str, Node] = {}
        self.child: Node | None = None
        self.methods: dict[str, CompiledOperation] = {}
        self.names: dict[str, tuple[str, ...]] = {}
        self.api: str | None = None
        self.folds = False
        self.merges = False

    def literal(self, segment: str) -> Node | None:
        """Return the literal child for *segment*, in any case if that child folds."""
        found = self.literals.get(segment)
        if found is None:
            folded = self.literals.get(segment.lower())
            found = folded if folded is not None and folded.folds else None
        return found


class Router:
    """Finds the operation of a path. Literal segments win over parameters."""

    def __init__(self) -> None:
        self._root = Node()
        self._exact: dict[str, Node] = {}
        self._recent: dict[str, tuple[Node | None, tuple[str, ...]]] = {}

    def add(
        self, path: str, operation: CompiledOperation, *, folds: bool = False, merges: bool = False
    ) -> None:
        """Add an operation; *folds*: literal segments in any case; *merges*: `//` is `/`."""
        node = self._root
        names = []
        for segment in path[1:].split("/"):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.child = node.child or Node()
                following = node.child
            else:
                text = segment.lower() if folds else segment
                following = node.literals.setdefault(text, Node())
            following.folds = following.folds or folds
            following.merges = following.merges or merges
            following.api = following.api or operation.api_name
            node = following
        node.methods[operation.method] = operation
        node.names[operation.method] = tuple(names)
        if "{" not in path:
            self._exact[path] = node

    def find(self, path: str) -> tuple[Node | None, tuple[str, ...]]:
        """Return the node of *path*, or None, and the texts of its parameters in their order."""
        node = self._exact.get(path)
        if node is not None:
            return node, ()
        found = self._recent.get(path)
        if found is None:
            found = self._walk(self._root, path[1:].split("/"), 0, ())
            if len(self._recent) >= RECENT:
                self._recent.clear()
            if len(path) <= LONG:
                self._recent[path] = found
        return found

    def _walk(
        self, node: Node, segments: list[str], index: int, found: tuple[str, ...]
    ) -> tuple[Node | None, tuple[str, ...]]:
        while index < len(segments) - 1 and not segments[index] and node.merges:
            index += 1
        if index == len(segments):
            return (node, found) if node.methods else (None, ())
        segment = unquote(segments[index]) if "%" in segments[index] else segments[index]
        literal = node.literal(segment)
        if literal is not None:
            ending = self._walk(literal, segments, index + 1, found)
            if ending[0] is not None:
                return ending
        if node.child is not None and segment:
            return self._walk(node.child, segments, index + 1, (*found, segment))
        return None, ()

    def owner(self, path: str) -> str | None:
        """Return the API whose paths have most in common with *path* from its beginning."""
        node, api = self._root, None
        for text in path[1:].split("/"):
            following = node.literal(unquote(text)) or node.child
            if following is None:
                break
            node, api = following, following.api or api
        return api

    def operation(
        self, node: Node, method: str, texts: tuple[str, ...]
    ) -> tuple[CompiledOperation, Mapping[str, str]] | None:
        """Return the operation of *method* at *node* and its path parameters, or None."""
        found = node.methods.get(method)
        if found is None:
            return None
        return found, dict(zip(node.names[method], texts, strict=True)) if texts else {}
