"""Whether a document is OpenAPI 3.0, and if not, where it is wrong first."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from specs.contract.text import escape


def fault(document: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the JSON pointer and the reason of what is wrong with *document*, or None."""
    from jsonschema import Draft4Validator  # noqa: PLC0415 - slow to load
    from jsonschema.exceptions import best_match  # noqa: PLC0415
    from openapi_spec_validator import OpenAPIV30SpecValidator  # noqa: PLC0415
    from openapi_spec_validator.schemas import schema_v30  # noqa: PLC0415
    from openapi_spec_validator.validation import exceptions  # noqa: PLC0415

    telling = (
        exceptions.DuplicateOperationIDError,
        exceptions.ExtraParametersError,
        exceptions.ParameterDuplicateError,
        exceptions.UnresolvableParameterError,
    )

    wrong = best_match(Draft4Validator(schema_v30).iter_errors(document))
    if wrong is not None:
        return told(wrong)
    try:  # what its schema cannot say: parameters of paths, unique names
        found = [
            one
            for one in OpenAPIV30SpecValidator(document).iter_errors()
            if isinstance(one, telling)  # that a default fits its schema is its author's affair
        ]
    except Exception as failure:  # noqa: BLE001 - it stumbles over what it reads in many ways
        return "", " ".join(f"cannot be checked: {failure}".split())[:300]
    return (_pointer(found[0].absolute_path), _sentence(found[0])) if found else None


def told(error: Any) -> tuple[str, str]:
    """Return the JSON pointer and the reason of an error of a JSON Schema."""
    nearest = _nearest(error)
    return _pointer(nearest.absolute_path), _sentence(nearest)


def _nearest(error: Any) -> Any:
    """Return, of an error about alternatives, the one about the alternative that was meant."""
    from jsonschema.exceptions import relevance  # noqa: PLC0415 - slow to load

    while error.context:
        branches = [
            list(each)
            for _, each in groupby(error.context, key=lambda one: one.relative_schema_path[0])
        ]
        meant = [
            each
            for each in branches
            if not any("'$ref' is a required property" in one.message for one in each)
        ]
        deepest = max(meant or branches, key=lambda each: min(len(one.path) for one in each))
        error = max(deepest, key=relevance)
    return error


def _pointer(path: Any) -> str:
    return "".join(f"/{escape(part)}" for part in path)


def _sentence(error: Any) -> str:
    """Return what is wrong in one line, short enough to be read."""
    line = str(error.message).strip().partition("\n")[0]
    if len(line) > 200 and getattr(error, "validator", None):
        line = f"it breaks the rule {error.validator!r} of OpenAPI 3.0"
    return line
