"""A world in PostgreSQL answers as one in SQLite does, whatever is asked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mockserver.apis import APIS
from mockserver.tests.plain.exchange import Exchange, is_equal
from mockserver.tests.plain.pair import Side
from mockserver.tests.plain.requests import Requests, known_ids
from mockserver.tests.plain.wire import Request
from mockserver.tests.postgresql import Cluster

SEQUENCES = int(os.environ.get("CALLSHEET_SEQUENCES", "8"))

LENGTH = 15
"""The fewest steps of a sequence; it has up to twice as many."""

Sides = tuple[Side, Side]


@pytest.fixture(scope="module")
def sides(postgresql: Cluster) -> Iterator[Sides]:
    """Serve the same world out of both databases."""
    found = Side(tuple(APIS)), Side(tuple(APIS), postgresql.database())
    yield found
    for one in found:
        one.close()


@pytest.mark.parametrize("name", APIS)
def test_both_databases_give_the_same_answers(sides: Sides, name: str) -> None:
    """Pages, orders, filters, counts and transitions do not depend on where the rows are."""
    contract = sides[0].hub.services[name].contract
    requests = Requests(contract, known_ids(name, sides[0].known(name)))
    step = st.one_of([requests.any()] * 19 + [st.sampled_from([0.5, 2.0, 8.0])])

    @settings(
        max_examples=SEQUENCES,
        deadline=None,
        database=None,
        derandomize="CALLSHEET_SEQUENCES" not in os.environ,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(step, min_size=LENGTH, max_size=2 * LENGTH))
    def compare(steps: Sequence[Request | float]) -> None:
        for one in steps:
            if isinstance(one, Request):
                sqlite, postgresql = (side.answer(one) for side in sides)
                found = Exchange(contract, one, one, postgresql, sqlite)
                assert is_equal(found), found.report()
            else:
                for side in sides:
                    side.advance(one)

    compare()
