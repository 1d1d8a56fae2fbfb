"""What an API does that nobody wrote code for: operations by shape, state by the lifecycles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar
from urllib.parse import quote, unquote

from mockserver.api import Api
from mockserver.errors import ApiError, InvalidRequestError, MethodError, Violation
from mockserver.own import admission, commands, listing, seed
from mockserver.own.answer import Answers, refusal_status, with_location
from mockserver.own.documents import MADE, Documents, body_of, offered, row_key
from mockserver.own.shape import Kind, Role, Shape
from mockserver.own.value import Inventor
from mockserver.pipeline.call import Call, Reply
from mockserver.service import Pace, Service
from mockserver.store import Collection, Condition, Layout, Query, Resource
from mockserver.world import World

Answer = Callable[["OwnApi", Shape, Call], Reply]


class OwnApi(Api):
    """An API that nobody wrote code for; `play` derives one for each contract."""

    PACE: ClassVar[Pace] = {}
    shapes: ClassVar[Mapping[str, Shape]] = {}
    kinds: ClassVar[Mapping[str, Kind]] = {}

    def __init__(self, service: Service, world: World) -> None:
        super().__init__(service, world)
        contract, book = self.contract, service.book
        self.inventor = Inventor(contract, book, world.born)
        self.answers = Answers(contract, book, self.inventor)
        self.documents = {
            name: Documents(contract, book, self.inventor, kind)
            for name, kind in self.kinds.items()
        }
        self._tables = {kind.item: name for name, kind in self.kinds.items()}
        self._last: dict[str, int] = {}
        self._lister = listing.Lister(contract, self.answers, self.inventor)

    @classmethod
    def handler(cls, operation_id: str) -> Callable[[OwnApi, Call], Reply]:
        """Return what answers an operation, whatever its name."""
        shape = cls.shapes[operation_id]
        answer = ROLES[shape.role]

        def handle(api: OwnApi, call: Call) -> Reply:
            return answer(api, shape, call)

        return handle

    def _collection(self, layout: Layout) -> Collection:
        """Return the table of a kind; what it holds is checked when it is shown."""
        render = partial(self.render, layout.name)
        return self.COLLECTION(
            self.world.tables.table(layout), self.world.session, render, None, self.world.answers
        )

    def seed(self, scenario: str) -> None:
        """Fill an empty world with resources of every kind."""
        seed.fill(self, scenario)

    def render(self, name: str, resource: Resource) -> Mapping[str, Any]:  # noqa: ARG002
        return {"document": resource.facts["document"]}

    def arrive(self, name: str, resource: Resource, source: str, moment: int) -> None:  # noqa: ARG002
        self.documents[name].in_state(resource.facts["document"], resource.state, moment)

    def named(self, name: str, resource: Resource) -> Mapping[str, Any]:
        """Return the parameters of the path to a resource."""
        kind = self.kinds[name]
        values = map(unquote, str(resource.key).split("/"))
        return dict(zip((*kind.parents, kind.parameter), values, strict=False))

    def target(self) -> dict[str, Any]:
        return seed.known(self)

    def memory(self) -> dict[str, Any]:
        """Return the highest numbers that were ever given, by table."""
        return {"numbers": dict(self._last)}

    def recall(self, memory: Mapping[str, Any]) -> None:
        self._last = dict(memory.get("numbers", {}))

    # -- how it says no ------------------------------------------------------------------------

    def authenticate(self, call: Call) -> None:
        if self.service.options.demand_credentials:
            admission.admit(self.contract, call)

    def refuse(self, call: Call, violations: Sequence[Violation]) -> None:
        operation = self.contract.operations[call.operation_id]
        error = InvalidRequestError(violations)
        wanted = [400, 422]
        if all(one.code == "media-type" for one in violations):
            wanted = [415, *wanted]
        elif all(one.location == "path" for one in violations):
            wanted = [*wanted, 404]
        error.status = refusal_status(operation, *wanted)
        raise error

    def render_error(self, error: ApiError, call: Call) -> Reply:
        operation = self.contract.operations.get(call.operation_id)
        if operation is None:
            reply = Reply.json({"error": error.message}, error.status)
            if isinstance(error, MethodError):
                reply.with_header("allow", ", ".join(error.allow))
            return reply
        return self.answers.error(operation, error.status, error.message)

    # -- what operations do --------------------------------------------------------------------

    def place(self, shape: Shape, call: Call) -> tuple[Kind, str, Collection, Documents]:
        """Return the kind of a call, the row key of its parents, its table and its documents."""
        assert shape.kind is not None
        kind = shape.kind
        name = self._tables[kind.item]
        parents = "/".join(quote(str(call.path.get(one, "")), safe="") for one in kind.parents)
        return kind, parents, self.collections[name], self.documents[name]

    def found(self, shape: Shape, call: Call) -> Resource:
        """Return the resource that the path names; raise `ApiError` if there is none."""
        kind, parents, collection, _ = self.place(shape, call)
        own = str(call.path.get(kind.parameter, ""))
        resource = collection.get(row_key(parents, own))
        if resource is None:
            raise ApiError(
                f"There is no {kind.name} {own}.", refusal_status(shape.operation, 404, 410, 400)
            )
        return resource

    def check_parents(self, shape: Shape, call: Call) -> None:
        """Raise `ApiError` if a resource that the path leads through is not there."""
        kind = shape.kind
        assert kind is not None
        for name, other in self.kinds.items():
            if other.item != kind.item and kind.item.startswith(f"{other.item}/"):
                values = [call.path.get(one, "") for one in (*other.parents, other.parameter)]
                key = "/".join(quote(str(one), safe="") for one in values)
                if self.collections[name].get(key) is None:
                    status = refusal_status(shape.operation, 404, 400)
                    raise ApiError(f"There is no {other.name} {values[-1]}.", status)

    def create(self, shape: Shape, call: Call) -> Reply:
        kind, parents, collection, documents = self.place(shape, call)
        self.check_parents(shape, call)
        sent = body_of(self.contract, shape.operation, call)
        own = documents.key_sent(sent)
        if own is not None and collection.get(row_key(parents, own)) is not None:
            status = refusal_status(shape.operation, 409, 400, 422)
            raise ApiError(f"There is a {kind.name} {own} already.", status)
        resource = self.keep(kind, parents, sent, offered(self.contract, shape.operation), own)
        reply = self.show(shape, resource)
        item = kind.item
        for name in kind.parents:
            item = item.replace(f"{{{name}}}", quote(str(call.path.get(name, "")), safe=""))
        own = resource.key.rpartition("/")[2]
        path = item.replace(f"{{{kind.parameter}}}", own)
        if reply.status == 201:
            with_location(reply, call, f"{self.contract.base_paths[0]}{path}")
        return reply

    def keep(
        self,
        kind: Kind,
        parents: str,
        sent: Mapping[str, Any],
        known: Mapping[str, Mapping[str, Any]],
        own: str | None = None,
    ) -> Resource:
        """Make a resource of what was sent, put it into its table, and return it."""
        name = self._tables[kind.item]
        collection, documents = self.collections[name], self.documents[name]
        last = collection.find(Query((), ("-number",)), 1)
        number = max(last[0].columns["number"] if last else 0, self._last.get(name, 0)) + 1
        self._last[name] = number
        document = documents.made(
            sent, known, self.world.seed, parents, number, is_plain=not sent and number > 1
        )
        if own is None:
            key = documents.new_key(
                number, lambda text: collection.get(row_key(parents, text)) is None
            )
            own = str(key)
            if kind.key:
                document[kind.key] = key
        moment = self.world.clock.now()
        cycle = kind.lifecycle
        state = "kept" if cycle is None else cycle.initial[0]
        documents.in_state(document, state, moment)
        documents.stamp(document, moment, MADE)
        resource = Resource(
            row_key(parents, own),
            state,
            moment,
            columns={"parents": parents, "number": number},
            facts={"document": document},
        )
        self.add(collection, resource)
        return resource

    def list(self, shape: Shape, call: Call) -> Reply:
        kind, parents, collection, documents = self.place(shape, call)
        self.check_parents(shape, call)
        scope = (Condition("parents", "in", (parents,)),) if kind.parents else ()
        names = {name for name in (*call.path, *call.query) if name in documents.properties}
        query = Query(scope, ("number",))
        if names:
            every = [one.facts["document"] for one in collection.find(query)]
            fitting = listing.chosen(every, call, documents.properties)
            total = len(fitting)
            offset, size = listing.page(call, total)
            shown = fitting[offset : offset + size]
        else:
            total = collection.count(query)
            offset, size = listing.page(call, total)
            shown = [
                one.facts["document"] for one in collection.find(query, offset + size)[offset:]
            ]
        body = self._lister.body(shape, kind, shown, total)
        return self.answers.success(shape.operation, shown=body)

    def read(self, shape: Shape, call: Call) -> Reply:
        return self.show(shape, self.found(shape, call))

    def replace(self, shape: Shape, call: Call) -> Reply:
        kind, parents, collection, documents = self.place(shape, call)
        sent = body_of(self.contract, shape.operation, call)
        own = str(call.path.get(kind.parameter, ""))
        resource = collection.get(row_key(parents, own))
        if resource is None and "201" in shape.operation.responses:
            self.check_parents(shape, call)
            if kind.key:
                sent[kind.key] = call.path[kind.parameter]
            known = offered(self.contract, shape.operation)
            return self.show(shape, self.keep(kind, parents, sent, known, own), status="201")
        resource = self.found(shape, call)
        return self._rewritten(shape, resource, documents.replaced, sent)

    def merge(self, shape: Shape, call: Call) -> Reply:
        documents = self.place(shape, call)[3]
        sent = body_of(self.contract, shape.operation, call)
        return self._rewritten(shape, self.found(shape, call), documents.merged, sent)

    def _rewritten(
        self, shape: Shape, resource: Resource, change: Callable[..., Any], sent: Mapping[str, Any]
    ) -> Reply:
        name = self._tables[shape.kind.item] if shape.kind else ""
        document = change(resource.facts["document"], sent)
        self.documents[name].stamp(document, self.world.clock.now())
        resource.facts["document"] = document
        self.collections[name].update(resource)
        return self.show(shape, resource)

    def delete(self, shape: Shape, call: Call) -> Reply:
        kind, _, collection, _ = self.place(shape, call)
        resource = self.found(shape, call)
        reply = self.show(shape, resource)
        self._remove(collection, resource)
        for name, other in self.kinds.items():
            if other.item.startswith(f"{kind.item}/"):
                inner = self.collections[name]
                for one in list(inner.all()):
                    if one.key.startswith(f"{resource.key}/"):
                        self._remove(inner, one)
        self.world.remember()
        return reply

    def _remove(self, collection: Collection, resource: Resource) -> None:
        """Take a resource away, but not its number: that is never given again."""
        collection.delete(resource)
        last = self._last.get(collection.name, 0)
        self._last[collection.name] = max(last, resource.columns["number"])

    def example(self, shape: Shape, call: Call) -> Reply:
        if shape.names_one and shape.kind is not None:
            self.found(shape, call)
        name = (self.world.seed, call.scope["path"], call.scope["query_string"])
        return self.answers.success(shape.operation, *name)

    def show(self, shape: Shape, resource: Resource, status: str = "") -> Reply:
        """Return the success of an operation, with the resource in it where it shows one."""
        document = resource.facts["document"]
        return self.answers.shown(shape.operation, document, resource.key, status=status)


ROLES: Mapping[Role, Answer] = {
    Role.CREATE: OwnApi.create,
    Role.LIST: OwnApi.list,
    Role.READ: OwnApi.read,
    Role.REPLACE: OwnApi.replace,
    Role.MERGE: OwnApi.merge,
    Role.DELETE: OwnApi.delete,
    Role.COMMAND: commands.command,
    Role.EXAMPLE: OwnApi.example,
}
