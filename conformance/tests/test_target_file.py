"""Target files: what they may say, and what is said about those that are wrong."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest

from conformance.failures import UsageError
from conformance.mode import Resource
from conformance.target import Target, Waiver
from conformance.target_file import load_target
from conformance.tests.widgets import Server
from specs.contract import Contract

YAML = """
base_url: https://staging.example/
auth: {basic: {username: me, password: "${TEST_PASSWORD}"}}
headers: {X-Team: blue, X-Key: "${TEST_PASSWORD}"}
tls: {verify: false}
known: {jobs: {COMPLETED: [3, 9]}}
touch: {Job: [4, 5]}
unsupported: [createJob, "scale/listJobs/*"]
budget: {settle: 2}
rate: 10
waivers: [{id: scale/getJob/200, reason: known, owner: me, expires: 2030-01-02}]
"""
TOML = """
base_url = "https://staging.example/"
touch = [7]
[known]
job_type_id = 1
"""


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_PASSWORD", "open sesame")


def written(folder: Path, name: str, text: str) -> str:
    """Write a file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_yaml_says_everything(tmp_path: Path) -> None:
    """A YAML file can say all there is to say about a target."""
    target = load_target(written(tmp_path, "target.yaml", YAML), None)

    assert target.credentials["Authorization"] == "Basic bWU6b3BlbiBzZXNhbWU="
    assert target.credentials["X-Key"] == "open sesame"
    assert target.headers == {"X-Team": "blue"}
    assert target.secrets == ("open sesame",)
    assert not target.tls.verify
    assert target.known["jobs"]["COMPLETED"] == [3, 9]
    assert target.lends(Resource("Job", "4"))
    assert not target.lends(Resource("Task", "4"))
    assert target.lacks("createJob")
    assert target.lacks("scale/listJobs/200")
    assert (target.budget.settle, target.rate) == (2, 10)
    assert target.waivers[0].expires == datetime.date(2030, 1, 2)
    assert "sesame" not in repr(target)


def test_toml_will_do(tmp_path: Path) -> None:
    """A TOML file is as good; a plain list of ids lends them whatever their kind."""
    target = load_target(written(tmp_path, "target.toml", TOML), None)

    assert target.known["job_type_id"] == 1
    assert target.lends(Resource("Anything", "7"))


def test_the_command_line_adds(tmp_path: Path) -> None:
    """A URL on the command line replaces the file's, and settings go into what is known."""
    target = load_target(
        written(tmp_path, "target.yaml", YAML), "http://other", ["jobs.FAILED=[1]", "a=b"],
        insecure=True,
    )  # fmt: skip

    assert target.base_url == "http://other"
    assert target.known["jobs"] == {"COMPLETED": [3, 9], "FAILED": [1]}
    assert target.known["a"] == "b"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[1]", "a target file is a mapping"),
        ("a: [", "cannot be parsed"),
        ("known: {}", "base_url is missing"),
        ("base_url: ftp://x", "base_url: .* right would be http://host:port"),
        ("base_url: http://x\nbuget: {}", "'buget' was unexpected.*right would be .*budget"),
        ("base_url: http://x\nbudget: {settel: 1}", "budget: .*right would be .*settle"),
        ("base_url: http://x\nbudget: {settle: soon}", "budget.settle: .*number"),
        ("base_url: http://x\nauth: {bearer: sesame}", r"auth.bearer: .*write \$\{NAME\}"),
        ("base_url: http://x\nauth: {bearer: '${NOT_THERE}'}", "variable NOT_THERE"),
        ("base_url: http://x\nwaivers: [{id: a}]", "waivers.0: .*reason"),
        ("base_url: http://x\nwaivers: [{id: a, reason: b, expires: '2030-02-31'}]", "no date"),
    ],
)
def test_a_wrong_file_is_told_what_is_wrong(tmp_path: Path, text: str, complaint: str) -> None:
    """The complaint names the key that is wrong, and what would be right."""
    with pytest.raises(UsageError) as raised:
        load_target(written(tmp_path, "target.yaml", text), None)

    assert re.search(complaint, str(raised.value))


def test_a_setting_needs_a_value() -> None:
    """`--set` without an equals sign is a mistake."""
    with pytest.raises(UsageError, match="key=value"):
        load_target(None, "http://x", ["jobs"])


def test_a_served_file_cannot_read_the_environment(server: Server) -> None:
    """A target file from a URL could send our secrets anywhere, so it may not name any."""
    server.shop.pages["/target"] = {
        "base_url": "http://elsewhere.example", "headers": {"X": "${TEST_PASSWORD}"},
    }  # fmt: skip

    with pytest.raises(UsageError, match="may not read"):
        load_target(f"{server.url}/target", None)


def test_a_served_file_is_read(server: Server) -> None:
    """A target file may come from a URL, as our mock serves them."""
    server.shop.pages["/target"] = {"base_url": server.url, "known": {"a": 1}}

    assert load_target(f"{server.url}/target", None).known == {"a": 1}


@pytest.mark.parametrize(
    ("base_url", "base_path", "root"),
    [
        ("http://h:1", None, "http://h:1/w"),
        ("http://h:1/", None, "http://h:1/w"),
        ("http://h/w/", None, "http://h/w"),
        ("http://h/s/abc", None, "http://h/s/abc/w"),
        ("http://h/proxy", "", "http://h/proxy"),
        ("http://h", "/v2", "http://h/v2"),
    ],
)
def test_the_base_path_is_appended_once(
    contract: Contract, base_url: str, base_path: str | None, root: str
) -> None:
    """The contract's base path follows the base URL unless that ends in it, or says otherwise."""
    assert Target(base_url, base_path).root(contract) == root


def test_a_waiver_ends_after_its_day() -> None:
    """A waiver covers its requirements up to and including its last day."""
    waiver = Waiver("scale/getJob/*", "known", expires=datetime.date(2026, 5, 1))

    assert waiver.covers("scale/getJob/200", datetime.date(2026, 5, 1))
    assert not waiver.covers("scale/getJob/200", datetime.date(2026, 5, 2))
    assert not waiver.covers("scale/listJobs/200", datetime.date(2026, 5, 1))
