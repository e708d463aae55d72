"""given a request, expect a route."""

from smartexec.api import Attempt, Leg, Mic, Nanos, Outcome, Qty, Route, Side, TimeInForce
from smartexec.testing import START, market, request, venue
from smartexec_routers.sweep import Sweep

CENT, MIL = 10_000_000, 100_000
BID, ASK = 9_999 * CENT, 10_001 * CENT
DEAR = venue("XDEAR", touch=ASK, touch_qty=300, take_fee=30 * MIL, volume_share=0.3)
CHEAP = venue("XCHEAP", touch=ASK, touch_qty=200, take_fee=-2 * MIL, volume_share=0.1)
WORSE = venue("XWORSE", touch=ASK + CENT, touch_qty=500, take_fee=0, volume_share=0.6)
ALL = [DEAR, CHEAP, WORSE]


def ended(mic: str, outcome: Outcome) -> Attempt:
    at = Nanos(START)
    return Attempt(mic=Mic(mic), qty=Qty(50), cum_qty=Qty(0), price=None, sent=at, ended=at, outcome=outcome)


def quantities(qty: int, px: int, logic: Sweep | None = None) -> dict[str, int]:
    return {one.mic: one.qty for one in (logic or Sweep()).route(request(qty, px, venues=ALL)).legs}


def test_cheapest_after_fees_first() -> None:
    assert Sweep().route(request(250, ASK + CENT, venues=ALL)) == Route(
        (Leg("XCHEAP", 200, price=ASK + CENT), Leg("XDEAR", 50, price=ASK + CENT)), note="sweeps XCHEAP 200, XDEAR 50"
    )


def test_a_fee_may_outweigh_a_worse_price() -> None:
    dear = venue("XDEAR", touch=ASK, touch_qty=300, take_fee=110 * MIL)
    legs = Sweep().route(request(100, ASK + CENT, venues=[dear, WORSE])).legs
    assert legs == (Leg("XWORSE", 100, price=ASK + CENT),)


def test_what_nobody_shows_reaches_for_deeper_levels_by_volume() -> None:
    assert quantities(1_100, ASK + CENT) == {"XCHEAP": 200 + 10, "XDEAR": 300 + 30, "XWORSE": 500 + 60}


def test_who_shows_no_price_within_the_limit_gets_nothing() -> None:
    assert quantities(600, ASK) == {"XCHEAP": 225, "XDEAR": 375}


def test_who_shows_nothing_gets_what_is_left_by_volume() -> None:
    silent = venue("XSILENT", volume_share=0.5)
    legs = Sweep().route(request(900, ASK, venues=[DEAR, CHEAP, silent])).legs
    assert [(one.mic, one.qty) for one in legs] == [("XCHEAP", 200 + 45), ("XSILENT", 222), ("XDEAR", 300 + 133)]


def test_net_of_fees_leaves_room_for_the_fee_in_the_price() -> None:
    legs = Sweep(net_of_fees=True).route(request(500, ASK, venues=ALL)).legs
    assert legs == (Leg("XCHEAP", 500, price=ASK),)
    higher = Sweep(net_of_fees=True).route(request(500, ASK + CENT, venues=ALL)).legs
    assert higher == (Leg("XCHEAP", 200, price=ASK + CENT), Leg("XDEAR", 300, price=ASK))


def test_a_sale_counts_fees_the_other_way() -> None:
    dear = venue("XDEAR", touch=BID, touch_qty=300, take_fee=30 * MIL)
    better = venue("XBEST", touch=BID + CENT, touch_qty=100, take_fee=30 * MIL)
    low = venue("XLOW", touch=BID - 3 * CENT, touch_qty=100)
    seen = request(250, BID - CENT, side=Side.SELL, venues=[low, dear, better])
    assert [(one.mic, one.qty) for one in Sweep().route(seen).legs] == [("XBEST", 100), ("XDEAR", 150)]
    net = Sweep(net_of_fees=True).route(seen).legs
    assert [one.price for one in net] == [BID, BID]


def test_ioc_as_the_slice_says_and_each_venue_once() -> None:
    seen = request(250, ASK, venues=ALL, time_in_force=TimeInForce.IOC, attempts=[ended("XCHEAP", Outcome.CANCELED)])
    assert Sweep().route(seen).legs == (Leg("XDEAR", 250, price=ASK, time_in_force=TimeInForce.IOC),)
    both = [ended("XCHEAP", Outcome.CANCELED), ended("XDEAR", Outcome.CANCELED), ended("XWORSE", Outcome.CANCELED)]
    gone = request(250, ASK, venues=ALL, time_in_force=TimeInForce.IOC, attempts=both)
    assert Sweep().route(gone) == Route(note="all tried or beyond the limit")


def test_a_market_slice_sweeps_all_prices() -> None:
    assert sum(one.qty for one in Sweep().route(request(1_000, None, venues=ALL)).legs) == 1_000


def test_a_slice_that_does_not_meet_the_market_rests_by_shares() -> None:
    assert Sweep().route(request(100, BID, venues=ALL)) == Route(
        (Leg("XDEAR", 30, price=BID), Leg("XCHEAP", 10, price=BID), Leg("XWORSE", 60, price=BID)),
        note="rests XDEAR 30, XCHEAP 10, XWORSE 60",
    )


def test_without_a_market_it_asks_everyone() -> None:
    seen = request(100, None, market=market(None, None), venues=[venue("XA"), venue("XB")])
    assert [one.qty for one in Sweep().route(seen).legs] == [50, 50]
