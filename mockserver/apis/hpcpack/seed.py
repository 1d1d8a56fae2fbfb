"""The jobs of an HPC Pack world at its beginning."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockserver.apis.hpcpack.scheduler import Scheduler


def fill(scheduler: Scheduler, scenario: str) -> None:
    """Put the jobs of *scenario* into an empty world."""
