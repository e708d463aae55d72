"""Tiny plugins and a way to load them as if they were installed. Used by the tests of hooks, runtime and CLI."""

from types import ModuleType
from typing import Any

from smartexec.registry import Candidate, Registry, load


def module(**hooks: Any) -> ModuleType:
    """Make a plugin module out of hook functions."""
    made = ModuleType("plugin")
    for name, hook in hooks.items():
        setattr(made, name, hook)
    return made


def candidate(plugin: object, distribution: str = "acme-plugins", version: str = "1.2.3") -> Candidate:
    """An installed entry point that gives `plugin`; an exception is raised on import."""

    def importing() -> object:
        if isinstance(plugin, BaseException):
            raise plugin
        return plugin

    return Candidate(distribution, version, "acme", importing)


def registry(plugin: object, distribution: str = "acme-plugins") -> Registry:
    """Load one plugin."""
    return load([candidate(plugin, distribution)])
