"""The fast stack answers as plain Connexion does, whatever is asked.

Sequences of requests, drawn from the five contracts, go to two equal worlds: to one through
`mockserver.app`, to the other through Connexion's own application around the same contracts and
handlers. They are always the same ones, unless `CALLSHEET_SEQUENCES` says how many there are to be
for each API: then they are new ones.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mockserver.apis import APIS
from mockserver.tests.plain.differences import DIFFERENCES, Difference, accepted
from mockserver.tests.plain.exchange import is_equal
from mockserver.tests.plain.pair import Pair
from mockserver.tests.plain.requests import Requests, known_ids
from mockserver.tests.plain.restatements import RESTATEMENTS, Restatement, restate
from mockserver.tests.plain.wire import Request

SEQUENCES = int(os.environ.get("CALLSHEET_SEQUENCES", "25"))

LENGTH = 15
"""The fewest steps of a sequence; it has up to twice as many."""

SAFE = {"GET", "HEAD", "OPTIONS"}
"""Methods that change nothing."""


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """Serve all APIs on both stacks."""
    found = Pair(tuple(APIS))
    yield found
    found.close()


@pytest.mark.parametrize("name", APIS)
def test_the_fast_stack_answers_as_plain_connexion(pair: Pair, name: str) -> None:
    """Status, headers and body are the same, but for differences that are listed with a reason."""
    contract = pair.contract(name)
    requests = Requests(contract, known_ids(name, pair.known(name)))
    step = st.one_of([requests.any()] * 19 + [st.sampled_from([0.5, 2.0, 8.0])])
    statuses: Counter[int] = Counter()

    @settings(
        max_examples=SEQUENCES,
        deadline=None,
        database=None,
        derandomize="CALLSHEET_SEQUENCES" not in os.environ,
        phases=[Phase.generate],  # the exchange that differs says enough; to shrink takes minutes
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(step, min_size=LENGTH, max_size=2 * LENGTH))
    def compare(steps: Sequence[Request | float]) -> None:
        pair.rewind()
        for one in steps:
            if not isinstance(one, Request):
                pair.advance(one)
                continue
            exchange = pair.exchange(name, one, restate(contract, one))
            statuses[exchange.fast.status] += 1
            if is_equal(exchange):
                continue
            assert accepted(exchange), exchange.report()
            if one.method not in SAFE:
                pair.rewind()  # the worlds may have parted

    compare()

    assert sum(statuses.values()) >= SEQUENCES * LENGTH // 2
    assert statuses.keys() >= {200, 400, 404}


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda one: one.name.replace(" ", "-"))
def test_each_accepted_difference_is_there(pair: Pair, difference: Difference) -> None:
    """No difference is on the list that does not exist, or that another entry explains already."""
    pair.rewind()
    name, request = difference.example

    exchange = pair.exchange(name, request, restate(pair.contract(name), request))

    assert not is_equal(exchange)
    assert [one for one in DIFFERENCES if one.allows(exchange)] == [difference]


@pytest.mark.parametrize("restatement", RESTATEMENTS, ids=lambda one: one.name.replace(" ", "-"))
def test_each_restatement_is_needed(pair: Pair, restatement: Restatement) -> None:
    """Put as it is, plain Connexion does not understand the request; restated it does."""
    name, request = restatement.example
    told = restatement.restate(pair.contract(name), request)
    pair.rewind()
    as_it_is = pair.exchange(name, request)
    pair.rewind()
    restated = pair.exchange(name, request, told)

    assert not is_equal(as_it_is)
    assert accepted(as_it_is) is None or as_it_is.fast.status != as_it_is.plain.status
    assert is_equal(restated) or accepted(restated) is not None
    assert restated.fast.status == restated.plain.status


def test_a_location_cannot_be_broken_out_of(pair: Pair) -> None:
    """What a client put into a path comes back encoded: no header of its own, no lost letters."""
    exchange = pair.exchange("scale", Request("GET", "/v6/jobs/1%0D%0ASet-Cookie:%20%C3%BC"))

    assert exchange.fast.status == 301
    assert exchange.fast.header("location") == "/v6/jobs/1%0D%0ASet-Cookie:%20%C3%BC/"


@pytest.mark.parametrize("path", ["/v6/jo%62s/3/", "/v6/%6Aobs/%33/", "/hpc/%4Aobs/1"])
def test_an_encoded_letter_is_that_letter(pair: Pair, path: str) -> None:
    """A path is the same path however its letters are encoded: RFC 3986, section 6.2.2.2."""
    name = "scale" if path.startswith("/v6") else "hpcpack"

    exchange = pair.exchange(name, Request("GET", path), Request("GET", path.replace("%4A", "j")))

    assert exchange.fast.status == 200
    assert is_equal(exchange)
