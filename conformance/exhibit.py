"""Exchanges as evidence: what a report shows of a request and its answer, in text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conformance.answer import Exchange
from conformance.redaction import Redaction

LONGEST_BODY = 6000  # characters
MOST = 40  # exchanges of one contradiction; of a longer story the end tells most

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One request and its answer. *times*: how often it was asked before that answer came."""

    method: str
    url: str
    headers: Headers
    body: str
    status: int
    answer_headers: Headers
    answer: str
    seconds: float
    times: int = 1


def exhibits(exchanges: Sequence[Exchange], redaction: Redaction) -> tuple[Exhibit, ...]:
    """Return the exchanges as evidence, without secrets; a poll shows its last answer only."""
    shown: list[Exhibit] = []
    former: Exchange | None = None
    for one in exchanges:
        again = former is not None and one.request == former.request and one.status < 500
        if again and one.request.method == "GET":
            shown[-1] = _exhibit(one, redaction, shown[-1].times + 1)
        else:
            shown.append(_exhibit(one, redaction))
        former = one
    return tuple(shown[-MOST:])


def _exhibit(exchange: Exchange, redaction: Redaction, times: int = 1) -> Exhibit:
    sent = [(name, redaction.text(text)) for name, text in exchange.request.headers if text]
    sent += [(name, "[secret]") for name in exchange.masked]
    return Exhibit(
        method=exchange.request.method,
        url=redaction.text(exchange.url),
        headers=tuple(sent),
        body=_text(exchange.request.body or b"", redaction),
        status=exchange.status,
        answer_headers=tuple(
            (name, redaction.text(text)) for name, text in exchange.headers.iteritems()
        ),
        answer=_text(exchange.body, redaction),
        seconds=round(exchange.elapsed, 4),
        times=times,
    )


def _text(body: bytes, redaction: Redaction) -> str:
    text = redaction.text(body.decode("utf-8", "replace"))
    if len(text) <= LONGEST_BODY:
        return text
    return f"{text[:LONGEST_BODY]}... ({len(text) - LONGEST_BODY} characters more)"
