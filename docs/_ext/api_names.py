"""Directive `api-names`: every name of a public module, with the first line of what it says of itself.

A name leads to where it is documented, if it is.
"""

from importlib import import_module
from inspect import isfunction
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tabling import table

PLAIN = {
    "VERSION": "Interface version.",
    "NANOS_PER_SECOND": "1 s in ns.",
    "PX_SCALE": "1 of the currency in units of a price.",
    "Mic": "`str`: MIC of a venue.",
    "Nanos": "`int`: ns UTC, or a duration in ns.",
    "Px": "`int`: price in 1e-9 of the currency.",
    "Qty": "`int`: quantity in lots.",
    "Params": "Canonical parameters of a strategy: ((name, value), ...).",
    "CURVE_SCALE": "`int`: 1,000,000,000; a volume curve's shares are in 1e-9 of a day.",
    "NO_STATISTICS": "`Statistics` of an instrument of which nothing is known.",
    "hookimpl": "Marks the implementation of a hook.",
    "START": "2026-01-05 14:30:00 UTC in ns: when the orders of `view()` start.",
}
"""Names that have no docstring of their own."""


def names(module: str) -> list[list[str]]:
    """Give name and meaning, after a head. KeyError if a name is not explained."""
    opened = import_module(module)
    listed = sorted(opened.__all__, key=str.lower)
    return [["name", "meaning"], *([f"`{name}`", _meaning(name, getattr(opened, name))] for name in listed)]


def _meaning(name: str, value: Any) -> str:
    if name in PLAIN:
        return PLAIN[name]
    if isinstance(value, type) or isfunction(value):
        return (value.__doc__ or "").strip().partition("\n")[0]
    return "One of " + ", ".join(f"`{one.__name__}`" for one in value.__args__) + "."


class ApiNames(SphinxDirective):
    """Insert the table of the module that the argument names."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        module = self.arguments[0]
        drawn = table(names(module), (25, 75))
        for row in list(drawn.findall(nodes.row))[1:]:
            name = next(iter(row.findall(nodes.literal)))
            name.replace_self(_link(module, name))
        return [drawn]


def _link(module: str, name: nodes.literal) -> nodes.Node:
    target = {"refdomain": "py", "reftype": "obj", "reftarget": f"{module}.{name.astext()}"}
    return addnodes.pending_xref("", name.deepcopy(), refexplicit=True, refwarn=False, **target)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive with Sphinx."""
    app.add_directive("api-names", ApiNames)
    return {"parallel_read_safe": True}
