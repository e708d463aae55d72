"""`smartexec fit venues`."""

from pathlib import Path

import click

from smartexec.cli.show import progress_bar, show_json
from smartexec.cli.venues import FOOTNOTE, show_figures
from smartexec.errors import ConfigError
from smartexec.kernel.decay import Decay
from smartexec.kernel.settings import Scoring
from smartexec.runtime.config import load
from smartexec.runtime.fit_venues import fit_venues
from smartexec.runtime.records import to_builtins
from smartexec.runtime.run import CONFIG
from smartexec.runtime.venues_file import VenueHistory, save_venues


@click.command("venues")
@click.argument("runs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Write the file that [statistics] venues names.")
@click.option("--json", "as_json", is_flag=True, help="Print the history as JSON, as it is in the file.")
def command(runs: tuple[Path, ...], out: Path | None, as_json: bool) -> None:
    """Pool what finished RUNS measured of their venues and what their routing logics learned.

    Each run counts with what it saw itself; older runs weigh less, by [scorecard] half_life of the latest.
    """
    for run in runs:
        if not (run / CONFIG).is_file():
            raise ConfigError(f"{run}: found no {CONFIG}, expected the folder of a run")
    times = [load(run / CONFIG).run for run in runs]
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


def _show(history: VenueHistory) -> None:
    usual = Scoring()
    decay = Decay(usual.half_life)
    for symbol, by in history.tallies.items():
        show_figures(
            symbol, {mic: one.figures(one.quantiles(), one.curve(decay, usual.min_trials)) for mic, one in by.items()}
        )
    for name, learned in history.learned.items():
        click.echo(f"{name} has learned something of {', '.join(learned)}")
