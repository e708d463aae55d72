"""`smartexec resolve RUN CHILD LOTS [PRICE]`."""

import getpass
from pathlib import Path

import click

from smartexec.cli.status import show
from smartexec.errors import ConfigError
from smartexec.runtime.live.control import ask
from smartexec.runtime.reading.units import decimal_px


@click.command("resolve")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("child")
@click.argument("lots", type=int)
@click.argument("price", default="0")
@click.option("--reason", required=True, help="How it is known; recorded.")
@click.option("--user", default="", help="Who says so; recorded. Default: who is logged in.")
@click.option("--json", "as_json", is_flag=True, help="Print the session's state as JSON.")
def command(run: Path, child: str, lots: int, price: str, reason: str, user: str, as_json: bool) -> None:
    """Say what became of a child order in doubt, for the session served in RUN: it executed LOTS at PRICE on average,
    and is over. The session takes your word for it."""
    try:
        px = decimal_px(price)
    except ValueError as error:
        raise ConfigError(f"price: {error}") from None
    request = {"command": "resolve", "cl_ord_id": child, "cum_qty": lots, "avg_px": px}
    show(ask(run, {**request, "reason": reason, "user": user or getpass.getuser()}), as_json=as_json)
