"""`smartexec fit venues`."""

from pathlib import Path

import attrs
import click

from smartexec.cli.show import progress_bar, show_json
from smartexec.cli.venues import FOOTNOTE, show_figures
from smartexec.errors import ConfigError
from smartexec.kernel.decay import Decay
from smartexec.kernel.settings import Scoring
from smartexec.runtime.fit.fit_venues import fit_venues
from smartexec.runtime.fit.venue_prints import study_config
from smartexec.runtime.journal.records import to_builtins
from smartexec.runtime.plan.venues_file import VenueHistory, save_venues
from smartexec.runtime.reading.config import load
from smartexec.runtime.simulation.run import CONFIG


@click.command("venues")
@click.argument("runs", nargs=-1, type=click.Path(path_type=Path))
@click.option("--config", type=click.Path(path_type=Path), help="Study its market data instead: what prints say.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the file that [statistics] venues names.")
@click.option("--json", "as_json", is_flag=True, help="Print the history as JSON, as it is in the file.")
def command(runs: tuple[Path, ...], config: Path | None, out: Path | None, as_json: bool) -> None:
    """Pool what finished RUNS measured of their venues and what their routing logics learned.

    Each run counts with what it saw itself; older runs weigh less, by [scorecard] half_life of the latest.
    With --config no run is needed: it tells what the market's own prints say of venues, which is no history to begin
    with, so there is no --out then.
    """
    if bool(runs) == bool(config) or (config and out):
        raise click.UsageError("expected RUNS, or --config without --out")
    if config is not None:
        _study(config, as_json)
        return
    for run in runs:
        if not (run / CONFIG).is_file():
            raise ConfigError(f"{run}: found no {CONFIG}, expected the folder of a run")
    times = [load(run / CONFIG, live=True).run for run in runs]
    with progress_bar("fit venues", min(t.start for t in times), max(t.end for t in times)) as progress:
        history = fit_venues(runs, progress)
    if out is not None:
        save_venues(out, history)
    if as_json:
        show_json(to_builtins(history))
        return
    _show(history)
    click.echo(FOOTNOTE)
    if out is not None:
        click.echo(f"written to {out}")


def _study(config: Path, as_json: bool) -> None:
    """Tell what prints say, by instrument and venue."""
    found = study_config(config, lambda line: click.echo(line, err=True))
    if not any(found.values()):
        raise ConfigError(f"{config}: found no prints beside quotes of a consolidated tape, expected some")
    if as_json:
        show_json({symbol: {mic: attrs.asdict(one) for mic, one in by.items()} for symbol, by in found.items()})
        return
    for symbol, by in found.items():
        click.echo(f"{symbol}: {'share':>9} {'effective':>12} {'impact 1 s':>12} {'at midpoint':>12}")
        for mic, one in sorted(by.items(), key=lambda item: -item[1].share):
            bps = f"{one.effective_bps:>9.4f} bp {one.impact_bps:>9.4f} bp"
            click.echo(f"  {mic:6} {one.share:>7.2%} {bps} {one.at_mid:>12.2%}")


def _show(history: VenueHistory) -> None:
    usual = Scoring()
    decay = Decay(usual.half_life)
    for symbol, by in history.tallies.items():
        show_figures(
            symbol, {mic: one.figures(one.quantiles(), one.curve(decay, usual.min_trials)) for mic, one in by.items()}
        )
    for name, learned in history.learned.items():
        click.echo(f"{name} has learned something of {', '.join(learned)}")
