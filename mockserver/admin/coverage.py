"""Coverage: what the clients of a session have exercised, and what they have not."""

from __future__ import annotations

from mockserver.admin.desk import Desk
from mockserver.pipeline.call import Call, Reply
from mockserver.traffic import coverage, coverage_page


def get_coverage(desk: Desk, call: Call) -> Reply:
    """Return the coverage as JSON, as text, or as a page."""
    world = desk.world(call)
    desk.hub.settle(world)
    counted = world.traffic.coverage
    apis = coverage.report(counted, {name: api.contract for name, api in world.apis.items()})
    lost = coverage.lost(counted)
    match call.query["format"]:
        case "text":
            return Reply.text(coverage_page.text(apis, lost))
        case "html":
            page = coverage_page.html(apis, lost, world.name)
            return Reply.text(page, media_type="text/html")
    return Reply.json({one.name: one.shown() for one in apis})
