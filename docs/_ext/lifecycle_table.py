"""Directive `lifecycle-table`: the order lifecycle, drawn from the table that the kernel itself uses."""

from collections.abc import Iterable

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from smartexec.kernel.lifecycle import LIFE, STATUS, Life, Trigger


def transitions() -> list[list[str]]:
    """Give the table's cells: a row per life, a column per trigger; a dot where nothing changes."""
    head = ["life", "OrdStatus(39)", *(trigger.name for trigger in Trigger)]
    return [
        head,
        *([life.name, STATUS[life].name, *(_target(life, trigger) for trigger in Trigger)] for life in Life),
    ]


def _target(life: Life, trigger: Trigger) -> str:
    target = LIFE.get((life, trigger))
    return "·" if target is None else target.name


def table(rows: Iterable[Iterable[str]]) -> nodes.table:
    """Make a table of literal text; the first row is its head."""
    cells = [list(row) for row in rows]
    group = nodes.tgroup(cols=len(cells[0]))
    group += [nodes.colspec(colwidth=1) for _ in cells[0]]
    group += nodes.thead("", _row(cells[0]))
    group += nodes.tbody("", *(_row(row) for row in cells[1:]))
    return nodes.table("", group)


def _row(cells: list[str]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph(text=cell)) for cell in cells))


class LifecycleTable(SphinxDirective):
    """Insert the table."""

    def run(self) -> list[nodes.Node]:
        return [table(transitions())]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive with Sphinx."""
    app.add_directive("lifecycle-table", LifecycleTable)
    return {"parallel_read_safe": True}
