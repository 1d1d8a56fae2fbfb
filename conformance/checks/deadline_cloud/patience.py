"""How long one answer of Deadline Cloud may be behind another."""

from __future__ import annotations

from functools import partial

from conformance import patience

LAG = 0.3  # seconds

insist = partial(patience.insist, lag=LAG)
"""Violate the requirement if there is a complaint, and still is after asking again."""
