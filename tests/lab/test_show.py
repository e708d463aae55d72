"""What is printed, in a script and in a notebook."""

import pytest

from smartexec.api import CancelRequest, ExecType, ExecutionReport, OrdStatus, VenueStatus
from smartexec.kernel.settings import Limits, Risk, Settings
from smartexec.lab import Happened, Lab, quote
from smartexec.lab.terms import clock, coin, lots
from smartexec.lab.words import since
from tests.lab.strategies import SECOND, Eager, Patient

STEP = """\
step 1  00:01:00  P1 BUY PATIENT  woken by START
  since  client: C1 BUY 1,000
  view   99.99 / 100.01, 2,000 x 2,000; 1,000 of 1,000 left
  wants  main: 500 @ 99.99; asks again at 00:03:00
  note   slice 1 of 2
  sent   P1.1 BUY 400 @ 99.99 to SIML; P1.2 BUY 100 @ 99.99 to SIMD"""


def small() -> Lab:
    """A lab whose market stands still."""
    lab = Lab(6, market=[(0, quote("99.99", "100.01", 2_000))])
    lab.buy(1_000, Patient(slices=2), limit="100.00", start="1m", end="5m", account="A<B>")
    return lab


def test_step_prints_what_was_seen_wanted_and_sent() -> None:
    assert str(small().step()) == STEP


def test_step_shows_itself_in_a_notebook() -> None:
    lab = Lab(6, market=[(0, quote(1, 2))])
    lab.buy(10, Patient, account="<b>")
    step = lab.step()
    assert step is not None
    page = step._repr_html_()
    for label, text in (("view", "1.00 / 2.00"), ("wants", "main: 1 @ 1.00"), ("note", "slice 1 of 6")):
        assert f">{label}</th>" in page
        assert text in page
    assert page.count("<tr>") == page.count("</tr>") == str(step).count("\n")


def test_order_prints_how_far_it_is() -> None:
    lab = small()
    (order,) = lab.orders
    assert str(order) == "C1 A<B> BUY 1,000 limit 100.00 PATIENT: not there yet, 0 done"
    assert (order.order_qty, order.leaves_qty, order.avg_px, order.parent_id) == (1_000, 1_000, None, "")
    lab.step()
    assert (order.status, order.parent_id) == ("NEW", "P1")
    lab.run()
    assert order.status == ("FILLED" if order.cum_qty == 1_000 else "EXPIRED")
    row = lab.tables["client_orders"].records()[0]
    assert str(order.cum_qty) == row["cum_qty"]
    assert ("" if order.avg_px is None else f"{order.avg_px.normalize():f}") == row["avg_px"]


def test_result_prints_figures_and_laws() -> None:
    lab = Lab(20, 1)
    lab.buy(2_000, Patient)
    lab.sell(500, "TWAP", at="1m")
    assert "laws" not in str(lab.result)
    text = str(lab.run())
    head, *lines = text.splitlines()
    assert head == f"lab: 20 min of ACME, seed 1, over, {len(lab.steps)} steps"
    assert "  laws           all kept" in lines
    table = [line.split() for line in lines if line.startswith(("P1", "P2"))]
    rows = lab.tables["parent_orders"].records()
    assert [(row[0], row[1], row[2], row[4], row[5]) for row in table] == [
        (r["parent_id"], r["side"], r["strategy"], f"{int(r['crossed_qty']):,}", f"{int(r['cum_qty']):,}") for r in rows
    ]
    page = lab.result._repr_html_()
    assert "PATIENT" in page
    assert "all kept" in page


def test_rejected_order_says_why_and_so_does_the_result() -> None:
    lab = Lab(5, settings=Settings(risk=Risk(clients={"SMALL": Limits(max_order_qty=50)})))
    order, other = lab.buy(100, Eager, account="SMALL"), lab.buy(100, Eager)
    result = lab.run()
    assert (order.status, other.status) == ("REJECTED", "FILLED")
    assert "max_order_qty" in order.text
    assert f"  rejected       LAB C1: {order.text}" in str(result).splitlines()


def test_second_cancel_is_refused_in_the_table_requests() -> None:
    lab = Lab(5)
    order = lab.buy(100, Patient(slices=1))
    lab.step()
    lab.cancel(order)
    lab.cancel(order)
    lab.run()
    assert [row["outcome"] for row in lab.tables["requests"].records()] == ["ACCEPTED", "REFUSED"]


def test_arrival_cost_of_a_seller_is_the_other_way_round() -> None:
    """The market falls and comes back a little: both get a half of their order, at what they bid and asked."""
    market = [(0, quote("99.99", "100.01")), ("30s", quote("98.99", "99.01")), ("4m", quote("99.11", "99.13"))]
    costs = {}
    for side in ("buy", "sell"):
        lab = Lab(5, market=market)
        getattr(lab, side)(1_000, Patient(slices=2))
        costs[side] = lab.run().arrivals["P1"]
    assert costs["buy"][0] == costs["sell"][0] == 100_000_000_000
    assert (costs["buy"][1], costs["sell"][1]) == (pytest.approx(-1.0), pytest.approx(99.0))


def test_tables_are_there_by_name_at_any_time() -> None:
    lab = small()
    assert list(lab.tables) == list(Lab().tables)
    assert {len(table) for table in lab.tables.values()} == {0}
    lab.run()
    table = lab.tables["parent_orders"]
    (row,) = table.records()
    assert (row["parent_id"], row["symbol"], row["strategy"]) == ("P1", "ACME", "PATIENT")
    assert str(table).splitlines()[1].split()[:4] == ["P1", "ACME", "BUY", "PATIENT"]
    assert "A&lt;B&gt;" in lab.tables["client_orders"]._repr_html_()
    assert "no table" not in lab.tables
    with pytest.raises(KeyError, match="found no 'no table', expected one of client_orders"):
        lab.tables["no table"]


def test_what_came_back_is_summed_up() -> None:
    def report(exec_type: ExecType, qty: int = 0, px: int = 0, text: str = "") -> Happened:
        said = ExecutionReport("SIML", "P1.1", exec_type, OrdStatus.NEW, last_qty=qty, last_px=px, text=text)
        return Happened(0, said)

    trade = ExecType.TRADE
    events = [report(ExecType.NEW), report(trade, 100, 10 * SECOND), report(trade, 300, 11 * SECOND)]
    assert since(events, 50, 0) == "400 executed in 2 @ 10.7500 (SIML 400); 50 crossed inside; 1 acknowledged"
    loud = [report(ExecType.REJECTED, text="halted"), Happened(0, VenueStatus("SIML", False, "cut"))]
    assert since(loud, 0, 0) == "P1.1 REJECTED at SIML: halted; SIML is down: cut"
    many = [Happened(0, CancelRequest("LAB", f"x{n}", "C1")) for n in range(9)]
    assert since(many, 0, 0).endswith("client: cancel C1; and 3 more")


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "00:00:00"),
        (5 * 60 * SECOND, "00:05:00"),
        (3_723 * SECOND + 45_000_000, "01:02:03.045"),
        (1, "00:00:00.000"),
    ],
)
def test_clock_has_milliseconds_where_they_are_needed(ns: int, text: str) -> None:
    assert clock(ns) == text


def test_prices_and_quantities_are_printed_in_full() -> None:
    assert [coin(px) for px in (100_000_000_000, 99_995_000_000, 123_456_789, None)] == [
        "100.00",
        "99.995",
        "0.123456789",
        "-",
    ]
    assert [lots(1_234_567, 0), lots(150_000_000, 8), lots(123_456, 2)] == ["1,234,567", "1.5", "1,234.56"]
