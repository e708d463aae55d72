"""`smartexec serve CONFIG`."""

import signal
from pathlib import Path

import click

from smartexec.cli.show import show_run
from smartexec.model.commands import Alert, CancelOrder, ClientReport, Command, ReplaceOrder, SendOrder
from smartexec.model.enums import ExecType
from smartexec.runtime.live.serve import Stop, serve
from smartexec.runtime.plan.plan import plan_file
from smartexec.runtime.reading.units import decimal
from smartexec.runtime.report.tables import px


@click.command("serve")
@click.argument("config", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Run folder. One with a session in it is gone on with.")
@click.option("--quiet", is_flag=True, help="Do not tell what is sent and executed.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
def command(ctx: click.Context, config: Path, out: Path | None, quiet: bool, as_json: bool) -> None:
    """Trade CONFIG live, by the wall clock, until its end.

    An interrupt or SIGTERM ends it: what is live is cancelled. SIGHUP leaves it as it is, and so does whatever kills
    the program: the same command goes on with it. See also: status, kill, pause, resume, resolve.
    """
    plan = plan_file(config, live=True)  # every fault of the file and its plugins, before anything is made
    stop = Stop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop())
    signal.signal(signal.SIGHUP, lambda *_: stop(suspend=True))
    decimals = {symbol: one.qty_decimals for symbol, one in plan.config.instruments.items()}
    told = None if quiet or as_json else lambda command: _tell(command, decimals)
    run = out or Path(f"run-{plan.config.run.name}")
    result = serve(config, run, told, stop, fault=None if as_json else lambda line: click.echo(line, err=True))
    if result is None:
        click.echo(f"{run}: suspended; the same command goes on with it", err=True)
        return
    ctx.exit(show_run(result, as_json=as_json))


def _tell(command: Command, decimals: dict[str, int]) -> None:
    """Tell what leaves, a line each: orders, executions and ends of client orders, alerts."""
    if isinstance(command, Alert):
        click.echo(f"{command.level}: {command.where}: {command.what}", err=command.level != "info")
    elif isinstance(command, SendOrder | ReplaceOrder):
        verb = "send" if isinstance(command, SendOrder) else "replace"
        qty = decimal(command.order_qty, decimals[command.symbol])
        terms = f"{command.side.name} {qty} {command.symbol} at {px(command.price) or 'market'}"
        click.echo(f"{verb} {command.cl_ord_id}: {terms} to {command.mic}")
    elif isinstance(command, CancelOrder):
        click.echo(f"cancel {command.orig_cl_ord_id} at {command.mic}")
    elif isinstance(command, ClientReport) and command.exec_type is not ExecType.NEW:
        done = f"{command.cum_qty} of {command.order_qty} lots at {px(command.avg_px)}" if command.cum_qty else ""
        click.echo(f"{command.source} {command.cl_ord_id}: {command.ord_status.name} {done}".rstrip())
