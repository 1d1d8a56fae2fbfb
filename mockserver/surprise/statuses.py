"""Surprises in the status of a refusal."""

from __future__ import annotations

from mockserver.surprise.answer import Answer

OTHERS = {
    400: (422, 409),
    404: (410, 400),
    406: (400, 422),
    409: (400, 422),
    415: (400, 422),
    422: (400, 409),
}
"""What may stand in the place of a status. 401 and 403 are missing: they are how HTTP asks for
credentials (RFC 9110 §15.5.2)."""


def other_refusals(answer: Answer) -> None:
    """A request is refused with another status of the 400s, where no document fixes that one."""
    terms, others = answer.terms, OTHERS.get(answer.status)
    if terms is None or others is None or not terms.leaves_open(answer.status):
        return
    answer.status = next(terms.undeclared(others), answer.status)
