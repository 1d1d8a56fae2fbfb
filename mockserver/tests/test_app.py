"""One application out of APIs, worlds and the request path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mockserver import apis, mutants
from mockserver.apis.scale import Scale
from mockserver.app import Setting, create_app
from mockserver.clock import parse
from mockserver.hub import Hub
from mockserver.mutants.edit import request
from mockserver.pipeline.call import Call
from mockserver.service import ContractBrokenError, Options
from mockserver.store import Resource, open_database
from mockserver.tests.scale_client import ScaleClient
from specs.contract import UnknownApiError, load, names


def test_an_unknown_api_is_refused_by_name() -> None:
    """Who asks for an API that is not there is told its name."""
    with pytest.raises(UnknownApiError, match="nobody"):
        create_app(Setting(("nobody",)))


def test_an_unknown_mutant_is_a_key_error() -> None:
    """Who asks for a mutant that is not there is told its name."""
    with pytest.raises(KeyError, match="scale/nothing"):
        create_app(Setting(("scale",), mutant="scale/nothing"))
    with pytest.raises(KeyError, match="nobody/nothing"):
        mutants.find("nobody/nothing")


def test_an_answer_that_breaks_the_contract_is_a_bug_of_ours() -> None:
    """With validation on, the mock fails rather than say what its contract forbids."""
    mutant = "scale/create-answers-200"

    client = ScaleClient(mutant, validate_responses=True)

    answered = client.create()
    assert answered.status_code == 500
    assert answered.json()["error"] == ContractBrokenError.__name__


def test_a_view_that_breaks_the_contract_is_not_stored() -> None:
    """With validation on, a resource that does not fit is found when it is written."""

    class Timeless(Scale):
        def render(self, name: str, resource: Resource) -> Mapping[str, Any]:
            views = super().render(name, resource)
            return {**views, "detail": {**views["detail"], "created": None}}

    hub = Hub({"scale": Timeless}, {"scale": load("scale")}, open_database(), Options())
    with pytest.raises(ContractBrokenError, match="created"):
        hub.open(parse("frozen"), 1)


def test_credentials_are_demanded_if_asked_for() -> None:
    """An option of the server reaches its APIs."""
    client = ScaleClient(demand_credentials=True)

    assert client.send("GET", "/v6/jobs/").status_code == 403


def test_every_registered_api_has_a_contract() -> None:
    """The names under which APIs are served are those of the contracts."""
    assert set(apis.APIS) == set(names())


@pytest.mark.parametrize("name", ["calm", "busy", "failing"])
def test_every_scenario_keeps_to_the_contract(name: str) -> None:
    """A world can be filled with validation on: each view of each job fits."""
    client = ScaleClient(scenario=name)

    assert client.get("/v6/jobs/", page_size=1000)["count"] >= 200


def test_a_mutant_differs_in_one_method() -> None:
    """An edited class has one method of its own, and the API stays as it was."""

    def second_type(_api: Any, _call: Call, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"job_type_id": 2}

    original = Scale.create_job
    edited = request("create_job", second_type)(Scale)

    assert issubclass(edited, Scale)
    assert "create_job" in vars(edited)
    assert "get_job" not in vars(edited)
    assert Scale.create_job is original
