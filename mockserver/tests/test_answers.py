"""Answers are given again as long as they hold, and not a moment longer."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.answers import MOST_BYTES, Answers
from mockserver.clock import Clock
from mockserver.pipeline.call import Reply
from mockserver.tests.scale_client import SLOW, ScaleClient


def answers(clock: Clock | None = None, *, is_shared: bool = False) -> Answers:
    """Return answers of a world whose clock stands still."""
    return Answers(clock or Clock(0.0), is_shared=is_shared)


def asked(number: int) -> tuple[Any, ...]:
    """Return one of many questions."""
    return ("GET", f"/{number}", b"", "", "http", ())


def test_an_answer_is_given_again_until_something_is_written() -> None:
    """What was kept comes back with status, body and headers, until it is forgotten."""
    found = answers()
    reply = Reply.ready(b"{}").with_header("etag", "1")
    found.keep(asked(1), reply, found.begin())
    again = found.find(asked(1))
    assert again is not None
    assert (again.status, again.body, again.headers) == (200, b"{}", reply.headers)
    assert again.headers is not reply.headers
    assert found.find(asked(2)) is None
    found.forget()
    assert found.find(asked(1)) is None


def test_an_answer_that_looked_at_the_clock_or_wrote_is_not_kept() -> None:
    """Whoever asks again asks at another moment, or of another world."""
    clock = Clock(0.0)
    found = answers(clock)
    began = found.begin()
    clock.now()
    found.keep(asked(1), Reply.ready(b"{}"), began)
    assert found.find(asked(1)) is None
    began = found.begin()
    found.forget()
    found.keep(asked(1), Reply.ready(b"{}"), began)
    assert found.find(asked(1)) is None


def test_nothing_is_kept_of_a_shared_database() -> None:
    """Others write to it, and do not tell."""
    found = answers(is_shared=True)
    found.keep(asked(1), Reply.ready(b"{}"), found.begin())
    assert found.find(asked(1)) is None


def test_only_so_many_bytes_are_kept() -> None:
    """Large answers make room for each other, and one that is too large is not kept at all."""
    found = answers()
    half = Reply.ready(b"x" * (MOST_BYTES // 2))
    for number in range(3):
        found.keep(asked(number), half, found.begin())
    assert [found.find(asked(number)) is not None for number in range(3)] == [False, False, True]
    found.keep(asked(3), Reply.ready(b"x" * (MOST_BYTES + 1)), found.begin())
    assert found.find(asked(3)) is None


def test_a_stretch_of_time_that_ends_now_moves_on() -> None:
    """The list of the last ten seconds is another one when time has passed and nothing else."""
    client = ScaleClient(scenario="empty")
    key = client.created(SLOW)
    client.advance(5)
    assert client.ids(started="PT10S") == [key]
    assert client.ids(started="PT10S") == [key]
    client.advance(20)
    assert client.ids(started="PT10S") == []


def test_addresses_in_an_answer_are_those_of_who_asks() -> None:
    """A list that was asked for under one host name is not given to another."""
    client = ScaleClient()
    for host in ("one.example", "two.example", "one.example"):
        answer = client.send("GET", "/v6/jobs/?page_size=1", headers={"host": host})
        assert answer.json()["next"].startswith(f"http://{host}/")


ASKED = (
    "/v6/jobs/?page_size=5",
    "/v6/jobs/?status=QUEUED",
    "/v6/jobs/201/",
    "/v6/jobs/?started=PT3S",
)
STEPS = st.sampled_from(("create", "cancel", "requeue", "advance", *ASKED, *ASKED))


@settings(max_examples=15, deadline=None)
@given(st.lists(STEPS, min_size=5, max_size=25))
def test_whatever_happens_in_between_answers_are_those_of_a_server_that_keeps_none(
    steps: list[str],
) -> None:
    """Two worlds that live through the same, one of which works out every answer, say the same."""
    keeping, working_out = ScaleClient(scenario="calm"), ScaleClient(scenario="calm")
    world = working_out.hub.default
    for step in steps:
        said = []
        for client in (keeping, working_out):
            world.answers.forget()
            if step == "create":
                said.append(client.create(SLOW).text)
            elif step == "advance":
                said.append(str(client.advance(1)))
            elif step in {"cancel", "requeue"}:
                said.append(client.post(f"/v6/jobs/{step}/", {"job_ids": [201]}).text)
            else:
                said.append(client.send("GET", step).text)
        assert said[0] == said[1]
