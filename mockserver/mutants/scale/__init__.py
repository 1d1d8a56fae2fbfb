"""Faults of Scale: each breaks one documented statement of `specs/scale.yaml`."""

from __future__ import annotations

from mockserver.mutants import Mutant
from mockserver.mutants.scale import body, data, lifecycle, pages, selections, status, times

MUTANTS: tuple[Mutant, ...] = (
    *body.MUTANTS,
    *status.MUTANTS,
    *lifecycle.MUTANTS,
    *data.MUTANTS,
    *pages.MUTANTS,
    *selections.MUTANTS,
    *times.MUTANTS,
)
