"""The admin API under `/__admin`: for people and tools who steer the mock, not for its clients.

Its contract is `mockserver/admin.yaml`. Each operation is a function in the module of its noun,
named like the operationId in snake case: it takes the `Desk` and the `Call`, and returns a `Reply`
or, if it has to wait, a coroutine of one.
"""

from mockserver.admin.application import Admin, Passage
from mockserver.admin.desk import Desk
from mockserver.admin.refusal import RefusalError

__all__ = ["Admin", "Desk", "Passage", "RefusalError"]
