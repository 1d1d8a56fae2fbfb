"""What `deploy/` says holds: linters and schemas check it, and its commands run on this machine."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import kubernetes_validate
import pytest
import urllib3
import yaml

from mockserver.tests.conftest import Serve, Server
from mockserver.tests.postgresql import Cluster

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
SCRIPTS = Path(sysconfig.get_path("scripts"))


def instructions(name: str) -> list[str]:
    """Return what the Dockerfile says after each instruction of that name."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    return re.findall(rf"^{name} +(.+)$", text, re.MULTILINE)


@pytest.fixture(scope="module")
def compose() -> Any:
    """Read the compose file."""
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


@pytest.fixture(scope="module")
def manifests() -> dict[str, Any]:
    """Read the Kubernetes manifests: kind and name -> object."""
    found = yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text())
    return {f"{one['kind']} {one['metadata']['name']}": one for one in found}


def pod(manifests: Mapping[str, Any], name: str) -> Any:
    """Return the pod that an object makes."""
    return manifests[name]["spec"]["template"]["spec"]


# -- what they are -----------------------------------------------------------------------------


def test_the_dockerfile_passes_its_linter() -> None:
    """Hadolint has nothing to say."""
    done = subprocess.run(
        [str(SCRIPTS / "hadolint"), str(DEPLOY / "Dockerfile")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_the_compose_file_fits_its_specification() -> None:
    """The compose file is what the Compose Specification's schema describes."""
    command = [str(SCRIPTS / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]

    done = subprocess.run(
        [*command, DEPLOY / "compose.yaml"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout


def test_the_manifests_fit_the_schemas_of_kubernetes(manifests: Mapping[str, Any]) -> None:
    """Every object is what its kind has, and has nothing else."""
    for one in manifests.values():
        kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)

    assert len(manifests) == 5


def test_images_are_named_without_a_host(compose: Any, manifests: Mapping[str, Any]) -> None:
    """Images come from where an engine looks for them, with a version; ours alone has none yet."""
    named = [one.partition(" AS ")[0] for one in instructions("FROM")]
    named += [one["image"] for one in compose["services"].values()]
    for name in ("StatefulSet callsheet-database", "Deployment callsheet"):
        spec = pod(manifests, name)
        named += [one["image"] for one in (*spec["containers"], *spec.get("initContainers", ()))]

    assert {one for one in named if not re.fullmatch(r"[a-z]+:[0-9][\w.-]*", one)} == {"callsheet"}


def test_three_replicas_share_one_database(compose: Any, manifests: Mapping[str, Any]) -> None:
    """Compose and Kubernetes start the same: three servers on the one PostgreSQL beside them."""
    replica, spec = compose["services"]["replica"], pod(manifests, "Deployment callsheet")
    address = "postgresql://callsheet@{}/callsheet"

    assert (
        replica["deploy"]["replicas"] == manifests["Deployment callsheet"]["spec"]["replicas"] == 3
    )
    assert replica["command"] == [
        "serve",
        "--host",
        "0.0.0.0",
        "--state",
        address.format("database"),
    ]
    assert spec["containers"][0]["args"] == [
        *replica["command"][:-1],
        address.format("callsheet-database"),
    ]
    assert manifests["Service callsheet-database"]["spec"]["clusterIP"] == "None"
    assert compose["services"]["balancer"]["ports"] == ["127.0.0.1:4020:4020"]


def test_nothing_runs_as_root(manifests: Mapping[str, Any]) -> None:
    """The image has a user of its own, by number; pods insist on it, and add no capability."""
    user = instructions("USER")[-1]
    spec = pod(manifests, "Deployment callsheet")

    assert int(user) > 0
    assert spec["securityContext"]["runAsUser"] == int(user)
    for name in ("Deployment callsheet", "StatefulSet callsheet-database"):
        assert pod(manifests, name)["securityContext"]["runAsNonRoot"] is True
        for one in pod(manifests, name)["containers"]:
            assert one["securityContext"]["allowPrivilegeEscalation"] is False
            assert one["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_the_image_has_all_that_the_package_is_built_from(tmp_path: Path) -> None:
    """What the Dockerfile copies makes a wheel with contracts, and has the extra that it names."""
    source = tmp_path / "source"
    for line in instructions("COPY"):
        if line.startswith("--from"):
            break
        *names, target = line.split()
        for name in names:
            _copy(ROOT / name, source / target / (name if target == "./" else ""))
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-cache-dir"]
    subprocess.run([*command, "--wheel-dir", tmp_path, source], check=True, timeout=300)

    inside = ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    assert {"specs/scale.yaml", "mockserver/admin.yaml", "conformance/cli.py"} <= set(inside)
    assert instructions("RUN")[0].endswith('".[postgresql]"')


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("tests", "__pycache__"))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


# -- what they do ------------------------------------------------------------------------------


def _healthy(port: int) -> int:
    """Run the image's health check against a port of this machine; return its exit code."""
    match = re.search(r"CMD (\[.+\])", instructions("HEALTHCHECK")[0])
    assert match is not None
    program, script = json.loads(match[1])
    assert program == "python"
    assert script == "/opt/callsheet/healthy.py"
    return subprocess.run(
        [sys.executable, DEPLOY / "healthy.py"], env={"CALLSHEET_PORT": str(port)}, check=False
    ).returncode


def _arguments(command: list[str], *more: str) -> list[str]:
    """Return what `callsheet serve` is started with in a container, but on this machine only."""
    assert command[0] == "serve"
    found = [*command[1:], *more]
    found[found.index("--host") + 1] = "127.0.0.1"
    return found


def test_the_image_serves_and_says_that_it_is_healthy(serve: Serve) -> None:
    """The image's own command serves all APIs; its health check sees that, and the end of it."""
    assert json.loads(instructions("ENTRYPOINT")[0]) == ["callsheet"]
    server = serve(*_arguments(json.loads(instructions("CMD")[0])))
    while_it_runs = _healthy(server.port)
    answers = [server.request("GET", path).status for path in ("/v6/jobs/", "/hpc/jobs", "/tasks/")]
    server.process.terminate()
    server.process.wait(20)

    assert while_it_runs == 0
    assert answers == [200, 200, 200]
    assert _healthy(server.port) == 1


def test_a_server_that_keeps_its_admin_api_to_itself_is_healthy(serve: Serve) -> None:
    """Neither a token nor the absence of an admin API makes a server look ill."""
    for more in (["--admin-token", "secret"], ["--no-admin"]):
        assert _healthy(serve("scale", *more).port) == 0


def test_a_contract_can_be_mounted(serve: Serve, tmp_path: Path) -> None:
    """A contract in the working directory is served by its file's name, as the image's users do."""
    subprocess.run(
        [SCRIPTS / "callsheet", "init", "own.yaml"],
        cwd=tmp_path,
        check=True,
        stdout=subprocess.DEVNULL,
    )

    server = serve(*_arguments(json.loads(instructions("CMD")[0])), str(tmp_path / "own.yaml"))

    assert instructions("WORKDIR")[-1] == "/contracts"
    assert _healthy(server.port) == 0


@contextmanager
def balanced(compose: Any, replicas: list[Server], folder: Path) -> Iterator[str]:
    """Run the compose file's load balancer before servers of this machine; yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    servers = "\n".join(
        f"  server replica{number} 127.0.0.1:{one.port}" for number, one in enumerate(replicas, 1)
    )
    text: str = compose["configs"]["balancer"]["content"]
    text = text.replace("bind :4020", f"bind {place}")
    text, count = re.subn(r"^ *server-template .*$", servers, text, flags=re.MULTILINE)
    assert count == 1
    (folder / "haproxy.cfg").write_text(text)
    process = subprocess.Popen(["haproxy", "-q", "-db", "-f", folder / "haproxy.cfg"])
    try:
        yield f"http://{place}"
    finally:
        process.terminate()
        process.wait(20)


def _reach(address: str) -> urllib3.PoolManager:
    """Return a client of a load balancer that has begun to answer."""
    client = urllib3.PoolManager(headers={"Connection": "close"}, retries=False, timeout=20)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            if client.request("GET", f"{address}/hpc/jobs").status == 200:
                return client
        except urllib3.exceptions.HTTPError:
            pass
        time.sleep(0.05)
    pytest.fail(f"nobody answers at {address}")


@pytest.mark.skipif(shutil.which("haproxy") is None, reason="apt-get install haproxy")
def test_replicas_behind_the_load_balancer_are_one_server(
    compose: Any, serve: Serve, postgresql: Cluster, tmp_path: Path
) -> None:
    """A client of the load balancer sees one world, also when one of the three servers is lost."""
    command = compose["services"]["replica"]["command"]
    place = postgresql.database()
    command = [place if one.startswith("postgresql:") else one for one in command]
    replicas = [serve(*_arguments(command)) for _ in range(3)]
    assert [_healthy(one.port) for one in replicas] == [0, 0, 0]

    with balanced(compose, replicas, tmp_path) as address:
        client = _reach(address)
        body = [{"Name": "Name", "Value": "shared"}]
        answer = client.request("POST", f"{address}/hpc/jobs", json=body)
        assert answer.status == 200, answer.data
        made = answer.json()
        before = [client.request("GET", f"{address}/hpc/jobs/{made}").status for _ in range(9)]
        replicas[0].process.terminate()
        replicas[0].process.wait(20)
        after = [client.request("GET", f"{address}/hpc/jobs/{made}").status for _ in range(9)]

    assert before == [200] * 9
    assert after == [200] * 9
