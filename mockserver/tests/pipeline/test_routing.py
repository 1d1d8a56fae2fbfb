"""Which operation a path means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import pytest

from mockserver.pipeline.routing import Router


@dataclass(frozen=True)
class Route:
    """What the router needs to know of an operation."""

    api_name: str
    method: str


def _router(*paths: str, **more: bool) -> Router:
    router = Router()
    for path in paths:
        router.add(path, cast("Any", Route(path.split("/")[1], "GET")), **more)
    return router


def _names(router: Router, path: str) -> dict[str, str] | None:
    node, texts = router.find(path)
    found = None if node is None else router.operation(node, "GET", texts)
    return None if found is None else dict(found[1])


def test_parameters_are_named() -> None:
    """The texts in a path go to the names in the template."""
    router = _router("/v6/jobs/{id}/executions/{exe_num}/")

    assert _names(router, "/v6/jobs/7/executions/2/") == {"id": "7", "exe_num": "2"}


def test_literals_win_over_parameters() -> None:
    """A path that is written out is not taken for a parameter."""
    router = _router("/v6/jobs/cancel/", "/v6/jobs/{id}/")

    assert _names(router, "/v6/jobs/cancel/") == {}
    assert _names(router, "/v6/jobs/3/") == {"id": "3"}


def test_a_literal_that_leads_nowhere_is_taken_as_a_parameter() -> None:
    """The search goes back where a literal has no continuation."""
    router = _router("/a/fixed/x", "/a/{id}/y")

    assert _names(router, "/a/fixed/y") == {"id": "fixed"}


@pytest.mark.parametrize(
    "path", ["/v6/jobs", "/v6/jobs/7", "/v6/jobs//", "/v6/", "/", "/v6/jobs/7/x"]
)
def test_other_paths_are_nobodys(path: str) -> None:
    """Every slash counts, and a parameter is never empty."""
    router = _router("/v6/jobs/", "/v6/jobs/{id}/")

    assert _names(router, path) is None


def test_segments_are_unquoted_one_by_one() -> None:
    """An escaped slash belongs to the parameter."""
    assert _names(_router("/a/{id}"), "/a/b%2Fc%20d") == {"id": "b/c d"}


def test_folded_literals_match_in_any_case() -> None:
    """Where an API ignores case, literals do, and parameters keep theirs."""
    router = _router("/Cluster/{Name}", folds=True)

    assert _names(router, "/cLUSTER/Head") == {"Name": "Head"}
    assert _names(_router("/Cluster/{Name}"), "/cluster/Head") is None


def test_merged_slashes_count_as_one() -> None:
    """Where an API merges slashes, several are one."""
    assert _names(_router("/a/b", merges=True), "/a//b") == {}
    assert _names(_router("/a/b"), "/a//b") is None


def test_a_lost_path_belongs_to_the_api_with_the_same_beginning() -> None:
    """Who answers for a path that does not exist is who has the nearest ones."""
    router = _router("/v6/jobs/", "/tasks/{id}")

    assert router.owner("/v6/nothing") == "v6"
    assert router.owner("/tasks/1/more") == "tasks"
    assert router.owner("/elsewhere") is None


def test_a_method_that_is_not_there_has_no_operation() -> None:
    """A path is found without the method, so that it can be said what is allowed."""
    node, texts = _router("/v6/jobs/").find("/v6/jobs/")

    assert node is not None
    assert _router("/v6/jobs/").operation(node, "DELETE", texts) is None
    assert list(node.methods) == ["GET"]
