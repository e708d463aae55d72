"""Desired against live: given decisions and reports, expect the fewest commands."""

from collections.abc import Sequence

import pytest

from smartexec.kernel.settings import Routing, Settings
from smartexec.model.enums import Liquidity, Outcome, ReplaceMode, TimeInForce, Wake
from smartexec.model.ids import Mic
from smartexec.model.routing import Capabilities, Leg, Route, RouteRequest
from smartexec.model.view import Decision, Slice
from tests.kernel.desk import (
    ATS,
    IOC,
    LIT,
    SECOND,
    Desk,
    Said,
    ack,
    buy,
    canceled,
    cancels,
    expired,
    fill,
    nanos,
    quote,
    refused,
    replaced,
    replaces,
    sends,
    trades,
)

REPLACING = {LIT: Capabilities(replace=ReplaceMode.KEEPS_PRIORITY), ATS: Capabilities()}


class Script:
    """A desk whose strategy wants what it was last told to want, and whose order of 1000 at 1010 is taken."""

    def __init__(self, desk_venues: dict[str, Capabilities] | None = None, **more: object) -> None:
        self.decision = Decision()
        self.desk = Desk(lambda _: self.decision, venues=desk_venues, **more)  # type: ignore[arg-type]
        self.desk.tell(buy("A", 1000, 1010))

    def want(self, *slices: Slice) -> list[Said]:
        """Decide anew."""
        self.decision = Decision(slices)
        self.desk.engine.blotter.wake(self.desk.engine.blotter.parents[0], Wake.TIMER)
        return self.desk.tell()


def want(qty: int, at: float = 1000, slot: str = "main", tif: TimeInForce = TimeInForce.DAY) -> Slice:
    return Slice(qty, nanos(at), slot=slot, time_in_force=tif)


def split(request: RouteRequest) -> Route:
    """Half to each venue."""
    half = request.qty // 2
    legs = ((LIT, request.qty - half), (ATS, half))
    return Route(Leg(mic, qty, price=request.slice.price) for mic, qty in legs)


def test_more_routes_only_the_increase() -> None:
    s = Script()
    assert s.want(want(100)) == [sends("P1.1", "BUY", 100, 1000)]
    assert s.want(want(150)) == [sends("P1.2", "BUY", 50, 1000)]


def test_same_again_sends_nothing() -> None:
    s = Script()
    s.want(want(100))
    assert s.want(want(100)) == []


def test_less_takes_the_newest_leg_first() -> None:
    s = Script()
    s.want(want(100))
    s.want(want(150))
    s.desk.tell(ack("P1.1"), ack("P1.2"))
    assert s.want(want(100)) == [cancels("P1.2")]


def test_less_reduces_where_the_venue_replaces() -> None:
    s = Script(REPLACING)
    s.want(want(100))
    s.desk.tell(ack("P1.1"))
    assert s.want(want(70)) == [replaces("P1.1", 70, 1000)]
    assert s.desk.tell(replaced("P1.1")) == []


def test_less_where_the_venue_cannot_replace_cancels_and_sends_the_rest_anew() -> None:
    s = Script()
    s.want(want(100))
    s.desk.tell(ack("P1.1"))
    assert s.want(want(70)) == [cancels("P1.1")]
    assert s.desk.tell(canceled("P1.1")) == [sends("P1.2", "BUY", 70, 1000)]


def test_reprice_replaces_where_the_venue_can() -> None:
    s = Script(REPLACING)
    s.want(want(100))
    s.desk.tell(ack("P1.1"))
    assert s.want(want(100, 999)) == [replaces("P1.1", 100, 999)]
    assert s.desk.tell(replaced("P1.1")) == []


def test_what_rested_and_is_to_take_is_routed_anew() -> None:
    """The venue where it rests may show nothing: the routing logic is asked where it should take."""
    s = Script(REPLACING)
    s.want(want(100))
    s.desk.tell(ack("P1.1"))
    asked = len(s.desk.requests)
    assert s.want(want(100, 1001)) == [cancels("P1.1")]
    assert s.desk.tell(canceled("P1.1")) == [sends("P1.2", "BUY", 100, 1001)]
    assert len(s.desk.requests) == asked + 1


def test_what_takes_already_is_replaced() -> None:
    s = Script(REPLACING)
    s.want(want(40, 1001))
    s.desk.tell(ack("P1.1"))
    assert s.want(want(40, 1002)) == [replaces("P1.1", 40, 1002)]


def test_reprice_cancels_where_the_venue_cannot_replace_and_routes_what_comes_back() -> None:
    """40 fill while the cancel is under way: 60 come back, and 100 are wanted at the new price by the decision."""
    s = Script()
    s.want(want(100))
    s.desk.tell(ack("P1.1"))
    assert s.want(want(100, 1001)) == [cancels("P1.1")]
    s.decision = Decision((want(60, 1001),))
    assert s.desk.tell(fill("P1.1", 40, 1000)) == []
    assert s.desk.tell(canceled("P1.1", cum_qty=40)) == [sends("P1.2", "BUY", 60, 1001)]


def test_reprice_before_the_acknowledgement_cancels() -> None:
    """Whether an order that nobody acknowledged can be replaced is not known."""
    s = Script(REPLACING)
    s.want(want(100))
    assert s.want(want(100, 1001)) == [cancels("P1.1")]


def test_what_a_replaced_order_takes_is_measured_from_the_midpoint_when_its_price_was_asked_for() -> None:
    s = Script(REPLACING)
    s.want(want(40, 998))
    s.desk.tell(ack("P1.1"))
    s.desk.tell(quote(1005, 1007))
    s.want(want(40, 1006))
    s.desk.tell(replaced("P1.1"), fill("P1.1", 40, 1006.5, liquidity=Liquidity.REMOVED))
    scores = s.desk.engine.scorecard.scores(s.desk.engine.markets["XYZ"], True)
    assert scores[Mic(LIT)].effective_bps == pytest.approx(2 * 0.5 / 1006 * 10_000)  # not from 1000, as it was sent


def test_refused_replace_cancels() -> None:
    s = Script(REPLACING)
    s.want(want(100))
    s.desk.tell(ack("P1.1"))
    s.want(want(100, 999))
    assert s.desk.tell(refused("P1.1")) == [cancels("P1.1", 2)]
    assert s.desk.tell(canceled("P1.1", 2)) == [sends("P1.2", "BUY", 100, 999)]


def test_slot_that_is_not_named_is_cancelled() -> None:
    s = Script()
    s.want(want(100, slot="a"), want(100, slot="b"))
    s.desk.tell(ack("P1.1"), ack("P1.2"))
    assert s.want(want(100, slot="b")) == [cancels("P1.1")]
    assert s.desk.tell(canceled("P1.1")) == []


def test_nothing_new_is_sent_while_all_is_in_doubt() -> None:
    """All 1000 are out and being cancelled: what is wanted at the new price waits for the confirmation."""
    s = Script()
    s.want(want(1000))
    assert s.want(want(1000, 1001)) == [cancels("P1.1")]
    assert s.want(want(1000, 1002)) == []
    assert s.desk.tell(canceled("P1.1")) == [sends("P1.2", "BUY", 1000, 1002)]


def test_fill_reduces_what_is_wanted_without_a_decision() -> None:
    s = Script()
    s.want(want(100))
    s.decision = Decision((want(40),))
    assert s.desk.tell(fill("P1.1", 60, 1000)) == []


def test_fill_that_crosses_the_cancel_is_booked_and_not_replaced() -> None:
    s = Script()
    s.want(want(100))
    s.want()
    assert s.desk.tell(fill("P1.1", 100, 1000)) == []
    assert s.desk.shares == {"A": 100}
    assert s.desk.tell(refused("P1.1")) == []


def test_ioc_slot_that_has_ended_is_spent() -> None:
    s = Script(settings=Settings(routing=Routing(max_rounds=1)))
    assert s.want(want(100, tif=IOC)) == [sends("P1.1", "BUY", 100, 1000, tif="IOC")]
    assert s.desk.tell(expired("P1.1")) == []
    assert s.want(want(100, tif=IOC)) == []
    assert s.desk.views[-1].slots["main"].spent
    assert s.want(want(100, slot="again", tif=IOC)) == [sends("P1.2", "BUY", 100, 1000, tif="IOC")]


def test_filled_ioc_slot_is_spent() -> None:
    s = Script()
    s.want(want(100, tif=IOC))
    assert s.desk.tell(fill("P1.1", 100, 1000)) == []
    assert s.want(want(100, tif=IOC)) == []


def test_remainder_is_routed_again_with_the_attempts() -> None:
    s = Script(router=split)
    assert s.want(want(100)) == [
        sends("P1.1", "BUY", 50, 1000),
        sends("P1.2", "BUY", 50, 1000, ATS),
    ]
    assert s.desk.tell(canceled("P1.2", 0, ATS)) == [
        sends("P1.3", "BUY", 25, 1000),
        sends("P1.4", "BUY", 25, 1000, ATS),
    ]
    request = s.desk.requests[-1]
    assert [(a.mic, a.qty, a.outcome) for a in request.attempts] == [(LIT, 50, None), (ATS, 50, Outcome.CANCELED)]


def rejections(desk: Desk, count: int) -> list[Sequence[Said]]:
    """What follows when the venue cancels each child as it comes."""
    return [desk.tell(canceled(f"P1.{n}", 0)) for n in range(1, count + 1)]


def test_max_rounds_ends_the_asking_and_wakes_the_strategy_once() -> None:
    s = Script(settings=Settings(routing=Routing(max_rounds=3)))
    s.want(want(100))
    asked = len(s.desk.views)
    assert rejections(s.desk, 3) == [
        [sends("P1.2", "BUY", 100, 1000)],
        [sends("P1.3", "BUY", 100, 1000)],
        [sends("P1.4", "BUY", 100, 1000)],
    ]
    assert [v.woken_by for v in s.desk.views[asked:]] == [Wake.UNFILLED]
    for n in (4, 5, 6):
        s.desk.tell(canceled(f"P1.{n}", 0))
    assert [v.woken_by for v in s.desk.views[asked:]] == [Wake.UNFILLED]


def test_rest_for_cancels_the_leg_then() -> None:
    s = Script(router=lambda r: Route((Leg(LIT, r.qty, price=r.slice.price, rest_for=SECOND),)))
    s.want(want(100))
    s.desk.tell(ack("P1.1"))
    assert s.desk.wait(0.9) == []
    assert s.desk.wait(0.1) == [cancels("P1.1")]


def test_router_that_waits_is_asked_again_then() -> None:
    routes = [Route(wake_at=None), Route(wake_at=0)]

    def patient(request: RouteRequest) -> Route:
        if routes:
            routes.clear()
            return Route(wake_at=request.now + SECOND)
        return Route((Leg(LIT, request.qty, price=request.slice.price),))

    s = Script(router=patient)
    assert s.want(want(100)) == []
    assert s.desk.wait(1) == [sends("P1.1", "BUY", 100, 1000)]


def test_router_that_places_nothing_leaves_the_slot_unfilled() -> None:
    s = Script(router=lambda _: Route())
    assert s.want(want(100)) == []
    assert s.desk.engine.blotter.parents[0].slots["main"].clipped_by == "no route"
    assert len(s.desk.requests) == 1


def test_a_client_cancelled_while_a_replace_is_pending_trades_what_comes() -> None:
    s = Script(REPLACING)
    s.want(want(100))
    s.desk.tell(ack("P1.1"))
    s.want(want(100, 1001))
    s.decision = Decision((want(0),))
    assert s.desk.tell(fill("P1.1", 100, 1001), replaced("P1.1")) == []
    assert s.desk.shares == {"A": 100}


def test_completion_ends_the_parent() -> None:
    s = Script()
    s.want(want(1000))
    assert s.desk.tell(fill("P1.1", 1000, 1000)) == [trades("O1", 1000, 1000, 1000, 0)]
    assert s.desk.states == {"P1": "ended"}


def test_view_of_a_slot_says_what_became_of_it() -> None:
    s = Script()
    s.want(want(100))
    s.desk.tell(fill("P1.1", 40, 1000))
    slot = s.desk.views[-1].slots["main"]
    assert (slot.want_qty, slot.leaves_qty, slot.in_doubt_qty, slot.cum_qty) == (60, 60, 0, 40)
