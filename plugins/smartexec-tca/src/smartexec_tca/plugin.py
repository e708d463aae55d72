"""What the entry point names: the hooks, and nothing else."""

from collections.abc import Iterable

import click

from smartexec.api import hookimpl


@hookimpl
def smartexec_commands() -> Iterable[click.Command]:
    """Give the commands of this distribution."""
    return []
