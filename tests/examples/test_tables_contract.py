"""The tables as others read them (external contract), on the demo's: columns, names, times, and what refers to what."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from tests.examples.program import Row, header, table

COLUMNS = {
    "client_orders": "order_id source account owner cl_ord_id symbol side order_qty price strategy received parent_id "
    "cum_qty leaves_qty offset_qty avg_px ord_status text",
    "parent_orders": "parent_id symbol side strategy params order_qty crossed_qty offset_qty cum_qty avg_px epochs "
    "started ended state",
    "child_orders": "cl_ord_id parent_id venue side order_qty ord_type price time_in_force sent ended cum_qty avg_px "
    "ord_status routing reason",
    "executions": "exec_id cl_ord_id parent_id venue trade_date time side last_qty last_px liquidity fee exec_type "
    "exec_ref_id",
    "crosses": "cross_id time symbol qty px bid ask buy_parent_id sell_parent_id",
    "allocations": "alloc_id order_id account parent_id exec_id cross_id time side qty px limit_px money alloc_ref_id "
    "epoch",
    "epochs": "parent_id epoch order_id leaves_qty carried limit_px lot",
    "decisions": "seq time parent_id plugin wake note slices legs",
    "alerts": "seq time level what where",
}
"""Table -> its columns. Copied from the contract on purpose: the program's own list may be what is wrong."""

FILLED, OVER = "FILLED", {"FILLED", "DONE_FOR_DAY", "CANCELED", "REJECTED", "EXPIRED"}
WORDS = {
    ("client_orders", "side"): {"BUY", "SELL"},
    ("client_orders", "ord_status"): OVER,
    ("parent_orders", "side"): {"BUY", "SELL"},
    ("parent_orders", "state"): {"ENDED"},
    ("child_orders", "side"): {"BUY", "SELL"},
    ("child_orders", "ord_status"): OVER,
    ("child_orders", "ord_type"): {"MARKET", "LIMIT", "PEGGED"},
    ("child_orders", "time_in_force"): {"DAY", "GTC", "IOC", "FOK"},
    ("executions", "side"): {"BUY", "SELL"},
    ("executions", "exec_type"): {"TRADE", "TRADE_CANCEL", "TRADE_CORRECT"},
    ("executions", "liquidity"): {"", "ADDED", "REMOVED", "AUCTION"},
    ("allocations", "side"): {"BUY", "SELL"},
    ("alerts", "level"): {"info", "warning", "error"},
}
"""What a cell of a finished run may say: names of FIX values, never wire characters."""

TIMES = {
    "client_orders": "received",
    "parent_orders": "started ended",
    "child_orders": "sent ended",
    "executions": "time",
    "crosses": "time",
    "allocations": "time",
    "decisions": "time",
    "alerts": "time",
}
NUMBERS = {
    "client_orders": "order_qty price cum_qty leaves_qty offset_qty avg_px",
    "parent_orders": "order_qty crossed_qty offset_qty cum_qty avg_px epochs",
    "child_orders": "order_qty price cum_qty avg_px",
    "executions": "last_qty last_px fee",
    "crosses": "qty px bid ask",
    "allocations": "qty px limit_px money epoch",
    "epochs": "epoch leaves_qty carried limit_px lot",
    "decisions": "seq",
    "alerts": "seq",
}
MAY_BE_EMPTY = {"price", "avg_px", "limit_px", "epoch"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")
DECIMAL = re.compile(r"-?(0|[1-9]\d*)(\.\d{1,9})?")


class Tables:
    """The demo's tables, each read once."""

    def __init__(self, folder: Path) -> None:
        self.rows: dict[str, list[Row]] = {name: table(folder, name) for name in COLUMNS}

    def ids(self, name: str, column: str) -> set[str]:
        return {row[column] for row in self.rows[name]}

    def by(self, name: str, column: str) -> dict[str, Row]:
        return {row[column]: row for row in self.rows[name]}


@pytest.fixture(scope="module")
def read(tables: Path) -> Tables:
    return Tables(tables)


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_are_those_of_the_contract(tables: Path, name: str) -> None:
    assert header(tables, name) == COLUMNS[name].split()


def test_there_are_no_other_tables_but_the_requests_and_the_benchmarks(tables: Path) -> None:
    assert {p.stem for p in tables.iterdir()} == {*COLUMNS, "requests", "benchmarks"}


def test_requests_are_of_orders_that_exist_and_were_decided(tables: Path, read: Tables) -> None:
    rows = table(tables, "requests")
    assert {row["request"] for row in rows} == {"CANCEL", "REPLACE"}
    assert {row["outcome"] for row in rows} <= {"ACCEPTED", "REFUSED"}
    assert {row["order_id"] for row in rows} <= read.ids("client_orders", "order_id")
    assert all(row["time"] <= row["decided"] for row in rows)


def test_benchmarks_are_of_each_order_that_reached_the_market_over_its_life(tables: Path, read: Tables) -> None:
    rows = {(row["kind"], row["id"]): row for row in table(tables, "benchmarks")}
    clients = {order: row for (kind, order), row in rows.items() if kind == "CLIENT"}
    orders = read.by("client_orders", "order_id")
    assert read.ids("epochs", "order_id") <= clients.keys()
    for order, row in clients.items():
        assert (row["start"], row["parent_id"]) == (orders[order]["received"], orders[order]["parent_id"])
    for row in read.rows["parent_orders"]:
        found = rows.pop(("PARENT", row["parent_id"]))
        assert (found["start"], found["end"], found["side"]) == (row["started"], row["ended"], row["side"])
    for row in read.rows["child_orders"]:
        found = rows.pop(("CHILD", row["cl_ord_id"]))
        assert (found["start"], found["end"], found["parent_id"]) == (row["sent"], row["ended"], row["parent_id"])
    assert {kind for kind, _ in rows} == {"CLIENT"}


def test_benchmarks_start_at_the_midpoint_and_have_an_average_where_the_market_traded(tables: Path) -> None:
    for row in table(tables, "benchmarks"):
        bid, ask, px = (Decimal(row[f"arrival_{what}"] or 0) for what in ("bid", "ask", "px"))
        assert not (bid and ask) or px == (bid + ask) / 2, row
        assert (Decimal(row["volume"]) > 0) == bool(row["vwap"]), row


@pytest.mark.parametrize(("name", "column"), WORDS)
def test_words_are_names(read: Tables, name: str, column: str) -> None:
    assert read.ids(name, column) <= WORDS[name, column]


def test_decisions_name_what_woke_them(read: Tables) -> None:
    assert all(re.fullmatch(r"[A-Z_]+", wake) for wake in read.ids("decisions", "wake"))
    assert {"START", "TIMER", "FILL"} <= read.ids("decisions", "wake")


@pytest.mark.parametrize("name", TIMES)
def test_times_are_utc_with_nanoseconds(read: Tables, name: str) -> None:
    for column in TIMES[name].split():
        odd = [row for row in read.rows[name] if not TIME.fullmatch(row[column])]
        assert odd == [], column


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_are_plain_decimals(read: Tables, name: str) -> None:
    for column in NUMBERS[name].split():
        cells = [row[column] for row in read.rows[name] if row[column] or column not in MAY_BE_EMPTY]
        assert [cell for cell in cells if not DECIMAL.fullmatch(cell)] == [], column


def test_money_has_cents(read: Tables) -> None:
    assert all(re.fullmatch(r"-?\d+\.\d\d", row["money"]) for row in read.rows["allocations"])


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("client_orders", "order_id"),
        ("parent_orders", "parent_id"),
        ("child_orders", "cl_ord_id"),
        ("crosses", "cross_id"),
        ("allocations", "alloc_id"),
    ],
)
def test_identifiers_are_unique(read: Tables, name: str, column: str) -> None:
    assert len(read.ids(name, column)) == len(read.rows[name])


def test_an_order_that_is_over_has_no_leaves(read: Tables) -> None:
    orders = read.rows["client_orders"]
    assert [row for row in orders if row["ord_status"] in OVER and row["leaves_qty"] != "0"] == []


def test_filled_is_what_has_all_it_asked_for(read: Tables) -> None:
    for name in ("client_orders", "child_orders"):
        odd = [r for r in read.rows[name] if (r["ord_status"] == FILLED) != (r["cum_qty"] == r["order_qty"])]
        assert odd == [], name


def test_average_price_is_there_where_something_was_executed(read: Tables) -> None:
    for name in ("client_orders", "parent_orders", "child_orders"):
        assert [r for r in read.rows[name] if (r["cum_qty"] == "0") != (r["avg_px"] == "")] == [], name


def test_a_cancel_does_not_reduce_what_was_ordered(read: Tables) -> None:
    cancelled = [row for row in read.rows["client_orders"] if row["ord_status"] == "CANCELED"]
    assert cancelled
    assert all(Decimal(row["order_qty"]) > Decimal(row["cum_qty"]) for row in cancelled)


def test_an_order_over_before_its_parent_started_has_none(read: Tables) -> None:
    parents = read.by("parent_orders", "parent_id")
    shared = {row["order_id"] for name in ("epochs", "allocations") for row in read.rows[name]}
    for row in read.rows["client_orders"]:
        if row["parent_id"]:
            assert row["parent_id"] in parents
        else:
            assert row["ord_status"] in OVER - {FILLED}, row
            assert row["cum_qty"] == row["offset_qty"] == "0", row
            assert row["order_id"] not in shared, row


def test_every_parent_has_ended_after_all_that_it_did(read: Tables) -> None:
    parents = read.by("parent_orders", "parent_id")
    assert [p for p in parents.values() if not p["ended"] or p["started"] > p["ended"]] == []
    for name, column in (("child_orders", "sent"), ("decisions", "time")):
        for row in read.rows[name]:
            parent = parents[row["parent_id"]]
            assert parent["started"] <= row[column] <= parent["ended"], (name, row)


def test_every_child_has_a_reason_and_a_decision_that_lists_it(read: Tables) -> None:
    legs = {leg.split()[0] for row in read.rows["decisions"] for leg in row["legs"].split("; ") if leg}
    for row in read.rows["child_orders"]:
        assert row["reason"].strip(), row
        assert row["routing"], row
        assert row["cl_ord_id"] in legs, row
        assert row["sent"] <= row["ended"], row


def test_what_refers_to_something_finds_it(read: Tables) -> None:
    parents, children = read.by("parent_orders", "parent_id"), read.by("child_orders", "cl_ord_id")
    orders, crosses = read.by("client_orders", "order_id"), read.by("crosses", "cross_id")
    for row in read.rows["executions"]:
        child = children[row["cl_ord_id"]]
        assert (row["parent_id"], row["venue"], row["side"]) == (child["parent_id"], child["venue"], child["side"])
        assert row["time"] >= child["sent"], row
        assert row["trade_date"] == row["time"][:10].replace("-", ""), row
    for row in read.rows["crosses"]:
        buy, sell = parents[row["buy_parent_id"]], parents[row["sell_parent_id"]]
        assert (buy["side"], sell["side"], buy["symbol"], sell["symbol"]) == (
            "BUY",
            "SELL",
            row["symbol"],
            row["symbol"],
        )
        assert max(buy["started"], sell["started"]) <= row["time"], row
    epochs = {(row["parent_id"], row["epoch"], row["order_id"]) for row in read.rows["epochs"]}
    for row in read.rows["allocations"]:
        assert row["parent_id"] in parents, row
        if row["order_id"]:
            order = orders[row["order_id"]]
            assert (row["account"], row["parent_id"]) == (order["account"], order["parent_id"]), row
            assert bool(row["cross_id"]) != bool(row["epoch"]), row
            assert row["cross_id"] in crosses or (row["parent_id"], row["epoch"], row["order_id"]) in epochs, row


def test_rows_come_in_order_of_time(read: Tables) -> None:
    for name in ("client_orders", "executions", "crosses", "allocations", "decisions", "alerts"):
        times = [row[TIMES[name]] for row in read.rows[name]]
        assert times == sorted(times), name


def test_no_client_is_booked_outside_its_limit(read: Tables) -> None:
    limited = [row for row in read.rows["allocations"] if row["limit_px"] and Decimal(row["qty"]) > 0]
    assert limited
    for row in limited:
        over = Decimal(row["px"]) - Decimal(row["limit_px"])
        assert over <= 0 if row["side"] == "BUY" else over >= 0, row
