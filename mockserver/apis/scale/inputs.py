"""Whether Scale takes a new job: its input against the job type's interface, its configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.apis.scale.catalogue import Catalogue, JobType
from mockserver.errors import ApiError

VERSIONS = (None, "6", "7")
CONFIGURATION = frozenset({"version", "mounts", "priority", "output_workspaces", "settings"})


class InvalidJobError(ApiError):
    """The input does not fit the interface: Scale answers this one with a bare JSON string."""

    code = "InvalidJobData"


def check_input(value: Any, job_type: JobType, catalogue: Catalogue) -> dict[str, Any]:
    """Return the input of a new job with only what the interface declares; refuse a wrong one."""
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise ApiError('Parameter must be a valid JSON object: "input"')
    if value.get("version") not in VERSIONS:
        raise ApiError(f"Invalid data: {value['version']} is an unsupported version number")
    for key in value.keys() - {"version", "files", "json"}:
        raise ApiError(
            f"Invalid data: Additional properties are not allowed ({key!r} was unexpected)"
        )
    files, values = value.get("files", {}), value.get("json", {})
    if not isinstance(files, dict) or not isinstance(values, dict):
        raise ApiError("Invalid data: files and json must be objects")
    for ids in files.values():
        if not isinstance(ids, list):
            raise ApiError(f"Invalid data: {ids} is not of type 'array'")
        for one in ids:
            if isinstance(one, bool) or not isinstance(one, int):
                raise ApiError(f"Invalid data: {one!r} is not of type 'integer'")
    inputs = job_type.interface["inputs"]
    return {
        "files": _files(files, inputs.get("files", []), catalogue),
        "json": _values(values, inputs.get("json", [])),
    }


def _files(
    files: Mapping[str, list[int]], declared: list[dict[str, Any]], catalogue: Catalogue
) -> dict[str, list[int]]:
    found = {}
    for one in declared:
        name = one["name"]
        ids = files.get(name)
        if not ids:
            if one.get("required", True):
                raise InvalidJobError(f"Invalid job data: Parameter '{name}' is required")
            continue
        if len(ids) > 1 and not one.get("multiple"):
            raise InvalidJobError(
                f"Invalid job data: Parameter '{name}' cannot accept multiple files"
            )
        for file_id in ids:
            if file_id not in catalogue.files:
                raise ApiError(f"Invalid data: there is no file {file_id}")
        found[name] = list(ids)
    return found


def _values(values: Mapping[str, Any], declared: list[dict[str, Any]]) -> dict[str, Any]:
    found = {}
    for one in declared:
        name = one["name"]
        if name in values:
            found[name] = values[name]
        elif one.get("required", True):
            raise InvalidJobError(f"Invalid job data: Parameter '{name}' is required")
    return found


def check_configuration(value: Any, job_type: JobType) -> dict[str, Any]:
    """Return the configuration of a new job, filled up with defaults; refuse a wrong one."""
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise ApiError('Parameter must be a valid JSON object: "configuration"')
    if value.get("version") not in VERSIONS:
        raise _invalid(f"Invalid configuration version: {value['version']}")
    for key in value.keys() - CONFIGURATION:
        raise _invalid(
            f"Invalid configuration: Additional properties are not allowed ({key!r} was unexpected)"
        )
    priority = value.get("priority", 50)
    if isinstance(priority, bool) or not isinstance(priority, int):
        raise _invalid(f"Invalid configuration: {priority!r} is not of type 'integer'")
    if priority < 1:
        raise _invalid(f"Invalid configuration: {priority} is less than the minimum of 1")
    for name in ("mounts", "output_workspaces", "settings"):
        if not isinstance(value.get(name, {}), dict):
            raise _invalid(f"Invalid configuration: {name} is not of type 'object'")
    workspaces = {"default": job_type.workspace, "outputs": {}} | value.get("output_workspaces", {})
    return {
        "mounts": value.get("mounts", {}),
        "priority": priority,
        "output_workspaces": workspaces,
        "settings": value.get("settings", {}),
    }


def _invalid(reason: str) -> ApiError:
    return ApiError(f"Job type configuration invalid: {reason}")
