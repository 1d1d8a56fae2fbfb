"""Our contracts and handlers on Connexion as it comes: its routing, coercion, validation, resolver.

Two of Connexion's extension points are used, so that an API can say no in its own words: error
handlers, and a validator map whose validators note what Connexion's own find wrong instead of
raising it, since some APIs let a wrong parameter pass.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote_plus

import connexion
from connexion.decorators.parameter import sanitized
from connexion.exceptions import BadRequestProblem, ProblemException, UnsupportedMediaTypeProblem
from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from connexion.options import SwaggerUIOptions
from connexion.resolver import Resolver
from connexion.validators import JSONRequestBodyValidator, ParameterValidator
from inflection import underscore
from starlette.exceptions import HTTPException

from mockserver.api import Api
from mockserver.errors import ApiError, MethodError, NoRouteError, Violation
from mockserver.pipeline.asgi import App, Receive, Scope, Send
from mockserver.pipeline.call import Call, Reply
from mockserver.world import World

NOTES = "callsheet.notes"
"""Where in the scope of a request its `Notes` are."""

ABSENT_BODY: Any = object()


class Worlds(Protocol):
    """Where the world is that requests are about."""

    @property
    def default(self) -> World:
        """The world of requests that name no session."""
        ...


@dataclass
class Notes:
    """What is known of one request beside what Connexion passes on."""

    scope: Scope
    raw: bytes
    violations: list[Violation] = field(default_factory=list)

    def note(self, location: str, name: str, code: str, message: str) -> None:
        """Note one way in which the request breaks the contract."""
        self.violations.append(Violation(location, name, code, message))

    def wrong(self, location: str) -> set[str]:
        """Return the names of what is wrong in one part of the request."""
        return {one.name for one in self.violations if one.location == location}


class NotingParameterValidator(ParameterValidator):  # type: ignore[misc]
    """Connexion's judgement of the parameters, noted; what is wrong in the query is taken out."""

    def validate_request(self, request: ConnexionRequest) -> None:
        """Note what is wrong with the parameters."""
        notes: Notes = request.scope[NOTES]
        judges = {
            "query": self.validate_query_parameter,
            "path": self.validate_path_parameter,
            "header": self.validate_header_parameter,
        }
        for location, judge in judges.items():
            for one in self.parameters.get(location, []):
                problem = judge(one, request)
                if problem:
                    code = "missing" if problem.startswith("Missing") else "value"
                    notes.note(location, one["name"], code, problem)
        wrong = {name.encode() for name in notes.wrong("query")}
        if wrong:
            parts = request.scope["query_string"].split(b"&")
            kept = (one for one in parts if _name(one) not in wrong)
            request.scope["query_string"] = b"&".join(kept)


def _name(part: bytes) -> bytes:
    return unquote_plus(part.partition(b"=")[0].decode("latin-1")).encode()


class NotingJsonValidator(JSONRequestBodyValidator):  # type: ignore[misc]
    """Connexion's judgement of a JSON body, noted."""

    async def wrap_receive(self, receive: Receive, *, scope: Scope) -> tuple[Receive, Scope]:
        """Judge the body that is on its way."""
        self._notes: Notes = scope[NOTES]
        try:
            found: tuple[Receive, Scope] = await super().wrap_receive(receive, scope=scope)
        except BadRequestProblem as problem:
            self._notes.note("body", "", "missing", problem.detail)
            return receive, scope
        return found

    async def _parse(self, stream: Any, scope: Scope) -> Any:
        try:
            return await super()._parse(stream, scope)
        except BadRequestProblem as problem:
            self._notes.note("body", "", "json", problem.detail)
            return ABSENT_BODY

    def _validate(self, body: Any) -> None:
        if body is ABSENT_BODY:
            return
        if body is None and not self._notes.raw:
            return
        for problem in self._validator.iter_errors(body):
            pointer = "".join(f"/{part}" for part in problem.absolute_path)
            self._notes.note("body", pointer, str(problem.validator), problem.message)


class PlainApplication:
    """Connexion's application around the handlers of one API."""

    def __init__(self, name: str, worlds: Worlds) -> None:
        self._name = name
        self._worlds = worlds
        contract = self._api.contract
        document = copy.deepcopy(contract.document)
        document.pop("security", None)  # handlers judge credentials, here as there
        paths = sorted(document["paths"].items(), key=lambda one: one[0].replace("{", "\x7f"))
        document["paths"] = dict(paths)  # Starlette takes the first that fits, OpenAPI the concrete
        self._app = connexion.AsyncApp(
            __name__,
            swagger_ui_options=SwaggerUIOptions(swagger_ui=False, serve_spec=False),
            validator_map={
                "parameter": NotingParameterValidator,
                "body": {"application/json": NotingJsonValidator},
            },
        )
        for base_path in sorted(contract.base_paths, key=len, reverse=True):
            self._app.add_api(document, base_path=base_path, resolver=Resolver(self._handler))
        self._app.add_error_handler(ProblemException, self._refused)
        self._app.add_error_handler(HTTPException, self._refused)
        logging.getLogger("connexion").setLevel(logging.CRITICAL)  # it warns of each 4xx

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; its body is read beforehand, since handlers look at it twice."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        raw = await _read(receive)
        messages = [{"type": "http.request", "body": raw, "more_body": False}]

        async def again() -> dict[str, Any]:
            return messages.pop() if messages else {"type": "http.disconnect"}

        notes = Notes(scope, raw)
        await self._app({**scope, "extensions": {}, NOTES: notes}, again, send)

    @property
    def _api(self) -> Api:
        return self._worlds.default.apis[self._name]

    def _handler(self, operation_id: str) -> Callable[..., Any]:
        operation = self._api.contract.operations[operation_id]
        declared = {
            kind: {
                sanitized(one["name"]): one["name"]
                for one in operation.parameters
                if one["in"] == kind
            }
            for kind in ("path", "query")
        }

        async def handle(**arguments: Any) -> ConnexionResponse:
            notes: Notes = connexion.request.scope[NOTES]
            call = self._call(notes, operation_id)
            for kind, values in (("path", call.path), ("query", call.query)):
                for argument, name in declared[kind].items():
                    if argument in arguments:
                        wrong = name in notes.wrong(kind)
                        values[name] = None if wrong else arguments[argument]
            if notes.raw and "json" not in {one.code for one in notes.violations}:
                call.body = arguments.get("body")
            return self._answer(call, notes)

        return handle

    def _call(self, notes: Notes, operation_id: str) -> Call:
        call = Call(notes.scope, operation_id)
        query = notes.scope["query_string"].decode("latin-1")
        call.pairs = parse_qsl(query, keep_blank_values=True)
        call.raw = notes.raw
        return call

    def _answer(self, call: Call, notes: Notes) -> ConnexionResponse:
        """Do what the fast stack does between reading a request and sending the answer."""
        world, api = self._worlds.default, self._api
        world.settle()
        method = getattr(api, underscore(call.operation_id))
        try:
            api.authenticate(call)
            if notes.violations:
                api.refuse(call, notes.violations)
            if api.contract.operations[call.operation_id].is_safe:
                reply = method(call)
            else:
                with world.database.transaction():
                    reply = method(call)
        except ApiError as error:
            reply = api.render_error(error, call)
        world.take_fired()
        response = _response(reply)
        if notes.violations:
            shown = (f"{one.location}:{one.name}" for one in notes.violations)
            response.headers["x-noted"] = ", ".join(shown).encode("ascii", "replace").decode()
        return response

    async def _refused(self, request: ConnexionRequest, error: Exception) -> ConnexionResponse:
        """Say in the API's words what Connexion or its router refuses."""
        notes: Notes = request.scope[NOTES]
        if isinstance(error, UnsupportedMediaTypeProblem):
            routing = request.scope["extensions"]["connexion_routing"]
            notes.note("body", "", "media-type", error.detail)
            call = self._call(notes, routing["operation_id"])
            call.path = dict(request.path_params)
            call.body = notes.raw
            kind = call.header("content-type")
            notes.violations[-1] = Violation("body", "", "media-type", error.detail, _essence(kind))
            return self._answer(call, notes)
        if isinstance(error, ProblemException):
            return error.to_problem()
        assert isinstance(error, HTTPException)
        return _response(self._api.render_error(_lost(notes.scope, error), Call(notes.scope, "")))


def _lost(scope: Mapping[str, Any], error: HTTPException) -> ApiError:
    if error.status_code == 405:
        allow = (error.headers or {}).get("Allow", "").split(", ")
        return MethodError(scope["method"], sorted(one for one in allow if one != "HEAD"))
    return NoRouteError(scope["path"])


def _essence(kind: str | None) -> str:
    return (kind or "").partition(";")[0].strip().lower()


async def _read(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _response(reply: Reply) -> ConnexionResponse:
    headers = {name.decode(): value.decode("latin-1") for name, value in reply.headers}
    return ConnexionResponse(status_code=reply.status, body=reply.body, headers=headers)


def create(name: str, worlds: Worlds) -> App:
    """Return an application that serves one API out of *worlds*."""
    return PlainApplication(name, worlds)
