"""`smartexec venues RUN`."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import attrs
import click
from rich.bar import Bar
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from smartexec.cli.show import progress_bar, show_json
from smartexec.errors import ConfigError, SmartexecError
from smartexec.model.routing import VenueScore
from smartexec.model.survival import Survival
from smartexec.runtime.replay.replay import open_run, replay

MAX_STEPS: Final = 12
"""Lines of a survival chart."""
Figures = Mapping[str, Any]
"""What is known of a venue, by the names of `VenueScore`."""


def _share(value: float) -> str:
    return f"{value:.1%}"


def _bps(value: float) -> str:
    return f"{value:+.2f} bp"


def _time(value: int) -> str:
    for unit, name in ((10**9, "s"), (10**6, "ms"), (10**3, "us")):
        if value >= unit:
            return f"{value / unit:.4g} {name}"
    return f"{value} ns"


ROWS: Final[tuple[tuple[str, str, Callable[[Any], str]], ...]] = (
    ("orders ended", "tried", lambda n: f"{n:,}"),
    ("filled of quantity", "fill_ratio", _share),
    ("executed at all", "fill_prob", _share),
    ("rejected", "reject_rate", _share),
    ("time to first fill", "time_to_fill", _time),
    ("latency, mean", "latency", _time),
    ("latency, median", "latency_p50", _time),
    ("latency, 90 %", "latency_p90", _time),
    ("latency, 99 %", "latency_p99", _time),
    ("effective spread", "effective_bps", _bps),
    ("markout 100 ms", "markout_100ms", _bps),
    ("markout 1 s", "markout_1s", _bps),
    ("markout 10 s", "markout_10s", _bps),
    ("toxicity", "toxicity", _bps),
    ("market's volume", "volume_share", _share),
)
"""Label, field, how it is printed."""
FOOTNOTE: Final = (
    "weighted by age, [scorecard] half_life; effective spread: paid, twice the distance from the midpoint; markout: "
    "move of the midpoint in our favour after an execution, from its price; toxicity: minus the 10 s markout of what "
    "added liquidity"
)


UNTOLD: Final = "too few by [scorecard] min_trials, or all executed in full"


@click.command("venues")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--symbol", "symbols", multiple=True, help="Only this instrument; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print the scores as JSON: times in ns, prices in 1e-9, lots.")
def command(run: Path, symbols: tuple[str, ...], as_json: bool) -> None:
    """Tell what RUN knew of its venues at its end: odds, latency, spread, markouts, hidden size."""
    found = scores_of(run, symbols)
    if as_json:
        show_json({symbol: {mic: plain(score) for mic, score in by.items()} for symbol, by in found.items()})
        return
    for symbol, by in found.items():
        show_figures(symbol, {mic: attrs.asdict(score, recurse=False) for mic, score in by.items()})
    click.echo(FOOTNOTE)


def scores_of(run: Path, symbols: tuple[str, ...]) -> dict[str, dict[str, VenueScore]]:
    """Fold a run again and give its scores by symbol and MIC, as they were at its end."""
    opened = open_run(run)
    opened.plan.journal.close()
    known = opened.header.instruments
    if wrong := [symbol for symbol in symbols if symbol not in known]:
        raise ConfigError(f"--symbol: found {wrong[0]!r}, expected one of {', '.join(known)}")
    times = opened.plan.config.run
    with progress_bar("venues", times.start, times.end) as progress:
        again = replay(run, progress, files=False)
    if again.difference:
        raise SmartexecError(f"{run}: {again.difference}: its scores cannot be trusted")
    engine = again.engine
    return {
        symbol: {str(mic): score for mic, score in engine.scorecard.scores(market, True).items()}
        for symbol, market in engine.markets.items()
        if not symbols or symbol in symbols
    }


def plain(score: VenueScore) -> dict[str, Any]:
    """Give the measured part of a score for machines."""
    names = [name for _, name, _ in ROWS]
    hidden = None if score.hidden is None else attrs.asdict(score.hidden)
    return {"kind": score.capabilities.kind.name, **{name: getattr(score, name) for name in names}, "hidden": hidden}


def show_figures(symbol: str, by: Mapping[str, Figures]) -> None:
    """Print a table of all figures, a column for each venue, and what is hidden where."""
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, title=symbol, title_justify="left")
    table.add_column("")
    for mic in by:
        table.add_column(mic, justify="right")
    for label, name, form in ROWS:
        cells = [figures.get(name) for figures in by.values()]
        if any(cell is not None for cell in cells):
            table.add_row(label, *("-" if cell is None else form(cell) for cell in cells))
    console.print(table)
    for mic, figures in by.items():
        if figures.get("hidden") is not None:
            hidden: Survival = figures["hidden"]
            if not hidden.sizes and hidden.beyond == 1.0:
                click.echo(f"{symbol} {mic}: hidden size unknown, {hidden.trials:,} orders: {UNTOLD}")
                continue
            console.print(
                f"{symbol} {mic}: chance that at least so many lots are hidden, from {hidden.trials:,} orders"
            )
            console.print(_chart(hidden))
    console.print()


def _chart(hidden: Survival) -> Table:
    """Draw how likely it is that at least so much is hidden."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right")
    table.add_column(justify="right")
    table.add_column("")
    steps = [(size, prob) for size, prob in zip(hidden.sizes, hidden.probs, strict=True) if size]
    every = -(-len(steps) // MAX_STEPS) or 1
    for size, prob in steps[every - 1 :: every]:
        table.add_row(f"{size:,}", f"{prob:.1%}", Bar(1.0, 0, prob, width=40))
    beyond = f"{hidden.sizes[-1] + 1:,} or more" if hidden.sizes else "1 or more"
    table.add_row(beyond, f"{hidden.beyond:.1%}", Bar(1.0, 0, hidden.beyond, width=40))
    return table
