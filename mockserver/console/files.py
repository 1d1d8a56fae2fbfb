"""The files of the console: its own, and those of Swagger UI, which shows contracts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from swagger_ui_bundle import swagger_ui_path

TYPES: Mapping[str, bytes] = {
    "css": b"text/css; charset=utf-8",
    "html": b"text/html; charset=utf-8",
    "js": b"text/javascript; charset=utf-8",
    "svg": b"image/svg+xml",
}
"""Suffix of a file -> its media type; files of other kinds are not handed out."""

VIEWER = "swagger-ui/"
"""What the names of the files of Swagger UI begin with."""

VIEWER_FILES = ("swagger-ui-bundle.js", "swagger-ui.css")


@dataclass(frozen=True, slots=True)
class File:
    """What a browser is given: bytes, and of which kind they are."""

    media_type: bytes
    body: bytes


@cache
def _folder() -> Traversable:
    return files("mockserver.console").joinpath("assets")


@cache
def names() -> tuple[str, ...]:
    """Return the names of all files."""
    own = sorted(one.name for one in _folder().iterdir() if _suffix(one.name) in TYPES)
    return (*own, *(VIEWER + one for one in VIEWER_FILES))


@cache
def load(name: str) -> File | None:
    """Return a file by its name, or None if there is none."""
    if name not in names():
        return None
    if name.startswith(VIEWER):
        body = swagger_ui_path.joinpath(name.removeprefix(VIEWER)).read_bytes()
    else:
        body = _folder().joinpath(name).read_bytes()
    return File(TYPES[_suffix(name)], body)


def _suffix(name: str) -> str:
    return name.rpartition(".")[2]
