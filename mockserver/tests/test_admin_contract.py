"""The admin API is what its own contract says, and that contract keeps the rules of all others."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from inflection import underscore
from openapi_spec_validator import validate

from mockserver.admin import application
from mockserver.tests.admin_client import Admin
from mockserver.tests.conftest import Serve, Server
from specs.contract.lint import Draft, lint


def test_the_contract_passes_our_own_lint() -> None:
    """No rule is broken, not even one of those that only should be kept."""
    path = files("mockserver").joinpath("admin.yaml")

    assert [str(one) for one in lint(Draft.load(str(path)))] == []


def test_the_contract_is_valid_openapi() -> None:
    """An independent validator accepts it."""
    validate(application.contract().document)


def test_each_operation_has_one_handler() -> None:
    """Every operationId is the name of a function in exactly one module."""
    for name in application.contract().operations:
        owners = [
            one
            for one in application.MODULES
            if getattr(getattr(one, underscore(name), None), "__module__", None) == one.__name__
        ]
        assert len(owners) == 1, name


def test_every_path_answers_a_wrong_method_with_the_right_ones(server: Server) -> None:
    """405 comes with Allow, which names what the contract has."""
    admin = Admin(server)
    methods: dict[str, set[str]] = {}
    for one in application.contract().operations.values():
        methods.setdefault(one.path, set()).add(one.method.upper())
    for path, allowed in methods.items():
        answer = admin.call("PATCH", path.replace("{", "").replace("}", ""))
        assert answer.status == 405, path
        assert set(answer.headers["allow"].split(", ")) - {"HEAD"} == allowed
        assert "error" in answer.json()


def test_an_unknown_path_is_answered_with_those_there_are(server: Server) -> None:
    """Who is lost finds every path of the contract."""
    status, known = Admin(server).refused("GET", "/helth")

    assert status == 404
    paths = {f"/__admin{one.path}" for one in application.contract().operations.values()}
    assert paths <= set(known)


def test_a_slash_at_the_end_and_head_are_understood(server: Server) -> None:
    """Neither is in the contract, and neither hurts."""
    assert Admin(server).call("GET", "/clock/").json()["mode"] == "frozen"
    head = Admin(server).call("HEAD", "/clock")
    assert (head.status, head.data) == (200, b"")


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_pages_from_elsewhere_are_refused(server: Server, origin: str) -> None:
    """A browser that is led astray cannot steer the mock; the console's own page can."""
    here = server.base_url
    for given, status in ((origin, 403), (here, 200)):
        answer = server.request("GET", "/__admin/clock", headers={"Origin": given})
        assert answer.status == status
        assert "access-control-allow-origin" not in answer.headers


def test_a_token_is_demanded(serve: Serve) -> None:
    """With --admin-token nothing is answered without it, and all of it with it."""
    server = serve("scale", "--clock", "frozen", "--admin-token", "s3same")

    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "s3same"}):
        answer = server.request("GET", "/__admin/health", headers=headers)
        assert answer.status == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert server.request("POST", "/__admin/reset", headers=headers).status == 401
    good = {"Authorization": "Bearer s3same"}
    assert server.request("GET", "/__admin/health", headers=good).status == 200
    assert server.request("GET", "/v6/jobs/").status == 200


def test_a_token_comes_from_the_environment(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """$CALLSHEET_ADMIN_TOKEN keeps it out of the list of processes."""
    monkeypatch.setenv("CALLSHEET_ADMIN_TOKEN", "from-outside")
    server = serve("scale", "--clock", "frozen")

    assert server.request("GET", "/__admin/health").status == 401


def test_the_admin_api_has_a_port_of_its_own(serve: Serve, tmp_path: Path) -> None:
    """With --admin-port it is there, not on the mock's port; addresses still name the mock's."""
    server = serve("scale", "--clock", "frozen", "--admin-port", "0")
    line = next(one for one in server.said if one.strip().startswith("admin "))
    apart = Admin(Server(line.split()[1].removesuffix("/__admin/"), 0, server.process, ()))

    assert server.request("GET", "/__admin/health").status == 404
    assert apart.get("/health")["status"] == "ok"
    assert apart.get("/targets/scale")["base_url"] == server.base_url
    assert apart.get("/sessions/default")["base_url"].startswith(server.base_url)
    assert apart.server.request("GET", "/v6/jobs/").status == 404
    apart.new(name="alice")
    assert server.request("GET", "/s/alice/v6/jobs/").status == 200


def test_there_may_be_no_admin_api(serve: Serve) -> None:
    """With --no-admin its paths are like any that nobody has, and the table does not name it."""
    server = serve("scale", "--clock", "frozen", "--no-admin")

    assert server.request("GET", "/__admin/health").status == 404
    assert server.request("GET", "/v6/jobs/").status == 200
    assert not [one for one in server.said if "admin" in one]


def test_who_is_elsewhere_needs_a_token() -> None:
    """Without a token only this machine is served, whichever way its address is written."""
    passage = application.Passage()
    near = [("127.0.0.1", 1), ("127.8.9.1", 1), ("::1", 1), ("::ffff:127.0.0.1", 1), None]
    far = [("10.0.0.7", 1), ("fe80::1%eth0", 1), ("::ffff:10.0.0.7", 1), ("2001:db8::1", 1)]

    for client in near:
        assert passage.refusal({"client": client, "headers": []}) is None
    for client in far:
        refusal = passage.refusal({"client": client, "headers": []})
        assert refusal is not None
        assert refusal.status == 403
