"""`smartexec demo`: a whole run from a configuration that comes with the package."""

from importlib.resources import as_file, files
from pathlib import Path
from shutil import copyfile
from typing import Final

import click

from smartexec.cli.folders import new_folder
from smartexec.cli.show import progress_bar, show_run
from smartexec.runtime.reading.config import load
from smartexec.runtime.simulation.run import run

VOLUME: Final = "demo_volume.json"


@click.command("demo")
@click.option("--out", type=click.Path(path_type=Path), help="Run folder, new or empty. Default: smartexec-demo.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
def command(ctx: click.Context, out: Path | None, as_json: bool) -> None:
    """Run a seeded day: thousands of small orders from three sources, netted, executed at five venues, shared."""
    folder = out or new_folder("smartexec-demo")
    with as_file(files("smartexec.cli")) as here:
        config = here / "demo.toml"
        times = load(config).run
        with progress_bar("demo", times.start, times.end) as progress:
            result = run(config, folder, progress)
        copyfile(here / VOLUME, folder / VOLUME)  # the run's copy of the configuration names it
    ctx.exit(show_run(result, as_json=as_json))
