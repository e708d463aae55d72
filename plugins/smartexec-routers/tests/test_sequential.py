"""given a request, expect a route."""

from smartexec.api import Attempt, Leg, Mic, Nanos, Outcome, Qty, Route, TimeInForce, VenueKind, VenueScore
from smartexec.testing import START, market, request, venue
from smartexec_routers.sequential import Sequential

CENT = 10_000_000
BID, ASK = 9_999 * CENT, 10_001 * CENT
MIL = 100_000
CHEAP, DEAR, DARK = (
    venue("XCHEAP", make_fee=-2 * MIL, take_fee=3 * MIL),
    venue("XDEAR", make_fee=3 * MIL, take_fee=30 * MIL),
    venue("XDARK", VenueKind.DARK, make_fee=MIL, take_fee=MIL),
)
ALL: list[VenueScore] = [DEAR, DARK, CHEAP]
REST = 2_000_000_000


def tried(mic: str, outcome: Outcome | None = Outcome.CANCELED) -> Attempt:
    ended = None if outcome is None else Nanos(START + REST)
    return Attempt(
        mic=Mic(mic), qty=Qty(100), cum_qty=Qty(0), price=None, sent=Nanos(START), ended=ended, outcome=outcome
    )


def test_first_it_tries_the_cheapest() -> None:
    assert Sequential().route(request(100, BID, venues=ALL)) == Route(
        (Leg("XCHEAP", 100, price=BID, rest_for=REST),), note="XCHEAP 100, 1 of 3, fee -200000"
    )


def test_taking_it_counts_the_taker_fee() -> None:
    assert Sequential().route(request(100, ASK, venues=ALL)).legs == (Leg("XDARK", 100, price=ASK, rest_for=REST),)


def test_what_comes_back_goes_to_the_next() -> None:
    route = Sequential(rest_for=5).route(request(60, BID, venues=ALL, attempts=[tried("XCHEAP")]))
    assert route.legs == (Leg("XDARK", 60, price=BID, rest_for=5),)


def test_after_the_last_it_rests_at_the_best_lit_venue() -> None:
    attempts = [tried("XCHEAP"), tried("XDARK"), tried("XDEAR")]
    assert Sequential().route(request(60, BID, venues=ALL, attempts=attempts)) == Route(
        (Leg("XCHEAP", 60, price=BID),), note="XCHEAP 60, all 3 tried, rests"
    )


def test_it_rests_once() -> None:
    attempts = [tried("XCHEAP"), tried("XDARK"), tried("XDEAR"), tried("XCHEAP")]
    assert Sequential().route(request(60, BID, venues=ALL, attempts=attempts)) == Route(
        note="all 3 tried, no lit venue to rest at"
    )


def test_the_only_venue_is_not_left_to_return_to_it() -> None:
    assert Sequential().route(request(60, BID, venues=[CHEAP])).legs == (Leg("XCHEAP", 60, price=BID),)


def test_an_increase_joins_the_leg_that_works() -> None:
    route = Sequential().route(request(40, BID, venues=ALL, attempts=[tried("XCHEAP"), tried("XDARK", None)]))
    assert route == Route((Leg("XDARK", 40, price=BID, rest_for=REST),), note="XDARK 40, joins what works at XDARK")


def test_immediate_orders_do_not_rest() -> None:
    ioc = TimeInForce.IOC
    attempts = [tried("XCHEAP"), tried("XDARK"), tried("XDEAR")]
    assert Sequential().route(request(60, ASK, venues=ALL, time_in_force=ioc, attempts=attempts)) == Route(
        note="all 3 tried"
    )
    route = Sequential().route(request(60, ASK, venues=ALL, time_in_force=ioc))
    assert route.legs == (Leg("XDARK", 60, price=ASK, time_in_force=ioc),)


def test_a_venue_that_rejected_is_not_rested_at() -> None:
    attempts = [tried("XCHEAP", Outcome.REJECTED), tried("XDARK"), tried("XDEAR")]
    assert Sequential().route(request(60, BID, venues=ALL, attempts=attempts)).legs == (Leg("XDEAR", 60, price=BID),)


def test_shown_quantity_and_fills_outweigh_a_small_fee() -> None:
    shows = venue("XSHOWS", take_fee=3 * MIL, shown_qty=100)
    empty = venue("XEMPTY", take_fee=2 * MIL, shown_qty=1)
    assert Sequential().route(request(100, ASK, venues=[empty, shows])).legs[0].mic == "XSHOWS"
    fills = venue("XFILLS", make_fee=3 * MIL, fill_ratio=0.9)
    never = venue("XNEVER", make_fee=2 * MIL, fill_ratio=0.1)
    assert Sequential().route(request(100, BID, venues=[never, fills])).legs[0].mic == "XFILLS"


def test_ties_go_to_the_quicker_then_to_the_configuration() -> None:
    slow, quick, unknown = venue("XA", latency=9), venue("XB", latency=5), venue("XC")
    assert Sequential().route(request(venues=[unknown, slow, quick])).legs[0].mic == "XB"
    assert Sequential().route(request(venues=[venue("XB"), venue("XA")])).legs[0].mic == "XB"


def test_it_ranks_without_a_market() -> None:
    assert Sequential().route(request(venues=ALL, market=market(None, None))).legs[0].mic == "XCHEAP"
