"""What Scale's lists can be filtered by, and whether a result fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.answer import wire
from conformance.moments import instant

Record = Mapping[str, Any]
Query = Mapping[str, Any]

NO_SUCH_NUMBER = 2_000_000_011
NO_SUCH_NAME = "nothing-is-called-like-this"


def at(record: Record, *names: str) -> Any:
    """Return what lies at the end of a path of names, or None."""
    found: Any = record
    for name in names:
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found


@dataclass(frozen=True, slots=True)
class Filter:
    """A query parameter that lets through what has one of its values at *place*."""

    name: str
    slug: str  # of its requirement, below the operation
    place: tuple[str, ...]
    unused: object = None  # a value that nothing has, if there is one that may be asked for
    bound: Callable[[Record, str], bool] | None = None  # for what is no plain comparison

    def value(self, record: Record) -> Any:
        """Return the value of a record that the filter looks at, or None."""
        return at(record, *self.place)

    def lets_through(self, record: Record, wanted: object) -> bool:
        """Whether the record may be among the results for *wanted*, one value or several."""
        values = wanted if isinstance(wanted, list | tuple) else [wanted]
        if self.bound is not None:
            return self.bound(record, wire(values[0]))
        value = self.value(record)
        return value is not None and wire(value) in {wire(one) for one in values}


def _modified_since(record: Record, text: str) -> bool:
    return _in_order(text, record["last_modified"])


def _created_until(record: Record, text: str) -> bool:
    return _in_order(record["created"], text)


def _source_not_over(record: Record, text: str) -> bool:
    return _in_order(text, record["source_ended"])


def _source_begun(record: Record, text: str) -> bool:
    return _in_order(record["source_started"], text)


def _in_order(first: Any, second: Any) -> bool:
    one, other = instant(first), instant(second)
    return one is None or other is None or one <= other  # a duration is judged elsewhere


JOB_FILTERS = (
    Filter("status", "status-filter", ("status",)),
    Filter("job_id", "job-id-filter", ("id",), NO_SUCH_NUMBER),
    Filter("job_type_id", "job-type-id-filter", ("job_type", "id"), NO_SUCH_NUMBER),
    Filter("job_type_name", "job-type-name-filter", ("job_type", "name"), NO_SUCH_NAME),
    Filter("batch_id", "batch-id-filter", ("batch", "id"), NO_SUCH_NUMBER),
    Filter("recipe_id", "recipe-id-filter", ("recipe", "id"), NO_SUCH_NUMBER),
    Filter("error_category", "error-category-filter", ("error", "category")),
    Filter("error_id", "error-id-filter", ("error", "id"), NO_SUCH_NUMBER),
    Filter("is_superseded", "is-superseded-filter", ("is_superseded",)),
    Filter(
        "source_sensor_class", "source-sensor-class-filter", ("source_sensor_class",), NO_SUCH_NAME
    ),
    Filter("source_sensor", "source-sensor-filter", ("source_sensor",), NO_SUCH_NAME),
    Filter("source_collection", "source-collection-filter", ("source_collection",), NO_SUCH_NAME),
    Filter("source_tasks", "source-tasks-filter", ("source_task",), NO_SUCH_NAME),
    Filter("source_task", "source-task-filter", ("source_task",), NO_SUCH_NAME),
)

TIME_FILTERS = (
    Filter("started", "started-filter", ("last_modified",), bound=_modified_since),
    Filter("ended", "ended-filter", ("created",), bound=_created_until),
    Filter("source_started", "source-started-filter", ("source_ended",), bound=_source_not_over),
    Filter("source_ended", "source-ended-filter", ("source_started",), bound=_source_begun),
)

EXECUTION_FILTERS = (
    Filter("status", "status-filter", ("status",)),
    Filter("node_id", "node-id-filter", ("node", "id"), NO_SUCH_NUMBER),
    Filter("error_id", "error-id-filter", ("error", "id"), NO_SUCH_NUMBER),
    Filter("error_category", "error-category-filter", ("error", "category")),
)


def unsound(
    filters: Sequence[Filter], query: Query, results: Sequence[Record]
) -> tuple[str, str] | None:
    """Return which requirement a result contradicts that should not be there, and a sentence."""
    given = [one for one in filters if query.get(one.name) is not None]
    for one in given:
        wanted = query[one.name]
        for record in results:
            if not one.lets_through(record, wanted):
                several = isinstance(wanted, list | tuple) and len(wanted) > 1
                slug = "repeated-filter-widens" if several else one.slug
                slug = slug if len(given) == 1 else "filters-combine"
                shown = f"{'/'.join(one.place)} is {one.value(record)!r}"
                return slug, f"{_spelled(query)} lets through a result whose {shown}"
    return None


def _spelled(query: Query) -> str:
    parts = []
    for name, value in query.items():
        each = value if isinstance(value, list | tuple) else [value]
        parts += [f"{name}={wire(one)}" for one in each[:4]]
    return "&".join(parts)
