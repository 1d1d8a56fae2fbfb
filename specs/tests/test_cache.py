"""Tests of `specs.contract.cache`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from specs.contract import cache, read
from specs.tests.widgets import TEXT


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of this test alone, which does not exist yet."""
    place = tmp_path / "cache"
    monkeypatch.setenv("CALLSHEET_CACHE", str(place))
    return place


def test_what_was_kept_is_recalled(folder: Path) -> None:
    """A value comes back as it was, and nothing half-written stays behind."""
    cache.keep("document-1", {"a": [1, None]})

    assert cache.recall("document-1") == {"a": [1, None]}
    assert [one.name for one in folder.iterdir()] == [f"document-1.{cache.FORMAT}.json"]


def test_what_was_never_kept_is_none(folder: Path) -> None:
    """An empty cache is no error."""
    assert cache.recall("document-1") is None


def test_what_is_broken_is_none(folder: Path) -> None:
    """A spoilt entry is as good as none."""
    cache.keep("document-1", {})
    next(folder.iterdir()).write_text("{")

    assert cache.recall("document-1") is None


def test_the_oldest_entries_go(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder does not grow without end."""
    monkeypatch.setattr(cache, "MOST", 2)
    for number, name in enumerate(("first", "second", "third")):
        cache.keep(name, number)
        place = folder / f"{name}.{cache.FORMAT}.json"
        os.utime(place, (number, number))
    cache.keep("fourth", 4)

    assert cache.recall("first") is None
    assert cache.recall("third") == 2
    assert len(list(folder.iterdir())) == 2


def test_without_a_place_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no folder can be made, contracts are read all the same."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CALLSHEET_CACHE", str(tmp_path / "file" / "cache"))

    cache.keep("document-1", {})

    assert cache.recall("document-1") is None
    assert read(TEXT.encode(), "widgets").operations


def test_the_folder_is_in_the_users_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a wish of its own, the folder is where such things are kept."""
    monkeypatch.delenv("CALLSHEET_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")

    assert cache.folder() == Path("/somewhere/callsheet")


def test_a_contract_is_the_same_from_the_cache(folder: Path) -> None:
    """The second reading of a text gives what the first one gave."""
    first = read(TEXT.encode(), "widgets")
    second = read(TEXT.encode(), "widgets")

    assert len(list(folder.iterdir())) == 1
    assert first.document == second.document
    assert first.requirements == second.requirements
