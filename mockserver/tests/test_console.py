"""The console is handed out with what browsers must know of it, to whom it is for."""

from __future__ import annotations

import re
import sys
from xml.etree import ElementTree

import pytest

from mockserver.admin import Passage
from mockserver.tests.client import Client
from specs.contract import load

POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


@pytest.fixture(scope="module")
def mock() -> Client:
    """Serve Scale and Pulp in this process."""
    return Client("scale", "pulp")


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/__admin/", "text/html; charset=utf-8"),
        ("/__admin/assets/main.js", "text/javascript; charset=utf-8"),
        ("/__admin/assets/console.css", "text/css; charset=utf-8"),
        ("/__admin/assets/icon.svg", "image/svg+xml"),
        ("/__admin/assets/swagger-ui/swagger-ui.css", "text/css; charset=utf-8"),
        ("/__admin/assets/diagrams/scale/Job.svg", "image/svg+xml"),
        ("/__admin/reference/scale", "text/html; charset=utf-8"),
    ],
)
def test_pages_and_files_are_handed_out(mock: Client, path: str, media_type: str) -> None:
    """Each comes as what it is, also in a session, and nothing from elsewhere may join it."""
    answer = mock.send("GET", path)
    head = mock.send("HEAD", path)

    assert answer.status_code == head.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-security-policy"].startswith(POLICY)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert mock.send("GET", f"/s/default{path}").content == answer.content
    assert head.content == b""


def test_only_the_page_of_swagger_ui_may_have_styles_of_its_own(mock: Client) -> None:
    """The exception that Swagger UI needs is made for its page alone."""
    own = mock.send("GET", "/__admin/").headers["content-security-policy"]
    viewer = mock.send("GET", "/__admin/reference/pulp").headers["content-security-policy"]

    assert own == POLICY
    assert "style-src 'self' 'unsafe-inline'" in viewer
    assert "script-src" not in viewer


@pytest.mark.parametrize("path", ["/__admin", "/s/default/__admin"])
def test_an_address_without_its_slash_leads_to_the_one_with_it(mock: Client, path: str) -> None:
    """Relative links of the page need the slash."""
    answer = mock.send("GET", f"{path}?a=b")

    assert answer.status_code == 307
    assert answer.headers["location"] == f"{path}/?a=b"


@pytest.mark.parametrize(
    "path",
    [
        "/__admin/assets/nothing.js",
        "/__admin/assets/../application.py",
        "/__admin/assets/swagger-ui/index.html",
        "/__admin/assets/diagrams/scale/Nothing.svg",
        "/__admin/reference/hpcpack",
    ],
)
def test_what_is_not_there_is_refused_with_what_is(mock: Client, path: str) -> None:
    """No file but those of the console can be had, and the answer lists them."""
    answer = mock.send("GET", path)

    assert answer.status_code == 404
    assert "/__admin/" in answer.json()["known"][0]


def test_nothing_but_reading_is_allowed(mock: Client) -> None:
    """Pages cannot be written to."""
    answer = mock.post("/__admin/", {})

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_the_page_asks_for_files_that_are_there(mock: Client) -> None:
    """Every file that a page or a module names can be had, and none from elsewhere is named."""
    todo, seen = {"/__admin/", "/__admin/reference/scale"}, set[str]()
    while todo:
        path = todo.pop()
        seen.add(path)
        answer = mock.send("GET", path)
        assert answer.status_code == 200, path
        if "swagger-ui" in path:
            continue
        named = re.findall(r'(?:src|href)="(?:\.\./)?(assets/[^"]+)"', answer.text)
        named += [f"assets/{one}" for one in re.findall(r'from "\./([^"]+)"', answer.text)]
        todo |= {f"/__admin/{one}" for one in named} - seen
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//|url\(|@import", answer.text)

    assert len(seen) > 20


def test_no_module_makes_markup_of_data(mock: Client) -> None:
    """Nothing in the browser is parsed as HTML or run as a script."""
    modules = set(
        re.findall(r"/assets/(\w+\.js)", str(mock.send("GET", "/__admin/assets/").json()))
    )
    for name in modules:
        text = mock.send("GET", f"/__admin/assets/{name}").text
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)


@pytest.mark.parametrize("name", ["scale", "thinkbox", "pulp", "hpcpack", "deadline-cloud"])
def test_a_diagram_says_what_it_shows(name: str) -> None:
    """Every state of a life cycle is in its diagram by name, and every transition as an arrow."""
    mock = Client(name)
    for schema, cycle in load(name).lifecycles.items():
        text = mock.send("GET", f"/__admin/assets/diagrams/{name}/{schema}.svg").text
        elements = list(ElementTree.fromstring(text).iter())
        states = [one.get("data-state") for one in elements if one.get("data-state")]
        arrows = {
            (source, one.get("data-target"))
            for one in elements
            if one.tag.endswith("path")
            for source in (one.get("data-sources") or "").split()
        }

        assert sorted(map(str, states)) == sorted(cycle.states)
        assert arrows == {(one.source, one.target) for one in cycle.transitions}


def test_with_a_token_the_page_comes_and_asks_for_it() -> None:
    """The files hold no secret; what they are for stays closed."""
    mock = Client("pulp", passage=Passage("sesame"))

    assert mock.send("GET", "/__admin/").status_code == 200
    assert mock.send("GET", "/__admin/assets/main.js").status_code == 200
    assert mock.send("GET", "/__admin/clock").status_code == 401


def test_without_the_layout_library_diagrams_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has not installed what lays out diagrams is told what to install."""
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    answer = Client("pulp").send("GET", "/__admin/assets/diagrams/pulp/Task.svg")

    assert answer.status_code == 501
    assert "callsheet[site]" in answer.json()["error"]
