"""Tables on a terminal: a shorter form where the whole one does not fit, so that no figure is cut off."""

import sys
from collections.abc import Callable, Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

WIDTH: Final = 140
"""Characters, where there is no terminal to say."""
WIDEST: Final = 1000
"""Characters: wider than any table."""


def show(*forms: Callable[[], Table]) -> None:
    """Print the first form that fits, else the last."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    options = console.options.update_width(WIDEST)
    table = forms[0]()
    for form in forms[1:]:
        if console.measure(table, options=options).maximum <= console.width:
            break
        table = form()
    console.print(table)


def ruled(name: str, heads: Sequence[str], label: int | None = None) -> Table:
    """Give an empty table of a name and figures; names longer than `label` are folded."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column(name, overflow="fold", no_wrap=label is None, min_width=label, max_width=label)
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    return table
