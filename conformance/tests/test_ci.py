"""The examples for CI: their commands, taken out of the files and run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.tests.widgets import CONTRACT, Server

ONLY = "--only widgets/listWidgets/200,widgets/getWidget/404"


def example(name: str) -> Any:
    """Return an example as YAML reads it."""
    return yaml.safe_load(files("conformance").joinpath("ci", name).read_text("utf-8"))


def shell(command: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a CI job does: by bash, which stops at the first error."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command], cwd=folder,
        env={**os.environ, "PATH": path, **variables},
        capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip


def test_the_action_judges_and_summarizes(server: Server, tmp_path: Path) -> None:
    """The steps of the action, with its defaults, write every report and the job's summary."""
    action = example("action.yml")
    inputs = {name: str(one.get("default", "")) for name, one in action["inputs"].items()}
    inputs |= {"api": str(CONTRACT), "target": server.url, "arguments": ONLY}
    install, judge, summarize = action["runs"]["steps"]
    for step in (judge, summarize):
        variables = {
            name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: inputs[match[1]], text)
            for name, text in step["env"].items()
        }
        done = shell(step["run"], tmp_path, **variables,
                     GITHUB_STEP_SUMMARY=str(tmp_path / "summary"))  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    written = {one.name for one in (tmp_path / "callsheet-reports").iterdir()}

    assert 'install --quiet "$GITHUB_ACTION_PATH/../.."' in install["run"]
    assert {"report-1.json", "junit.xml", "report.html", "summary.md", "report.sarif",
            "badge.svg"} <= written  # fmt: skip
    assert "CONFORMANT" in (tmp_path / "summary").read_text()


def test_the_jobs_for_gitlab_judge_and_join(server: Server, tmp_path: Path) -> None:
    """The parallel jobs leave a report each, and the last one joins them."""
    jobs = example("gitlab.yml")
    total = jobs["callsheet"]["parallel"]
    given = {**jobs["variables"], "CALLSHEET_API": str(CONTRACT), "CALLSHEET_TARGET": server.url,
             "CALLSHEET_MODE": "smoke", "CI_NODE_TOTAL": str(total)}  # fmt: skip
    for number in range(1, total + 1):
        for line in jobs["callsheet"]["script"]:
            done = shell(line, tmp_path, **given, CI_NODE_INDEX=str(number))
            assert done.returncode == 0, done.stdout + done.stderr
    joined = shell(jobs["callsheet-report"]["script"][0], tmp_path)

    assert joined.returncode in {0, 3}, joined.stdout + joined.stderr
    assert "There is no report of shard" not in joined.stdout
    assert (tmp_path / "junit.xml").is_file()
    assert (tmp_path / "report.html").is_file()


@pytest.mark.parametrize("index", ["0", "3"])
def test_the_indexed_job_judges_its_part(server: Server, tmp_path: Path, index: str) -> None:
    """Each completion index of the Kubernetes Job is one shard."""
    spec = example("kubernetes.yaml")["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    given = {one["name"]: one["value"] for one in container["env"]}
    given |= {"API": str(CONTRACT), "TARGET": server.url, "REPORTS": str(tmp_path),
              "ARGUMENTS": "--mode smoke"}  # fmt: skip
    done = shell(container["args"][0], tmp_path, **given, JOB_COMPLETION_INDEX=index)
    report = json.loads((tmp_path / f"report-{index}.json").read_text())

    assert done.returncode in {0, 3}, done.stdout + done.stderr
    assert report["shard"] == f"{int(index) + 1}/{spec['completions']}"
    assert spec["completions"] == int(given["PARTS"])


def test_the_workflow_of_the_manual_uses_what_exists() -> None:
    """The workflow in the manual gives the action inputs that it has, and joins every shard."""
    manual = Path(str(files("conformance").joinpath("README.md"))).read_text(encoding="utf-8")
    (workflow,) = (
        yaml.safe_load(block)
        for block in re.findall(r"```yaml\n(.*?)```", manual, re.DOTALL)
        if "strategy:" in block
    )
    judge, joining = workflow["jobs"].values()
    (use,) = (one for one in judge["steps"] if "callsheet" in str(one.get("uses")))
    parts = judge["strategy"]["matrix"]["part"]
    merge = "\n".join(one.get("run", "") for one in joining["steps"])

    assert set(use["with"]) <= set(example("action.yml")["inputs"])
    assert use["with"]["shard"].endswith(f"/{len(parts)}")
    assert "callsheet report merge" in merge
