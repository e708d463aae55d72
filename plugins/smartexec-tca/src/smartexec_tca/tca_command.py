"""`smartexec tca RUN`."""

from pathlib import Path
from typing import Final

import click

from smartexec.api import Host
from smartexec_tca.console import show
from smartexec_tca.files import as_json, write_csv
from smartexec_tca.orders import OrderCost, order_costs
from smartexec_tca.report import FOOTNOTE, ORDER_COLUMNS, SUMMARY_COLUMNS, order_row, summary_row, summary_table
from smartexec_tca.summary import Summary, summarise

KINDS: Final = ("CLIENT", "PARENT", "CHILD")


@click.command("tca")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--by",
    type=click.Choice([kind.lower() for kind in KINDS]),
    default="parent",
    show_default=True,
    help="Orders of the table: client orders by account, parent orders by strategy and symbol, child orders by venue.",
)
@click.option("--json", "json_", is_flag=True, help="Print the table as JSON.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the CSV files. Default: RUN/tca.")
@click.pass_obj
def command(host: Host, run: Path, by: str, json_: bool, out: Path | None) -> None:
    """Say what the orders of RUN cost against arrival, VWAP, TWAP and close, and their implementation shortfall."""
    costs = order_costs(host.tables(run))
    lines = {kind: summarise(costs, kind) for kind in KINDS}
    folder = out or run / "tca"
    _write(folder, costs, lines)
    chosen = lines[by.upper()]
    if json_:
        click.echo(as_json(_report(run, folder, chosen)), nl=False)
        return
    show(lambda: summary_table(chosen), lambda: summary_table(chosen, whole=False))
    click.echo(FOOTNOTE)
    click.echo(f"written to {folder}: summary.csv, orders.csv")


def _write(folder: Path, costs: list[OrderCost], lines: dict[str, list[Summary]]) -> None:
    write_csv(folder / "orders.csv", ORDER_COLUMNS, map(order_row, costs))
    write_csv(folder / "summary.csv", SUMMARY_COLUMNS, (summary_row(n) for kind in KINDS for n in lines[kind]))


def _report(run: Path, folder: Path, lines: list[Summary]) -> dict[str, object]:
    rows = [dict(zip(SUMMARY_COLUMNS, summary_row(line), strict=True)) for line in lines]
    return {"run": str(run), "out": str(folder), "lines": rows}
