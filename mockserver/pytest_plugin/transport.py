"""The way from `httpx.Client` into an application of the same process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from mockserver.pytest_plugin.application import Application


class Transport(httpx.BaseTransport):
    """What `httpx.ASGITransport` is for clients that await, for those that do not."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._inner = httpx.ASGITransport(application.app)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        return self._application.finish(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        sent = httpx.Request(
            request.method,
            request.url,
            headers=request.headers,
            content=request.read(),
            extensions=request.extensions,
        )
        answer = await self._inner.handle_async_request(sent)
        return httpx.Response(
            answer.status_code,
            headers=answer.headers,
            content=await answer.aread(),
            extensions=answer.extensions,
        )
