"""`smartexec fit volume`."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import attrs
import click
from rich.bar import Bar
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from smartexec.cli.show import progress_bar, show_json
from smartexec.errors import ConfigError
from smartexec.model.statistics import CURVE_SCALE
from smartexec.runtime.fit.fit_volume import MIN_MODEL_DAYS, CurveKind, VolumeFit, fit_volume
from smartexec.runtime.fit.volume_em import TOLERANCE, Progress
from smartexec.runtime.fit.volume_feeds import cutting, read_feeds, times_of
from smartexec.runtime.fit.volume_history import MINUTE, History, coarser, first_days, pooled, read_history
from smartexec.runtime.reading.statistics_file import save_statistics
from smartexec.runtime.reading.units import duration

MAX_CHART: Final = 60
"""Bins drawn; more are put together."""
MAX_FAULTS: Final = 3
"""Bad rows of market data shown."""


def _width(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """Read a duration such as 15m as ns."""
    if value is None:
        return None
    try:
        width = duration(value)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from error
    if width <= 0:
        raise click.BadParameter(f"found {value!r}, expected more than 0", ctx, param)
    return width


@click.command("volume")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--symbol", "symbols", multiple=True, help="Instrument of FILES: one for all, or one for each file.")
@click.option(
    "--config", "configs", multiple=True, type=click.Path(path_type=Path), help="Read its market data; may be repeated."
)
@click.option("--bins", type=click.IntRange(1), help="Bins of a day.")
@click.option("--bin", "width", callback=_width, help='Width of a bin, such as "15m", which is the default.')
@click.option("--days", type=click.IntRange(1), help="Fit to the first DAYS days only.")
@click.option("--curve", type=click.Choice([k.value for k in CurveKind]), default="mean", help="How days are averaged.")
@click.option("--model/--no-model", default=None, help="Fit the dynamic model. Default: if there are days enough.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write the statistics file that [statistics] volume names."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(
    files: tuple[Path, ...],
    symbols: tuple[str, ...],
    configs: tuple[Path, ...],
    bins: int | None,
    width: int | None,
    days: int | None,
    curve: str,
    model: bool | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Fit volume curves and their model, volatility and spread.

    FILES have a column of times and a column of volumes for each day; or name a --config, whose market data are read.
    """
    if bool(files) == bool(configs):
        found = "files and --config" if files else "nothing to read"
        raise click.UsageError(f"found {found}, expected FILES with --symbol, or --config")
    if bins is not None and width is not None:
        raise click.UsageError("found --bins and --bin, expected one of them")
    histories = _of_files(files, symbols, bins, width) if files else _of_configs(configs, symbols, bins, width)
    fits: dict[str, VolumeFit] = {}
    for symbol, history in histories.items():
        with _fitting(symbol) as progress:
            used = first_days(history, days)
            fits[symbol] = fit_volume(used, kind=CurveKind(curve), model=model, progress=progress)
    if out is not None:
        save_statistics(out, {symbol: fit.statistics for symbol, fit in fits.items()})
    if as_json:
        show_json({symbol: _report(fit) for symbol, fit in fits.items()})
    else:
        _show(fits, out)


def _of_files(
    files: tuple[Path, ...], symbols: tuple[str, ...], bins: int | None, width: int | None
) -> dict[str, History]:
    """Read files by symbol; those of one symbol are pooled."""
    if len(symbols) not in (1, len(files)):
        found = f"{len(symbols)} symbols for {len(files)} files"
        raise click.UsageError(f"--symbol: found {found}, expected one for all, or one for each file")
    named = symbols if len(symbols) == len(files) else symbols * len(files)
    parts: dict[str, list[History]] = {}
    faults: list[str] = []
    for symbol, path in zip(named, files, strict=True):
        try:
            parts.setdefault(symbol, []).append(coarser(read_history(path), bins=bins, width=width))
        except ConfigError as error:
            faults += error.faults
    if faults:
        raise ConfigError(faults)
    return {symbol: pooled(found, symbol) for symbol, found in parts.items()}


def _of_configs(
    configs: tuple[Path, ...], symbols: tuple[str, ...], bins: int | None, width: int | None
) -> dict[str, History]:
    """Read market data by symbol; days of several configurations are pooled."""
    parts: dict[str, list[History]] = {}
    faults: list[str] = []
    for path in configs:
        with progress_bar(path.name, *times_of(path)) as progress:
            found = read_feeds(path, cutting(bins, width), faults.append, progress)
        for symbol, history in found.items():
            if not symbols or symbol in symbols:
                parts.setdefault(symbol, []).append(history)
    for line in faults[:MAX_FAULTS]:
        click.echo(line, err=True)
    if len(faults) > MAX_FAULTS:
        click.echo(f"and {len(faults) - MAX_FAULTS:,} more", err=True)
    if not parts:
        wanted = ", ".join(symbols) or "its instruments"
        raise ConfigError(f"{configs[0]}: found no volume, expected prints of {wanted}")
    return {symbol: pooled(found, symbol) for symbol, found in parts.items()}


@contextmanager
def _fitting(symbol: str) -> Iterator[Progress | None]:
    """Show how far the model's parameters still move; None where there is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with Console(stderr=True).status(f"{symbol}: fitting") as status:

        def tell(iteration: int, moved: float) -> None:
            status.update(f"{symbol}: iteration {iteration}, parameters move by {moved:.1e}, until {TOLERANCE:.0e}")

        yield tell


def _report(fit: VolumeFit) -> dict[str, Any]:
    """Give a fit for machines."""
    how = fit.model
    told = (
        {"iterations": how.iterations, "converged": how.converged, "log_likelihood": how.log_likelihood}
        if how
        else None
    )
    return {
        "days": fit.days,
        "left_out": fit.left_out,
        "fit": told,
        "statistics": attrs.asdict(fit.statistics),
    }


def _show(fits: Mapping[str, VolumeFit], out: Path | None) -> None:
    console = Console(width=None if sys.stdout.isatty() else 100)
    for symbol, fit in fits.items():
        known, how = fit.statistics, fit.model
        sigma = "-" if known.sigma is None else f"{known.sigma:.2%}"
        spread = "-" if known.spread is None else f"{known.spread / 1e9:.4f}"
        average = f"average day {known.adv or 0:,} lots"
        click.echo(f"{symbol}: {fit.days} days, {average}, volatility {sigma} a day, spread {spread}")
        if fit.left_out:
            click.echo(f"  left out, without volume: {', '.join(fit.left_out)}")
        if how is not None:
            ended = "settled" if how.converged else "not settled"
            m = how.model
            click.echo(
                f"  dynamic model: a_eta {m.a_eta:.4f}, a_mu {m.a_mu:.4f}, var_eta {m.var_eta:.4f}, "
                f"var_mu {m.var_mu:.4f}, r {m.r:.4f}; {ended} after {how.iterations} iterations"
            )
        else:
            click.echo(f"  no dynamic model: it takes {MIN_MODEL_DAYS} days or more, with volume in every bin")
        console.print(_chart(known.curve, known.bin))
    if out is not None:
        click.echo(f"written to {out}")


def _chart(curve: tuple[int, ...], width: int) -> Table:
    """Draw each bin's share of the day."""
    each = -(-len(curve) // MAX_CHART)
    shares = [sum(curve[at : at + each]) for at in range(0, len(curve), each)]
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("after open", justify="right")
    table.add_column("share", justify="right")
    table.add_column("")
    for number, share in enumerate(shares):
        minutes = number * each * width // MINUTE
        bar = Bar(max(shares), 0, share, width=50)
        table.add_row(f"{minutes // 60}:{minutes % 60:02}", f"{share / CURVE_SCALE:.2%}", bar)
    return table
