"""`smartexec compare CONFIG... --strategies ... --routers ... --seeds N`."""

import os
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from smartexec.api import ConfigError, Host
from smartexec_tca.bootstrap import LEVEL, SEED
from smartexec_tca.combination import Combination, combinations
from smartexec_tca.comparison import Compared, compare
from smartexec_tca.comparison_report import (
    COLUMNS,
    FOOTNOTE,
    PARENT_COLUMNS,
    TIME_COLUMNS,
    cost_table,
    parent_rows,
    report,
    row,
    share_table,
    time_rows,
)
from smartexec_tca.console import show
from smartexec_tca.files import as_json, write_csv, write_text
from smartexec_tca.plots import html
from smartexec_tca.study import Outcome, Tell, study, tasks
from smartexec_tca.units import RESAMPLE
from smartexec_tca.worked import METRICS

BROKEN: Final = 1
"""Exit code: a run failed, broke a law or lost something."""


@click.command("compare")
@click.argument("configs", nargs=-1, required=True, metavar="CONFIG...", type=click.Path(path_type=Path))
@click.option("--strategies", multiple=True, help="NAME[:PARAMETER=VALUE...], separated by commas, for every order.")
@click.option("--routers", multiple=True, help="Names for [routing] default, separated by commas.")
@click.option("--seeds", type=click.IntRange(1), help="Run with the seeds 1 to N. Default: the seed of the file.")
@click.option("--jobs", type=click.IntRange(1), help="Runs at a time. Default: one for each processor.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder for the files. Default: the first of comparison, comparison-2 ...",
)
@click.option("--json", "json_", is_flag=True, help="Print the comparison as JSON.")
@click.option(
    "--resample",
    type=click.Choice(RESAMPLE),
    default=RESAMPLE[0],
    show_default=True,
    help="What the intervals take as independent.",
)
@click.option("--replicates", type=click.IntRange(100), default=1000, show_default=True, help="Draws of an interval.")
@click.pass_obj
def command(host: Host, /, configs: Sequence[Path], out: Path | None, json_: bool, **given: Any) -> None:
    """Run every CONFIG under every combination of strategy and router, and say which costs less."""
    chosen = combinations(given["strategies"], given["routers"])
    todo = tasks(_once(configs), [None] if given["seeds"] is None else range(1, given["seeds"] + 1), chosen)
    _check(host, configs, chosen)
    folder = _folder(out)
    with _tidy(folder), _progress(len(todo)) as tell:
        outcomes = study(host, todo, min(given["jobs"] or os.cpu_count() or 1, len(todo)), tell)
    compared = compare(chosen, outcomes, by=given["resample"], replicates=given["replicates"])
    told = report(compared, outcomes, _settings(configs, given))
    _write(folder, compared, outcomes, told)
    if json_:
        click.echo(as_json(told), nl=False)
    else:
        _show(compared, folder)
    click.get_current_context().exit(_faults(outcomes))


def _check(host: Host, configs: Sequence[Path], chosen: Sequence[Combination]) -> None:
    """Refuse before the first run what no run could do; every fault once."""
    faults: dict[str, None] = {}
    for config in configs:
        for one in chosen:
            try:
                host.check(config, one.changes(None))
            except ConfigError as error:
                faults |= dict.fromkeys(error.faults)
    if faults:
        raise ConfigError(list(faults))


def _once(configs: Sequence[Path]) -> Sequence[Path]:
    twice = next((path for number, path in enumerate(configs) if path in configs[:number]), None)
    if twice is not None:
        raise ConfigError(f"CONFIG: found {twice} twice, expected once")
    return configs


def _folder(out: Path | None) -> Path:
    """Make the folder before the work: the one that was named, else the first of comparison, comparison-2 ..."""
    folder, number = out or Path("comparison"), 1
    while out is None and folder.exists():
        number += 1
        folder = Path(f"comparison-{number}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"--out: {folder}: found {error.strerror}, expected a folder that can be written") from error
    return folder


@contextmanager
def _tidy(folder: Path) -> Generator[None, None, None]:
    """Leave no empty folder behind where the runs are interrupted."""
    try:
        yield
    except BaseException:
        with suppress(OSError):  # not empty: it is somebody's
            folder.rmdir()
        raise


@contextmanager
def _progress(runs: int) -> Generator[Tell, None, None]:
    """Show how many runs are done, on a terminal; name those that fail, wherever."""
    console = Console(stderr=True)
    columns = (TextColumn("compare"), BarColumn(), MofNCompleteColumn(), TextColumn("runs"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=runs)

        def tell(outcome: Outcome) -> None:
            bar.advance(task)
            _warn(outcome)

        yield tell


def _warn(outcome: Outcome) -> None:
    name = outcome.task.name
    if outcome.fault:
        click.echo(f"failed: {name}: {outcome.fault}", err=True)
    for line in outcome.breaches:
        click.echo(f"lost: {name}: {line}", err=True)


def _settings(configs: Sequence[Path], given: dict[str, Any]) -> dict[str, Any]:
    """Say how the figures came about."""
    bootstrap = {"level": LEVEL, "seed": SEED, "replicates": given["replicates"], "resample": given["resample"]}
    return {"configs": [str(path) for path in configs], "seeds": given["seeds"], "bootstrap": bootstrap}


def _write(folder: Path, compared: Sequence[Compared], outcomes: Sequence[Outcome], told: dict[str, Any]) -> None:
    write_csv(folder / "comparison.csv", COLUMNS, map(row, compared))
    write_csv(folder / "parents.csv", PARENT_COLUMNS, parent_rows(outcomes))
    write_csv(folder / "runs.csv", TIME_COLUMNS, time_rows(outcomes))
    write_text(folder / "comparison.json", as_json(told))
    write_text(folder / "plots.html", html(compared, outcomes))


def _show(compared: Sequence[Compared], folder: Path) -> None:
    for metric in METRICS:
        show(partial(cost_table, compared, metric), partial(cost_table, compared, metric, whole=False))
        click.echo()
    show(partial(share_table, compared), partial(share_table, compared, whole=False))
    click.echo(FOOTNOTE)
    click.echo(f"written to {folder}: comparison.csv, comparison.json, parents.csv, runs.csv, plots.html")


def _faults(outcomes: Sequence[Outcome]) -> int:
    failed = sum(1 for outcome in outcomes if outcome.fault)
    lost = sum(1 for outcome in outcomes if outcome.breaches)
    if failed:
        click.echo(f"{failed} of {len(outcomes)} runs failed; they are in no figure", err=True)
    if lost:
        click.echo(f"{lost} of {len(outcomes)} runs broke a law or lost something; they are in the figures", err=True)
    return BROKEN if failed or lost else 0
