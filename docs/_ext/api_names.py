"""Directive `api-names`: every name of `smartexec.api`, with the first line of what it says of itself."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tabling import table

from smartexec import api

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
}
"""Names that are no classes have no docstring of their own."""


def names() -> list[list[str]]:
    """Give name and meaning, after a head. KeyError if a name is not explained."""
    return [["name", "meaning"], *([f"`{name}`", _meaning(name)] for name in sorted(api.__all__, key=str.lower))]


def _meaning(name: str) -> str:
    value = getattr(api, name)
    if name in PLAIN:
        return PLAIN[name]
    if isinstance(value, type):
        return (value.__doc__ or "").strip().partition("\n")[0]
    return "One of " + ", ".join(f"`{one.__name__}`" for one in value.__args__) + "."


class ApiNames(SphinxDirective):
    """Insert the table."""

    def run(self) -> list[nodes.Node]:
        return [table(names(), (25, 75))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive with Sphinx."""
    app.add_directive("api-names", ApiNames)
    return {"parallel_read_safe": True}
