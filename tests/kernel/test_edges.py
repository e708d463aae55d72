"""Edges of the day and of the guards: given what is out of the ordinary, expect what is said and what is not sent."""

import pytest

from smartexec.kernel.settings import Allocation, Limits, Risk, Routing, Settings, Timing
from smartexec.model.enums import ExecType, OrdStatus, Side, TimeInForce, Wake
from smartexec.model.events import EndOfDay, ExecutionReport, OrderState
from smartexec.model.view import Decision, ParentView, Slice
from tests.kernel.desk import (
    CENT,
    LIT,
    Desk,
    ack,
    alerts,
    buy,
    cancel,
    correct,
    fill,
    queries,
    quote,
    refused,
    sends,
    taken,
)


def at_market(view: ParentView) -> Decision:
    """Everything at any price."""
    return Decision((Slice(view.leaves_qty),))


def texts(desk: Desk) -> list[str]:
    return [order.text for order in desk.engine.blotter.orders]


def test_order_after_the_end_of_the_day_is_rejected() -> None:
    desk = Desk()
    desk.tell(EndOfDay())
    said = desk.tell(buy("A", 100))
    assert not [s for s in said if s[0] == "send"]
    assert texts(desk) == ["the day is over"]


def test_time_in_force_that_is_not_supported_is_rejected() -> None:
    desk = Desk()
    desk.tell(buy("A", 100, time_in_force=TimeInForce.GTC))
    assert texts(desk) == ["TimeInForce(59): found GTC, expected DAY"]


def test_market_order_under_a_collar_goes_out_as_a_limit_at_the_collar() -> None:
    desk = Desk(at_market, settings=Settings(risk=Risk(firm=Limits(collar_bps=100))))
    desk.tell(quote(999, 1001))
    assert desk.tell(buy("A", 100)) == [taken("O1"), sends("P1.1", "BUY", 100, 1010)]


def test_market_order_without_a_collar_stays_one() -> None:
    desk = Desk(at_market)
    assert desk.tell(buy("A", 100)) == [taken("O1"), sends("P1.1", "BUY", 100, None)]


def test_cancel_refused_while_live_is_not_repeated_at_once() -> None:
    desk = Desk(settings=Settings(routing=Routing(in_doubt_wait=2 * 10**9)))
    desk.tell(buy("A", 100))
    desk.tell(ack("P1.1"))
    desk.tell(cancel("A"))
    assert desk.tell(refused("P1.1")) == []
    assert queries("P1.1") in desk.wait(2)


def test_strategy_that_does_not_ask_for_fills_is_not_woken_by_them() -> None:
    desk = Desk(wakes=frozenset({Wake.TIMER}))
    desk.tell(buy("A", 100))
    desk.tell(ack("P1.1"))
    before = len(desk.views)
    desk.tell(fill("P1.1", 40, 1000))
    assert len(desk.views) == before
    assert desk.lots == {"A": 0}
    assert desk.shares == {"A": 40}


def test_running_total_that_goes_down_is_said_and_not_booked() -> None:
    desk = Desk()
    desk.tell(buy("A", 100))
    desk.tell(OrderState(LIT, "P1.1", 60, 1000 * CENT, OrdStatus.PARTIALLY_FILLED))
    said = desk.tell(OrderState(LIT, "P1.1", 50, 1000 * CENT, OrdStatus.PARTIALLY_FILLED))
    assert said == [alerts("error", "state cannot be booked")]
    assert desk.shares == {"A": 60}


def test_unknown_execution_is_booked_on_the_side_it_says() -> None:
    desk = Desk()
    report = ExecutionReport(LIT, "stranger", ExecType.TRADE, OrdStatus.FILLED, "E9", side=Side.SELL)
    report.last_qty, report.last_px = 10, 1000 * CENT
    desk.tell(report)
    assert [(row.account, row.side, row.qty) for row in desk.engine.blotter.allocations] == [("error", Side.SELL, 10)]


@pytest.mark.parametrize("timing", list(Timing))
@pytest.mark.parametrize(("lots", "error"), [(70, 0), (100, 0), (130, 30)])
def test_correction_after_the_end_moves_only_the_lots_that_differ(timing: Timing, lots: int, error: int) -> None:
    desk = Desk(settings=Settings(allocation=Allocation(timing=timing)))
    desk.tell(buy("A", 60), buy("B", 40))
    desk.tell(fill("P1.1", 100, 1000, exec_id="E1"))
    assert not desk.engine.blotter.working
    desk.tell(correct("P1.1", "E1", lots, 1001))
    given = {"A": round(min(lots, 100) * 0.6), "B": round(min(lots, 100) * 0.4)}
    assert desk.shares == given
    assert desk.lots == given
    booked: dict[str, int] = {}
    for row in desk.engine.blotter.allocations:
        booked[row.account] = booked.get(row.account, 0) + row.qty
    assert booked.get("error", 0) == error
