"""`smartexec explain RUN ORDER_ID`."""

from collections.abc import Mapping
from pathlib import Path

import click

from smartexec.cli.show import progress_bar, show_json
from smartexec.errors import ConfigError
from smartexec.model.instrument import Instrument
from smartexec.model.orders import NewOrder
from smartexec.runtime.reading.units import decimal
from smartexec.runtime.replay.replay import open_run
from smartexec.runtime.replay.stored import stored_tables
from smartexec.runtime.replay.story import Story, explain
from smartexec.runtime.report.tables import px


@click.command("explain")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("order_id")
@click.option("--json", "as_json", is_flag=True, help="Print the story as JSON.")
def command(run: Path, order_id: str, as_json: bool) -> None:
    """Tell what became of an order, and why: a client's ClOrdID(11) or order id, a parent's, or a child's."""
    opened = open_run(run)
    instruments = opened.plan.config.instruments
    opened.plan.journal.close()
    times = opened.plan.config.run
    with progress_bar("explain", times.start, times.end) as progress:
        stories = explain(
            stored_tables(run, progress), order_id, lambda source, name: _first_terms(run, instruments, source, name)
        )
    if not stories:
        expected = "a ClOrdID(11), or the id of a client order, a parent or a child"
        raise ConfigError(f"{run}: found no order {order_id!r}, expected {expected}")
    if as_json:
        show_json(stories)
        return
    for story in stories:
        _show(story)


def _first_terms(
    run: Path, instruments: Mapping[str, Instrument], source: str, cl_ord_id: str
) -> tuple[str, str] | None:
    """Read from the journal the quantity and price with which an order came."""
    opened = open_run(run)
    try:
        for record in opened.records():
            order = record.body
            if isinstance(order, NewOrder) and (order.source, order.cl_ord_id) == (source, cl_ord_id):
                return decimal(order.order_qty, instruments[order.symbol].qty_decimals), px(order.price)
    finally:
        opened.plan.journal.close()
    return None


def _show(story: Story) -> None:
    click.echo(f"{story.kind} {story.order_id}")
    click.echo("  " + ", ".join(f"{name} {value}" for name, value in story.head.items() if value))
    for moment in story.moments:
        click.echo(f"  {moment.time[11:-1] or '-':18} {moment.what:10} {moment.text}")
