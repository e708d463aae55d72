"""`smartexec replay RUN`."""

from pathlib import Path

import click
from attrs import asdict

from smartexec.cli.show import progress_bar, show_json, totals_report
from smartexec.runtime.reading.config import load
from smartexec.runtime.replay.replay import Replay, replay
from smartexec.runtime.replay.what_if import what_if
from smartexec.runtime.report.outcome import Totals, totals
from smartexec.runtime.simulation.run import CONFIG

MAX_DIFFERENCES = 20
"""Different answers shown; `--json` shows all."""


@click.command("replay")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--audit", is_flag=True, help="Ask the plugins again and list every different answer.")
@click.option("--what-if", "config", type=click.Path(path_type=Path), help="Run the recorded inputs under CONFIG.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
def command(ctx: click.Context, run: Path, audit: bool, config: Path | None, as_json: bool) -> None:
    """Fold the journal of RUN again and compare commands and tables byte by byte."""
    with progress_bar("replay", *_times(run)) as progress:
        again = replay(run, progress, audit=audit)
    if as_json and config is None:
        show_json(_report(again))
    elif not as_json:
        _show(again, run)
    broken = bool(again.difference or again.differences)
    if config is not None:
        with progress_bar("what if", *_times(run)) as progress:
            other = what_if(run, config, progress)
        _compare(totals(again.blotter), other.totals, as_json=as_json)
        for line in other.breaches:
            click.echo(f"lost under {config}: {line}", err=True)
        broken = broken or bool(other.breaches)
    ctx.exit(1 if broken else 0)


def _times(run: Path) -> tuple[int, int]:
    path = run / CONFIG
    times = load(path, live=True).run if path.is_file() else None
    return (times.start, times.end) if times else (0, 1)


def _report(again: Replay) -> dict[str, object]:
    return {
        "identical": again.identical,
        "difference": again.difference,
        "torn": again.torn,
        "records": again.records,
        "market": again.counts.market,
        "commands": again.counts.commands,
        "commands_digest": again.commands,
        "audited": again.audited,
        "differences": again.differences,
    }


def _show(again: Replay, run: Path) -> None:
    counts = again.counts
    scope = f"{again.records:,} records, {counts.market:,} market events, {counts.commands:,} commands"
    if again.torn:
        click.echo(f"{run}: {again.torn}")
    if again.difference:
        click.echo(f"{run}: not the same: {again.difference}", err=True)
    else:
        click.echo(f"{run}: {scope}: {again.compared} byte-identical ({again.commands})")
    if again.audited:
        click.echo(f"{again.audited:,} answers of plugins asked again: {len(again.differences):,} different")
    for one in again.differences[:MAX_DIFFERENCES]:
        click.echo(f"seq {one.seq} {one.plugin} {one.parent_id}: found {one.rerun}, recorded {one.recorded}", err=True)


def _compare(recorded: Totals, other: Totals, *, as_json: bool) -> None:
    if as_json:
        show_json({"recorded": totals_report(recorded), "what_if": totals_report(other)})
        return
    before, after = asdict(recorded), asdict(other)
    click.echo(f"{'':14}{'recorded':>22}{'what if':>22}")
    for name, value in before.items():
        click.echo(f"{name:14}{_cell(name, value):>22}{_cell(name, after[name]):>22}")


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    if name in ("notional", "fees"):
        return f"{value / 1e9:,.2f}"
    return f"{value:+.3f}" if isinstance(value, float) else f"{value:,}"
