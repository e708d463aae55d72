"""given a request, expect a route; given routes and what became of them, expect what was learned."""

import pytest
from attrs import evolve

from smartexec.api import (
    Attempt,
    Capabilities,
    Leg,
    Mic,
    Nanos,
    OrdType,
    Outcome,
    Px,
    Qty,
    Route,
    RouteRequest,
    Side,
    TimeInForce,
    VenueKind,
    VolumeCurve,
)
from smartexec.testing import START, market, request, venue
from smartexec_routers.cont_kukanov import Costs, Split, gradient, one_venue, step_size, stepped
from smartexec_routers.flow import Watch
from smartexec_routers.iterates import Iterates
from smartexec_routers.optimal import Optimal, Outflows
from smartexec_routers.queue_outflow import Exponential

MIL, CENT = 1_000_000, 10_000_000
BID, ASK = 9_998 * CENT, 10_002 * CENT
HORIZON = 60 * 10**9
FLOW = VolumeCurve(START, HORIZON, (4_400, 8_800))
"""2,200 lots on either side in a minute."""
LIT = venue("XA", make_fee=-2 * MIL, take_fee=3 * MIL, volume_share=1.0)
MARKET = market(BID, ASK, bid_qty=2_000, ask_qty=2_000, forecast=FLOW)
PAPER = Optimal(horizon=HORIZON, under=1.3, over=1.2, outflow=Outflows.POISSON)
"""Half spread 0.02, fee 0.003, rebate 0.002, penalties 0.026 and 0.024: the parameters of the paper's example."""


def asked(qty: int = 1_000, px: int | None = ASK, **more: object) -> RouteRequest:
    return evolve(request(qty, px, venues=[LIT], market=MARKET), **more)


def two(**more: object) -> RouteRequest:
    both = [evolve(LIT, mic=Mic(mic), volume_share=0.5) for mic in ("XA", "XB")]
    return evolve(asked(), venues={score.mic: score for score in both}, **more)


def ended(one: Leg, cum_qty: int) -> Attempt:
    return Attempt(
        mic=Mic(one.mic),
        qty=Qty(one.qty),
        cum_qty=Qty(cum_qty),
        price=None if one.price is None else Px(one.price),
        sent=Nanos(START),
        ended=Nanos(START + HORIZON),
        outcome=Outcome.FILLED if cum_qty == one.qty else Outcome.CANCELED,
    )


def test_one_venue_is_split_as_in_the_paper() -> None:
    route = PAPER.route(asked())
    assert route.legs == (Leg("XA", 728, price=ASK), Leg("XA", 272, price=BID, rest_for=HORIZON))
    assert route.note == "728 at once, 272 in the queues: XA 728, XA 272"


def test_a_sale_rests_at_the_offer() -> None:
    route = PAPER.route(asked(px=BID, side=Side.SELL))
    assert route.legs == (Leg("XA", 728, price=BID), Leg("XA", 272, price=ASK, rest_for=HORIZON))


@pytest.mark.parametrize(("under", "market_qty"), [(2.0, 199), (2.25, 583), (2.5, 867), (2.75, 1_000)])
def test_one_venue_exponential_takes_more_the_dearer_it_is_to_be_late(under: float, market_qty: int) -> None:
    logic = Optimal(horizon=HORIZON, under=under, over=1.2, impact=0.025)
    costs = Costs(half_spread=0.02, take_fee=0.003, rebates=(0.002,), impact=0.0005, under=under * 0.02, over=0.024)
    assert round(one_venue(1_000, 2_000, Exponential(2_200), costs).split.market) == market_qty
    assert logic.route(asked()).legs[0].qty == market_qty


def test_in_whole_lots() -> None:
    instrument = evolve(request().instrument, lot=100)
    assert [one.qty for one in PAPER.route(asked(1_050, instrument=instrument)).legs] == [700, 300]


@pytest.mark.parametrize(
    ("change", "legs"),
    [
        ({"limit": BID, "slice": request(1_000, BID).slice}, (Leg("XA", 1_000, price=BID),)),
        (
            {"slice": request(1_000, ASK, time_in_force=TimeInForce.IOC).slice},
            (Leg("XA", 1_000, price=ASK, time_in_force=TimeInForce.IOC),),
        ),
        ({"market": market(None, ASK)}, (Leg("XA", 1_000, price=ASK),)),
        ({"now": START + HORIZON, "attempts": (ended(Leg("XA", 272, price=BID), 0),)}, (Leg("XA", 1_000, price=ASK),)),
    ],
    ids=["does not meet the touch", "at once", "no bid to join", "the horizon is over"],
)
def test_no_split_where_there_is_no_choice(change: dict[str, object], legs: tuple[Leg, ...]) -> None:
    assert PAPER.route(asked(**change)).legs == legs


def test_the_horizon_runs_from_the_first_leg_and_ends_with_the_market() -> None:
    first = evolve(ended(Leg("XA", 272, price=BID), 0), ended=None, outcome=None)
    later = PAPER.route(asked(now=START + 10**9, attempts=(first,)))
    assert later.legs[-1].rest_for == HORIZON - 10**9
    closing = PAPER.route(asked(market=evolve(MARKET, close=Nanos(START + 5))))
    assert closing.legs[-1].rest_for in (None, 5)


def test_several_venues_begin_with_the_closed_form_and_shares_of_the_volume() -> None:
    route = PAPER.route(two())
    assert [(one.mic, one.qty, one.price) for one in route.legs] == [
        ("XA", 364, ASK),
        ("XB", 364, ASK),
        ("XA", 136, BID),
        ("XB", 136, BID),
    ]
    assert isinstance(route.learned, Iterates)
    assert (route.learned.market, route.learned.limits) == (0.728, (0.136, 0.136))


@pytest.mark.parametrize("budget", [0, 1_000])
@pytest.mark.parametrize("fills", [(0, 0), (136, 0), (136, 136)])
def test_what_became_of_a_route_moves_the_split(fills: tuple[int, int], budget: int) -> None:
    first = PAPER.route(two(overbook_qty=Qty(budget)))
    limits = [one for one in first.legs if one.price == BID]
    outcomes = tuple(ended(one, filled) for one, filled in zip(limits, fills, strict=True))
    second = PAPER.route(two(learned=first.learned, outcomes=outcomes, now=START + HORIZON))
    assert isinstance(second.learned, Iterates)
    costs = Costs(
        half_spread=20 * MIL, take_fee=3 * MIL, rebates=(2 * MIL, 2 * MIL), impact=0, under=26 * MIL, over=24 * MIL
    )
    slope = gradient([filled == 136 for filled in fills], 728 + sum(fills), 1_000, costs)
    step = step_size(1.0, PAPER.steps, costs)
    moved = stepped(Split(0.728, (0.136, 0.136)), slope, step, 1.0, 1 + budget / 1_000)
    assert (second.learned.market, second.learned.limits) == (moved.market, moved.limits)
    assert second.learned.count == 2
    assert moved.placed > 1 if budget else moved.placed == pytest.approx(1)


def test_who_executes_nothing_makes_it_take_more_and_who_executes_gets_more() -> None:
    first = PAPER.route(two())
    limits = [one for one in first.legs if one.price == BID]
    none = PAPER.route(two(learned=first.learned, outcomes=tuple(ended(one, 0) for one in limits)))
    one = PAPER.route(two(learned=first.learned, outcomes=(ended(limits[0], 136), ended(limits[1], 0))))
    assert isinstance(none.learned, Iterates)
    assert isinstance(one.learned, Iterates)
    assert none.learned.market > 0.728
    assert one.learned.limits[0] > 0.136 > one.learned.limits[1]


def placed(budget: int) -> tuple[int, str]:
    learned = Iterates(("XA", "XB"), 0.499, (0.297, 0.297), 0.499, (0.297, 0.297), 1)
    route = PAPER.route(two(learned=learned, overbook_qty=Qty(budget)))
    return sum(one.qty for one in route.legs), route.note


def test_over_booking_needs_a_budget() -> None:
    assert placed(500)[0] == 1_093
    assert placed(50)[0] == 1_050
    assert placed(0) == (
        1_000,
        "499 at once, 501 in the queues, 93 cut as no more may be placed: XA 250, XB 249, XA 251, XB 250",
    )


def test_a_round_ends_at_the_average_of_its_iterates() -> None:
    logic = evolve(PAPER, steps=1)
    first = logic.route(two())
    assert isinstance(first.learned, Iterates)
    limits = [one for one in first.legs if one.price == BID]
    second = logic.route(two(learned=first.learned, outcomes=tuple(ended(one, one.qty) for one in limits)))
    assert isinstance(second.learned, Iterates)
    one_more = evolve(logic, steps=2).route(two(learned=first.learned, outcomes=tuple(ended(x, x.qty) for x in limits)))
    assert isinstance(one_more.learned, Iterates)
    assert (second.learned.count, one_more.learned.count) == (1, 2)
    assert one_more.learned.total_market == pytest.approx(0.728 + one_more.learned.market)


def test_a_venue_that_comes_later_begins_with_its_model() -> None:
    learned = Iterates(("XA",), 0.6, (0.4,), 0.6, (0.4,), 1)
    route = PAPER.route(two(learned=learned))
    assert isinstance(route.learned, Iterates)
    assert route.learned.mics == ("XA", "XB")
    assert route.learned.limits == pytest.approx((0.4, 0.136))


def test_what_is_as_it_was_is_not_said_again() -> None:
    learned = Iterates(("XA", "XB"), 0.5, (0.25, 0.25), 0.5, (0.25, 0.25), 1)
    assert PAPER.route(two(learned=learned, slice=request(1_000, BID).slice, limit=BID)).learned is None
    assert PAPER.route(asked()).learned is None


def test_it_sees_only_lit_venues_unless_there_is_none() -> None:
    dark = venue("XDARK", VenueKind.DARK)
    assert {one.mic for one in PAPER.route(asked(venues={LIT.mic: LIT, dark.mic: dark})).legs} == {"XA"}
    assert {one.mic for one in PAPER.route(asked(venues={dark.mic: dark})).legs} == {"XDARK"}


def test_it_says_why_it_places_nothing() -> None:
    assert PAPER.route(asked(0)) == Route(note="0 is less than a lot of 1", state=Watch(START, 0))
    ioc = request(10, ASK, time_in_force=TimeInForce.IOC).slice
    assert PAPER.route(asked(10, slice=ioc, attempts=(ended(Leg("XA", 10, price=ASK), 0),))).note == "all tried"


def test_limit_orders_wait_only_where_venues_take_them() -> None:
    """A slice without a price goes as a market order to the one, and partly into the queue of the other."""
    only_market = Capabilities(ord_types=frozenset({OrdType.MARKET}))
    venues = [venue("XA", capabilities=only_market, shown_qty=50), venue("XB", shown_qty=50)]
    legs = Optimal().route(request(1_000, None, venues=venues)).legs
    assert {one.mic for one in legs if one.price is not None} == {"XB"}
    assert all(one.price is None for one in Optimal().route(request(1_000, None, venues=venues[:1])).legs)
