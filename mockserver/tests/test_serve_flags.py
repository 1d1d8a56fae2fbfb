"""What `callsheet serve` does with the options that no other module is about."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import urllib3
from click.testing import CliRunner

from mockserver import tls
from mockserver.cli import serve as command
from mockserver.tests.conftest import Serve, Server


def _get(server: Server, authority: Path, path: str) -> urllib3.BaseHTTPResponse:
    """Send one request over HTTPS, trusting an authority and nobody else."""
    context = ssl.create_default_context(cafile=str(authority))
    with urllib3.PoolManager(ssl_context=context, retries=False, timeout=20) as pool:
        return pool.request("GET", f"https://127.0.0.1:{server.port}{path}")


def _refused(*arguments: str) -> str:
    """Return the line in which a command line is refused."""
    done = CliRunner().invoke(command, ["thinkbox", "--port", "0", *arguments])
    assert (done.exit_code, done.stdout) == (2, "")
    return done.stderr.strip().splitlines()[-1]


def test_https_with_a_certificate_of_this_run_and_the_dialect_of_the_real_server(
    serve: Serve,
) -> None:
    """--tls says whom to trust, --dialect whom to follow: who trusts nobody is not served."""
    server = serve("scale", "--clock", "frozen", "--tls", "--dialect", "observed")
    said = next(one for one in server.said if "authority" in one)
    authority = Path(said.rpartition(" in ")[2].strip())

    assert server.said[-1] == f"listening on https://127.0.0.1:{server.port}\n"
    jobs = _get(server, authority, "/v6/jobs/?status=BLOCKED")
    assert (jobs.status, jobs.json()["count"]) == (200, 1)
    assert _get(server, authority, "/v6/jobs/?started=P1W").status == 400
    with pytest.raises(urllib3.exceptions.SSLError):
        urllib3.request("GET", f"https://127.0.0.1:{server.port}/", retries=False)


def test_https_with_a_certificate_of_ones_own(serve: Serve) -> None:
    """--cert and --key are served as they are."""
    made = tls.make("127.0.0.1")
    assert made.authority is not None
    server = serve("thinkbox", "--cert", str(made.chain), "--key", str(made.key))

    assert not any("authority" in one for one in server.said)
    assert _get(server, made.authority, "/api/jobs").status == 200


def test_half_a_certificate_is_refused(tmp_path: Path) -> None:
    """One line says which two options belong together, or that a file is none."""
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("this is no certificate")

    assert "--cert and --key go together" in _refused("--cert", str(wrong))
    line = _refused("--cert", str(wrong), "--key", str(wrong))
    assert "this certificate and key cannot be used" in line


def test_an_unknown_dialect_is_refused() -> None:
    """With those that there are."""
    line = _refused("--dialect", "spoken")

    assert "'documented'" in line
    assert "'observed'" in line
