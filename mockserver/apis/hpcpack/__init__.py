"""HPC Pack 2016 REST: handlers for `specs/hpcpack.yaml`, one method per operationId."""

from __future__ import annotations

from typing import Any

from mockserver.apis.hpcpack import catalogue, directory, seed
from mockserver.apis.hpcpack.nodes import NodeOperations
from mockserver.apis.hpcpack.tasks import TaskOperations


class HpcPack(TaskOperations, NodeOperations):
    """One HPC Pack cluster: its jobs, their tasks, and the machines they run on."""

    def seed(self, scenario: str) -> None:
        """Fill the world with jobs in all states."""
        seed.fill(self, scenario)

    def target(self) -> dict[str, Any]:
        """Return what a suite may use: users, ids by state, what to create."""
        known = {"known": catalogue.known(self)}
        if not self.service.options.demand_credentials:
            return known
        return {
            "headers": {"Authorization": directory.credentials(directory.ADMINISTRATOR)},
            **known,
        }
