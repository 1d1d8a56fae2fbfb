"""Which page of a list a request means, and the addresses of the others."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import orjson

from mockserver.apis.scale.filters import Asked
from mockserver.errors import ApiError
from mockserver.pipeline.call import Call

PLAIN = re.compile(r"[A-Za-z0-9_.~-]*")
"""What needs no escape in an address."""

PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000


def size(asked: Asked) -> int:
    """Return how many results a page holds: nonsense means the default, too many the most."""
    try:
        wanted = int(str(asked.single("page_size")))
    except ValueError:
        return PAGE_SIZE
    return min(wanted, MAX_PAGE_SIZE) if wanted > 0 else PAGE_SIZE


def number(asked: Asked, pages: int) -> int:
    """Return which page is wanted, 1 to *pages*; refuse others as Scale does."""
    text = asked.single("page")
    if text is None:
        return 1
    if text == "last":
        return pages
    try:
        found = int(str(text))
    except ValueError:
        found = 0
    if not 1 <= found <= pages:
        raise ApiError("Invalid page.", 404, "NotFound")
    return found


def _query_text(pairs: list[tuple[str, str]]) -> str:
    """Return names and values as a query string."""
    if PLAIN.fullmatch("".join(part for pair in pairs for part in pair)):
        return "&".join(f"{name}={value}" for name, value in pairs)
    return urlencode(pairs)


def address(call: Call, number: int) -> bytes:
    """Return the address of another page, its parameters in sorted order, as JSON text."""
    pairs = [(name, value) for name, value in call.pairs if name != "page"]
    if number > 1:
        pairs.append(("page", str(number)))
    text = _query_text(sorted(pairs))
    path = call.scope["path"]
    return orjson.dumps(call.url(f"{path}?{text}" if text else path))
