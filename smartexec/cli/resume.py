"""`smartexec resume RUN`."""

from pathlib import Path
from typing import Any

import click

from smartexec.cli.switch import arguments, switch


@click.command("resume")
@arguments
def command(run: Path, reason: str, **more: Any) -> None:
    """Let the session served in RUN trade again after a kill or a pause of the same level."""
    switch("resume", run, reason, **more)
