"""Routing: given a route, expect which legs go out, and why the others do not."""

import pytest

from smartexec.kernel.advisor import Fault
from smartexec.model.enums import OrdType, Peg, TimeInForce
from smartexec.model.events import VenueStatus
from smartexec.model.instrument import Instrument
from smartexec.model.routing import Capabilities, Leg, Route, RouteRequest
from smartexec.model.view import Decision, ParentView, Slice
from tests.kernel.desk import (
    ATS,
    LIT,
    Desk,
    Router,
    alerts,
    buy,
    cancels,
    nanos,
    sell,
    sends,
    taken,
    to_lit,
)

PEGS = {LIT: Capabilities(ord_types=frozenset({OrdType.LIMIT, OrdType.PEGGED}), pegs=frozenset({Peg.MID}))}


def leg(qty: int = 100, at: float | None = 1000, mic: str = LIT, **more: object) -> Leg:
    return Leg(mic, qty, price=nanos(at), **more)  # type: ignore[arg-type]


def routed(*legs: Leg) -> Router:
    """A router that gives these legs at its first call and nothing later."""
    left = [Route(legs)]
    return lambda _: left.pop() if left else Route()


def refusals(desk: Desk) -> list[str]:
    return [text.split(": ", 1)[1] for row in desk.engine.blotter.decisions for text in row.refused]


def test_legs_go_out_as_they_are() -> None:
    desk = Desk(router=routed(leg(60), leg(40, 999, ATS, time_in_force=TimeInForce.IOC)))
    assert desk.tell(buy("A", 100, 1000)) == [
        taken("O1"),
        sends("P1.1", "BUY", 60, 1000),
        sends("P1.2", "BUY", 40, 999, ATS, "IOC"),
    ]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (leg(mic="NONE"), "unknown venue"),
        (leg(0), "no quantity"),
        (leg(101), "quantity exceeded"),
        (leg(at=1001), "limit broken"),
        (leg(time_in_force=TimeInForce.GTC), "time in force not supported"),
        (leg(peg=Peg.MID), "order type not supported"),
        (leg(min_qty=10), "minimum quantity not supported"),
        (leg(display_qty=10), "display quantity not supported"),
        (leg(post_only=True), "post-only not supported"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_leg_that_breaks_a_rule_is_refused_and_the_others_go(bad: Leg, why: str) -> None:
    desk = Desk(router=routed(bad, leg(40, 999)))
    said = desk.tell(buy("A", 100, 1000))
    assert [s for s in said if s[0] == "send"] == [sends("P1.1", "BUY", 40, 999)]
    assert refusals(desk) == [why]
    assert desk.engine.quarantined == {}


def test_leg_to_a_venue_that_is_down_is_refused() -> None:
    desk = Desk(router=routed(leg(60), leg(40, mic=ATS)))
    desk.tell(VenueStatus(LIT, up=False))
    said = desk.tell(buy("A", 100, 1000))
    assert [s for s in said if s[0] == "send"] == [sends("P1.1", "BUY", 40, 1000, ATS)]
    assert refusals(desk) == ["venue is down"]


def test_legs_share_the_quantity() -> None:
    desk = Desk(router=routed(leg(60), leg(41), leg(40)))
    said = desk.tell(buy("A", 100, 1000))
    assert [s for s in said if s[0] == "send"] == [
        sends("P1.1", "BUY", 60, 1000),
        sends("P1.2", "BUY", 40, 1000),
    ]
    assert refusals(desk) == ["quantity exceeded"]


def test_market_leg_under_a_limit_becomes_a_limit_leg() -> None:
    desk = Desk(router=routed(leg(at=None)))
    assert desk.tell(buy("A", 100, 1000))[1:] == [sends("P1.1", "BUY", 100, 1000)]


def test_leg_price_moves_to_the_tick_on_the_passive_side() -> None:
    desk = Desk(router=routed(leg(at=999.5)))
    assert desk.tell(buy("A", 100, 1000))[1:] == [sends("P1.1", "BUY", 100, 999)]
    desk = Desk(router=routed(leg(at=1000.5)))
    assert desk.tell(sell("A", 100, 1000))[1:] == [sends("P1.1", "SELL", 100, 1001)]


def test_peg_the_venue_has_goes_out_and_another_is_refused() -> None:
    desk = Desk(router=routed(leg(60, peg=Peg.MID), leg(40, peg=Peg.PRIMARY)), venues=PEGS)
    said = desk.tell(buy("A", 100, 1000))
    assert [s[:4] for s in said if s[0] == "send"] == [("send", "P1.1", "BUY", 60)]
    assert refusals(desk) == ["order type not supported"]


@pytest.mark.parametrize(
    "nonsense",
    [
        Fault("parallel", "raised KeyError"),
        Route(("leg",)),  # type: ignore[arg-type]
        Route((leg(-1),)),
        Route((Leg(LIT, 1.5),)),  # type: ignore[arg-type]
        Route((Leg(LIT, 10, price=1.5),)),  # type: ignore[arg-type]
        Route((leg(),), wake_at=1),
    ],
    ids=["fault", "no-leg", "negative", "float-qty", "float-price", "wakes-in-the-past"],
)
def test_router_that_answers_nonsense_is_quarantined(nonsense: Route | Fault) -> None:
    desk = Desk(router=lambda _: nonsense)
    assert desk.tell(buy("A", 100, 1000)) == [
        taken("O1"),
        alerts("error", "plugin quarantined"),
    ]
    assert list(desk.engine.quarantined) == ["parallel"]
    assert desk.states == {"P1": "safe"}


def test_quarantined_router_stops_the_parents_that_use_it_only() -> None:
    """The second call of the default router fails: the 60 that the first one sent are cancelled, B's 100 are not."""

    def by_limit(view: ParentView) -> Decision:
        return Decision((Slice(view.leaves_qty, view.limit, router="good" if view.limit == nanos(998) else ""),))

    def once(request: RouteRequest) -> Route | Fault:
        return Fault("parallel", "raised") if desk.engine.blotter.child_orders else Route((leg(60),))

    desk = Desk(by_limit, once, routers={"good": to_lit})
    assert desk.tell(buy("A", 100, 1000)) == [
        taken("O1"),
        sends("P1.1", "BUY", 60, 1000),
        alerts("error", "plugin quarantined"),
        cancels("P1.1"),
    ]
    assert desk.tell(buy("B", 100, 998, params=(("other", 1),))) == [
        taken("O2"),
        sends("P2.1", "BUY", 100, 998),
    ]
    assert desk.states == {"P1": "safe", "P2": "working"}


def test_router_sees_what_is_unplaced_and_the_venues() -> None:
    desk = Desk(router=routed(leg(100)))
    desk.tell(buy("A", 100, 1000))
    request = desk.requests[0]
    assert (request.qty, request.limit, list(request.venues), request.attempts) == (100, nanos(1000), [LIT, ATS], ())


def test_refused_whole_route_is_tried_again_after_a_second() -> None:
    desk = Desk()
    desk.tell(VenueStatus(LIT, up=False))
    desk.tell(buy("A", 100, 1000))
    asked = len(desk.requests)
    desk.wait(0.9)
    assert len(desk.requests) == asked
    desk.wait(0.1)
    assert len(desk.requests) == asked + 1


def test_lot_of_the_instrument_is_kept() -> None:
    desk = Desk(router=routed(leg(150)), instrument=Instrument("XYZ", lot=100))
    assert desk.tell(buy("A", 300, 1000))[1:] == [sends("P1.1", "BUY", 100, 1000)]


def test_reason_says_what_was_decided_and_why_it_went_there() -> None:
    desk = Desk(
        lambda v: Decision((Slice(100, v.limit),), note="all of it"),
        lambda r: Route((leg(),), note="cheapest"),
    )
    desk.tell(buy("A", 100, 1000))
    child = desk.engine.blotter.child_orders[0]
    assert child.reason == "S: all of it | parallel: cheapest"
    assert child.why is not None
    assert child.why.view is desk.views[0]
    assert child.why.request is desk.requests[0]
