"""From an Open Job Description template to steps and tasks.

The model's package takes half a second to import, so it is imported when a job is created.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from mockserver.apis.deadline_cloud import fates

if TYPE_CHECKING:
    from mockserver.pipeline.schema import Validator

MAX_TASKS = 10_000
"""The most tasks that a job may have."""

MAX_NODES = 200_000
"""The most values that a template may spell, aliases written out."""

EXTENSIONS = ("TASK_CHUNKING", "REDACTED_ENV_VARS")

MEMBERS = {"INT": "int", "FLOAT": "float", "STRING": "string", "PATH": "path",
           "CHUNK[INT]": "chunkInt"}  # fmt: skip
"""The kinds of task parameters -> the member that holds their value."""

JsonObject = dict[str, Any]


class TemplateError(Exception):
    """The template cannot be made into a job; the message says why."""


def read(text: str) -> Any:
    """Return what a template spells, in YAML or JSON, or raise `TemplateError`."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        found = yaml.load(text, Loader=loader)  # noqa: S506 - it is a safe one
        _count(found, itertools.count())
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise TemplateError(f"the template cannot be read: {_line(error)}") from None
    return found


def _count(node: Any, counter: Any) -> None:
    """Refuse a document that is small as text and huge when its aliases are written out."""
    if next(counter) > MAX_NODES:
        raise ValueError("it spells too many values")
    if isinstance(node, dict):
        for one in node.values():
            _count(one, counter)
    elif isinstance(node, list):
        for one in node:
            _count(one, counter)


def name_of(template: Any) -> str:
    """Return the name that a template gives its job, whether or not it is a good template."""
    name = template.get("name") if isinstance(template, Mapping) else None
    return name[:512] if isinstance(name, str) and name else "Untitled"


def expand(template: Any, parameters: Mapping[str, Any], task_values: Validator) -> JsonObject:
    """Return name, description and steps of the job that *template* describes.

    *parameters* are the values of the job's parameters, each under the name of its kind;
    *task_values* is the schema that the parameters of each task must fit.
    """
    from openjd.model import (  # noqa: PLC0415 - slow to import
        create_job,
        decode_job_template,
        preprocess_job_parameters,
    )

    if not isinstance(template, dict):
        raise TemplateError("the template is not an Open Job Description")
    root = Path("/")
    try:
        decoded = decode_job_template(template=template, supported_extensions=EXTENSIONS)
        values = preprocess_job_parameters(
            job_template=decoded,
            job_parameter_values={name: _text(value) for name, value in parameters.items()},
            job_template_dir=root,
            current_working_dir=root,
        )
        job = create_job(job_template=decoded, job_parameter_values=values)
        steps = [_step(one) for one in job.steps]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise TemplateError(_line(error)) from None
    for step in steps:
        for one in step["tasks"]:
            if not task_values.is_valid(one) or not all(map(_is_finite, one.values())):
                raise TemplateError(f"a parameter of step {step['name']} has no possible value")
    if sum(len(step["tasks"]) for step in steps) > MAX_TASKS:
        raise TemplateError(f"a job may have {MAX_TASKS} tasks at most")
    return {"name": job.name, "description": job.description or "", "steps": steps}


def _text(value: Mapping[str, Any]) -> str:
    """Return the value of a job parameter as a template takes it."""
    found = next(iter(value.values()))
    return found if isinstance(found, str) else yaml.safe_dump(found, default_flow_style=True)


def _is_finite(value: Mapping[str, str]) -> bool:
    return "float" not in value or math.isfinite(float(value["float"]))


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:500] or type(error).__name__


def _step(step: Any) -> JsonObject:
    """Return one step of a job as plain values."""
    from openjd.model import StepParameterSpaceIterator  # noqa: PLC0415 - slow to import

    space = step.parameterSpace
    sets = itertools.islice(StepParameterSpaceIterator(space=space), MAX_TASKS + 1)
    tasks = [
        {name: {MEMBERS[one.type.value]: str(one.value)} for name, one in values.items()}
        for values in sets
    ]
    if len(tasks) > MAX_TASKS:
        raise ValueError(f"a job may have {MAX_TASKS} tasks at most")
    capabilities = _capabilities(step.hostRequirements)
    fate = fates.SUCCEEDS
    if capabilities is not None and not fates.is_compatible(capabilities):
        fate = fates.INCOMPATIBLE
    elif step.script is not None:
        run = step.script.actions.onRun
        fate = fates.of_command(str(run.command), [str(one) for one in run.args or ()])
    return {
        "name": step.name,
        "description": getattr(step, "description", None) or "",
        "depends_on": [one.dependsOn for one in step.dependencies or ()],
        "tasks": tasks,
        "space": None if space is None else _space(space),
        "capabilities": capabilities,
        "fate": fate,
    }


def _space(space: Any) -> JsonObject:
    """Return a parameter space as getStep shows it."""
    parameters = []
    for name, one in space.taskParameterDefinitions.items():
        kind = one.type.value
        shown: JsonObject = {"name": name, "type": "CHUNK_INT" if kind == "CHUNK[INT]" else kind}
        chunks = getattr(one, "chunks", None)
        if chunks is not None:
            shown["chunks"] = {
                "defaultTaskCount": int(chunks.defaultTaskCount),
                "rangeConstraint": chunks.rangeConstraint.value,
            }
            if chunks.targetRuntimeSeconds is not None:
                shown["chunks"]["targetRuntimeSeconds"] = int(chunks.targetRuntimeSeconds)
        parameters.append(shown)
    found: JsonObject = {"parameters": parameters}
    if space.combination is not None:
        found["combination"] = str(space.combination)
    return found


def _capabilities(requirements: Any) -> JsonObject | None:
    """Return what a worker must have, as getStep shows it."""
    if requirements is None:
        return None
    amounts: list[JsonObject] = []
    for one in requirements.amounts or ():
        bounds = {"min": one.min, "max": one.max}
        shown = {name: float(bound) for name, bound in bounds.items() if bound is not None}
        amounts.append({"name": str(one.name), **shown})
    attributes: list[JsonObject] = []
    for one in requirements.attributes or ():
        lists = {"anyOf": one.anyOf, "allOf": one.allOf}
        texts = {name: [str(text) for text in found] for name, found in lists.items() if found}
        attributes.append({"name": str(one.name), **texts})
    return {"amounts": amounts, "attributes": attributes}
