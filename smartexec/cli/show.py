"""What commands print: progress, the summary of a run, JSON. Prints values that others have worked out."""

import json
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import attrs
import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table as RichTable

from smartexec.runtime.reading.units import decimal, iso
from smartexec.runtime.report.outcome import ClientTally, ParentLine, Totals
from smartexec.runtime.report.tables import px
from smartexec.runtime.simulation.loop import Counts
from smartexec.runtime.simulation.loop import Progress as Callback
from smartexec.runtime.simulation.run import RunResult

MAX_ALERTS: Final = 10
"""Alerts of level error shown; all are in the tables."""
FOOTNOTE: Final = (
    "prices in the currency; netted inside: crossed or offset, a cross counts at both its parents\n"
    "slippage: average price against the market's VWAP while the parent worked, in bp, positive = worse; parents "
    "without executions left out"
)
PROGRAM: Final = "smartexec"
WIDEST: Final = 1000
"""Characters: wider than any table."""
MAX_LINES: Final = 100
"""Parents shown; all are in the tables."""


@contextmanager
def progress_bar(what: str, start: int, end: int) -> Iterator[Callback | None]:
    """Show how far a run is, its rate and the remaining time; None where there is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}% {task.fields[rate]} {task.fields[at]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=max(end - start, 1), rate="", at="")
        began = perf_counter()

        def tell(counts: Counts, now: int) -> None:
            rate = (counts.market + counts.orders) / max(perf_counter() - began, 1e-9)
            bar.update(task, completed=now - start, rate=f"{rate:,.0f} events/s", at=iso(now)[11:19])

        yield tell


def show_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, default=_plain, indent=2))


def _plain(value: Any) -> Any:
    if attrs.has(type(value)):
        return attrs.asdict(value, recurse=False)
    return str(value) if isinstance(value, Path) else repr(value)


def show_run(result: RunResult, *, as_json: bool) -> int:
    """Print what came of a run; give the exit code."""
    if as_json:
        show_json(_report(result))
    else:
        _table(result.parents)
        _totals(result)
    for line in result.breaches:
        click.echo(f"lost: {line}", err=True)
    _alerts([line for line in result.errors if line not in result.breaches])
    return 1 if result.breaches else 0


def _report(result: RunResult) -> dict[str, Any]:
    """Give the result for machines: prices and money as decimal text, as in the tables."""
    told = attrs.asdict(result, recurse=False)
    return told | {"parents": [_parent(line) for line in result.parents], "totals": totals_report(result.totals)}


def _parent(line: ParentLine) -> dict[str, Any]:
    return attrs.asdict(line) | {"avg_px": px(line.avg_px) or None, "vwap": px(line.vwap) or None}


def totals_report(totals: Totals) -> dict[str, Any]:
    """Give totals for machines: money as decimal text."""
    return attrs.asdict(totals) | {"notional": px(totals.notional), "fees": px(totals.fees)}


def _alerts(errors: Sequence[str]) -> None:
    for line in errors[:MAX_ALERTS]:
        click.echo(f"alert: {line}", err=True)
    if len(errors) > MAX_ALERTS:
        click.echo(f"alert: ... and {len(errors) - MAX_ALERTS} more of level error in the table alerts", err=True)


def _table(parents: Sequence[ParentLine]) -> None:
    console = Console(width=None if sys.stdout.isatty() else 140)
    table = _lines(parents, names=True)
    if console.measure(table, options=console.options.update_width(WIDEST)).maximum > console.width:
        table = _lines(parents, names=False)
    console.print(table)
    click.echo(FOOTNOTE)
    if len(parents) > MAX_LINES:
        click.echo(f"... and {len(parents) - MAX_LINES} more parents in the table parent_orders")


def _lines(parents: Sequence[ParentLine], *, names: bool) -> RichTable:
    """A line per parent; without the `names` of venues it fits into 80 columns."""
    table = RichTable(box=SIMPLE_HEAD, pad_edge=False, padding=0, show_edge=False)
    for name in ("parent", "symbol", "side", "strat-\negy"):
        table.add_column(name, no_wrap=True)
    for name in ("client\norders", "netted\ninside", "executed", "average\nprice", "interval\nVWAP", "slip-\npage"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("venues\nused", no_wrap=True)
    for line in parents[:MAX_LINES]:
        table.add_row(*_cells(line), (" ".join(line.venues) or "-") if names else str(len(line.venues)))
    return table


def _cells(line: ParentLine) -> list[str]:
    digits = line.qty_decimals
    return [
        line.parent_id,
        line.symbol,
        line.side,
        line.strategy,
        f"{line.clients:,}",
        decimal(line.netted_qty, digits),
        decimal(line.cum_qty, digits),
        price(line.avg_px),
        price(line.vwap),
        "-" if line.slippage_bps is None else f"{line.slippage_bps:+.2f}",
    ]


def price(px: int | None) -> str:
    """Print a price to four decimals, for people."""
    return "-" if px is None else f"{px / 1e9:,.4f}"


def _clients(c: ClientTally) -> None:
    """Print what became of the client orders, and why the first ones were rejected."""
    click.echo("client orders: " + ", ".join(_status(c, name, count) for name, count in c.statuses.items()))
    for reason in c.reasons:
        click.echo(f"  rejected {reason}")
    rest = c.statuses["REJECTED"] - len(c.reasons)
    if rest > 0:
        click.echo(f"  ... and {rest:,} more: see client_orders.csv")


def _status(c: ClientTally, name: str, count: int) -> str:
    partly = c.partly_executed.get(name)
    return f"{count:,} {name}" + (f" ({partly:,} of them partly executed)" if partly else "")


def _totals(result: RunResult) -> None:
    t, counts = result.totals, result.counts
    slippage = "-" if t.slippage_bps is None else f"{t.slippage_bps:+.2f} bp"
    click.echo(
        f"{t.client_orders:,} client orders in {t.parents:,} parents: {t.netted_qty:,} lots netted inside "
        f"(both sides, offsets included), "
        f"{t.cum_qty:,} executed in {t.executions:,} executions of {t.child_orders:,} child orders, "
        f"slippage {slippage}"
    )
    _clients(result.clients)
    rate = (counts.market + counts.orders) / max(result.seconds, 1e-9)
    click.echo(f"{counts.market:,} market events, {result.seconds:.1f} s, {rate:,.0f} events/s; {t.alerts:,} alerts")
    if result.faults:
        click.echo(f"{result.faults:,} faults in the input, one line each in faults.log")
    if result.out is not None:
        click.echo(f"run folder {result.out}: config.toml, the journal, tables/, faults.log")
        _next(result)


def _next(result: RunResult) -> None:
    """Print what can be typed next, with the program as it was called and a parent that there is."""
    program, folder = program_called(), shlex.quote(str(result.out))
    click.echo(f"next: {program} replay {folder}")
    if result.parents:
        click.echo(f"      {program} explain {folder} {result.parents[0].parent_id}")


def program_called() -> str:
    """Give the words that call this program again: its path, where it was called by one that the shell may not find."""
    called = sys.argv[0]
    own = Path(called).stem == PROGRAM and Path(called).name != called
    found = shutil.which(PROGRAM)
    if not own or (found is not None and Path(found).resolve() == Path(called).resolve()):
        return PROGRAM
    return shlex.quote(called)
