"""The `smartexec` program: its commands, and how errors become exit codes. What a command does is in its own file.

Exit codes: 0 done, 1 the run broke a law or lost something, 2 usage or configuration, 130 interrupted.
"""

from importlib import import_module
from typing import Any, Final

import click

from smartexec.cli.host import Installed
from smartexec.errors import ConfigError, PluginError, SmartexecError
from smartexec.registry import discover
from smartexec.runtime.plan.setup import own_version

BUILT_IN: Final = (
    "certify",
    "check",
    "demo",
    "explain",
    "export",
    "fit",
    "kill",
    "new",
    "pause",
    "plugins",
    "replay",
    "resolve",
    "resume",
    "run",
    "serve",
    "status",
    "venues",
)
"""One file each, `smartexec.cli.NAME`, with a click command `command`."""
USAGE: Final = 2
BROKEN: Final = 1
INTERRUPTED: Final = 130
"""128 + SIGINT, as shells have it."""


class Program(click.Group):
    """Commands of smartexec, then those of plugins. A user's mistake is told in lines, never as a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*BUILT_IN, *sorted(set(_plugin_commands()) - set(BUILT_IN))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in BUILT_IN:
            command: click.Command = import_module(f"smartexec.cli.{cmd_name}").command
            return command
        return _plugin_commands().get(cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SmartexecError as error:
            for line in str(error).splitlines():
                click.echo(line, err=True)
            ctx.exit(USAGE if isinstance(error, ConfigError | PluginError) else BROKEN)
        except KeyboardInterrupt as stop:
            click.echo(str(stop) or "interrupted", err=True)
            ctx.exit(INTERRUPTED)


def _plugin_commands() -> dict[str, click.Command]:
    """Give the commands of all installed plugins; broken plugins are for `smartexec plugins` to tell."""
    return {str(command.name): command for command in discover().commands}


@click.group(cls=Program)
@click.version_option(own_version(), prog_name="smartexec")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Execution algorithms that give every client order its fair share of every fill, with proof."""
    ctx.obj = Installed()  # what plugins' commands get with `click.pass_obj`
