"""The templates of what is written for people: pages, badges, target files, scripts."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("conformance"),
        autoescape=select_autoescape(["html", "svg"]),  # answers of a target go into the page
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def rendered(name: str, **values: object) -> str:
    """Return the template of that name, filled in."""
    return _environment().get_template(name).render(**values)
