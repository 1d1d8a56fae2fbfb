"""The text of a contract: the plain data that it spells, and on which line what stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import yaml

from specs.contract.errors import ContractError

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C, where PyYAML was built with it

LARGEST = 20_000_000
"""The largest file in bytes that is read."""

MOST_PARTS = 3_000_000
"""How many values a document may have once its aliases are written out."""


def parse(text: bytes) -> Any:
    """Return the plain data that *text* spells: what JSON can hold, keys as texts.

    Raises `ContractError` for anything else; its `line` says where, if that is known.
    """
    if len(text) > LARGEST:
        raise ContractError("", f"larger than {LARGEST} bytes")
    try:
        document = yaml.load(text, Loader=LOADER)  # noqa: S506 - it is a safe one
        if _parts(document, {}, frozenset()) > MOST_PARTS:
            raise ContractError("", f"its aliases spell more than {MOST_PARTS} values")
        return orjson.loads(orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        raise ContractError("", f"not YAML: {' '.join(str(error).split())}", line) from None
    except yaml.YAMLError as error:
        raise ContractError("", f"not YAML: {' '.join(str(error).split())}") from None
    except UnicodeDecodeError:
        raise ContractError("", "not UTF-8") from None
    except (TypeError, ValueError, RecursionError) as error:
        if isinstance(error, ContractError):
            raise
        raise ContractError("", f"not JSON data in YAML: {error}") from None


def _parts(node: Any, known: dict[int, int], above: frozenset[int]) -> int:
    """Return how many values *node* spells; raise `ContractError` if it contains itself."""
    if not isinstance(node, dict | list):
        return 1
    here = id(node)
    if here in above:
        raise ContractError("", "not JSON data in YAML: an alias stands inside what it names")
    if here not in known:
        inner = node.values() if isinstance(node, dict) else node
        known[here] = 1 + sum(_parts(one, known, above | {here}) for one in inner)
    return known[here]


def line_of(text: bytes, pointer: str) -> int | None:
    """Return the line of what stands at *pointer* in *text*, or of the nearest parent there is."""
    try:
        node = yaml.compose(text, Loader=LOADER)
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
    if node is None:
        return None
    line: int = node.start_mark.line + 1
    for part in pointer.split("/")[1:]:
        found = _member(node, unescape(part))
        if found is None:
            break
        line, node = found
    return line


def _member(node: yaml.Node, key: str) -> tuple[int, yaml.Node] | None:
    """Return the line and the node of a member of a mapping or a sequence."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key:
                return name.start_mark.line + 1, value
    elif isinstance(node, yaml.SequenceNode) and key.isdecimal() and int(key) < len(node.value):
        value = node.value[int(key)]
        return value.start_mark.line + 1, value
    return None


def escape(key: object) -> str:
    """Return *key* as a part of a JSON pointer."""
    return str(key).replace("~", "~0").replace("/", "~1")


def unescape(part: str) -> str:
    """Return the key that a part of a JSON pointer names."""
    return part.replace("~1", "/").replace("~0", "~")


def follow(document: Any, pointer: str) -> Any:
    """Return what stands at a JSON pointer; raise `ContractError` if nothing does."""
    found = document
    for part in pointer.split("/")[1:]:
        key = unescape(part)
        if isinstance(found, Mapping) and key in found:
            found = found[key]
        elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        else:
            raise ContractError(pointer, "nothing is there")
    return found
