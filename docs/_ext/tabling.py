"""Tables and paragraphs of docutils nodes, for the other extensions here. Knows nothing of smartexec."""

from collections.abc import Iterable

from docutils import nodes


def table(rows: Iterable[Iterable[str]], widths: Iterable[int] = ()) -> nodes.table:
    """Make a table; the first row is its head. Text between backquotes is set as code."""
    cells = [list(row) for row in rows]
    columns = list(widths) or [1] * len(cells[0])
    group = nodes.tgroup(cols=len(columns))
    group += [nodes.colspec(colwidth=width) for width in columns]
    group += nodes.thead("", _row(cells[0]))
    group += nodes.tbody("", *(_row(row) for row in cells[1:]))
    return nodes.table("", group)


def paragraph(text: str) -> nodes.paragraph:
    """Make a paragraph; text between backquotes is set as code."""
    node = nodes.paragraph()
    for number, part in enumerate(text.split("`")):
        if part:
            node += nodes.literal(text=part) if number % 2 else nodes.Text(part)
    return node


def _row(cells: list[str]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", paragraph(cell)) for cell in cells))
