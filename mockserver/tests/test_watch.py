"""`callsheet serve --watch`: a changed contract is served, or a line says why not."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from mockserver.tests.own_contracts import SHELF

RETURN = """\
  /books/{id}/return:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
    post:
      operationId: returnBook
      responses:
        "200":
          description: Back.
          content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}
"""


class Watched:
    """A server that watches a contract, and what it says on stderr."""

    def __init__(self, folder: Path, contract: Path, *more: str) -> None:
        self._contract = contract
        self._said = folder / "said"
        line = [sys.executable, "-W", "ignore", "-m", "specs.cli", "serve", str(contract), *more]
        with self._said.open("w") as said:
            self._process = subprocess.Popen(
                [*line, "--watch", "--port", "0", "--clock", "frozen"],
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )
        assert self._process.stdout is not None
        for one in self._process.stdout:
            if one.startswith("listening on "):
                self.base_url = one.split()[-1]
                return
        pytest.fail(self._said.read_text())

    def change(self, text: str, file: Path | None = None) -> str:
        """Write the contract anew, or another file of it; return what the server says of it."""
        before = len(self._lines())
        (file or self._contract).write_text(text)
        until = time.monotonic() + 60
        while len(self._lines()) == before and time.monotonic() < until:
            assert self._process.poll() is None
            time.sleep(0.02)
        said = self._lines()[before:]
        assert len(said) == 1, said
        assert said[0].startswith(f"callsheet: {self._contract} has changed")
        return said[0]

    def _lines(self) -> list[str]:
        return self._said.read_text().splitlines()

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send a request and return status and JSON."""
        more = {} if body is None else {"json": body}
        answer = urllib3.request(method, self.base_url + path, timeout=30, **more)
        return answer.status, answer.json() if answer.data else None

    def end(self) -> None:
        """Stop the server."""
        self._process.terminate()
        self._process.communicate(timeout=30)


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    """Write a contract of one's own."""
    path = tmp_path / "shelf.yaml"
    path.write_text(SHELF)
    return path


@pytest.fixture
def watched(tmp_path: Path, contract: Path) -> Iterator[Watched]:
    """Serve and watch it."""
    found = Watched(tmp_path, contract)
    yield found
    found.end()


def test_a_changed_contract_is_served_with_the_old_state(watched: Watched) -> None:
    """A new operation answers, and what was made before is there, in every session."""
    _, made = watched.ask("POST", "/books", {"title": "one"})
    watched.ask("POST", f"/books/{made['id']}/lend")
    assert watched.ask("POST", "/__admin/sessions", {"name": "alice"})[0] == 201
    status, hers = watched.ask("POST", "/s/alice/books", {"title": "hers"})
    assert status == 201, hers
    books = watched.ask("GET", "/books")[1]
    text = SHELF.replace("  /books/{id}/lend:\n", f"{RETURN}  /books/{{id}}/lend:\n")

    said = watched.change(text)

    assert "has changed and is served; " in said
    assert watched.ask("GET", "/books")[1] == books
    assert watched.ask("GET", f"/books/{made['id']}")[1]["state"] == "lent"
    assert watched.ask("POST", f"/books/{made['id']}/return")[0] == 200
    assert watched.ask("GET", f"/s/alice/books/{hers['id']}")[1]["title"] == "hers"
    assert "/books/{id}/return" in watched.ask("GET", "/openapi/shelf.json")[1]["paths"]
    operations = watched.ask("GET", "/__admin/apis")[1][0]["operations"]
    assert "returnBook" in {one["id"] for one in operations}
    assert watched.ask("GET", "/__admin/journal?operation=returnBook")[1]["count"] == 1
    _, other = watched.ask("POST", "/books", {"title": "two"})
    assert other["id"] == made["id"] + 1


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("enum: [there, lent]", "enum: [there, lent, lost]", "has other states"),
        ("target: lent, trigger: lendBook", "target: lent", "lacks there -> lent (lendBook)"),
        ("key: id", "key: title", "has other key"),
        ("/books", "/tomes", "no place for any Book"),
        ("title: {type: string}", "title: {type: integer}", "would not fit"),
        ("openapi: 3.0.3", "openapi: 2.0", "OpenAPI 2.0"),
        ("paths:", "paths: [", "shelf.yaml:"),
        ("/books/{id}/lend", "/books/{id}.lend", "whole segment"),
    ],
)
def test_a_contract_that_cannot_be_taken_up_is_told_in_a_line(
    watched_once: Watched, old: str, new: str, reason: str
) -> None:
    """The line says why, and the old contract is served on; the next one has its chance."""
    assert watched_once.ask("GET", "/books")[0] == 200
    said = watched_once.change(SHELF.replace(old, new))

    assert "but the old one is served on: " in said
    assert reason in said
    assert watched_once.ask("GET", "/books")[0] == 200
    again = watched_once.change(SHELF.replace("All books.", f"All books, and {len(said)}."))
    assert "has changed and is served" in again


@pytest.fixture(scope="module")
def watched_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Serve and watch a contract for several tests, with a book in it that has a title."""
    folder = tmp_path_factory.mktemp("watch")
    (folder / "shelf.yaml").write_text(SHELF)
    found = Watched(folder, folder / "shelf.yaml")
    found.ask("POST", "/books", {"title": "one"})
    yield found
    found.end()


def test_files_that_a_contract_refers_to_are_watched(tmp_path: Path) -> None:
    """A schema in a file of its own is part of the contract."""
    lines = SHELF.splitlines(keepends=True)
    start = lines.index("    Book:\n")
    book = "".join(one.removeprefix("      ") for one in lines[start + 1 :])
    (tmp_path / "shelf.yaml").write_text("".join(lines[:start]) + '    Book: {$ref: "book.yaml"}\n')
    (tmp_path / "book.yaml").write_text(book)
    found = Watched(tmp_path, tmp_path / "shelf.yaml")
    try:
        text = book.replace("title:", "pages: {type: integer}\n  title:")
        assert "has changed and is served" in found.change(text, tmp_path / "book.yaml")
        schemas = found.ask("GET", "/openapi/shelf.json")[1]["components"]["schemas"]
        assert "pages" in str(schemas)
    finally:
        found.end()


def test_a_built_in_contract_is_watched_in_a_source_tree(tmp_path: Path) -> None:
    """Whoever works on Callsheet sees what he writes."""
    root = Path(__file__).parents[2]
    tree = tmp_path / "tree"
    for name in ("specs", "mockserver"):
        leave = shutil.ignore_patterns("tests", "__pycache__")
        shutil.copytree(root / name, tree / name, ignore=leave)
    scale = tree / "specs" / "scale.yaml"
    said = tmp_path / "said"
    line = [sys.executable, "-W", "ignore", "-m", "specs.cli", "serve", "scale", "--watch"]
    with said.open("w") as log:
        process = subprocess.Popen(
            [*line, "--port", "0"], cwd=tree, stdout=subprocess.PIPE, stderr=log, text=True
        )
    assert process.stdout is not None
    try:
        address = next(one.split()[-1] for one in process.stdout if one.startswith("listening"))
        text = scale.read_text()
        scale.write_text(text.replace("title: Scale", "title: Changed Scale", 1))
        until = time.monotonic() + 90
        while not said.read_text() and time.monotonic() < until:
            time.sleep(0.05)
        assert "callsheet: scale has changed and is served; " in said.read_text()
        document = urllib3.request("GET", f"{address}/openapi/scale.json").json()
        assert "Changed" in document["info"]["title"]
        assert urllib3.request("GET", f"{address}/v6/jobs/").json()["count"] == 200
    finally:
        process.terminate()
        process.communicate(timeout=30)
