"""`smartexec run CONFIG`."""

from pathlib import Path

import click

from smartexec.cli.folders import new_folder
from smartexec.cli.show import progress_bar, show_run
from smartexec.runtime.plan.plan import plan_file
from smartexec.runtime.reading.config import load
from smartexec.runtime.simulation.run import run


@click.command("run")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Run folder, new or empty. Default: run-NAME.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
def command(ctx: click.Context, config: Path, out: Path | None, as_json: bool) -> None:
    """Run CONFIG and keep the journal and the tables in a run folder."""
    plan_file(config)  # every fault of the file and its plugins, before anything is made
    times = load(config).run
    folder = out or new_folder(f"run-{times.name}")
    with progress_bar(times.name, times.start, times.end) as progress:
        result = run(config, folder, progress)
    ctx.exit(show_run(result, as_json=as_json))
