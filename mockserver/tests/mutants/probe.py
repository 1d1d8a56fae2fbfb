"""Probes: each tells by requests alone whether a statement is true of a server."""

from __future__ import annotations

from collections.abc import Callable

from mockserver.tests.scale_client import ScaleClient

Probe = Callable[[ScaleClient], bool]


class Probes(dict[str, Probe]):
    """The probes of one test module, by the id of the mutant that they find."""

    def of(self, mutant: str) -> Callable[[Probe], Probe]:
        """Enter the decorated probe for *mutant*."""

        def enter(probe: Probe) -> Probe:
            self[mutant] = probe
            return probe

        return enter
