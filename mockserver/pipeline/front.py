"""What both stacks share: they answer themselves, and leave to Connexion what they throw.

Connexion reads and checks the documents, resolves each operationId to its handler, and turns what
nobody caught into an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from connexion.middleware.abstract import RoutedAPI, SpecMiddleware
from connexion.middleware.main import API, ConnexionMiddleware
from connexion.operations import AbstractOperation
from connexion.resolver import Resolver
from connexion.spec import Specification

from mockserver.pipeline.asgi import Receive, Scope, Send
from mockserver.pipeline.call import JSON
from mockserver.pipeline.operation import CompiledOperation
from mockserver.pipeline.specification import CheckedSpecification
from mockserver.service import Service

FAILURE = "callsheet.failure"
"""What the error stands under in the scope of a request that is handed to Connexion for it."""


class CompiledApi(RoutedAPI[CompiledOperation]):  # type: ignore[misc]
    """The compiled operations of one document.

    *folds*: the names of query parameters are understood in any case.
    """

    def __init__(
        self, specification: Specification, service: Service, *, folds: bool = False, **kwargs: Any
    ) -> None:
        self._service = service
        self._folds = folds
        super().__init__(specification, **kwargs)
        self.add_paths()

    def make_operation(self, operation: AbstractOperation) -> CompiledOperation:
        """Work out one operation."""
        declared = self._service.contract.operations[operation.operation_id]
        return CompiledOperation(operation, self._service, declared, folds=self._folds)


class Front:
    """An application: a middleware of ours at once, and Connexion's for what it throws."""

    def __init__(self, answers: SpecMiddleware, middlewares: Sequence[type]) -> None:
        self._answers = answers
        self._middleware = ConnexionMiddleware(
            answers, import_name=__name__, middlewares=list(middlewares)
        )
        self._middleware.add_error_handler(Exception, _crash)

    def serve(self, service: Service, handler: Callable[[str], Any], **more: Any) -> None:
        """Serve a contract; *handler* finds what an operationId names, *more* is for `add_api`."""
        self._middleware.apis.append(
            API(
                CheckedSpecification(service.contract),
                base_path=f"/{service.contract.name}",
                resolver=Resolver(handler),
                service=service,
                **more,
            )
        )

    def build(self) -> None:
        """Work everything out now: a missing handler is found at start-up, not by a client."""
        self._middleware.app, self._middleware.middleware_stack = (
            self._middleware._build_middleware_stack()  # noqa: SLF001
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as ASGI has it.

        Connexion's middleware would put four calls and a request object around every request, all
        for the rare one that fails: here only that one goes through it.
        """
        if scope["type"] != "http":
            await self._middleware(scope, receive, send)
            return
        try:
            await self._answers(scope, receive, send)
        except ConnectionResetError:  # a fault, and no server whose connection could be reset
            raise
        except Exception as error:  # noqa: BLE001 - Connexion's exception handlers choose
            scope[FAILURE] = error
            await self._middleware(scope, receive, send)


async def _crash(_request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    """Say what went wrong: a bug of ours, for the person who will report it."""
    body = orjson.dumps({"error": type(error).__name__, "detail": str(error)}).decode()
    return ConnexionResponse(status_code=500, mimetype=JSON.decode(), body=body)
