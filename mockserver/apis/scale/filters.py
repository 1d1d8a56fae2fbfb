"""What a request to Scale asks for: parameters from query and body, as lenient as Scale is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.apis.scale.catalogue import Catalogue
from mockserver.clock import Clock
from mockserver.errors import ApiError
from mockserver.moment import parse_duration, parse_iso
from mockserver.pipeline.call import Call, parse_query
from mockserver.store import Condition, Query
from mockserver.store.query import within

BOOLEANS = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}

LARGEST = 2**63
"""From here on a number does not fit into a column."""

ORDERS = {
    "id": "key",
    "status": "state",
    "job_type": "job_type_name",
    "node": "node_id",
    "error": "error_id",
    "recipe": "recipe_id",
    "batch": "batch_id",
    "duration": "duration",
} | {
    name: name
    for name in (
        "num_exes", "created", "queued", "started", "ended", "last_status_change", "last_modified",
        "is_superseded", "source_started", "source_ended", "source_sensor_class", "source_sensor",
        "source_collection", "source_task",
    )
}  # fmt: skip
"""What jobs can be ordered by -> the column that holds it."""


class Asked:
    """The parameters of one request: the query string wins over the body."""

    def __init__(self, call: Call, clock: Clock) -> None:
        self._call = call
        self._body: Mapping[str, Any] = call.body if isinstance(call.body, dict) else {}
        self._clock = clock

    def __contains__(self, name: str) -> bool:
        return bool(self._call.values(name)) or self._body.get(name) is not None

    def names(self) -> list[str]:
        """Return the names of everything that the query asks, each once."""
        return list(dict.fromkeys(name for name, _ in self._call.pairs))

    def single(self, name: str) -> Any:
        """Return one value, the last that was sent, or None."""
        texts = self._call.values(name)
        return texts[-1] if texts else self._body.get(name)

    def many(self, name: str) -> list[Any]:
        """Return all values; one that stands alone counts as a list of one."""
        texts = self._call.values(name)
        if texts:
            return list(texts)
        value = self._body.get(name)
        if value is None:
            return []
        return value if isinstance(value, list) else [value]

    def integers(self, name: str) -> list[int]:
        """Return all values as integers; refuse anything else."""
        return [integer(name, one) for one in self.many(name)]

    def texts(self, name: str) -> list[str]:
        """Return all values as texts."""
        return [str(one) for one in self.many(name)]

    def boolean(self, name: str) -> bool | None:
        """Return a flag, or None; refuse anything but Scale's words for yes and no."""
        value = self.single(name)
        if value is None or isinstance(value, bool):
            return value
        try:
            return BOOLEANS[str(value).lower()]
        except KeyError:
            raise ApiError(f'Parameter must be a valid boolean: "{name}"') from None

    def moment(self, name: str) -> int | None:
        """Return a date, or now less a duration, as a moment; refuse anything else."""
        value = self.single(name)
        if value is None:
            return None
        text = str(value)
        duration = parse_duration(text)
        moment = parse_iso(text) if duration is None else self._clock.now() - duration
        if moment is None or not -LARGEST <= moment < LARGEST:
            raise ApiError(f"Invalid ISO timestamp format for parameter: {name}")
        return moment

    def span(self, start: str, end: str) -> tuple[int | None, int | None]:
        """Return the range between two moments; refuse one that is empty or turned round."""
        started, ended = self.moment(start), self.moment(end)
        if started is not None and ended is not None:
            if started == ended:
                raise ApiError("Start and end values must be different")
            if started > ended:
                raise ApiError("Start time must come before end time")
        return started, ended


def integer(name: str, value: Any) -> int:
    """Return *value* as an integer, or refuse it in Scale's words.

    The JSON parser reads an integer of more than 64 bits as a float.
    """
    if type(value) is int:
        return value
    large = isinstance(value, float) and value.is_integer() and abs(value) >= LARGEST
    try:
        if isinstance(value, (bool, float)) and not large:
            raise ValueError(value)
        return int(value)
    except (TypeError, ValueError):
        raise ApiError(f'Parameter must be a valid integer: "{name}"') from None


def _numbered(column: str, numbers: Sequence[int]) -> Condition:
    """Return the condition that *column* has one of *numbers*; too large ones are nobody's."""
    return within(column, [one for one in numbers if -LARGEST <= one < LARGEST])


def between(column: str, span: tuple[int | None, int | None]) -> list[Condition]:
    """Return the conditions that *column* lies in a range, both ends included."""
    found = []
    if span[0] is not None:
        found.append(Condition(column, "ge", (span[0],)))
    if span[1] is not None:
        found.append(Condition(column, "le", (span[1],)))
    return found


TEXTS = {
    "source_sensor_class": "source_sensor_class",
    "source_sensor": "source_sensor",
    "source_collection": "source_collection",
    "source_tasks": "source_task",
    "source_task": "source_task",
    "status": "state",
    "job_type_name": "job_type_name",
    "error_category": "error_category",
}
"""The filters of the job list that take texts -> their columns."""

NUMBERS = {
    "job_id": "key",
    "job_type_id": "job_type_id",
    "batch_id": "batch_id",
    "recipe_id": "recipe_id",
    "error_id": "error_id",
}
"""The filters of the job list that take integers -> their columns."""


def job_list(asked: Asked) -> Query:
    """Return the jobs that GET /v6/jobs/ asks for."""
    where: list[Condition] = []
    for name in asked.names():
        if name in TEXTS:
            where.append(within(TEXTS[name], asked.texts(name)))
        elif name in NUMBERS:
            where.append(_numbered(NUMBERS[name], asked.integers(name)))
        elif name in {"started", "ended"}:
            span = asked.span("started", "ended")
            where += [one for one in between("last_modified", span) if one not in where]
        elif name in {"source_started", "source_ended"}:
            where += [one for one in _source_span(asked) if one not in where]
        elif name == "is_superseded":
            where.append(within("is_superseded", [int(bool(asked.boolean(name)))]))
    return Query(tuple(where), _order(asked) or ("last_modified",))


def _source_span(asked: Asked) -> list[Condition]:
    """Return the conditions on the time of the source files."""
    started, ended = asked.span("source_started", "source_ended")
    found = []
    if started is not None:
        found.append(Condition("source_started", "ge", (started,)))
    if ended is not None:
        found.append(Condition("source_ended", "le", (ended,)))
    return found


def _order(asked: Asked) -> tuple[str, ...]:
    found = []
    for name in asked.texts("order"):
        column = ORDERS.get(name.removeprefix("-"))
        if column is None:
            raise ApiError(f"Cannot order by {name}; choices are: {', '.join(ORDERS)}")
        found.append(f"-{column}" if name.startswith("-") else column)
    return tuple(dict.fromkeys(found))


def execution_list(job_id: int, asked: Asked) -> Query:
    """Return the executions that GET /v6/jobs/{id}/executions/ asks for, the latest first."""
    where = [within("job_id", [job_id])]
    for name, column in {"status": "state", "error_category": "error_category"}.items():
        if name in asked:
            where.append(within(column, asked.texts(name)))
    where += [
        _numbered(name, asked.integers(name)) for name in ("node_id", "error_id") if name in asked
    ]
    return Query(tuple(where), ("-exe_num",))


def selection(asked: Asked, catalogue: Catalogue) -> list[tuple[str, str, list[Any]]]:
    """Return which jobs a cancel or requeue means: column, operator, values, as plain JSON.

    No filter means all jobs.
    """
    where: list[Condition] = between("last_modified", asked.span("started", "ended"))
    if asked.single("status") is not None:
        where.append(within("state", [str(asked.single("status"))]))
    numbers = {
        "job_ids": "key",
        "batch_ids": "batch_id",
        "recipe_ids": "recipe_id",
        "error_ids": "error_id",
    }
    for name, column in numbers.items():
        if wanted := asked.integers(name):
            where.append(_numbered(column, wanted))
    types = asked.integers("job_type_ids") + _job_types(asked, catalogue)
    if types:
        where.append(_numbered("job_type_id", types))
    for name, column in {
        "job_type_names": "job_type_name",
        "error_categories": "error_category",
    }.items():
        if texts := asked.texts(name):
            where.append(within(column, texts))
    superseded = asked.boolean("is_superseded")
    if superseded is not None:
        where.append(within("is_superseded", [int(superseded)]))
    return [(one.column, one.operator, list(one.values)) for one in where]


def _job_types(asked: Asked, catalogue: Catalogue) -> list[int]:
    """Return the ids of the job types that are named with their version."""
    found: list[int] = []
    entries = asked.many("job_types")
    for one in entries:
        if not isinstance(one, dict):
            raise ApiError('Parameter must be a valid JSON object: "job_types"')
        if "name" not in one or "version" not in one:
            raise ApiError(f"Job types argument invalid: {entries}")
        ids = catalogue.job_type_ids(str(one["name"]), str(one["version"]))
        if not ids:
            raise ApiError(
                f"Job Type with name: {one['name']} and version: {one['version']} does not exist"
            )
        found += ids
    return found


def form(raw: bytes) -> list[tuple[str, str]]:
    """Return the fields of a form body."""
    return parse_query(raw)
