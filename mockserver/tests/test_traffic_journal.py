"""The journal of a session: what is remembered, for how long, and how it is found again."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.pipeline.call import Reply
from mockserver.tests.admin_client import SLOW_JOB, Admin
from mockserver.tests.conftest import Serve, Server
from mockserver.traffic import redaction
from mockserver.traffic.entry import Entry, content
from mockserver.traffic.journal import Journal, Search
from mockserver.traffic.selection import Selection
from mockserver.world import Fired


def _entry(
    method: str = "GET", path: str = "/jobs/1/", status: int = 200, size: int = 100
) -> Entry:
    entry = Entry({"method": method, "path": path, "query_string": b"", "headers": []})
    entry.reply = Reply.empty(status)
    entry.size = size
    return entry


SIZES = st.lists(st.integers(1, 50), max_size=60)


@given(sizes=SIZES, entries=st.integers(0, 20), most=st.integers(0, 300))
def test_a_journal_keeps_within_its_bounds(sizes: list[int], entries: int, most: int) -> None:
    """However many requests come, no more than so many and so many bytes are kept: the latest."""
    journal = Journal(entries, most)
    for size in sizes:
        journal.append(_entry(size=size))

    kept = journal.find(Search())
    assert len(kept) == len(journal) <= entries
    assert journal.bytes == sum(one.size for one in kept) <= most
    assert journal.dropped == len(sizes) - len(kept)
    assert [one.id for one in kept] == list(range(len(sizes) - len(kept) + 1, len(sizes) + 1))
    if len(kept) < len(sizes):
        following = sizes[len(sizes) - len(kept) - 1]
        assert len(kept) == entries or journal.bytes + following > most


REQUESTS = st.lists(
    st.tuples(
        st.sampled_from(["GET", "POST"]),
        st.sampled_from(["/jobs/1/", "/jobs/2/", "/tasks/"]),
        st.sampled_from([200, 404]),
    ),
    max_size=30,
)


@given(
    requests=REQUESTS,
    method=st.sampled_from([None, "GET", "post"]),
    path=st.sampled_from([None, "/jobs/*", "/tasks/", "/jobs/[2-9]/"]),
    status=st.sampled_from([None, 200, 404]),
    since=st.integers(0, 31),
    limit=st.integers(0, 31),
)
def test_filters_find_what_fits_and_nothing_else(  # noqa: PLR0913, PLR0917 - one each
    requests: list[tuple[str, str, int]],
    method: str | None,
    path: str | None,
    status: int | None,
    since: int,
    limit: int,
) -> None:
    """Each filter narrows; of what fits, the latest are found; a count is the number of all."""
    journal = Journal()
    for one in requests:
        journal.append(_entry(*one))
    globs = {
        "/jobs/*": {"/jobs/1/", "/jobs/2/"},
        "/tasks/": {"/tasks/"},
        "/jobs/[2-9]/": {"/jobs/2/"},
    }

    fitting = [
        number
        for number, (asked, place, answered) in enumerate(requests, 1)
        if number > since
        and (method is None or asked == method.upper())
        and (path is None or place in globs[path])
        and (status is None or answered == status)
    ]
    search = Search(Selection(method=method, path=path), status, since)

    assert journal.count(search) == len(fitting)
    found = [one.id for one in journal.find(search, limit)]
    assert found == fitting[max(0, len(fitting) - limit) :]


def test_later_effects_count_and_belong_to_their_request() -> None:
    """A transition that comes after the answer is shown at the request that caused it."""
    journal = Journal(size=10_000)
    for _ in range(3):
        journal.append(_entry())
    moved = Fired("scale", "Job", 17, "QUEUED", "CANCELED", 5, "cancelJobs", 2)
    journal.attribute([moved, Fired("scale", "Job", 1, "QUEUED", "RUNNING", 5, "time")])

    second = journal.get(2)
    assert second is not None
    assert [one["key"] for one in second.summary()["transitions"]] == [17]
    first = journal.get(1)
    assert first is not None
    assert first.summary()["transitions"] == []
    assert journal.bytes == sum(one.size for one in journal.find(Search())) > 300


def test_cleared_ids_go_on() -> None:
    """A journal that was cleared is empty and does not use an id twice."""
    journal = Journal()
    journal.append(_entry())
    journal.clear()
    journal.append(_entry())

    assert journal.get(1) is None
    assert [one.id for one in journal.find(Search())] == [2]
    assert (journal.dropped, journal.bytes) == (0, 100)


def test_waiting_ends_with_the_request_that_was_missing() -> None:
    """Whoever waits is woken by requests, counts those that fit, and is told of all of them."""

    async def scene() -> list[Entry]:
        journal = Journal()
        journal.append(_entry())
        waiting = asyncio.ensure_future(journal.wait(Search(status=404), 2, 60))
        for status in (404, 200, 404, 404):
            await asyncio.sleep(0)
            assert not waiting.done()
            journal.append(_entry(status=status))
            if journal.last_id == 4:
                break
        found = await waiting
        assert not journal._waiting
        return found

    assert [one.id for one in asyncio.run(scene())] == [2, 4]


def test_waiting_ends_with_its_time() -> None:
    """If too few come, those that came are told of."""

    async def scene() -> list[Entry]:
        journal = Journal()
        journal.append(_entry())
        return await journal.wait(Search(), 2, 0.01)

    assert [one.id for one in asyncio.run(scene())] == [1]


def test_credentials_are_not_shown() -> None:
    """Whatever carries credentials in HTTP is masked; the scheme and everything else stay."""
    shown = redaction.headers(
        [
            (b"Authorization", b"Token 0123"),
            (b"authorization", b"nothing-but-a-secret"),
            (b"Cookie", b"session=0123"),
            (b"x-amz-security-token", b"0123"),
            (b"accept", b"a"),
            (b"accept", b"b"),
        ]
    )

    assert shown == {
        "authorization": "Token [redacted], [redacted]",
        "cookie": "[redacted]",
        "x-amz-security-token": "[redacted]",
        "accept": "a, b",
    }
    query = "a=1&X-Amz-Signature=0123&x%2Damz%2Dsecurity%2Dtoken=45&b"
    assert redaction.query(query) == (
        "a=1&X-Amz-Signature=[redacted]&x%2Damz%2Dsecurity%2Dtoken=[redacted]&b"
    )


@pytest.mark.parametrize(
    ("raw", "media_type", "shown"),
    [
        (b"", "application/json", {}),
        (b'{"a":1}', "application/json; charset=utf-8", {"json": {"a": 1}}),
        (b'{"a":', "application/json", {"text": '{"a":'}),
        (b"<a/>", "application/xml", {"text": "<a/>"}),
        (b"\xff\xfe", "text/plain", {"base64": "//4="}),
    ],
)
def test_a_body_is_shown_as_what_it_is(raw: bytes, media_type: str, shown: Any) -> None:
    """JSON as its value, text as text, the rest in base64."""
    assert content(raw, media_type) == shown


# -- over a socket -----------------------------------------------------------------------------


@pytest.fixture
def admin(server: Server) -> Admin:
    """Make a session of Scale."""
    return Admin(server).new()


def test_a_request_is_found_with_all_about_it(admin: Admin) -> None:
    """Headers and bodies of both sides, the operation, the moment, and what moved."""
    key = admin.submit(SLOW_JOB)
    entry = admin.get("/journal")["items"][-1]
    full = admin.get(f"/journal/{entry['id']}")

    assert (entry["method"], entry["path"], entry["status"]) == ("POST", "/v6/jobs/", 201)
    assert (entry["api"], entry["operation"]) == ("scale", "createJob")
    assert entry["at"] == "2026-01-01T00:00:00Z"
    assert "request" not in entry
    assert full["request"]["json"] == SLOW_JOB
    assert full["response"]["json"]["id"] == key
    assert full["response"]["headers"]["location"].endswith(f"/v6/jobs/{key}/")


def test_what_a_command_does_later_is_found_at_the_command(admin: Admin) -> None:
    """A cancel takes effect after its answer, and is its transition nevertheless."""
    key = admin.submit(SLOW_JOB)
    sent = admin.server.request(
        "POST", "/v6/jobs/cancel/", headers=admin.headers, json={"job_ids": [key]}
    )
    assert sent.status == 202
    admin.advance(1)
    [entry] = admin.get("/journal?operation=cancelJobs")["items"]

    moves = [(one["key"], one["target"], one["journal_id"]) for one in entry["transitions"]]
    assert moves == [(key, "CANCELED", entry["id"])]


def test_secrets_are_masked_in_the_journal(admin: Admin) -> None:
    """The token is not in the answer of the journal, the kind of credentials is."""
    token = "0123456789" * 4
    admin.server.request(
        "GET", "/v6/jobs/1/", headers={**admin.headers, "Authorization": f"Token {token}"}
    )
    answer = admin.call("GET", "/journal/1")

    assert token.encode() not in answer.data
    assert answer.json()["request"]["headers"]["authorization"] == "Token [redacted]"


def test_filters_and_counts_over_http(admin: Admin) -> None:
    """The filters of the outline narrow what is listed and counted."""
    for path in ("/v6/jobs/1/", "/v6/jobs/2/", "/v6/jobs/999999/", "/nowhere"):
        admin.server.request("GET", path, headers=admin.headers)

    assert admin.get("/journal/count") == {"count": 4}
    assert admin.get("/journal/count?operation=getJob&status=200") == {"count": 2}
    assert admin.get("/journal/count?path=/v6/jobs/9*") == {"count": 1}
    assert admin.get("/journal/count?since_id=3") == {"count": 1}
    found = admin.get("/journal?status=404&limit=1")
    assert (found["count"], [one["path"] for one in found["items"]]) == (2, ["/nowhere"])
    assert admin.ask("DELETE", "/journal", status=204) is None
    assert admin.get("/journal/count") == {"count": 0}


def test_unknown_names_are_refused_with_the_known(admin: Admin) -> None:
    """Who asks for an API, an operation or an entry that is not there learns what is."""
    assert admin.refused("GET", "/journal?api=nothing") == (404, ["scale"])
    status, known = admin.refused("GET", "/journal/count?operation=getjob")
    assert (status, "getJob" in known) == (404, True)
    assert admin.refused("POST", "/journal/wait", {"api": "nothing"})[0] == 404
    assert admin.refused("GET", "/journal/17")[0] == 404


def test_one_waits_while_another_asks(admin: Admin) -> None:
    """A wait over HTTP ends when the request comes, and does not hold the server up."""
    with ThreadPoolExecutor(1) as pool:
        asked = {"operation": "getJob", "count": 2, "timeout_seconds": 30}
        waiting = pool.submit(admin.ask, "POST", "/journal/wait", asked)
        for key in (1, 2):
            assert not waiting.done()
            admin.status(key)
        answer = waiting.result(30)

    assert answer["satisfied"] is True
    assert [one["path"] for one in answer["items"]] == ["/v6/jobs/1/", "/v6/jobs/2/"]


def test_a_wait_that_is_too_short_says_so(admin: Admin) -> None:
    """When the time is over the answer has what there is."""
    answer = admin.ask("POST", "/journal/wait", {"timeout_seconds": 0})

    assert answer == {"satisfied": False, "count": 0, "items": []}


def test_sessions_keep_their_own_journals(admin: Admin) -> None:
    """What one session was asked is not in the journal of another."""
    other = admin.new()
    admin.status(1)

    assert admin.get("/journal/count") == {"count": 1}
    assert other.get("/journal/count") == {"count": 0}


def test_a_reset_of_the_journal_leaves_the_world(admin: Admin) -> None:
    """The part that is named is reset and nothing else."""
    key = admin.submit()
    admin.ask("POST", "/reset", {"parts": ["journal"]})

    assert admin.get("/journal/count") == {"count": 0}
    assert admin.status(key) == "QUEUED"


def test_bounds_are_options_of_the_command(serve: Serve) -> None:
    """With --journal-entries 3 the fourth request pushes the first out, and is counted."""
    admin = Admin(serve("scale", "--clock", "frozen", "--journal-entries", "3"))
    for _ in range(5):
        admin.status(1)
    found = admin.get("/journal")

    assert (found["count"], found["dropped"]) == (3, 2)
    assert [one["id"] for one in found["items"]] == [3, 4, 5]


def test_a_journal_of_no_bytes_keeps_nothing(serve: Serve) -> None:
    """With --journal-bytes 0 everything is dropped at once."""
    admin = Admin(serve("scale", "--clock", "frozen", "--journal-bytes", "0"))
    admin.status(1)

    assert admin.get("/journal") == {"count": 0, "dropped": 1, "items": []}
