"""What the commands that stop and resume trading have in common: their arguments, the request, and what is shown."""

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from smartexec.cli.status import show
from smartexec.errors import ConfigError
from smartexec.model.enums import KillLevel
from smartexec.runtime.live.control import ask

F = TypeVar("F", bound=Callable[..., Any])
LEVELS = tuple(level for level in KillLevel if level is not KillLevel.FIRM)


def arguments(function: F) -> F:
    """Give a command the run folder, one of the levels, who wants it and why."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the session's state as JSON."),
        click.option("--user", default="", help="Who wants it; recorded. Default: who is logged in."),
        click.option("--reason", required=True, help="Why; recorded."),
        *(click.option(f"--{one.value}", default="", help=f"Of this {one.value} only.") for one in reversed(LEVELS)),
        click.argument("run", type=click.Path(path_type=Path)),
    ):
        function = option(function)
    return function


def switch(command: str, run: Path, reason: str, user: str, as_json: bool, **levels: str) -> None:
    """Ask the session for it, and show what it is about then."""
    named = [(KillLevel(key), name) for key, name in levels.items() if name]
    if len(named) > 1:
        raise ConfigError(f"{command}: found {len(named)} of --{', --'.join(levels)}, expected one at most")
    level, name = named[0] if named else (KillLevel.FIRM, "")
    request = {"command": command, "level": level.value, "name": name, "user": user or getpass.getuser()}
    show(ask(run, {**request, "reason": reason}), as_json=as_json)
