"""Orders that take part in an auction only: given phases and how such an order ends, expect what is sent."""

import pytest

from smartexec.model.enums import Phase, ReplaceMode, TimeInForce, Wake
from smartexec.model.routing import Capabilities, Leg, Route, RouteRequest
from smartexec.model.view import Decision, ParentView, Slice
from tests.kernel.desk import LIT, Desk, ack, buy, expired, fill, nanos, phase, quote, rejected, replaces, sends

TAKES = {LIT: Capabilities(times_in_force=frozenset(TimeInForce), replace=ReplaceMode.KEEPS_PRIORITY)}
PHASES = tuple(p for p in Phase if p is not Phase.UNKNOWN)


def at_open(view: ParentView) -> Decision:
    """All in the opening auction, at the bid or at 1000."""
    price = view.market.bid or nanos(1000)
    return Decision((Slice(view.leaves_qty, price, slot="x", time_in_force=TimeInForce.AT_OPEN),))


def open_then_day(view: ParentView) -> Decision:
    """All in the opening auction; once that is over the rest in the same slot."""
    tif = TimeInForce.DAY if view.woken_by is Wake.UNFILLED else TimeInForce.AT_OPEN
    return Decision((Slice(view.leaves_qty, nanos(1000), slot="x", time_in_force=tif),))


def to_lit(request: RouteRequest) -> Route:
    """All to one venue, as the slice says."""
    return Route((Leg(LIT, request.qty, price=request.limit, time_in_force=request.slice.time_in_force),))


@pytest.mark.parametrize("now", PHASES)
@pytest.mark.parametrize("tif", [TimeInForce.DAY, TimeInForce.IOC, TimeInForce.AT_OPEN, TimeInForce.AT_CLOSE])
def test_in_an_auction_only_what_takes_part_in_auctions_is_sent_and_in_a_halt_nothing(
    now: Phase, tif: TimeInForce
) -> None:
    desk = Desk(lambda view: Decision((Slice(view.leaves_qty, nanos(1000), time_in_force=tif),)), to_lit, venues=TAKES)
    desk.tell(phase(now))
    sent = [one for one in desk.tell(buy("A", 100)) if one[0] == "send"]
    may = now is Phase.CONTINUOUS or (now is Phase.AUCTION and tif.auction)
    assert sent == ([sends("P1.1", "BUY", 100, 1000, tif=tif.name)] if may else [])


def test_an_order_that_expired_with_its_auction_is_not_sent_again() -> None:
    desk = Desk(at_open, to_lit, venues=TAKES)
    desk.tell(phase(Phase.AUCTION), buy("A", 100))
    desk.tell(ack("P1.1"))
    assert desk.tell(fill("P1.1", 40, 1000), expired("P1.1"), phase()) == []
    assert desk.views[-1].slots["x"].spent


def test_the_strategy_is_told_that_the_auction_is_over_and_may_go_on_in_the_same_slot() -> None:
    desk = Desk(open_then_day, to_lit, venues=TAKES)
    desk.tell(phase(Phase.AUCTION), buy("A", 100))
    desk.tell(ack("P1.1"), phase())
    assert desk.tell(expired("P1.1")) == [sends("P1.2", "BUY", 100, 1000)]
    assert desk.views[-1].woken_by is Wake.UNFILLED


def test_an_order_that_its_venue_refused_may_be_tried_again() -> None:
    desk = Desk(at_open, to_lit, venues=TAKES)
    desk.tell(phase(Phase.AUCTION), buy("A", 100))
    assert sends("P1.2", "BUY", 100, 999, tif="AT_OPEN") in desk.tell(rejected("P1.1"))


def test_an_auction_order_is_replaced_while_the_auction_is_called() -> None:
    desk = Desk(at_open, to_lit, venues=TAKES, wakes={Wake.QUOTE})
    desk.tell(phase(Phase.AUCTION), buy("A", 100))
    desk.tell(ack("P1.1"))
    assert desk.tell(quote(997, 1003)) == [replaces("P1.1", 100, 997)]
