"""The same contract and the same handlers on plain Connexion: python plain.py PORT."""

from __future__ import annotations

import copy
import sys
from typing import Any

import connexion
import uvicorn
from connexion.lifecycle import ConnexionResponse
from connexion.resolver import Resolver
from inflection import underscore

from mockserver.app import Setting, create_app
from mockserver.errors import ApiError
from mockserver.pipeline.call import Call, parse_query


def create() -> connexion.AsyncApp:
    """Return Connexion's own application around our handlers for Scale."""
    _, hub = create_app(Setting(names=("scale",)))
    world = hub.default
    api = world.apis["scale"]

    def handler(operation_id: str) -> Any:
        method = getattr(api, underscore(operation_id))

        async def handle(**arguments: Any) -> ConnexionResponse:
            request = connexion.request
            call = Call(request.scope, operation_id)
            call.body = arguments.get("body")
            call.pairs = parse_query(request.scope["query_string"])
            declared = {one["name"] for one in api.contract.operations[operation_id].parameters}
            call.path = {
                name: value for name, value in request.path_params.items() if name in declared
            }
            world.settle()
            try:
                with world.database.transaction():
                    reply = method(call)
            except ApiError as error:
                reply = api.render_error(error, call)
            headers = {name.decode(): value.decode("latin-1") for name, value in reply.headers}
            return ConnexionResponse(
                status_code=reply.status,
                body=reply.body,
                headers=headers,
                content_type=headers.get("content-type"),
            )

        return handle

    app = connexion.AsyncApp(__name__)
    app.add_api(copy.deepcopy(api.contract.document), base_path="", resolver=Resolver(handler))
    return app


if __name__ == "__main__":
    uvicorn.run(
        create(), host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False,
        server_header=False, loop="uvloop", http="httptools",
    )  # fmt: skip
