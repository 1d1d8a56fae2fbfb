"""Surprises in how an answer gets to the client: headers, connections, time."""

from __future__ import annotations

from itertools import count

from mockserver.surprise.answer import BODILESS, Answer

PIECES = 5
RARELY = 25
LONG, SHORT = 0.4, 0.004  # seconds
_turn = count(1)


def extra_headers(answer: Answer) -> None:
    """An answer has headers that nobody asked for, a cookie among them (RFC 9110 §5.1)."""
    answer.add("Server", "Surprise/2.0 (like no other)")
    answer.add("Via", "1.1 relay.example")
    answer.add("X-Request-Id", "7f2d-00")
    answer.add("X-Status", "FAILED")
    answer.add("Set-Cookie", "surprise=1; Path=/")
    answer.add("Strict-Transport-Security", "max-age=0")


def caching_headers(answer: Answer) -> None:
    """An answer says how long it may be kept, and has weak validators (RFC 9111, RFC 9110 §8.8)."""
    answer.add("Cache-Control", "private, max-age=0, must-revalidate")
    answer.add("ETag", 'W/"surprise"')
    answer.add("Vary", "Accept, Accept-Encoding")
    answer.add("Expires", "0")


def header_case(answer: Answer) -> None:
    """The names of headers are in other letters (RFC 9110 §5.1: their case means nothing)."""
    answer.headers = [
        (name.upper() if index % 2 else name.title(), value)
        for index, (name, value) in enumerate(answer.headers)
    ]


def chunked(answer: Answer) -> None:
    """The body comes in chunks, its length is not told before (RFC 9112 §7.1)."""
    if answer.status not in BODILESS:
        answer.headers = [one for one in answer.headers if one[0].lower() != b"content-length"]
        answer.pieces = PIECES


def closing(answer: Answer) -> None:
    """The connection is closed after each answer (RFC 9112 §9.6)."""
    answer.headers.append((b"connection", b"close"))


def slow_answers(answer: Answer) -> None:
    """Answers take their time, and some of them long: 0.4 seconds."""
    answer.delay = SHORT if next(_turn) % RARELY else LONG
