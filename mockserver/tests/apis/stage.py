"""One API on a clock that stands still, in a world that is gone at the end of a `with`."""

from __future__ import annotations

from typing import Any, Self

import httpx

from mockserver.dialect import Dialect
from mockserver.service import Options
from mockserver.tests.client import Client


class Stage:
    """A mock of one API whose time passes only in `advance`."""

    def __init__(
        self,
        api: str,
        *,
        seed: int = 1,
        mutant: str | None = None,
        dialect: Dialect = Dialect.DOCUMENTED,
        **options: Any,
    ) -> None:
        self.api = api
        options = {"validate_responses": mutant is None} | options
        self._client = Client(
            api, seed=seed, mutant=mutant, dialect=dialect, options=Options(**options)
        )
        self.hub = self._client.hub
        self.advance = self._client.advance
        self.request = self._client.send

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hub.default.database.close()

    def get(self, path: str, **query: Any) -> httpx.Response:
        """Return the answer to a GET, whatever its status."""
        return self.request("GET", path, params=query or None)

    @property
    def known(self) -> dict[str, Any]:
        """What a suite may know of this world."""
        found: dict[str, Any] = self.get(f"/__admin/targets/{self.api}").json()["known"]
        return found
