"""The APIs that the mock can play: name -> module and class, imported when it is served."""

from __future__ import annotations

from importlib import import_module

from mockserver.api import Api

APIS = {
    "deadline-cloud": "mockserver.apis.deadline_cloud:DeadlineCloud",
    "hpcpack": "mockserver.apis.hpcpack:HpcPack",
    "pulp": "mockserver.apis.pulp:Pulp",
    "scale": "mockserver.apis.scale:Scale",
    "thinkbox": "mockserver.apis.thinkbox:Thinkbox",
}


def find(name: str) -> type[Api]:
    """Return the class that plays the API *name*; raise `KeyError` if none does."""
    module, _, attribute = APIS[name].partition(":")
    found: type[Api] = getattr(import_module(module), attribute)
    return found
