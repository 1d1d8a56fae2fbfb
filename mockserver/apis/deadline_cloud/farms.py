"""The operations on farms and queues."""

from __future__ import annotations

import orjson

from mockserver.apis.deadline_cloud import building, paging, places
from mockserver.apis.deadline_cloud.caller import caller_of
from mockserver.apis.deadline_cloud.repeats import once
from mockserver.apis.deadline_cloud.state import DeadlineState
from mockserver.pipeline.call import Call, Reply
from mockserver.store import Condition
from mockserver.store.query import within


class FarmOperations(DeadlineState):
    """Farms and their queues."""

    def list_farms(self, call: Call) -> Reply:
        """Return a page of farms; whoever asks is a member of all of them."""
        return paging.page(self, call, "farms", (self.farms, (), "summary"))

    @once
    def create_farm(self, call: Call) -> Reply:
        """Make a farm."""
        farm = building.new_farm(self, call.body, caller_of(call), self.world.clock.now())
        self.farms.insert(farm)
        return Reply.json({"farmId": farm.key})

    def get_farm(self, call: Call) -> Reply:
        """Return one farm."""
        return Reply.ready(places.view(self, "farm", call.path))

    def list_queues(self, call: Call) -> Reply:
        """Return a page of the queues of a farm."""
        places.require(self, "farm", call.path)
        where: tuple[Condition, ...] = (within("farm_id", [call.path["farmId"]]),)
        if "status" in call.query:
            where = (*where, within("state", [call.query["status"]]))
        return paging.page(self, call, "queues", (self.queues, where, "summary"))

    @once
    def create_queue(self, call: Call) -> Reply:
        """Make a queue in a farm."""
        places.require(self, "farm", call.path, call.operation_id)
        moment = self.world.clock.now()
        queue = building.new_queue(self, call.path["farmId"], call.body, caller_of(call), moment)
        self.add(self.queues, queue)
        return Reply.json({"queueId": queue.key})

    def get_queue(self, call: Call) -> Reply:
        """Return one queue."""
        return Reply.ready(places.view(self, "queue", call.path))

    def list_queue_environments(self, call: Call) -> Reply:
        """Return the environments of a queue; few enough for one page unless less is asked for."""
        queue = places.resource(self, "queue", call.path)
        after = paging.position(self, call) or 0
        size = call.query.get("maxResults", paging.PAGE_SIZE)
        environments = queue.facts["environments"]
        body = {"environments": environments[after : after + size]}
        if len(environments) > after + size:
            body["nextToken"] = paging.token(self, call, after + size)
        return Reply(200, orjson.dumps(body), b"application/json", body)
