"""`smartexec check CONFIG`."""

from pathlib import Path
from typing import Final

import click

from smartexec.cli.show import show_json
from smartexec.errors import ConfigError, PluginError
from smartexec.registry import discover
from smartexec.runtime.plan.dry_run import hint, not_allowed, refused
from smartexec.runtime.plan.plan import plan_file
from smartexec.runtime.plan.starting import start

MAX_FAULTS: Final = 50
"""Faults shown; `--json` shows all."""


@click.command("check")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--live", is_flag=True, help="It is a file for `serve`: market data and orders may come otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print the faults as JSON.")
@click.pass_context
def command(ctx: click.Context, config: Path, live: bool, as_json: bool) -> None:
    """Check CONFIG, its plugins and its orders, and run nothing. One line per fault."""
    faults = _faults(config, live)
    if as_json:
        show_json({"config": str(config), "faults": faults})
    else:
        for line in faults[:MAX_FAULTS]:
            click.echo(line, err=True)
        if len(faults) > MAX_FAULTS:
            click.echo(f"and {len(faults) - MAX_FAULTS:,} more", err=True)
        if not faults:
            click.echo(f"{config}: no faults")
    ctx.exit(2 if faults else 0)


def _faults(config: Path, live: bool) -> list[str]:
    """Give the faults of a file, and where it has none, what would be refused of its orders."""
    said: list[str] = []
    try:
        plan = plan_file(config, live=live)
        start(plan, said.append)
        said = refused(plan) + said
    except (ConfigError, PluginError) as error:
        return str(error).splitlines()
    if any("TargetStrategy(847)" in line for line in said):
        others = not_allowed(discover(), plan)
        said = [hint(line, others) for line in said]
    return [f"{config}: {line}" for line in said]
