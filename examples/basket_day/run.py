"""Run a day of two baskets, and show how far the legs of each were apart at worst."""

import csv
import sys
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # what the examples share is beside them

from program import new_folder, smartexec  # noqa: E402


def table(run: Path, name: str) -> list[dict[str, str]]:
    """Read a table of the run."""
    with (run / "tables" / f"{name}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def lists() -> dict[str, str]:
    """ClOrdID(11) -> ListID(66), as the order file has them."""
    with (HERE / "orders.csv").open(encoding="utf-8") as stream:
        return {row["cl_ord_id"]: row["list_id"] for row in csv.DictReader(stream) if row["list_id"]}


def show(run: Path) -> None:
    """Print each basket's legs, and their greatest distance in percent of the orders, execution by execution."""
    of, orders = lists(), table(run, "client_orders")
    renamed = {row["cl_ord_id"]: row["orig_cl_ord_id"] for row in table(run, "requests")}
    parents = {row["parent_id"]: row for row in table(run, "parent_orders")}
    members: dict[str, list[str]] = defaultdict(list)
    for row in orders:
        members[of[renamed.get(row["cl_ord_id"], row["cl_ord_id"])]].append(row["parent_id"])
    for name, legs in members.items():
        done, worst = dict.fromkeys(legs, 0), 0.0
        for row in table(run, "executions"):
            if row["parent_id"] in done:
                done[row["parent_id"]] += int(row["last_qty"])
                parts = [100 * qty / int(parents[leg]["order_qty"]) for leg, qty in done.items()]
                worst = max(worst, max(parts) - min(parts))
        told = ", ".join(f"{parents[leg]['symbol']} {qty} of {parents[leg]['order_qty']}" for leg, qty in done.items())
        print(f"{name}: {told}; never more than {worst:.1f} % apart")


if __name__ == "__main__":
    run = new_folder("basket-day")
    smartexec("run", HERE / "config.toml", "--out", run)
    show(run)
