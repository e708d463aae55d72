"""`smartexec status RUN`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from smartexec.runtime.live.control import ask

LINES: Final = (
    "run", "now", "end", "last_turn", "turns", "client_orders", "working", "child_orders", "in_doubt", "executions",
    "venues", "plugins", "switches", "quarantined", "faults", "errors",
)  # fmt: skip
"""What is shown, in this order."""


@click.command("status")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_context
def command(ctx: click.Context, run: Path, as_json: bool) -> None:
    """Say what the session served in RUN is about. Exit code 0: it is well; 1: it is not, or nobody serves it."""
    told = ask(run, {"command": "status"})
    show(told, as_json=as_json)
    ctx.exit(1 if told["unwell"] else 0)


def show(told: Mapping[str, Any], *, as_json: bool) -> None:
    """Print a session's state."""
    if as_json:
        click.echo(json.dumps(told))
        return
    for name in LINES:
        if told[name] not in ({}, [], ""):
            click.echo(f"{name.replace('_', ' '):14} {_text(told[name])}")
    click.echo(f"{'well' if not told['unwell'] else 'NOT WELL':14} {'; '.join(told['unwell'])}".rstrip())


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(one)}" for name, one in value.items())
    return "; ".join(value) if isinstance(value, list) else str(value)
