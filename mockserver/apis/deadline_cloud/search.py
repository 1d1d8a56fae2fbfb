"""Searches: filters and orders go to the index where a column has them, else row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from mockserver.apis.deadline_cloud.matching import Predicate, predicate
from mockserver.apis.deadline_cloud.refusals import invalid_field
from mockserver.moment import parse_iso
from mockserver.pipeline.call import Reply
from mockserver.store import Collection, Condition, Query, Resource
from mockserver.store.query import Operator, within

MOST = 10_000
"""The most matches that a search knows of."""

PAGE_SIZE = 100

TIMES = {
    "CREATED_AT": "created",
    "STARTED_AT": "started",
    "ENDED_AT": "ended",
    "UPDATED_AT": "updated",
}

JOB_FIELDS: Mapping[str, str] = {
    "JOB_ID": "key",
    "QUEUE_ID": "queue_id",
    "NAME": "name",
    "JOB_NAME": "name",
    "LIFECYCLE_STATUS": "state",
    "TASK_RUN_STATUS": "run_status",
    "PRIORITY": "priority",
    "CREATED_BY": "created_by",
    **TIMES,
}
"""The fields of jobs -> their columns."""

TASK_FIELDS: Mapping[str, str] = {
    "TASK_ID": "key",
    "STEP_ID": "step_id",
    "JOB_ID": "job_id",
    "QUEUE_ID": "queue_id",
    "RUN_STATUS": "state",
    "TASK_RUN_STATUS": "state",
    **{name: column for name, column in TIMES.items() if column != "created"},
}
"""The fields of tasks -> their columns."""

NUMBERS = frozenset({"priority"})

OPERATORS: Mapping[str, Operator] = {
    "EQUAL": "in",
    "GREATER_THAN_EQUAL_TO": "ge",
    "GREATER_THAN": "gt",
    "LESS_THAN_EQUAL_TO": "le",
    "LESS_THAN": "lt",
}

SortKey = Callable[[Resource], Any]


def run(
    collection: Collection, fields: Mapping[str, str], where: Sequence[Condition], body: Any
) -> tuple[list[bytes], int]:
    """Return the page that *body* asks for of the rows of *where*, and how many fit in all."""
    conditions, rests = _split(body.get("filterExpressions"), fields)
    order, sorts = _order(body.get("sortExpressions", ()), fields)
    query = Query((*where, *conditions), order)
    size, offset = body.get("pageSize", PAGE_SIZE), body["itemOffset"]
    if not rests and not sorts:
        total = min(collection.count(query), MOST)
        limit = max(0, min(size, total - offset))
        return collection.page(query, "search", limit, offset, total) if limit else [], total
    found = [one for one in collection.find(query) if all(fits(one) for fits in rests)]
    for key, reverse in reversed(sorts):
        found.sort(key=key, reverse=reverse)
    total = min(len(found), MOST)
    rows = [collection.view(one.key, "search") for one in found[offset : min(offset + size, total)]]
    return [one for one in rows if one is not None], total


def reply(member: str, rows: Sequence[bytes], total: int, offset: int) -> Reply:
    """Return the answer to a search."""
    body = b'{"%s":[%s],"totalResults":%d' % (member.encode(), b",".join(rows), total)
    following = offset + len(rows)
    if rows and following < total:
        body += b',"nextItemOffset":%d' % following
    return Reply.ready(body + b"}")


def _split(
    group: Mapping[str, Any] | None, fields: Mapping[str, str]
) -> tuple[list[Condition], list[Predicate]]:
    """Return what the index can answer of a group of filters, and the rest."""
    if group is None:
        return [], []
    whole = predicate(group, fields)
    if group["operator"] == "OR" and len(group["filters"]) > 1:
        return [], [whole]
    conditions: list[Condition] = []
    rests: list[Predicate] = []
    for one in group["filters"]:
        condition = _condition(one, fields)
        if condition is None:
            rests.append(predicate({"operator": "AND", "filters": [one]}, fields))
        else:
            conditions.append(condition)
    return conditions, rests


def _condition(one: Mapping[str, Any], fields: Mapping[str, str]) -> Condition | None:
    """Return a filter as a condition on a column, or None if it is none."""
    kind, content = next(iter(one.items()))
    column = fields.get(content.get("name", ""))
    if column is None:
        return None
    if kind == "dateTimeFilter":
        moment = parse_iso(content["dateTime"])
        return Condition(column, OPERATORS[content["operator"]], (moment,))
    values: list[Any] = []
    if kind == "stringFilter" and content["operator"] == "EQUAL":
        values = [content["value"]]
    elif kind == "stringListFilter" and content["operator"] == "ANY_EQUALS":
        values = content["values"]
    else:
        return None
    if column in NUMBERS:
        values = [int(value) for value in values if value.isdecimal() and len(value) < 19]
    return within(column, values)


def _order(
    expressions: Sequence[Mapping[str, Any]], fields: Mapping[str, str]
) -> tuple[tuple[str, ...], list[tuple[SortKey, bool]]]:
    """Return the order as columns; where a column cannot say it, as keys for sorting rows."""
    columns: list[str] = []
    keys: list[tuple[SortKey, bool]] = []
    is_plain = all("fieldSort" in one for one in expressions)
    for number, one in enumerate(expressions):
        kind, content = next(iter(one.items()))
        reverse = content.get("sortOrder") == "DESCENDING"
        if kind == "userJobsFirst":
            keys.append((partial(is_of_another, user=content["userIdentityId"]), False))
            continue
        name = content["name"]
        if kind == "parameterSort":
            keys.append((partial(parameter_key, name=name), reverse))
            continue
        column = fields.get(name)
        if column is None:
            raise invalid_field(f"sortExpressions.{number}.fieldSort.name", f"has no field {name}")
        if is_plain:
            columns.append(f"-{column}" if reverse else column)
        else:
            keys.append((partial(column_key, column=column), reverse))
    return tuple(dict.fromkeys(columns)), keys


def is_of_another(found: Resource, user: str) -> bool:
    """Return whether somebody else than *user* created a row."""
    return found.columns.get("created_by") != user


def column_key(found: Resource, column: str) -> tuple[bool, Any]:
    """Return what a row is sorted by; rows without a value come first."""
    value = getattr(found, column) if column in {"key", "state"} else found.columns[column]
    return value is not None, value if value is not None else 0


def parameter_key(found: Resource, name: str) -> tuple[int, float, str]:
    """Return what a row is sorted by; numbers by value, after rows without the parameter."""
    value = (found.facts.get("parameters") or {}).get(name)
    if value is None:
        return 0, 0.0, ""
    kind, text = next(iter(value.items()))
    if kind in {"int", "float"}:
        return 1, float(text), ""
    return 2, 0.0, str(text)
