"""`smartexec demo` end to end, as its first user meets it: all that it promises is in the tables."""

import json
import tomllib
from pathlib import Path

import pytest

from tests.examples.program import call, check_run, table, well

KINDS = {"sim-lit": "lit", "sim-ats": "ATS", "sim-dark": "dark"}


def test_demo_leaves_a_whole_run_folder(demo: Path) -> None:
    names = {p.name for p in demo.iterdir() if not p.name.startswith(".")}
    assert names == {"config.toml", "demo_volume.json", "faults.log", "journal.db", "tables"}
    assert (demo / "faults.log").read_text("utf-8") == ""


def test_demo_executes_at_five_venues_of_three_kinds(demo: Path, tables: Path) -> None:
    config = tomllib.loads((demo / "config.toml").read_text("utf-8"))
    kinds = {venue["mic"]: KINDS[venue["plugin"]] for venue in config["venues"]}
    used = {row["venue"] for row in table(tables, "executions")}
    assert used == set(kinds)
    assert len(used) >= 5
    assert {kinds[mic] for mic in used} == {"lit", "ATS", "dark"}


def test_demo_takes_thousands_of_orders_from_three_sources_on_both_sides(tables: Path) -> None:
    orders = table(tables, "client_orders")
    assert len(orders) >= 5_000
    assert len({row["symbol"] for row in orders}) >= 5
    assert len({row["source"] for row in orders}) == 3
    for symbol in {row["symbol"] for row in orders}:
        assert {row["side"] for row in orders if row["symbol"] == symbol} == {"BUY", "SELL"}, symbol


def test_demo_confirms_cancels_and_replaces(tables: Path) -> None:
    orders = table(tables, "client_orders")
    asked = [row for row in orders if row["ord_status"] == "CANCELED" and "offset" not in row["text"]]
    assert len(asked) > 10
    assert any(row["cum_qty"] != "0" for row in asked), "no order was cancelled after part of it had executed"
    # ClOrdID(11) of an order is the last one that was accepted: that of its replace.
    assert sum(row["cl_ord_id"].endswith("-R") for row in orders) > 10


def test_demo_nets_and_shares_among_many(tables: Path) -> None:
    parents, orders = table(tables, "parent_orders"), table(tables, "client_orders")
    assert len(orders) > 40 * len(parents)
    assert {row["strategy"] for row in parents} == {"TWAP", "VWAP", "IS"}
    assert table(tables, "crosses")
    assert any(int(row["epochs"]) > 1 for row in parents)


@pytest.mark.shared
def test_demo_breaks_no_law(tables: Path, shared_data: Path) -> None:
    check_run(shared_data, tables)


def test_demo_replays_byte_for_byte(demo: Path) -> None:
    result = json.loads(well(call("smartexec", "replay", demo, "--json", cwd=demo.parent)))
    assert result["identical"] is True
    assert result["difference"] in ("", None)
    assert result["commands"] > 5_000


def test_demo_exports_the_tables_it_wrote(demo: Path, tables: Path) -> None:
    out = demo.parent / "exported"
    well(call("smartexec", "export", demo, "--out", out, cwd=demo.parent))
    names = sorted(p.name for p in tables.iterdir())
    assert sorted(p.name for p in out.iterdir()) == names
    for name in names:
        assert (out / name).read_bytes() == (tables / name).read_bytes(), name
