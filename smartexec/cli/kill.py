"""`smartexec kill RUN`."""

from pathlib import Path
from typing import Any

import click

from smartexec.cli.switch import arguments, switch
from smartexec.errors import ConfigError, SmartexecError
from smartexec.runtime.live.control import KILL


@click.command("kill")
@arguments
def command(run: Path, reason: str, **more: Any) -> None:
    """Stop new orders of the session served in RUN and cancel what is live; it stays so until `smartexec resume`.

    Without a level, all of it; that also works by a file named KILL in RUN, and where nobody answers it is made.
    """
    try:
        switch("kill", run, reason, **more)
    except ConfigError:
        raise
    except SmartexecError as error:
        if not run.is_dir() or any(more[level] for level in ("client", "strategy", "venue", "instrument")):
            raise
        (run / KILL).write_text(reason, encoding="utf-8")
        raise SmartexecError(f"{error}; made {run / KILL}: whoever serves it stops") from error
