"""Who plays, and in what scenery, where surprises are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mockserver.api import Api
from mockserver.service import Options
from mockserver.surprise.catalogue import chosen


def surprised(classes: Mapping[str, type[Api]], names: tuple[str, ...]) -> dict[str, type[Api]]:
    """Return the classes that play APIs, as the surprises of these names have them."""
    found = dict(classes)
    for one in chosen(names):
        if one.cast is not None:
            found = {name: one.cast(each) for name, each in found.items()}
    return found


def arranged(options: Options) -> Options:
    """Return options with the scenario that the surprises in them want."""
    for one in chosen(options.surprises):
        if one.scenario is not None:
            options = replace(options, scenario=one.scenario)
    return options


def protocol_of(names: tuple[str, ...]) -> str | None:
    """Return which implementation of HTTP the surprises of these names need, if any."""
    return next((one.protocol for one in chosen(names) if one.protocol is not None), None)
