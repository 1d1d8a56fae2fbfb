"""The base of every API in `mockserver.apis`: one method per operationId, and these hooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from inflection import camelize, underscore

from mockserver.errors import ApiError, InvalidRequestError, Violation
from mockserver.store import Collection, Condition, Layout, Resource
from mockserver.world import Fired, World

if TYPE_CHECKING:
    from mockserver.pipeline.call import Call, Reply
    from mockserver.service import Pace, Service

NAMING = ("Name", "name", "job_type_name", "displayName", "method", "job_name")
"""Columns and facts that hold what people call a resource."""


class Api:
    """One API in one world.

    A subclass names its tables and its pace, and has one method per operationId, in snake case,
    that takes a `Call` and returns a `Reply`. A handler translates and nothing else: the state
    changes through `move`, refusals are raised. `IS_STEADY`: a request that changes nothing has
    the same answer until something else changes, see `mockserver.answers`. `COLLECTION` holds the
    resources of one layout.
    """

    NAME: ClassVar[str]
    LAYOUTS: ClassVar[tuple[Layout, ...]] = ()
    PACE: ClassVar[Pace] = {}
    IGNORES_CASE: ClassVar[bool] = False
    MERGES_SLASHES: ClassVar[bool] = False
    IS_STEADY: ClassVar[bool] = True
    COLLECTION: ClassVar[type[Collection]] = Collection

    def __init__(self, service: Service, world: World) -> None:
        self.service = service
        self.contract = service.contract
        self.world = world
        self.collections = {layout.name: self._collection(layout) for layout in self.LAYOUTS}

    @classmethod
    def handler(cls, operation_id: str) -> Callable[[Any, Call], Reply]:
        """Return the method that answers an operation; raise `AttributeError` if there is none."""
        found: Callable[[Any, Call], Reply] = getattr(cls, underscore(operation_id))
        return found

    def _collection(self, layout: Layout) -> Collection:
        def check(view: str, value: Any) -> None:
            self.service.check_view(layout.views[view], value)

        return self.COLLECTION(
            self.world.tables.table(layout),
            self.world.session,
            partial(self.render, layout.name),
            check if self.service.options.validate_responses else None,
            self.world.answers,
        )

    def seed(self, scenario: str) -> None:
        """Fill an empty world: the same seed and scenario give the same resources."""
        raise NotImplementedError

    def render(self, name: str, resource: Resource) -> Mapping[str, Any]:
        """Return the views of a resource of the layout *name*."""
        raise NotImplementedError

    def arrive(self, name: str, resource: Resource, source: str, moment: int) -> None:
        """Change the facts of *resource*, just come from *source*, before it is written."""

    def moved(self, name: str, resource: Resource, source: str, moment: int) -> None:
        """Follow up on a transition that has been written: parents, children."""

    def perform(self, kind: str, payload: Any, moment: int) -> None:
        """Carry out an effect that was put off with `World.later`."""
        raise NotImplementedError

    def refuse(self, call: Call, violations: Sequence[Violation]) -> None:  # noqa: ARG002
        """Raise the refusal that this API has for a request that breaks its contract.

        Returning lets the request through to its handler without the parameters that are wrong,
        as lenient servers do.
        """
        raise InvalidRequestError(violations)

    def authenticate(self, call: Call) -> None:
        """Raise `CredentialsError` if the caller may not do this."""

    def render_error(self, error: ApiError, call: Call) -> Reply:
        """Return the answer in the shape that this API gives to *error*."""
        raise NotImplementedError

    def addressed(self, call: Call) -> Sequence[Resource]:
        """Return the resources that the address of a request names, the narrowest ones alone.

        A path parameter that is named like the key of a lifecycle names a resource that has it.
        """
        found: Resource | None = None
        for collection in self.collections.values():
            if collection.lifecycle is None:
                continue
            key = call.path.get(self.contract.lifecycles[collection.lifecycle].key)
            if key is not None:
                found = collection.get(key) or found
        return [] if found is None else [found]

    def target(self) -> dict[str, Any]:
        """Return what a conformance suite may know of this world: see `/__admin/targets`."""
        return {}

    def memory(self) -> dict[str, Any]:
        """Return what this API remembers beside its resources, as plain JSON."""
        return {}

    def recall(self, memory: Mapping[str, Any]) -> None:
        """Take up what `memory` gave."""

    def schemas(self, collection: Collection) -> Mapping[str, tuple[Condition, ...]]:
        """Return the schemas that resources of *collection* have, and how each is told apart."""
        return {collection.lifecycle or collection.name: ()}

    def label(self, name: str, resource: Resource) -> str:  # noqa: ARG002
        """Return what a person would call *resource*."""
        named = (one.get(key) for one in (resource.columns, resource.facts) for key in NAMING)
        return next((f"{one}" for one in named if one), f"{resource.key}")

    def named(self, name: str, resource: Resource) -> Mapping[str, Any]:
        """Return the values by which requests name *resource*, in their paths and bodies.

        Unless an API says otherwise: its key, and those of its parents, as `farmId` for `farm_id`.
        """
        ids = [one for one in resource.columns.items() if one[0].endswith("_id")]
        columns = {camelize(name, uppercase_first_letter=False): one for name, one in ids}
        schema = self.lifecycle_of(self.collections[name], resource)
        if schema is None:
            return columns
        return {**columns, self.contract.lifecycles[schema].key: resource.key}

    def force(
        self, collection: Collection, resource: Resource, target: str, moment: int, cause: str
    ) -> None:
        """Take *resource* to *target* from wherever it is, as an operator does."""
        self.move(collection, resource, target, moment, cause)

    # -- the machine ---------------------------------------------------------------------------

    def elapse(self, collection: Collection) -> Callable[[Resource], None]:
        """Return what carries out the due transition of a resource of *collection*."""

        def act(resource: Resource) -> None:
            if resource.due is not None and resource.upcoming is not None:
                self.move(collection, resource, resource.upcoming, resource.due, "time")

        return act

    def lifecycle_of(self, collection: Collection, resource: Resource) -> str | None:  # noqa: ARG002
        """Return the schema whose lifecycle *resource* follows: that of its collection."""
        return collection.lifecycle

    def schedule(self, collection: Collection, resource: Resource) -> None:
        """Draw when and whereto *resource* leaves its state on its own."""
        schema = self.lifecycle_of(collection, resource)
        plan = None
        if schema is not None:
            chance = self.world.chance(self.NAME, schema, resource.key, resource.version)
            plan = self.plan(schema, resource, chance)
        if plan is None:
            resource.due = resource.upcoming = None
        else:
            resource.upcoming, resource.due = plan[0], resource.since + plan[1]

    def plan(self, schema: str, resource: Resource, chance: Any) -> tuple[str, int] | None:
        """Return the next state of *resource* and how many microseconds its present one lasts."""
        return self.service.machines[schema].plan(resource.state, chance)

    def add(self, collection: Collection, resource: Resource) -> None:
        """Write a new resource, which may leave its state on its own later."""
        if resource.due is None:
            self.schedule(collection, resource)
        collection.insert(resource)
        self.world.expect(resource.due)

    def move(
        self, collection: Collection, resource: Resource, target: str, moment: int, cause: str
    ) -> None:
        """Take *resource* to *target*: write it, and whatever follows from it."""
        stuck = self.world.stuck
        if stuck is not None and stuck.keeps(self, collection, resource, target, cause):
            return
        source, resource.state, resource.since = resource.state, target, moment
        resource.due = resource.upcoming = None
        self.arrive(collection.name, resource, source, moment)
        if resource.due is None:
            self.schedule(collection, resource)
        collection.update(resource)
        self.world.expect(resource.due)
        schema = self.lifecycle_of(collection, resource) or collection.name
        request = None if cause == "time" else self.world.request
        self.world.note(
            Fired(self.NAME, schema, resource.key, source, target, moment, cause, request)
        )
        self.moved(collection.name, resource, source, moment)
