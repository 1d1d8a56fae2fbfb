"""Reproduction scripts, run by a real shell against a fresh server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.probe import Probe
from conformance.reproduction import pytest_name, script, shell_name
from conformance.reproduction_pytest import Setting, file
from conformance.tests import widgets
from conformance.tests.conftest import Judge, Visiting
from conformance.tests.widgets import Server
from conformance.verdict import Verdict


def played(text: str, server: Server, folder: Path) -> str:
    """Run a script against a server and return what it printed."""
    path = folder / "repro.sh"
    path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["/bin/sh", str(path)], env={"BASE": server.url, "PATH": "/usr/bin:/bin"}, cwd=folder,
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout


def test_ids_are_carried_from_answer_to_request(
    visiting: Visiting, server: Server, tmp_path: Path
) -> None:
    """On a server that gives other ids, the script acts on what it has made itself."""
    probe = Probe(visiting(server))
    made = probe.call("makeWidget", body={"owner": 'it\'s "me" $HOME'}).json["id"]
    probe.call("cancelWidget", path={"id": made})
    probe.call("getWidget", path={"id": made})
    text = script("widgets/a/b", "It holds.", "It does not.", probe.exchanges)

    with widgets.serving(pace=3600) as fresh:
        for _ in range(5):
            fresh.shop.make("somebody")
        printed = played(text, fresh, tmp_path)

        assert fresh.shop.widgets[6]["state"] == "canceled"
        assert fresh.shop.widgets[6]["owner"] == 'it\'s "me" $HOME'
        assert ("POST", "/w/widgets/6/cancel") in fresh.shop.seen
        assert ("GET", "/w/widgets/6") in fresh.shop.seen
    assert '"state": "canceled"' in printed
    assert "# Required: It holds." in text


def test_ids_are_carried_into_bodies(visiting: Visiting, server: Server) -> None:
    """An id within a JSON body is a variable too, and a number stays a number."""
    probe = Probe(visiting(server))
    made = probe.call("makeWidget", body={"owner": "me"}).json["id"]
    probe.raw("OPTIONS", "/widgets", body={"ids": [made], "owner": "me"})
    text = script("widgets/a/b", "It holds.", "It does not.", probe.exchanges)

    assert """'{"ids": ['"$id1"'], "owner": "me"}'""" in text
    assert "id1=$(jq -r .id body.json)" in text


def test_what_only_looks_like_an_id_stays(visiting: Visiting, server: Server) -> None:
    """A number that is no id, or that no answer has given yet, is not made a variable."""
    probe = Probe(visiting(server))
    probe.call("getWidget", path={"id": 1})
    made = probe.call("makeWidget", body={"owner": "me"}).json["id"]
    probe.call("listWidgets", query={"size": made})
    probe.call("getWidget", path={"id": made})
    text = script("widgets/a/b", "It holds.", "It does not.", probe.exchanges)

    assert made == 1
    assert text.index("/w/widgets/1 ") < text.index("id1=$(")
    assert "size=1" in text
    assert '/w/widgets/"$id1"' in text


def test_polls_are_one_step(visiting: Visiting, server: Server) -> None:
    """Asking the same again and again is one step of the script."""
    probe = Probe(visiting(server))
    for _ in range(4):
        probe.call("listWidgets")
    text = script("widgets/a/b", "It holds.", "It does not.", probe.exchanges)

    assert text.count("curl") == 1
    assert "asked 4 times" in text


@pytest.mark.parametrize(
    ("fault", "broken", "sign"),
    [
        ("page-of-4", "widgets/listWidgets/default-page-size", '"id": 1'),
        ("created-200", "widgets/makeWidget/201", "HTTP/1.1 200"),
        ("unknown-is-500", "widgets/getWidget/404", "HTTP/1.1 500"),
        ("cancel-ignored", "widgets/Widget/cancelWidget/queued-canceled", '"state": "queued"'),
    ],
)
def test_a_fault_shows_again(
    judge: Judge, tmp_path: Path, fault: str, broken: str, sign: str
) -> None:
    """The script of a failure shows the same fault on a fresh server."""
    with widgets.serving(fault) as server:
        report = judge(server, only=(broken,))
    (result,) = (one for one in report.results if one.requirement.id == broken)

    with widgets.serving(fault, pace=3600) as fresh:
        printed = played(result.repro, fresh, tmp_path)

    assert result.verdict is Verdict.FAIL
    assert sign in printed


def verdict_of(path: Path, url: str) -> tuple[int, str]:
    """Run a file for pytest at a server; return the exit status and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "conformance.tests.widgets",
         "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", path.parent, path],
        env={**os.environ, "BASE": url}, cwd=path.parent,
        capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("fault", "broken", "said"),
    [
        ("no-owner", "widgets/makeWidget/201", "owner"),
        ("unknown-is-500", "widgets/getWidget/404", "500"),
        ("page-of-4", "widgets/listWidgets/default-page-size", "more than 3"),
        ("cancel-ignored", "widgets/Widget/cancelWidget/queued-canceled", "Seen: "),
    ],
)
def test_a_file_for_pytest_tells_good_servers_from_bad(
    judge: Judge, tmp_path: Path, fault: str, broken: str, said: str
) -> None:
    """The test of a failure fails on a fresh server with that fault, and passes on a sound one."""
    with widgets.serving(fault) as server:
        report = judge(server, only=(broken,), named=str(widgets.CONTRACT))
    (result,) = (one for one in report.results if one.requirement.id == broken)
    path = tmp_path / pytest_name(broken)
    path.write_text(result.repro_test)
    with widgets.serving(fault) as fresh:
        fresh.shop.make("somebody")
        bad = verdict_of(path, fresh.url)
    with widgets.serving() as sound:
        good = verdict_of(path, sound.url)

    assert result.verdict is Verdict.FAIL
    assert (bad[0], good[0]) == (1, 0), bad[1] + good[1]
    assert said in bad[1]


def test_ids_are_carried_into_python(visiting: Visiting, server: Server) -> None:
    """A file for pytest reads ids from answers, and secrets from the environment."""
    probe = Probe(visiting(server, credentials={"Authorization": "Bearer hush-hush"}))
    made = probe.call("makeWidget", body={"owner": "it's {me}"}).json["id"]
    probe.call("cancelWidget", path={"id": made})
    probe.raw("OPTIONS", "/widgets", body={"ids": [made], "id": str(made)})
    requirement = widgets.contract().requirements["widgets/cancelWidget/202"]
    setting = Setting("widgets", server.url, 1, "safe", strict=False)
    text = file(requirement, 'It says "no".', probe.exchanges, setting)

    compile(text, "test_it.py", "exec")
    assert "id1 = reply1.json()['id']" in text
    assert "f'/w/widgets/{id1}/cancel'" in text
    assert "{'ids': [id1], 'id': str(id1)}" in text
    assert "os.environ['CALLSHEET_AUTHORIZATION']" in text
    assert "hush" not in text


def test_files_are_named_after_requirements() -> None:
    """The id of a requirement becomes a file name with dashes."""
    assert shell_name("scale/Job/cancelJobs/refusal") == "scale-Job-cancelJobs-refusal.sh"
    assert pytest_name("scale/Job/cancelJobs/refusal") == "test_scale_Job_cancelJobs_refusal.py"


def test_secrets_are_read_from_the_environment(visiting: Visiting, server: Server) -> None:
    """A script asks for credentials instead of showing them."""
    visit = visiting(server, credentials={"Authorization": "Bearer hush-hush"})
    probe = Probe(visit)
    probe.call("listWidgets")
    text = script("widgets/a/b", "It holds.", "It does not.", probe.exchanges)

    assert "hush" not in text
    assert '-H "Authorization: $CALLSHEET_AUTHORIZATION"' in text
