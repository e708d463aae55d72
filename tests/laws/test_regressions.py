"""Situations that worlds once found the kernel wrong in: what a venue says, in which order, what must come of it."""

import pytest
from attrs import define

from smartexec.kernel.advisor import Advisor, Fault
from smartexec.kernel.engine import Engine
from smartexec.kernel.orders import ChildOrder
from smartexec.kernel.settings import Aggregation, Allocation, Routing, Settings, Timing
from smartexec.model.commands import QueryOrder, SendOrder
from smartexec.model.enums import ExecType, OrdStatus, Phase, Side
from smartexec.model.events import EndOfDay, ExecutionReport, Resolve
from smartexec.model.instrument import Instrument
from smartexec.model.market import PhaseChange, Quote
from smartexec.model.orders import NewOrder, Params
from smartexec.model.routing import Leg, Route, RouteRequest
from smartexec.model.view import Decision, ParentView, Slice
from smartexec.testing.advice import SECOND
from smartexec.testing.worlds import World
from tests.laws.machine import TICK, VENUES

PX = 200 * TICK
OTHER = 199 * TICK


@define
class All(Advisor):
    """Everything, now, at 2.00, at the first venue; `broken` strategies raise."""

    broken: str = ""

    def decide(self, strategy: str, params: Params, view: ParentView) -> Decision | Fault:
        if strategy == self.broken:
            return Fault(strategy, "on purpose")
        return Decision((Slice(view.leaves_qty, PX),))

    def route(self, router: str, request: RouteRequest) -> Route | Fault:
        return Route((Leg("AAAA", request.qty, price=PX),))


def world(timing: Timing = Timing.ON_FILL, *, window: int = 0, broken: str = "") -> World:
    """A world in trading."""
    settings = Settings(
        aggregation=Aggregation(window=window), allocation=Allocation(timing=timing), routing=Routing(default="any")
    )
    wakes = {"TAME": frozenset(), "BROKEN": frozenset()}
    instruments = {"ABC": Instrument("ABC", tick=TICK)}
    found = World(Engine(settings, instruments, VENUES, wakes, ["any"], All(broken)))  # type: ignore[arg-type]
    found.tell(PhaseChange("ABC", "", Phase.CONTINUOUS), Quote("ABC", "AAAA", 199 * TICK, 9, 201 * TICK, 9))
    return found


def order(cl_ord_id: str = "c1", qty: int = 10, strategy: str = "TAME") -> NewOrder:
    """A client buys."""
    return NewOrder("s", cl_ord_id, "ABC", Side.BUY, qty, strategy)


def working(timing: Timing = Timing.ON_FILL) -> tuple[World, ChildOrder]:
    """A world in which ten lots are live at a venue."""
    w = world(timing)
    w.tell(order())
    w.tell(said(ExecType.NEW, 0))
    return w, w.engine.blotter.children["P1.1"]


def said(exec_type: ExecType, cum: int, status: OrdStatus = OrdStatus.PARTIALLY_FILLED) -> ExecutionReport:
    """What the venue says of the order."""
    report = ExecutionReport("AAAA", "P1.1", exec_type, status)
    report.cum_qty, report.avg_px = cum, PX if cum else 0
    return report


def trade(exec_id: str, qty: int, cum: int, px: int = PX, ref: str = "") -> ExecutionReport:
    """An execution; with `ref` its correction, at no quantity its bust."""
    kind = ExecType.TRADE_CORRECT if ref else ExecType.TRADE
    report = said(kind, cum)
    report.exec_id, report.last_qty, report.last_px, report.exec_ref_id = exec_id, qty, px, ref
    return report


def bust(ref: str, qty: int, cum: int) -> ExecutionReport:
    """A bust."""
    report = trade(f"{ref}b", qty, cum)
    report.exec_type, report.exec_ref_id = ExecType.TRADE_CANCEL, ref
    return report


def rows(w: World) -> list[tuple[str, str, int, str]]:
    """(ExecID, ExecType, quantity, what it undoes) of what is booked."""
    return [(e.exec_id, e.exec_type.name, e.last_qty, e.exec_ref_id) for e in w.engine.blotter.executions]


@pytest.mark.parametrize("timing", Timing)
def test_bust_of_a_trade_that_was_lost_is_booked_with_its_trade(timing: Timing) -> None:
    w, child = working(timing)
    w.tell(said(ExecType.ORDER_STATUS, 4))
    w.tell(bust("E1", 4, 0))
    w.tell(trade("E1", 4, 4))  # it was only late
    assert rows(w) == [("E1", "TRADE", 4, ""), ("E1b", "TRADE_CANCEL", 4, "E1")]
    assert (child.cum_qty, child.counted) == (0, 10)


def test_correction_of_a_trade_that_was_lost_stands() -> None:
    w, child = working()
    w.tell(trade("E1c", 4, 4, OTHER, ref="E1"))
    w.tell(trade("E1", 4, 4))
    assert rows(w) == [("E1", "TRADE", 4, ""), ("E1c", "TRADE_CORRECT", 4, "E1")]
    assert (child.cum_qty, child.notional) == (4, 4 * OTHER)


@pytest.mark.parametrize("trade_first", [True, False])
def test_bust_of_a_correction_that_comes_before_both(trade_first: bool) -> None:
    w, child = working()
    w.tell(bust("E1c", 4, 0))
    late = [trade("E1", 4, 4), trade("E1c", 4, 4, OTHER, ref="E1")]
    for report in late if trade_first else reversed(late):
        w.tell(report)
    assert child.cum_qty == 0
    assert w.engine.blotter.parents[0].cum_qty == 0


def test_correction_forgets_no_other_execution_under_way() -> None:
    w, child = working()
    w.tell(trade("E2", 4, 7))
    w.tell(said(ExecType.CANCELED, 7, OrdStatus.CANCELED))
    w.tell(trade("E2c", 4, 7, OTHER, ref="E2"))
    assert child.counted == 3
    assert w.engine.blotter.parents[0].open_qty <= 10 - 4


def test_answer_from_before_a_bust_is_not_believed() -> None:
    w, child = working()
    w.tell(trade("E1", 4, 4))
    w.tell(bust("E1", 4, 0))
    w.tell(said(ExecType.CANCELED, 0, OrdStatus.CANCELED))
    w.tell(said(ExecType.ORDER_STATUS, 4))  # late
    assert (child.cum_qty, child.counted) == (0, 4)
    for _ in range(4):
        w.wait(20 * SECOND)
        w.tell(said(ExecType.ORDER_STATUS, 0, OrdStatus.CANCELED))
    assert (child.cum_qty, child.counted) == (0, 0)


def test_true_executions_take_the_place_of_all_booked_differences() -> None:
    w, child = working()
    for cum in (2, 5):
        child.queries = 2
        w.tell(said(ExecType.ORDER_STATUS, cum))
    assert child.cum_qty == 5
    w.tell(trade("E2", 3, 5), trade("E1", 2, 2))
    assert child.cum_qty == 5
    assert {e.exec_id for e in w.engine.blotter.executions if not e.superseded and e.exec_type is ExecType.TRADE} == {
        "E1",
        "E2",
    }


def test_parent_that_pooled_while_its_plugin_was_quarantined_sends_nothing() -> None:
    w = world(window=SECOND, broken="BROKEN")
    w.tell(order("c1", 10, "BROKEN"))
    w.wait(SECOND // 2)
    w.tell(NewOrder("s", "c2", "ABC", Side.SELL, 10, "BROKEN"))
    w.wait(3 * SECOND)
    w.engine.quarantined["BROKEN"] = "on purpose"
    w.wait(3 * SECOND)
    assert not any(isinstance(c, SendOrder) for c in w.commands)
    assert [p.state.name for p in w.engine.blotter.parents] == ["SAFE", "SAFE"]


def test_lost_replace_of_an_order_that_filled_does_not_keep_its_parent() -> None:
    w, child = working()
    w.tell(trade("E1", 10, 10))
    child.request_replace("P1.1-1", 15, PX)
    w.engine.children.after(child)
    assert child.counted == 5
    w.tell(EndOfDay())
    w.tell(EndOfDay(final=True))
    assert not w.engine.blotter.working


def test_resolve_ends_what_nobody_answers_for() -> None:
    w, child = working()
    w.tell(Resolve("P1.1", 4, PX, user="test"))
    assert (child.cum_qty, child.counted) == (4, 0)


def test_after_a_bust_the_venue_is_asked_what_stands() -> None:
    w, child = working()
    w.tell(trade("E1", 4, 4))
    w.tell(said(ExecType.CANCELED, 3, OrdStatus.CANCELED))  # E1 is busted, and three lots were lost on the way
    w.tell(bust("E1", 4, 0))
    w.wait(20 * SECOND)
    assert any(isinstance(c, QueryOrder) and c.cl_ord_id == "P1.1" for c in w.commands)
    for _ in range(3):
        w.tell(said(ExecType.ORDER_STATUS, 3, OrdStatus.CANCELED))
        w.wait(40 * SECOND)
    assert (child.cum_qty, child.counted) == (3, 0)
