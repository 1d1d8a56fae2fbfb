"""The commands, run as users run them."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from conformance import cli
from conformance.tests import widgets
from conformance.tests.widgets import CONTRACT, Server

FAST = "budget: {request: 2, settle: 1, reach: 3, watch: 0.2}\n"


def command(*arguments: str) -> Result:
    """Run a command of the suite."""
    name, *rest = arguments
    found = {"check": cli.check, "list": cli.list_requirements, "explain": cli.explain,
             "cleanup": cli.cleanup}[name]  # fmt: skip
    return CliRunner().invoke(found, rest)


@pytest.fixture
def target_file(tmp_path: Path, server: Server) -> str:
    """Give a target file for the sound server, with short budgets."""
    path = tmp_path / "target.yaml"
    path.write_text(f"base_url: {server.url}\n{FAST}")
    return str(path)


@pytest.fixture
def closing() -> Iterator[str]:
    """Give the URL of a server that closes every connection at once."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        done = threading.Event()

        def accept() -> None:
            while not done.is_set():
                try:
                    listener.accept()[0].close()
                except TimeoutError:
                    continue

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        done.set()
        thread.join()


def test_a_check_leaves_its_reports(tmp_path: Path) -> None:
    """A check of a faulty server exits with 1 and writes JUnit, JSON and scripts."""
    with widgets.serving("page-of-4") as server:
        done = command(
            "check", str(CONTRACT), "--target", server.url, "--seed", "5",
            "--only", "widgets/listWidgets/*", "--ledger", str(tmp_path / "ledger"),
            "--junit", str(tmp_path / "out.xml"), "--json", str(tmp_path / "out.json"),
            "--repro-dir", str(tmp_path / "repro"),
        )  # fmt: skip

    report = json.loads((tmp_path / "out.json").read_text())
    cases = {
        f"{case.get('classname')}/{case.get('name')}": case
        for case in ET.parse(tmp_path / "out.xml").getroot().iter("testcase")
    }
    failed = [one for one in report["requirements"] if one["verdict"] == "fail"]

    assert done.exit_code == 1, done.output
    assert "NOT CONFORMANT" in done.output
    assert "seed 5" in done.output
    assert [one["id"] for one in failed] == ["widgets/listWidgets/default-page-size"]
    assert failed[0]["source"] == "guide §list"
    assert len(cases) == len(report["requirements"])
    assert cases["widgets.listWidgets/default-page-size"].find("failure") is not None
    assert report["verdict"] == "NOT CONFORMANT"
    assert {"api", "target", "seed", "suite_version", "contract_sha256", "counts", "requests",
            "duration_s", "created", "left"} <= report.keys()  # fmt: skip
    scripts = {one.name for one in (tmp_path / "repro").iterdir()}
    assert scripts == {"widgets-listWidgets-default-page-size.sh",
                       "test_widgets_listWidgets_default_page_size.py"}  # fmt: skip


def test_a_conformant_target_exits_with_0(target_file: str, tmp_path: Path) -> None:
    """A check that finds everything as documented exits with 0 and prints the seed."""
    done = command("check", str(CONTRACT), "--target-file", target_file,
                   "--only", "*/listWidgets/*", "--ledger", str(tmp_path / "ledger"))  # fmt: skip

    assert done.exit_code == 0, done.output
    assert "CONFORMANT" in done.output
    assert "(seed " in done.output


def test_an_incomplete_check_exits_with_3(target_file: str) -> None:
    """A check that cannot say all it was asked for exits with 3."""
    done = command("check", str(CONTRACT), "--target-file", target_file,
                   "--only", "widgets/scrapAll/204")  # fmt: skip

    assert done.exit_code == 3, done.output
    assert "INCOMPLETE" in done.output


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("check", "wigdets", "--target", "http://127.0.0.1:1"), "no API named 'wigdets'"),
        (("check", str(CONTRACT)), "--target URL or --target-file"),
        (("check", str(CONTRACT), "--target", "http://127.0.0.1:1"), "connection refused"),
        (("check", str(CONTRACT), "--target", "http://h:port"), "the port is no number"),
        (("check", str(CONTRACT), "--target", "http://h.invalid"), "host name is unknown"),
        (("check", str(CONTRACT), "--target-file", "nowhere.yaml"), "cannot be read"),
        (("check", str(CONTRACT), "--target", "http://127.0.0.1:1", "--json", "no/such/f"),
         "there is no folder"),
        (("explain", "scale/nothing"), "there is no requirement scale/nothing"),
        (("cleanup", "--ledger", "nowhere.jsonl"), "cannot be read"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line(arguments: tuple[str, ...], complaint: str) -> None:
    """Whatever the user gets wrong is one line on stderr and exit status 2."""
    done = command(*arguments)

    assert done.exit_code == 2
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_broken_contract_is_one_line(tmp_path: Path) -> None:
    """A contract that cannot be read is told with the place that is wrong."""
    broken = tmp_path / "broken.yaml"
    broken.write_text(CONTRACT.read_text().replace("operationId: getWidget", "summary: Get it"))
    done = command("check", str(broken), "--target", "http://127.0.0.1:1")

    assert done.exit_code == 2
    assert re.search(r"broken\.yaml:\d+: /paths/.*/links/ReadIt", done.stderr)
    assert done.stderr.count("\n") == 1


def test_a_page_for_people_is_no_target(server: Server) -> None:
    """A target that answers HTML is not judged."""
    server.shop.pages["/w/widgets"] = b"<html>"
    done = command("check", str(CONTRACT), "--target", server.url)

    assert done.exit_code == 2
    assert "answers HTML" in done.stderr


def test_a_target_that_hangs_up_is_no_target(closing: str) -> None:
    """A target that closes every connection is told as such."""
    done = command("check", str(CONTRACT), "--target", closing)

    assert done.exit_code == 2
    assert "closes the connection" in done.stderr
    assert done.stderr.count("\n") == 1


def test_listing_and_explaining_send_nothing() -> None:
    """The requirements of an API can be listed and explained offline."""
    listed = json.loads(command("list", str(CONTRACT), "--json").output)
    by_id = {one["id"]: one for one in listed}

    assert by_id["widgets/getWidget/200"]["mode"] == "read-only"
    assert by_id["widgets/listWidgets/default-page-size"]["mode"] == "safe"
    assert by_id["widgets/listWidgets/made-by-hand"]["mode"] == ""
    assert "widgets/Widget/closed" in command("list", str(CONTRACT)).output


def test_explaining_names_source_and_check() -> None:
    """An explanation says where a statement stands and how it is judged."""
    done = command("explain", "pulp/listTasks/200")

    assert done.exit_code == 0, done.output
    assert "Needs --mode read-only." in done.output


def test_after_a_crash_the_ledger_cleans_up(tmp_path: Path, target_file: str) -> None:
    """A run that is killed leaves a ledger by which cleanup restores the target."""
    ledger = tmp_path / "ledger.jsonl"
    with widgets.serving(pace=3600) as server:
        mine = server.shop.make("somebody")["id"]
        Path(target_file).write_text(f"base_url: {server.url}\n{FAST}")
        server.shop.stall = 4
        run = subprocess.Popen(
            [sys.executable, "-c", "from conformance.cli import check; check()", str(CONTRACT),
             "--target-file", target_file, "--ledger", str(ledger)],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        assert server.shop.stalled.wait(30)
        run.send_signal(signal.SIGKILL)
        run.wait()
        server.shop.resumed.set()
        server.shop.stall = 0
        assert len(server.shop.widgets) > 1
        done = command("cleanup", "--ledger", str(ledger), "--target-file", target_file)

        assert done.exit_code == 0, done.output
        assert list(server.shop.widgets) == [mine]
    assert "0 left" in done.output


def test_the_commands_load_fast() -> None:
    """Loading the commands loads neither Hypothesis nor Schemathesis nor rich."""
    heavy = {"hypothesis", "schemathesis", "rich", "urllib3", "yaml"}
    code = f"import sys, conformance.cli; print(sorted({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("shard", ["0/2", "3/2", "2", "a/b"])
def test_a_shard_is_a_part_of_a_number(shard: str) -> None:
    """A shard that does not exist is a mistake."""
    done = command("check", str(CONTRACT), "--target", "http://127.0.0.1:1", "--shard", shard)

    assert done.exit_code == 2
    assert "--shard" in done.stderr
