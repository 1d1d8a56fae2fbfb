"""Tests of the console in a real browser: what people do with it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from mockserver.tests.admin_client import JOB, SLOW_JOB, Admin
from mockserver.tests.conftest import Server
from mockserver.tests.console_page import Desk, Desks, desk, desks, mock
from specs.tests.chromium import browser, needs_chromium

__all__ = ["browser", "desk", "desks", "mock"]

pytestmark = needs_chromium

APIS = ["deadline-cloud", "hpcpack", "pulp", "scale", "thinkbox"]


def test_all_apis_are_shown_at_a_glance(desk: Desk) -> None:
    """The first page shows how many resources of each API are in which state."""
    tab = desk.open()
    counts = desk.admin.get("/resources?limit=0")["states"]["scale"]["Job"]

    assert [one.get_attribute("data-api") for one in tab.locator(".card").all()] == APIS
    scale = tab.locator('.card[data-api="scale"] .summary').first
    for state, count in counts.items():
        expect(scale.get_by_role("listitem").filter(has_text=state)).to_have_text(
            f"{state} {count}"
        )


def test_a_job_is_seen_moving_step_by_step(desk: Desk) -> None:
    """A job that a client submits comes up by itself, and moves when the clock is stepped."""
    tab = desk.open("board/scale")
    expect(desk.column("QUEUED").locator(".count")).not_to_have_text("0")
    key = desk.admin.submit(SLOW_JOB)

    expect(desk.card("QUEUED", key)).to_contain_text("→ RUNNING in")
    tab.get_by_label("Seconds").fill("5")
    desk.button("Step").click()

    expect(desk.card("RUNNING", key)).to_be_visible()
    expect(desk.said()).to_contain_text(f"Job {key} QUEUED → RUNNING")
    expect(desk.card("QUEUED", key)).to_have_count(0)


def test_a_fast_clock_moves_the_board_by_itself(desks: Desks, mock: Server) -> None:
    """While the clock runs fast, cards move and nobody has to do anything."""
    desk = desks(Admin(mock).new(scenario="empty", clock={"mode": "frozen"}))
    tab = desk.open("board/scale")
    key = desk.admin.submit(JOB)
    expect(desk.card("QUEUED", key)).to_be_visible()
    tab.get_by_label("Speed").fill("20")
    desk.button("Run").click()

    expect(tab.locator(".mode")).to_have_text("Fast \N{MULTIPLICATION SIGN}20")
    expect(desk.card("COMPLETED", key)).to_be_visible()
    assert desk.admin.status(key) == "COMPLETED"


def test_the_clock_stands_runs_and_jumps(desk: Desk) -> None:
    """Freeze, real time and the next event do what they say, and the page shows it."""
    tab = desk.open("board/pulp")
    mode = tab.locator(".mode")
    desk.button("Real time").click()
    expect(mode).to_have_text("Real time")
    assert desk.admin.get("/clock")["mode"] == "real"

    desk.button("Freeze").click()
    expect(mode).to_have_text("Frozen")
    clock = desk.admin.get("/clock")
    assert clock["mode"] == "frozen"
    shown = tab.locator(".hour")
    expect(shown).to_have_text(clock["now"][11:19])

    desk.button("Next event").click()
    expect(desk.said()).to_contain_text("transition")
    assert desk.admin.get("/clock")["now"] == clock["next_event"]


def test_a_forced_failure_is_retried_by_the_own_operation_of_the_api(desk: Desk) -> None:
    """A job is forced to fail, requeued as a client would do it, and its history says so."""
    key = desk.admin.submit(SLOW_JOB)
    tab = desk.open(f"board/scale/Job/{key}")
    panel = tab.locator(".panel")
    position = panel.locator(".position .badge")
    expect(position).to_have_text("QUEUED")
    expect(panel.locator(".diagram .current text")).to_have_text("QUEUED")

    panel.get_by_label("Force to any state").select_option("FAILED")
    desk.button("Force").click()
    expect(position).to_have_text("FAILED")
    expect(panel.locator(".diagram .current text")).to_have_text("FAILED")

    panel.locator("summary").filter(has_text="POST /v6/jobs/requeue/").click()
    assert (
        f'"job_ids": [\n    {key}\n  ]'
        in panel.locator("li").filter(has_text="requeueJobs").get_by_label("Body").input_value()
    )
    desk.button("Call requeueJobs").click()
    expect(desk.said()).to_have_text("POST /v6/jobs/requeue/ answered 202")
    desk.button("Step").click()

    steps = panel.locator(".steps li")
    expect(steps.filter(has_text="scale/Job/requeueJobs/FAILED-QUEUED")).to_have_count(1)
    expect(steps.filter(has_text="by admin")).to_contain_text("FAILED")
    steps.filter(has_text="requeueJobs").get_by_role("link").click()
    expect(tab.locator("#entry-title")).to_be_focused()
    expect(tab.locator(".panel")).to_contain_text("/v6/jobs/requeue/")
    expect(tab.locator(".panel")).to_contain_text(f"Job {key} FAILED → QUEUED")


def test_a_move_by_itself_can_be_brought_about(desk: Desk) -> None:
    """What the scheduler would do at its own time can be done at once."""
    key = desk.admin.submit(SLOW_JOB)
    desk.open(f"board/scale/Job/{key}")

    desk.button("Move to RUNNING").click()

    expect(desk.card("RUNNING", key)).to_have_attribute("aria-current", "true")
    assert desk.admin.status(key) == "RUNNING"


def test_a_fault_is_added_strikes_and_is_removed(desk: Desk) -> None:
    """A fault that is added in the form strikes a client, is counted, and can be taken away."""
    tab = desk.open("faults")
    form = tab.locator("form.sheet")
    form.get_by_label("API").select_option("scale")
    form.get_by_label("Operation").select_option("getJob")
    form.get_by_label("Status", exact=True).fill("502")
    form.get_by_label("How many times").fill("2")
    desk.button("Add fault").click()
    row = tab.get_by_role("row").filter(has=tab.get_by_role("rowheader", name="1", exact=True))
    expect(row).to_contain_text("scale, getJob, 2 times")
    expect(tab.locator("#fault-count")).to_have_text("1")

    answer = desk.server.request("GET", "/v6/jobs/1/", headers=desk.admin.headers)
    assert answer.status == 502
    expect(row.get_by_role("cell").nth(3)).to_have_text("1")

    desk.button("Remove fault 1").click()
    expect(tab.get_by_text("Nothing goes wrong on purpose.")).to_be_visible()
    answer = desk.server.request("GET", "/v6/jobs/1/", headers=desk.admin.headers)
    assert answer.status == 200


@pytest.mark.parametrize(
    ("kind", "fields", "wanted"),
    [
        (
            "latency",
            {"Seconds": "0.5", "More or less, in %": "10"},
            {"seconds": 0.5, "spread": 0.1},
        ),
        ("throttle", {"Retry after, in seconds": "7"}, {"status": 429, "retry_after": 7}),
        ("stuck", {"Key": "17"}, {"schema": "Job", "key": "17"}),
    ],
)
def test_the_form_for_faults_asks_what_matters(
    desk: Desk, kind: str, fields: dict[str, str], wanted: dict[str, object]
) -> None:
    """Each kind of fault is asked for with its own fields, and made as filled in."""
    tab = desk.open("faults")
    form = tab.locator("form.sheet")
    form.get_by_label("What goes wrong").select_option(kind)
    form.get_by_label("API").select_option("scale")
    for name, value in fields.items():
        form.get_by_label(name, exact=True).fill(value)
    desk.button("Add fault").click()
    expect(desk.said()).to_have_text("Fault 1 is there.")

    (fault,) = desk.admin.get("/faults")
    assert fault["api"] == "scale"
    assert fault["do"] == {"kind": kind, **wanted}


def test_what_the_server_refuses_is_said(desks: Desks) -> None:
    """A fault that cannot be is refused in the words of the server."""
    desk = desks()
    tab = desk.open("faults")
    tab.locator("form.sheet").get_by_label("What goes wrong").select_option("latency")
    tab.locator("form.sheet").get_by_label("Seconds", exact=True).fill("0")
    desk.button("Add fault").click()

    expect(desk.said()).to_contain_text("latency (seconds, spread)")
    assert all("400 (Bad Request)" in one for one in desk.complaints)
    desk.complaints.clear()


def test_the_journal_shows_requests_as_they_come(desk: Desk) -> None:
    """A request of a client comes up, opens with request and answer, and is text, not markup."""
    tab = desk.open("journal")
    expect(tab.get_by_text("0 requests")).to_be_visible()
    evil = {
        **SLOW_JOB,
        "configuration": {"<img src=x onerror=alert(1)>": "<script>alert(2)</script>"},
    }
    desk.server.request("POST", "/v6/jobs/", headers=desk.admin.headers, json=evil)
    tab.get_by_role("link", name="POST /v6/jobs/").click()

    panel = tab.locator(".panel")
    expect(panel.locator("pre").first).to_contain_text("<img src=x onerror=alert(1)>")
    expect(panel).to_contain_text("x-callsheet")
    assert tab.locator(".panel img, .panel script").count() == 0

    tab.get_by_label("Method").select_option("GET")
    expect(tab.get_by_text("0 requests")).to_be_visible()
    tab.get_by_label("Method").select_option("")
    desk.button("Forget all").click()
    expect(tab.get_by_text("0 requests")).to_be_visible()
    assert desk.admin.get("/journal/count") == {"count": 0}


def test_sessions_are_made_switched_forked_and_dropped(desk: Desk) -> None:
    """Another session is another world, and the same page shows it."""
    key = desk.admin.submit(SLOW_JOB)
    tab = desk.open("sessions")
    form = tab.get_by_role("form", name="Make a session")
    form.get_by_label("Name").fill("calm-one")
    form.get_by_label("Clock").select_option("frozen")
    desk.button("Make session").click()
    expect(desk.said()).to_have_text("calm-one is there.")
    desk.button(f"Fork {desk.admin.session}").click()
    expect(desk.said()).to_contain_text(f"is a copy of {desk.admin.session}")
    copy = (desk.said().text_content() or "").split()[0]
    assert Admin(desk.server, copy).status(key) == "QUEUED"

    tab.goto(f"{desk.home}#/board/scale")
    expect(desk.card("QUEUED", key)).to_be_visible()
    tab.get_by_label("Session").select_option("calm-one")
    expect(tab).to_have_url(f"{desk.server.base_url}/s/calm-one/__admin/#/board/scale")
    expect(desk.column("QUEUED").locator("li").first).to_be_visible()
    expect(desk.card("QUEUED", key)).to_have_count(0)

    tab.get_by_role("link", name="Sessions").click()
    desk.button(f"Drop {copy}").click()
    expect(tab.get_by_role("link", name=copy, exact=True)).to_have_count(0)
    desk.button("Drop calm-one").click()
    expect(tab).to_have_url(re.compile(r"/__admin/$"))
    assert {copy, "calm-one"}.isdisjoint(one["name"] for one in Admin(desk.server).get("/sessions"))


def test_a_session_is_kept_reset_and_restored(desk: Desk) -> None:
    """A snapshot brings back what a reset took away."""
    key = desk.admin.submit(SLOW_JOB)
    tab = desk.open("sessions")
    name = f"with-{desk.admin.session}"
    tab.locator("form.inline").get_by_label("Name").fill(name)
    desk.button("Take a snapshot").click()
    expect(desk.said()).to_have_text(f"{name} is kept.")

    for part in ("clock", "faults", "journal", "coverage"):
        tab.get_by_label(part, exact=True).uncheck()
    desk.button("Reset").click()
    expect(desk.said()).to_have_text("Back at the beginning: state.")
    assert desk.admin.jobs() == 200

    desk.button(f"Restore {name}").click()
    expect(desk.said()).to_contain_text(f"as {name} says")
    assert desk.admin.status(key) == "QUEUED"
    desk.button(f"Delete {name}").click()
    expect(desk.said()).to_have_text(f"{name} is gone.")


def test_more_cards_are_shown_when_asked_for(desk: Desk) -> None:
    """A column shows so many cards at most, says how many more there are, and shows them."""
    desk.open("board/scale")
    column = desk.column("COMPLETED")
    expect(column.locator("li")).to_have_count(8)
    count = int(column.locator(".count").text_content() or 0)

    column.get_by_role("button", name=f"{count - 8} more").click()

    expect(column.locator("li")).to_have_count(33)


def test_the_page_stands_still_when_it_is_told_to(desk: Desk) -> None:
    """Who reads can pause the page; what happened meanwhile is there when it goes on."""
    tab = desk.open("journal")
    desk.button("Pause").click()
    expect(tab.locator("#live")).to_have_text("Paused")
    desk.server.request("GET", "/v6/jobs/", headers=desk.admin.headers)
    expect(tab.get_by_text("0 requests")).to_be_visible()

    desk.button("Go on").click()

    expect(tab.get_by_text("1 request")).to_be_visible()


def test_without_a_stream_the_page_looks_now_and_then(desks: Desks) -> None:
    """Where the stream of events is cut off, the board moves all the same."""
    desk = desks()
    desk.tab.route("**/__admin/events*", lambda route: route.abort())
    desk.tab.goto(f"{desk.home}#/board/scale")
    expect(desk.tab.locator("#live")).to_have_text("Looking")

    key = desk.admin.submit(SLOW_JOB)
    expect(desk.card("QUEUED", key)).to_be_visible()

    desk.tab.unroute("**/__admin/events*")
    expect(desk.tab.locator("#live")).to_have_text("Live")
    assert all("ERR_FAILED" in one for one in desk.complaints)
    desk.complaints.clear()


def test_a_session_that_is_not_there_is_said_to_be(desks: Desks) -> None:
    """The console of an unknown session says which there are."""
    desk = desks()
    name = f"no-{desk.admin.session}"
    desk.tab.goto(f"{desk.server.base_url}/s/{name}/__admin/")

    expect(desk.tab.get_by_role("heading", name=f"There is no session {name}")).to_be_visible()
    desk.tab.get_by_role("link", name="default", exact=True).click()
    expect(desk.tab.locator("#live")).to_have_text("Live")
    assert all("404 (Not Found)" in one for one in desk.complaints)
    desk.complaints.clear()


def test_without_diagrams_the_life_cycle_is_written_down(desks: Desks) -> None:
    """Where no diagram can be had, the panel lists the ways from state to state."""
    desk = desks()
    refusal = {"status": 501, "body": '{"error": "no diagrams"}'}
    desk.tab.route("**/diagrams/**", lambda route: route.fulfill(**refusal))
    tab = desk.open("board/scale/Job/1")

    here = tab.locator(".ways-plain [aria-current]")
    expect(here).to_have_text("FAILED \N{RIGHTWARDS ARROW} CANCELED, QUEUED")
    assert all("501 (Not Implemented)" in one for one in desk.complaints)
    desk.complaints.clear()
