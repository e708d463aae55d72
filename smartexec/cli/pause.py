"""`smartexec pause RUN`."""

from pathlib import Path
from typing import Any

import click

from smartexec.cli.switch import arguments, switch


@click.command("pause")
@arguments
def command(run: Path, reason: str, **more: Any) -> None:
    """Stop new orders of the session served in RUN, and leave what is live as it is, until `smartexec resume`."""
    switch("pause", run, reason, **more)
