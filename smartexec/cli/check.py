"""`smartexec check CONFIG`."""

from pathlib import Path

import click

from smartexec.cli.show import show_json
from smartexec.errors import ConfigError, PluginError
from smartexec.runtime.plan import plan_file
from smartexec.runtime.session import start


@click.command("check")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the faults as JSON.")
@click.pass_context
def command(ctx: click.Context, config: Path, as_json: bool) -> None:
    """Check CONFIG, its plugins and their inputs, and run nothing. One line per fault."""
    faults: list[str] = []
    try:
        start(plan_file(config), lambda _: None)
    except (ConfigError, PluginError) as error:
        faults = str(error).splitlines()
    if as_json:
        show_json({"config": str(config), "faults": faults})
    else:
        for line in faults:
            click.echo(line, err=True)
        if not faults:
            click.echo(f"{config}: no faults")
    ctx.exit(2 if faults else 0)
