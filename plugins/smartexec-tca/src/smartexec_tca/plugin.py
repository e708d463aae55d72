"""What the entry point names: the hooks, and nothing else."""

from collections.abc import Iterable

import click

from smartexec.api import hookimpl
from smartexec_tca.compare_command import command as compare
from smartexec_tca.tca_command import command as tca


@hookimpl.commands
def smartexec_commands() -> Iterable[click.Command]:
    """Give the commands of this distribution."""
    return [compare, tca]
