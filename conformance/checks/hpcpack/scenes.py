"""The checks that scenes decide: one for each requirement that a scene is about."""

from __future__ import annotations

from conformance.checks.hpcpack import resuming, running, stopping
from conformance.checks.hpcpack.stage import SCENES, perform
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

PARTS = (running, stopping, resuming)  # each registers its scenes


def _register(requirement: str) -> None:
    @check(requirement, needs=Needs.CHANGE)
    def the_scenes_show_it(probe: Probe, _: None) -> None:
        """Where jobs and tasks run, are stopped and run again, this is seen to hold."""
        perform(probe, requirement)


for name in dict.fromkeys(name for one in SCENES for name in one.requirements):
    _register(name)
