"""Where a contract to compare is: a name, a file, or a file at a revision of git."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from specs.contract.document import Contract
from specs.contract.errors import ContractError, FileError
from specs.contract.reader import load, names


class RevisionError(ContractError):
    """A revision or a path in it that git does not have."""

    def __str__(self) -> str:
        return self.reason


def fetch(place: str) -> Contract:
    """Return the contract at *place*: a name, a path, or `REV:path` as git says it.

    Raises `ContractError`.
    """
    revision, colon, path = place.partition(":")
    if place in names() or Path(place).is_file() or not colon or not revision or not path:
        return load(place)
    return _at(revision, path, place)


def _at(revision: str, path: str, place: str) -> Contract:
    """Return a contract of a revision; files beside it that it refers to come with it."""
    if revision.startswith("-") or path.startswith("-"):
        raise RevisionError("", f"{place}: neither a revision nor a path begins with a dash")
    top = _git("rev-parse", "--show-toplevel", place=place).decode().strip()
    prefix = _git("rev-parse", "--show-prefix", place=place).decode().strip()
    whole = PurePosixPath(prefix) / path if path.startswith("./") else PurePosixPath(path)
    folder = str(whole.parent)
    kind = _git("cat-file", "-t", f"{revision}:{whole}", place=place).decode().strip()
    if kind != "blob":
        raise RevisionError("", f"{place}: {whole} is no file there")
    spec = f"{revision}:" if folder == "." else f"{revision}:{folder}"
    packed = _git("-C", top, "archive", "--format=tar", spec, place=place)
    with tempfile.TemporaryDirectory() as scratch:
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(scratch, filter="data")
        try:
            return load(str(Path(scratch) / whole.name))
        except FileError as error:
            raise RevisionError(error.pointer, f"{revision}:{error}") from None


def _git(*arguments: str, place: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], check=True, capture_output=True)  # noqa: S603, S607
    except FileNotFoundError:
        raise RevisionError("", f"{place}: there is no git here") from None
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode("utf-8", "replace").strip().splitlines()
        said = (lines or ["git knows no such thing"])[-1].removeprefix("fatal: ")
        raise RevisionError("", f"{place}: {said}") from None
    return done.stdout
