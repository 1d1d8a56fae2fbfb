"""Checks and requirements belong together, one to one."""

from __future__ import annotations

import pytest

from conformance.registry import check, checks_of
from specs.contract import load, names


@pytest.mark.parametrize("api", names())
def test_every_explicit_requirement_has_its_check(api: str) -> None:
    """No statement of a contract that could be checked goes unchecked."""
    expected = {one.id for one in load(api).explicit}

    assert sorted(expected - checks_of(api).keys()) == []


@pytest.mark.parametrize("api", names())
def test_every_check_has_its_requirement(api: str) -> None:
    """No check judges by what the contract does not say."""
    expected = {one.id for one in load(api).explicit}

    assert sorted(checks_of(api).keys() - expected) == []


@pytest.mark.parametrize("api", names())
def test_every_check_says_what_it_claims(api: str) -> None:
    """Each check has a docstring of one sentence."""
    silent = [one.name for one in checks_of(api).values() if not one.says.endswith(".")]

    assert silent == []


def test_a_requirement_has_one_check_only() -> None:
    """A second check of a requirement is a mistake of ours."""
    with pytest.raises(ValueError, match="has two checks"):

        @check("widgets/listWidgets/default-page-size")
        def something_else(probe: object, drawn: object) -> None:
            """Claim another thing."""
