"""Costs of a run from its tables: joins, fees, shortfall, groups, what is printed and written."""

import csv
import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from smartexec.api import Changes, Host, Ran, SmartexecError, Table
from smartexec_tca.cells import NANO, currency, fixed, nano
from smartexec_tca.executions import executed
from smartexec_tca.orders import OrderCost, order_costs
from smartexec_tca.summary import summarise
from smartexec_tca.tca_command import command

Desk = Callable[..., dict[str, Table]]


@pytest.fixture
def costs(desk: Desk) -> dict[str, OrderCost]:
    return {one.order_id: one for one in order_costs(desk())}


def money(value: int | Fraction | None) -> Fraction:
    found = currency(value)
    assert found is not None
    return found


def test_parent_is_measured_by_what_the_market_had_to_do(costs: dict[str, OrderCost]) -> None:
    parent = costs["P1"]
    assert (parent.order_qty, parent.cum_qty) == (940 * NANO, 700 * NANO)  # 600 + (450 - 50), less 60 crossed
    assert [money(parent.cost(b)) for b in ("arrival", "vwap", "twap", "close")] == [14, 7, 0, -679]
    shortfall = parent.shortfall
    assert shortfall is not None
    assert [money(part) for part in shortfall.kissell()] == [0, 14, Fraction("21.6"), Fraction("1.5")]
    assert float(shortfall.bps(shortfall.total())) == pytest.approx(37.1 / (940 * 100.01) * 1e4)


def test_client_that_came_before_its_parent_has_delay_and_a_joiner_none(costs: dict[str, OrderCost]) -> None:
    first, second = costs["O1"].shortfall, costs["O2"].shortfall
    assert first is not None
    assert second is not None
    assert [money(p) for p in first.kissell()] == [6, Fraction("12.6"), Fraction("16.2"), Fraction("0.9")]
    assert money(second.kissell().delay) == 0
    assert second.order_qty == 400 * NANO
    assert money(second.kissell().opportunity) == Fraction("3.6")


def test_fees_of_a_parent_are_shared_by_what_clients_got_of_executions(costs: dict[str, OrderCost]) -> None:
    fees = {name: Fraction(one.fees, NANO) for name, one in costs.items()}
    assert fees["P1"] == fees["C1"] + fees["C2"] == Fraction("1.5")
    assert (fees["O1"], fees["O2"]) == (Fraction("0.9"), Fraction("0.6"))


def test_busted_and_corrected_executions_do_not_count(desk: Desk) -> None:
    found = executed(desk()["executions"])
    assert (found.fees["C2"], found.fees["P1"]) == (12 * NANO // 10, 15 * NANO // 10)
    assert Fraction(found.added["P1"], found.notional["P1"]) == Fraction(30003, 70023)
    corrected = desk(
        ["X1 C1 P1 V 20260105 300 100.01 ADDED 3 TRADE -", "X2 C1 P1 V 20260105 200 100.01 ADDED 2 TRADE_CORRECT X1"]
    )
    assert executed(corrected["executions"]).fees["P1"] == 2 * NANO


def test_child_has_no_shortfall_and_a_missing_benchmark_is_left_out(costs: dict[str, OrderCost]) -> None:
    assert costs["C1"].shortfall is None
    assert costs["C1"].cost("vwap") is None
    all_children = summarise(costs.values(), "CHILD")[-1]
    assert money(all_children.costs["vwap"].weight) == 400 * Fraction("100.02")
    assert all_children.shortfall.bps is None


def test_summary_adds_up_whole_orders(costs: dict[str, OrderCost]) -> None:
    *groups, total = summarise(costs.values(), "CLIENT")
    assert [(g.group, g.orders) for g in groups] == [("A", 1), ("B", 1)]
    assert total.shortfall.money == sum(g.shortfall.money for g in groups)
    assert total.done == Fraction(420 * 100 + 340 * Fraction("100.04"), 600 * 100 + 400 * Fraction("100.04"))
    assert money(total.costs["arrival"].money) == Fraction("16.8") - Fraction("6.8")


def test_sell_of_which_nothing_was_done_gains_what_the_price_rose(desk: Desk) -> None:
    tables = desk()
    rows = [[("SELL" if cell == "BUY" else cell) for cell in row] for row in tables["benchmarks"].rows]
    tables["benchmarks"] = Table(tables["benchmarks"].columns, [row for row in rows if row[0] == "CLIENT"] + [rows[2]])
    orders = tables["client_orders"]
    tables["client_orders"] = Table(orders.columns, [[*row[:5], "0", ""] for row in orders.rows])
    tables["allocations"] = Table(tables["allocations"].columns, [])
    first = order_costs(tables)[0]
    assert (first.cost("arrival"), first.cum_qty, first.notional) == (None, 0, 0)
    assert first.shortfall is not None
    assert money(first.shortfall.total()) == -60  # 600 at 100, the price ended at 100.10
    both = summarise(order_costs(tables), "CLIENT")[-1]
    assert (both.executed, both.done, both.costs["arrival"].bps, both.fees.bps) == (0, 0, None, None)
    assert money(both.shortfall.money) == -60 - 24


def test_tables_that_are_missing_are_named(desk: Desk) -> None:
    tables = desk()
    del tables["benchmarks"]
    with pytest.raises(SmartexecError, match="found no benchmarks, expected the tables of a run"):
        order_costs(tables)


# -- cells -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"), [("", 0), ("1", NANO), ("-0.5", -NANO // 2), ("100.000000001", 100 * NANO + 1)]
)
def test_cells_are_read_exactly(text: str, value: int) -> None:
    assert nano(text) == value


def test_cell_of_more_than_nine_decimals_is_refused() -> None:
    with pytest.raises(SmartexecError, match=r"tables: found '0.0000000001', expected at most 9 decimals"):
        nano("0.0000000001")


@pytest.mark.parametrize(
    ("value", "text"), [("0.005", "0.00"), ("0.015", "0.02"), ("-0.004", "0.00"), ("-1.005", "-1.00"), ("12", "12.00")]
)
def test_numbers_are_printed_half_to_even_and_never_as_minus_nothing(value: str, text: str) -> None:
    assert fixed(Fraction(value), 2) == text


# -- the command -------------------------------------------------------------------------------------------------------


class Desks(Host):
    """A host with one run folder."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = tables

    def check(self, config: Path, changes: Changes) -> None:
        raise NotImplementedError

    def run(self, config: Path, changes: Changes) -> Ran:
        raise NotImplementedError

    def tables(self, run: Path) -> Mapping[str, Table]:
        return self._tables


def call(tables: Mapping[str, Table], *arguments: object) -> Result:
    return CliRunner().invoke(command, [str(a) for a in arguments], obj=Desks(tables), catch_exceptions=False)


def test_command_prints_a_line_per_group_and_writes_every_order(desk: Desk, tmp_path: Path) -> None:
    result = call(desk(), tmp_path, "--by", "client")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()[3:6]] == ["A", "B", "all"]
    with (tmp_path / "tca" / "orders.csv").open(newline="", encoding="utf-8") as stream:
        rows = {row["order_id"]: row for row in csv.DictReader(stream)}
    assert list(rows) == ["O1", "O2", "P1", "C1", "C2"]
    assert (rows["O1"]["is_money"], rows["O1"]["arrival_bps"]) == ("35.7000", "4.00000")
    assert (rows["C1"]["vwap_bps"], rows["C1"]["is_money"]) == ("", "")


def test_command_prints_json_and_writes_where_it_is_told(desk: Desk, tmp_path: Path) -> None:
    result = call(desk(), tmp_path, "--json", "--out", tmp_path / "x" / "y")
    told = json.loads(result.stdout)
    assert [line["group"] for line in told["lines"]] == ["TWAP ABC", "all"]
    assert told["lines"][0]["is_money"] == "37.1000"
    assert {path.name for path in (tmp_path / "x" / "y").iterdir()} == {"orders.csv", "summary.csv"}


def test_command_names_a_folder_that_cannot_be_written(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "tca").write_text("a file", encoding="utf-8")
    with pytest.raises(SmartexecError, match=r"tca.*expected a file that can be written"):
        call(desk(), tmp_path)
