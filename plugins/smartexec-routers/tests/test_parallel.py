"""given a request, expect a route."""

import pytest

from smartexec.api import (
    Attempt,
    Capabilities,
    Instrument,
    Leg,
    Mic,
    Nanos,
    OrdType,
    Outcome,
    Peg,
    Qty,
    Route,
    Slice,
    TimeInForce,
    VenueKind,
)
from smartexec.testing import START, market, request, venue
from smartexec_routers.parallel import Parallel
from smartexec_routers.plugin import smartexec_routing_logics

CENT = 10_000_000
BID, ASK = 9_999 * CENT, 10_001 * CENT
MIDPOINT = Capabilities(
    kind=VenueKind.DARK, ord_types=frozenset({OrdType.LIMIT, OrdType.PEGGED}), pegs=frozenset({Peg.MID}), min_qty=True
)


def ended(mic: str, outcome: Outcome) -> Attempt:
    at = Nanos(START)
    return Attempt(mic=Mic(mic), qty=Qty(50), cum_qty=Qty(0), price=None, sent=at, ended=at, outcome=outcome)


def test_hook_gives_all() -> None:
    names = ["sequential", "parallel", "sweep", "liquidity-seeking", "optimal"]
    assert [logic.name for logic in smartexec_routing_logics()] == names


def test_equal_where_nothing_is_known() -> None:
    assert Parallel().route(request(101, BID)) == Route(
        (Leg("XAAA", 51, price=BID), Leg("XBBB", 50, price=BID)), note="XAAA 51, XBBB 50"
    )


def test_by_quantity_shown_where_all_show_it() -> None:
    venues = [venue("XA", shown_qty=300), venue("XB", shown_qty=100)]
    assert Parallel().route(request(100, BID, venues=venues)).legs == (
        Leg("XA", 75, price=BID),
        Leg("XB", 25, price=BID),
    )


def test_else_by_share_of_the_volume() -> None:
    venues = [venue("XA", volume_share=0.25), venue("XB", volume_share=0.75, shown_qty=9)]
    assert [one.qty for one in Parallel().route(request(100, BID, venues=venues)).legs] == [25, 75]


def test_left_over_lot_goes_to_the_lower_fee() -> None:
    venues = [venue("XA", make_fee=2), venue("XB", make_fee=1)]
    assert Parallel().route(request(3, BID, venues=venues)).legs == (Leg("XB", 2, price=BID), Leg("XA", 1, price=BID))


def test_marketable_takes_what_is_shown_before_it_rests_anywhere() -> None:
    venues = [venue("XA", shown_qty=30), venue("XB", shown_qty=10), venue("XC")]
    assert [one.qty for one in Parallel().route(request(40, ASK, venues=venues)).legs] == [30, 10]
    assert [one.qty for one in Parallel().route(request(70, ASK, venues=venues)).legs] == [40, 20, 10]


def test_dark_part_of_a_marketable_slice_waits_a_while_for_the_midpoint() -> None:
    venues = [venue("XA"), venue("XDARK", capabilities=MIDPOINT)]
    mid = (BID + ASK) // 2
    assert Parallel(dark_rest_for=7).route(request(100, ASK, limit=ASK, venues=venues)).legs == (
        Leg("XA", 80, price=ASK),
        Leg("XDARK", 20, price=mid, peg=Peg.MID, rest_for=7),
    )


def test_dark_part_of_a_marketable_slice_that_comes_back_goes_to_lit_venues() -> None:
    venues = [venue("XA"), venue("XDARK", capabilities=MIDPOINT)]
    back = ended("XDARK", Outcome.CANCELED)
    assert Parallel().route(request(20, ASK, limit=ASK, venues=venues, attempts=[back])).legs == (
        Leg("XA", 20, price=ASK),
    )


@pytest.mark.parametrize(("share", "lit", "dark"), [(0, 100, 0), (25, 75, 25), (100, 0, 100)])
def test_dark_share_is_pegged_to_the_midpoint(share: int, lit: int, dark: int) -> None:
    venues = [venue("XA"), venue("XDARK", capabilities=MIDPOINT)]
    mid = (BID + ASK) // 2
    legs = [Leg("XA", lit, price=BID), Leg("XDARK", dark, price=mid, peg=Peg.MID, min_qty=min(dark, 20))]
    route = Parallel(dark_share=share, dark_min_qty=20).route(request(100, BID, venues=venues))
    assert list(route.legs) == [one for one in legs if one.qty]


def test_dark_order_is_no_peg_where_the_limit_does_not_admit_the_midpoint() -> None:
    venues = [venue("XDARK", capabilities=MIDPOINT)]
    assert Parallel().route(request(100, BID, limit=BID, venues=venues)).legs == (Leg("XDARK", 100, price=BID),)


def test_dark_order_is_no_peg_without_a_valid_market() -> None:
    venues = [venue("XDARK", capabilities=MIDPOINT)]
    assert Parallel().route(request(100, BID, market=market(None), venues=venues)).legs[0].peg is None


def test_all_goes_dark_where_no_lit_venue_is_up() -> None:
    venues = [venue("XA", up=False), venue("XDARK", VenueKind.DARK)]
    assert Parallel().route(request(100, BID, venues=venues)).legs == (Leg("XDARK", 100, price=BID),)


def test_minimum_quantity_leaves_venues_out_rather_than_break_it() -> None:
    can = Capabilities(min_qty=True)
    venues = [venue(mic, capabilities=can) for mic in ("XA", "XB", "XC")]
    seen = request(100, slice=Slice(100, BID, min_qty=45), venues=venues)
    assert Parallel().route(seen).legs == (
        Leg("XA", 50, price=BID, min_qty=45),
        Leg("XB", 50, price=BID, min_qty=45),
    )


def test_venues_that_cannot_do_what_the_slice_asks_get_nothing() -> None:
    venues = [
        venue("XNOIOC", capabilities=Capabilities(times_in_force=frozenset({TimeInForce.DAY}))),
        venue("XNOLIMIT", capabilities=Capabilities(ord_types=frozenset({OrdType.MARKET}))),
        venue("XCAN"),
    ]
    seen = request(100, ASK, venues=venues, time_in_force=TimeInForce.IOC)
    assert [one.mic for one in Parallel().route(seen).legs] == ["XCAN"]


@pytest.mark.parametrize(
    ("wanted", "capabilities"),
    [
        (Slice(100, BID, min_qty=1), Capabilities(min_qty=True)),
        (Slice(100, BID, display_qty=1), Capabilities(display_qty=True)),
        (Slice(100, BID, post_only=True), Capabilities(post_only=True)),
        (Slice(100, BID, peg=Peg.PRIMARY), Capabilities(ord_types=frozenset(OrdType), pegs=frozenset({Peg.PRIMARY}))),
    ],
)
def test_special_wishes_go_only_to_who_can(wanted: Slice, capabilities: Capabilities) -> None:
    venues = [venue("XPLAIN"), venue("XCAN", capabilities=capabilities)]
    (one,) = Parallel().route(request(100, slice=wanted, venues=venues)).legs
    assert (one.mic, one.qty, one.peg, one.post_only) == ("XCAN", 100, wanted.peg, wanted.post_only)


def test_market_order_with_a_limit_becomes_a_limit_order() -> None:
    seen = request(100, None, limit=ASK + 1, venues=[venue("XA")])
    assert Parallel().route(seen).legs == (Leg("XA", 100, price=ASK),)


@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.REFUSED])
def test_who_rejected_is_not_asked_again(outcome: Outcome) -> None:
    assert Parallel().route(request(50, BID, attempts=[ended("XAAA", outcome)])).legs == (Leg("XBBB", 50, price=BID),)


def test_less_than_a_lot_is_not_sent() -> None:
    seen = request(99, instrument=Instrument("TEST", lot=100))
    assert Parallel().route(seen) == Route(note="99 is less than a lot of 100")


def test_no_venue_says_why() -> None:
    assert Parallel().route(request(venues=[])).note == "no venue is up, of 0"
    assert Parallel().route(request(venues=[venue("XA", up=False)])).note == "no venue is up, of 1"
