"""Text and HTML for people: aligned columns, cards of labelled lines. Knows nothing of what it shows."""

from collections.abc import Sequence
from html import escape
from textwrap import indent
from typing import Final

Lines = Sequence[tuple[str, str]]
"""(label, text) each."""
_CELL: Final = "text-align:left;vertical-align:top;padding:2px 10px 2px 0"
_NUMBER: Final = "text-align:right;vertical-align:top;padding:2px 10px 2px 0"


def card(head: str, lines: Lines, trace: str = "") -> str:
    """Print a head, its labelled lines below, and a traceback if there is one."""
    width = max((len(label) for label, _ in lines), default=0)
    body = [f"  {label:<{width}}  {text}" for label, text in lines]
    return "\n".join([head, *body, *([indent(trace, "    ")] if trace else [])])


def sheet(head: str, lines: Lines, trace: str = "") -> str:
    """Give the same as an HTML table."""
    rows = "".join(f'<tr><th style="{_CELL}">{_safe(label)}</th><td style="{_CELL}">{_safe(text)}</td></tr>'
                   for label, text in lines)  # fmt: skip
    after = f"<pre>{escape(trace)}</pre>" if trace else ""
    return f"<table><caption style='text-align:left'><b>{_safe(head)}</b></caption>{rows}</table>{after}"


def columns(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: frozenset[int] = frozenset()) -> str:
    """Print rows under a head in aligned columns; those of `numbers` to the right."""
    table = [head, *rows]
    widths = [max(len(row[n]) for row in table) for n in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.rjust(widths[n]) if n in numbers else cell.ljust(widths[n]) for n, cell in enumerate(row)
        ).rstrip()
        for row in table
    )


def grid(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: frozenset[int] = frozenset()) -> str:
    """Give the same as an HTML table."""
    top = "".join(f'<th style="{_style(n, numbers)}">{_safe(name)}</th>' for n, name in enumerate(head))
    body = "".join(
        "<tr>" + "".join(f'<td style="{_style(n, numbers)}">{_safe(cell)}</td>' for n, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _style(number: int, numbers: frozenset[int]) -> str:
    return _NUMBER if number in numbers else _CELL


def _safe(text: str) -> str:
    return escape(text).replace("\n", "<br>")
