"""`callsheet export`: a contract as plain OpenAPI, for tools that have never heard of us."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import click
import yaml

from specs.contract.document import Contract
from specs.contract.reader import load
from specs.contract.upgrade import upgrade

VERSIONS = ("3.0", "3.1")
FORMATS = ("yaml", "json")

# Under these keys stand names that the author chose, which may begin with x- like a header.
_NAMED = frozenset({
    "callbacks", "content", "encoding", "examples", "headers", "links", "mapping", "parameters",
    "properties", "requestBodies", "responses", "schemas", "scopes", "security",
    "securitySchemes", "variables",
})  # fmt: skip
_LITERAL = frozenset({"default", "enum", "example", "value"})


def document(
    contract: Contract,
    *,
    version: str = "3.0",
    is_stripped: bool = False,
    servers: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the OpenAPI document of a contract.

    *version* is 3.0 or 3.1; *is_stripped* leaves out every extension; *servers* are URLs that
    take the place of those in the contract.
    """
    found: dict[str, Any] = dict(contract.document)
    if servers:
        found["servers"] = [{"url": one} for one in servers]
    if is_stripped:
        found = strip(found)
    return upgrade(found) if version == "3.1" else found


def strip(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI document without its extensions, the keys that begin with x-."""
    return {
        key: _stripped(key, value, parent="")
        for key, value in node.items()
        if not key.startswith("x-")
    }


def _stripped(key: str, value: Any, parent: str) -> Any:
    """Return what stands under *key* of an object that stands under *parent*."""
    if key in _LITERAL or (parent == "links" and key in {"parameters", "requestBody"}):
        return value
    if isinstance(value, list):
        if key == "security":
            return value
        return [strip(one) if isinstance(one, Mapping) else one for one in value]
    if not isinstance(value, Mapping):
        return value
    if key not in _NAMED:
        return {
            name: _stripped(name, one, key)
            for name, one in value.items()
            if not name.startswith("x-")
        }
    return {name: _entry(one, key) for name, one in value.items() if _is_name(name, key, parent)}


def _is_name(name: str, key: str, parent: str) -> bool:
    """Tell a name that begins with x- from an extension of the responses of an operation."""
    return not name.startswith("x-") or key != "responses" or parent == "components"


def _entry(node: Any, parent: str) -> Any:
    """Return one entry of a mapping of names."""
    if not isinstance(node, Mapping):
        return node
    return {
        key: _stripped(key, value, parent)
        for key, value in node.items()
        if not key.startswith("x-")
    }


def write(found: Mapping[str, Any], form: str) -> str:
    """Return a document as text, in YAML or JSON, its keys in their order."""
    if form == "json":
        return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    text: str = yaml.dump(found, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text


class _Dumper(yaml.SafeDumper):
    """Writes what is mentioned twice twice: other readers need not know anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML passes it
        return True


class ServerUrl(click.ParamType["str"]):
    """The URL of a server: absolute, over HTTP."""

    name = "URL"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        try:
            parts = urlsplit(text)
            is_url = parts.scheme in {"http", "https"} and bool(parts.hostname)
        except ValueError:
            is_url = False
        if not is_url:
            self.fail(f"{text!r} is no URL such as https://staging.example/api", param, ctx)
        return text


@click.command()
@click.argument("api", metavar="API|FILE")
@click.option(
    "--openapi", "version", type=click.Choice(VERSIONS), default="3.0", show_default=True,
    help="The version of OpenAPI to write.",
)  # fmt: skip
@click.option("--strip-extensions", is_flag=True, help="Leave out every key that begins with x-.")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="yaml", show_default=True,
    help="The notation to write.",
)  # fmt: skip
@click.option(
    "--server", "servers", type=ServerUrl(), multiple=True,
    help="Name this server, base path included, and not those of the contract; repeatable.",
)  # fmt: skip
def export(
    api: str, version: str, *, strip_extensions: bool, form: str, servers: tuple[str, ...]
) -> None:
    """Write a contract as plain OpenAPI to the standard output."""
    found = document(load(api), version=version, is_stripped=strip_extensions, servers=servers)
    click.echo(write(found, form), nl=False)
