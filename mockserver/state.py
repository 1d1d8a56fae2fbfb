"""The whole state of a world as one JSON document: written, read back, compared.

Moments in it are what the store holds: microseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mockserver.clock import END
from mockserver.moment import iso, parse_iso
from mockserver.sessions import Sessions
from mockserver.store import Collection, Layout, Resource
from mockserver.world import AGENDA, World

VERSION = 1
"""The version of the format."""

Document = Mapping[str, Any]
Identity = tuple[str, str, Any]
"""API, collection, key."""

ROW = ("key", "state", "since", "due", "upcoming", "version", "facts", "columns")


class StateError(ValueError):
    """A document of state that does not fit: where, and why.

    `known` is what there is, where it names what is not.
    """

    def __init__(self, message: str, known: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.known = list(known)


def dump(world: World) -> dict[str, Any]:
    """Return the state of *world*."""
    memory = {name: api.memory() for name, api in world.apis.items()}
    return {
        "version": VERSION,
        "clock": {"now": iso(world.clock.now()), "factor": world.clock.factor},
        "seed": world.seed,
        "scenario": world.scenario,
        "born": world.born,
        "apis": {
            name: {one.name: _rows(one) for one in api.collections.values()}
            for name, api in world.apis.items()
        },
        "memory": {name: one for name, one in memory.items() if one},
        "agenda": _rows(world.agenda),
    }


def _rows(collection: Collection) -> list[dict[str, Any]]:
    return [{name: getattr(one, name) for name in ROW} for one in collection.all()]


def load(sessions: Sessions, world: World, document: Document) -> None:
    """Make *world* what *document* says; raise `StateError`.

    It belongs into a transaction that an error undoes.
    """
    now = moment(document)
    before = world.seed, world.scenario, world.born, world.clock.reading()
    try:
        sessions.empty(world)
        world.seed = document["seed"]
        world.scenario = document.get("scenario", world.scenario)
        world.born = document.get("born", now)
        world.clock.stand(now, document["clock"].get("factor", 0.0))
        sessions.furnish(world)
        for name, collections in document["apis"].items():
            _fill(world, name, collections)
        world.agenda.insert_many(_resources(AGENDA, document.get("agenda", [])), kept=True)
        for row in document.get("agenda", []):
            if row["facts"]["api"] not in world.apis:
                raise StateError(f"agenda: {row['key']} is for no API of this server", world.apis)
        _remind(world, document.get("memory", {}))
        sessions.keep(world)
    except BaseException:
        world.seed, world.scenario, world.born = before[:3]
        world.clock.follow(before[3])
        sessions.furnish(world)
        raise
    world.recall()
    world.fired.clear()


def _remind(world: World, memories: Mapping[str, Any]) -> None:
    """Have the APIs of *world* remember what they did beside their resources."""
    for name, memory in memories.items():
        if name not in world.apis:
            raise StateError(f"memory: {name[:64]!r} is not served here", world.apis)
        try:
            world.apis[name].recall(memory)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise StateError(f"memory/{name}: {error}") from None


def moment(document: Document) -> int:
    """Return what the clock of *document* shows; raise `StateError` if that is no moment."""
    text = document["clock"]["now"]
    found = parse_iso(text)
    if found is None or not 0 <= found <= END:
        raise StateError(f"clock/now: {text[:64]!r} is no moment from 1970 to 9000, with its zone")
    return found


def size(document: Document) -> int:
    """Return how many resources *document* holds."""
    return sum(1 for _ in _identities(document))


def _fill(world: World, name: str, collections: Mapping[str, Any]) -> None:
    api = world.apis.get(name)
    if api is None:
        raise StateError(f"apis: {name[:64]!r} is not served here", world.apis)
    layouts = {one.name: one for one in api.LAYOUTS}
    for where, rows in collections.items():
        if where not in layouts:
            raise StateError(f"apis/{name}: {where[:64]!r} is no collection", layouts)
        try:
            resources = list(_resources(layouts[where], rows))
            for one in resources:
                schema = api.lifecycle_of(api.collections[where], one)
                states = api.contract.lifecycles[schema].states if schema else (one.state,)
                if {one.state, one.upcoming or one.state} - set(states):
                    raise StateError(f"a {schema} is one of {', '.join(states)}")
            api.collections[where].insert_many(resources, kept=True)
        except Exception as error:
            reason = f"{type(error).__name__}: " * (not isinstance(error, StateError))
            said = " ".join(f"{reason}{error}".split())[:300]
            raise StateError(f"apis/{name}/{where}: {said}") from error


def _resources(layout: Layout, rows: Iterable[Mapping[str, Any]]) -> Iterator[Resource]:
    """Yield the resources of a list of rows; raise `StateError` for what no table can hold."""
    seen = set()
    for row in rows:
        key, columns = row["key"], row.get("columns", {})
        if type(key) is not layout.key:
            raise StateError(f"the key {key!r} is no {layout.key.__name__}")
        if key in seen:
            raise StateError(f"the key {key!r} is there twice")
        seen.add(key)
        for name, value in columns.items():
            kind = layout.columns.get(name)
            if kind is None:
                raise StateError(f"{key!r} has a column {name[:64]!r}, and nothing else has")
            fits = value is None or type(value) is kind or (kind is float and type(value) is int)
            if not fits or (type(value) is int and abs(value) >= 2**63):
                raise StateError(f"{key!r}: the column {name} holds no {kind.__name__}")
        yield Resource(
            key,
            row["state"],
            row["since"],
            row.get("due"),
            row.get("upcoming"),
            row.get("version", 1),
            {name: columns.get(name) for name in layout.columns},
            dict(row.get("facts", {})),
        )


def _identities(document: Document) -> Iterator[tuple[Identity, Mapping[str, Any]]]:
    for api, collections in document["apis"].items():
        for collection, rows in collections.items():
            for row in rows:
                yield (api, collection, row["key"]), row


def differences(ours: Document, theirs: Document) -> dict[str, list[dict[str, Any]]]:
    """Return what *ours* has more, less and otherwise than *theirs*, without the versions."""
    mine, other = dict(_identities(ours)), dict(_identities(theirs))
    return {
        "added": [_placed(one, mine[one]) for one in mine if one not in other],
        "removed": [_placed(one, other[one]) for one in other if one not in mine],
        "changed": [
            {**_named(one), "fields": fields}
            for one in mine
            if one in other and (fields := _fields(mine[one], other[one]))
        ],
    }


def _named(identity: Identity) -> dict[str, Any]:
    return dict(zip(("api", "collection", "key"), identity, strict=True))


def _placed(identity: Identity, row: Mapping[str, Any]) -> dict[str, Any]:
    return {**_named(identity), "state": row["state"]}


def _fields(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields in which two rows differ; of facts and columns, which of them."""
    mine, other = _flat(ours), _flat(theirs)
    names = dict.fromkeys((*mine, *other))
    return {
        name: {"ours": mine.get(name), "theirs": other.get(name)}
        for name in names
        if name != "version" and mine.get(name) != other.get(name)
    }


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat = {name: row.get(name) for name in ROW if name not in {"facts", "columns"}}
    for group in ("facts", "columns"):
        flat |= {f"{group}.{name}": value for name, value in row.get(group, {}).items()}
    return flat
