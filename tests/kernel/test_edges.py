"""Edges of the day and of the guards: given what is out of the ordinary, expect what is said and what is not sent."""

import pytest

from smartexec.kernel.advisor import Fault
from smartexec.kernel.settings import Allocation, Limits, Risk, Routing, Settings, Timing
from smartexec.model.enums import ExecType, KillLevel, OrdStatus, Phase, Side, TimeInForce, Wake
from smartexec.model.events import EndOfDay, ExecutionReport, KillSwitch, OrderState
from smartexec.model.routing import Capabilities, Leg, Route
from smartexec.model.view import Decision, ParentView, Slice
from tests.kernel.desk import (
    ATS,
    CENT,
    LIT,
    XYZ,
    Desk,
    ack,
    alerts,
    buy,
    cancel,
    correct,
    fill,
    idle,
    phase,
    queries,
    quote,
    refused,
    sell,
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


@pytest.mark.parametrize("level", [KillLevel.FIRM, KillLevel.INSTRUMENT, KillLevel.STRATEGY])
def test_nothing_crosses_under_a_kill_switch(level: KillLevel) -> None:
    desk = Desk(idle)
    desk.tell(KillSwitch(level, {KillLevel.INSTRUMENT: XYZ, KillLevel.STRATEGY: "S"}.get(level, "")))
    desk.tell(buy("A", 100, 1010), sell("B", 100, 990))
    assert desk.lots == {"A": 0, "B": 0}


def test_market_slice_of_an_order_with_a_wide_limit_goes_out_at_the_collar() -> None:
    desk = Desk(
        at_market, lambda r: Route((Leg(LIT, r.qty),)), settings=Settings(risk=Risk(firm=Limits(collar_bps=100)))
    )
    desk.tell(quote(999, 1001))
    assert desk.tell(buy("A", 100, 1200)) == [taken("O1"), sends("P1.1", "BUY", 100, 1010)]


@pytest.mark.parametrize(
    "leg",
    [Leg(LIT, 100, price=0), Leg(LIT, 100, price=1000 * CENT, display_qty=101), Leg(LIT, 10, price=CENT, min_qty=11)],
)
def test_leg_that_makes_no_sense_is_not_sent(leg: Leg) -> None:
    desk = Desk(router=lambda _: Route((leg,)), venues={LIT: Capabilities(min_qty=True, display_qty=True)})
    assert not [s for s in desk.tell(sell("A", 100)) if s[0] == "send"]


def test_old_or_halted_venue_makes_no_midpoint_to_cross_at() -> None:
    desk = Desk(idle, market=False)
    desk.tell(phase(), quote(990, 1001, ATS))
    desk.wait(3600)
    desk.tell(quote(999, 1010, LIT), buy("A", 100, 1200), sell("B", 100, 900))
    assert desk.lots == {"A": 0, "B": 0}
    desk.tell(phase(Phase.HALTED, ATS))
    assert [(x.bid, x.ask) for x in desk.engine.blotter.crosses] == [(999 * CENT, 1010 * CENT)]


def test_order_does_not_join_a_parent_in_its_safe_state() -> None:
    desk = Desk(router=lambda _: Fault("parallel", "broken"))
    desk.tell(buy("A", 100))
    desk.tell(buy("B", 100))
    assert desk.parents == ["P1", "P2"]
    assert [a.where for a in desk.engine.blotter.alerts] == ["parallel", "P2"]


def test_strategy_that_wants_to_be_woken_at_once_for_ever_is_woken_each_millisecond() -> None:
    desk = Desk(lambda view: Decision((), view.now + 1))
    desk.tell(buy("A", 100))
    desk.wait(0.01)
    assert len(desk.views) <= 12


def test_timers_do_not_pile_up_behind_decisions() -> None:
    desk = Desk(lambda view: Decision((), view.now + 10**12), wakes=frozenset({Wake.QUOTE}))
    desk.tell(buy("A", 100))
    for n in range(50):
        desk.tell(quote(999 - n % 2, 1001))
    assert desk.engine.timers.pending == 1


def test_what_a_guard_keeps_back_is_alerted_once() -> None:
    desk = Desk(settings=Settings(risk=Risk(firm=Limits(max_order_qty=10))))
    desk.tell(buy("A", 100))
    desk.wait(60)
    assert len(desk.engine.blotter.alerts) == 1
    assert all(len(row.refused) <= 1 for row in desk.engine.blotter.decisions)


def test_what_is_live_at_a_venue_is_what_its_orders_hold() -> None:
    desk = Desk()
    desk.tell(buy("A", 100, 1000), sell("B", 100, 1005, no_cross=True))
    live = desk.engine.blotter.live
    assert [sorted(c.order_id for c in held.values()) for held in live.values()] == [["P1.1"], ["P2.1"]]
    desk.tell(fill("P1.1", 100, 1000))
    assert [len(held) for held in live.values()] == [0, 1]
    assert desk.engine.blotter.sides == {XYZ: {1: 0, -1: 1}}


def test_bust_after_midnight_is_of_the_day_of_its_trade() -> None:
    """Without TradeDate(75) the row of a bust carries the date of what it undoes: that is how it is found."""
    desk = Desk()
    desk.now = 86_400 * 10**9 * 20_000 - 10**9
    desk.tell(quote(999, 1001), buy("A", 100, 1000))
    desk.tell(fill("P1.1", 40, 1000, exec_id="E1"))
    desk.wait(5)
    desk.tell(correct("P1.1", "E1", 40, 999))
    dates = {e.trade_date for e in desk.engine.blotter.executions}
    assert len(desk.engine.blotter.executions) == 2
    assert len(dates) == 1
