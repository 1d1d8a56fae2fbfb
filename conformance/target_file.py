"""Target files: reading one from a file or a URL, and saying what is wrong with it."""

from __future__ import annotations

import datetime
import json
import os
import re
import time
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
import urllib3
import yaml
from urllib3.exceptions import LocationValueError, NewConnectionError, SSLError

from conformance.failures import UsageError
from conformance.pastime import Pastime, Steered
from conformance.target import ANY_KIND, Budget, SigV4, Target, Tls, Waiver, basic

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_FETCH_SECONDS = 30.0
_FETCH_PAUSE = 0.25
_BUSY = frozenset({429, 502, 503, 504})


def load_target(
    place: str | None, base_url: str | None, settings: Sequence[str] = (), *, insecure: bool = False
) -> Target:
    """Return the target that a file or URL describes, with what the command line adds to it.

    *base_url* replaces the file's; each of *settings* is `key=value` and goes into `known`, dots
    in the key going deeper. Raises `UsageError`.
    """
    remote = place is not None and place.startswith(("http://", "https://"))
    document = {} if place is None else _parsed(place, remote=remote)
    if base_url is not None:
        document["base_url"] = base_url
    _validate(document, place or "--target")
    if "base_url" not in document:
        raise UsageError(f"{place}: base_url is missing; give it there or as --target URL")
    known = dict(document.get("known", {}))
    for setting in settings:
        _set(known, setting)
    document["known"] = known
    if insecure:
        document["tls"] = {**document.get("tls", {}), "verify": False}
    if "@" in urlsplit(document["base_url"]).netloc:
        raise UsageError("base_url: credentials do not belong there; give auth in a target file")
    return _target(document, _Environment(refused=place if remote else None))


def _parsed(place: str, *, remote: bool) -> dict[str, Any]:
    text = _fetched(place) if remote else _read(place)
    suffix = Path(urlsplit(place).path if remote else place).suffix.lower()
    try:
        if suffix == ".toml":
            document: Any = tomllib.loads(text)
        elif suffix == ".json":
            document = json.loads(text)
        else:
            document = yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise UsageError(f"{place}: cannot be parsed: {' '.join(str(error).split())}") from None
    if not isinstance(document, dict):
        raise UsageError(f"{place}: a target file is a mapping that says at least base_url")
    plain: dict[str, Any] = _plain(document)
    return plain


def _plain(node: Any) -> Any:
    """Return the document as JSON would have it: YAML reads a bare date as a date."""
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(one) for one in node]
    return node.isoformat() if isinstance(node, datetime.date | datetime.time) else node


def _read(place: str) -> str:
    try:
        return Path(place).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{place}: cannot be read: {reason}") from None


def _fetched(url: str) -> str:
    response = _answered(url)
    try:
        text = response.data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{url}: cannot be fetched: {_short(error)}") from None
    if response.status != 200:
        raise UsageError(f"{url}: answers {response.status}, so there is no target file")
    if response.headers.get("Content-Type", "").startswith("text/html"):
        raise UsageError(f"{url}: answers HTML, so there is no target file")
    return text


def _answered(url: str) -> urllib3.BaseHTTPResponse:
    """Return the answer to a GET; a server that is merely slow or busy gets its time."""
    deadline = time.monotonic() + _FETCH_SECONDS
    while True:
        left = deadline - time.monotonic()
        try:
            with urllib3.PoolManager(retries=False, timeout=max(left, 1.0)) as pool:
                response = pool.request("GET", url)
            if response.status not in _BUSY or left <= 0:
                return response
        except (NewConnectionError, LocationValueError, SSLError) as error:
            raise UsageError(f"{url}: cannot be fetched: {_short(error)}") from None
        except urllib3.exceptions.HTTPError as error:
            if left <= 0:
                raise UsageError(f"{url}: cannot be fetched: {_short(error)}") from None
        time.sleep(_FETCH_PAUSE)


def _short(error: Exception) -> str:
    return str(error).rpartition(": ")[2] or type(error).__name__


def _validate(document: Mapping[str, Any], place: str) -> None:
    schema = json.loads(files("conformance").joinpath("target.schema.json").read_text("utf-8"))
    try:
        errors = list(jsonschema_rs.Draft7Validator(schema).iter_errors(document))
    except (TypeError, ValueError) as error:
        raise UsageError(f"{place}: {error}") from None
    if not errors:
        return
    first = errors[0]
    where = ".".join(str(part) for part in first.instance_path) or "the file"
    hint = ""
    if where == "the file" or "Additional properties" in first.message:
        allowed = sorted(_properties(schema, list(first.instance_path)))
        hint = f"; right would be {', '.join(allowed)}" if allowed else ""
    elif "match" in first.message and where.startswith("auth"):
        hint = "; secrets come from the environment: write ${NAME}"
    elif "match" in first.message and where == "base_url":
        hint = "; right would be http://host:port or https://host/path"
    message = first.message.removesuffix(".")
    raise UsageError(f"{place}: {where}: {message}{hint}")


def _properties(schema: Mapping[str, Any], path: Sequence[str | int]) -> list[str]:
    node: Any = schema
    for part in path:
        node = node.get("items", {}) if isinstance(part, int) else node["properties"].get(part, {})
    return [name for name in node.get("properties", {}) if not name.startswith("$")]


def _set(known: dict[str, Any], setting: str) -> None:
    key, equals, text = setting.partition("=")
    if not equals or not key:
        raise UsageError(f"--set {setting}: must be key=value")
    *parents, last = key.split(".")
    node = known
    for parent in parents:
        inner = node.get(parent)
        node[parent] = dict(inner) if isinstance(inner, Mapping) else {}
        node = node[parent]
    try:
        node[last] = yaml.safe_load(text)
    except yaml.YAMLError:
        node[last] = text


class _Environment:
    """Fills in `${NAME}`, and remembers what it filled in, so that no report shows it."""

    def __init__(self, refused: str | None) -> None:
        self._refused = refused
        self.secrets: list[str] = []

    def filled(self, node: Any) -> Any:
        """Return the node with every text in it filled in."""
        if isinstance(node, Mapping):
            return {name: self.filled(value) for name, value in node.items()}
        if isinstance(node, list):
            return [self.filled(value) for value in node]
        return self.fill(node) if isinstance(node, str) else node

    def fill(self, text: str) -> str:
        def value(match: re.Match[str]) -> str:
            name = match[1]
            if self._refused is not None:
                raise UsageError(
                    f"{self._refused}: a target file from a URL may not read ${{{name}}} "
                    "of your environment; save it as a file"
                )
            if name not in os.environ:
                raise UsageError(f"the target file needs the environment variable {name}")
            if os.environ[name]:
                self.secrets.append(os.environ[name])
            return os.environ[name]

        return _VARIABLE.sub(value, text)


def _target(document: Mapping[str, Any], environment: _Environment) -> Target:
    headers: dict[str, str] = {}
    credentials: dict[str, str] = {}
    for name, text in document.get("headers", {}).items():
        secret = _VARIABLE.search(text) or name.lower() in {"authorization", "cookie"}
        (credentials if secret else headers)[name] = environment.fill(text)
    auth = document.get("auth", {})
    credentials.update(_credentials(auth, environment))
    signing = {key: environment.fill(text) for key, text in auth.get("sigv4", {}).items()}
    touch = document.get("touch", {})
    if isinstance(touch, list):
        touch = {ANY_KIND: touch}
    return Target(
        base_url=document["base_url"],
        base_path=document.get("base_path"),
        headers=headers,
        credentials=credentials,
        sigv4=SigV4(**signing) if signing else None,
        tls=Tls(**document.get("tls", {})),
        known=environment.filled(document["known"]),
        api=document.get("api"),
        mode=document.get("mode"),
        touch={kind: tuple(map(str, keys)) for kind, keys in touch.items()},
        unsupported=tuple(document.get("unsupported", ())),
        budget=Budget(**document.get("budget", {})),
        rate=document.get("rate"),
        time=_time(document),
        waivers=tuple(_waiver(one) for one in document.get("waivers", ())),
        secrets=tuple(dict.fromkeys(environment.secrets)),
    )


def _time(document: Mapping[str, Any]) -> Pastime:
    clock = document.get("clock")
    if clock is None:
        return Pastime()
    if urlsplit(clock["advance"]).hostname != urlsplit(document["base_url"]).hostname:
        raise UsageError(f"clock.advance: {clock['advance']} is not on the host of base_url")
    return Steered(clock["advance"], clock.get("pace", 1.0), clock.get("now"))


def _credentials(auth: Mapping[str, Any], environment: _Environment) -> dict[str, str]:
    if "basic" in auth:
        pair = auth["basic"]
        return {
            "Authorization": basic(
                environment.fill(pair["username"]), environment.fill(pair["password"])
            )
        }
    if "bearer" in auth:
        return {"Authorization": f"Bearer {environment.fill(auth['bearer'])}"}
    if "token" in auth:
        token = auth["token"]
        scheme = token.get("scheme", "Token" if "header" not in token else "")
        value = environment.fill(token["value"])
        return {token.get("header", "Authorization"): f"{scheme} {value}".strip()}
    return {}


def _waiver(node: Mapping[str, str]) -> Waiver:
    expires = node.get("expires")
    try:
        day = datetime.date.fromisoformat(expires) if expires else None
    except ValueError:
        raise UsageError(f"waivers: {expires} is no date; right would be 2030-12-31") from None
    return Waiver(node["id"], node["reason"], node.get("owner", ""), day)
