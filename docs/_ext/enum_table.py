"""Directive `enum-table`: the members of an enumeration with the values that they stand for and their meanings."""

from enum import Enum

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tabling import paragraph, table
from words import MEMBERS

from smartexec import api


def enumerations() -> list[type[Enum]]:
    """Give the enumerations of the interface, by name."""
    return [v for name in sorted(api.__all__) if isinstance(v := getattr(api, name), type) and issubclass(v, Enum)]


def members(kind: type[Enum]) -> list[list[str]]:
    """Give member, value and meaning, after a head. KeyError if a member is not explained."""
    meanings = MEMBERS[kind.__name__]
    return [["member", "value", "meaning"], *([f"`{m.name}`", f'`"{m.value}"`', meanings[m.name]] for m in kind)]


class EnumTable(SphinxDirective):
    """Insert a section with the table of every enumeration of the interface."""

    def run(self) -> list[nodes.Node]:
        return [self._section(kind) for kind in enumerations()]

    def _section(self, kind: type[Enum]) -> nodes.section:
        name = kind.__name__
        section = nodes.section(ids=[f"enum-{name.lower()}"], names=[name.lower()])
        section += nodes.title(text=name)
        section += paragraph((kind.__doc__ or "").strip())
        section += table(members(kind), (22, 18, 60))
        return section


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive with Sphinx."""
    app.add_directive("enum-table", EnumTable)
    return {"parallel_read_safe": True}
