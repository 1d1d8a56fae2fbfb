"""What is left of a session that has been dropped: nothing."""

from __future__ import annotations

import gc
import weakref

from mockserver.tests.client import Client


def test_a_dropped_session_leaves_nothing_behind() -> None:
    """Neither its world nor its journal, whatever it was used for, nor any of its rows."""
    client = Client("thinkbox")
    rows = client.get("/__admin/resources?limit=0")["count"]
    sizes = []
    for _ in range(3):
        made = client.post("/__admin/sessions", {"from_session": "default"}).json()["name"]
        client.get(f"/s/{made}/api/jobs")
        client.post(f"/s/{made}/__admin/faults", {"do": {"kind": "latency", "seconds": 0.001}})
        client.post(f"/s/{made}/__admin/clock/advance", {"seconds": 5})
        world = weakref.ref(client.hub.sessions.find(made))
        journal = weakref.ref(world().traffic.journal)  # type: ignore[union-attr]

        assert client.send("DELETE", f"/__admin/sessions/{made}").status_code == 204

        gc.collect()
        assert (world(), journal()) == (None, None)
        sizes.append(client.hub.sessions.count())
    assert sizes == [1, 1, 1]
    assert client.get("/__admin/resources?limit=0")["count"] == rows
