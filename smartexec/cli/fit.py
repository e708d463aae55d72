"""`smartexec fit`: what is learned from history before a run. Each subcommand has its own file."""

from importlib import import_module
from importlib.util import find_spec
from typing import Final

import click

FITS: Final = {"volume": "fit_volume", "venues": "fit_venues"}
"""Subcommand -> its file, `smartexec.cli.NAME`, with a click command `command`."""


class Fits(click.Group):
    """Imports a subcommand when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, file in FITS.items() if find_spec(f"smartexec.cli.{file}")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"smartexec.cli.{FITS[cmd_name]}").command
        return command


@click.group("fit", cls=Fits)
def command() -> None:
    """Learn from history what a run begins with: volume curves, volatility, spreads, venues."""
