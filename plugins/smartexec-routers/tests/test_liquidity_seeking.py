"""given a request, expect a route; given routes and what became of them, expect what was learned."""

from math import exp

import pytest
from attrs import evolve

from smartexec.api import (
    NANOS_PER_SECOND,
    Attempt,
    Capabilities,
    Leg,
    Mic,
    Nanos,
    OrdType,
    Outcome,
    Peg,
    Px,
    Qty,
    Route,
    RouteRequest,
    Survival,
    TimeInForce,
    VenueKind,
    VenueScore,
)
from smartexec.testing import START, request, venue
from smartexec_routers.liquidity_seeking import LiquiditySeeking, Method, Rounding
from smartexec_routers.seeking import Sought

CENT = 10_000_000
BID, ASK = 9_999 * CENT, 10_001 * CENT
MID = (BID + ASK) // 2
SECOND = NANOS_PER_SECOND
REST = 2 * SECOND
MIDPOINT = Capabilities(
    kind=VenueKind.DARK, ord_types=frozenset({OrdType.LIMIT, OrdType.PEGGED}), pegs=frozenset({Peg.MID}), min_qty=True
)
LIT = venue("XLIT")
DEEP = Survival((50, 400), (0.9, 0.6), 0.1, 50)
SHALLOW = Survival((100,), (0.8,), 0.05, 50)


def dark(mic: str, hidden: Survival | None = None, **more: float) -> VenueScore:
    return evolve(venue(mic, capabilities=MIDPOINT, hidden=hidden), **more)


A, B = dark("XDARKA", DEEP), dark("XDARKB", SHALLOW)


def hidden_leg(mic: str, qty: int, rest_for: int | None = REST, min_qty: int = 0) -> Leg:
    return Leg(mic, qty, price=MID, peg=Peg.MID, rest_for=rest_for, min_qty=min_qty)


def ended(one: Leg, cum_qty: int, *, sent: int = START, after: int = REST) -> Attempt:
    return Attempt(
        mic=Mic(one.mic),
        qty=Qty(one.qty),
        cum_qty=Qty(cum_qty),
        price=None if one.price is None else Px(one.price),
        sent=Nanos(sent),
        ended=Nanos(sent + after),
        outcome=Outcome.FILLED if cum_qty == one.qty else Outcome.CANCELED,
    )


def asked(qty: int = 500, px: int = BID, venues: list[VenueScore] | None = None, **more: object) -> RouteRequest:
    return evolve(request(qty, px, venues=venues or [LIT, A, B]), **more)


def test_greedily_where_hidden_size_is_likeliest() -> None:
    """50 at 0.9, 100 at 0.8, the remaining 350 at 0.6."""
    route = LiquiditySeeking().route(asked())
    assert route.legs == (hidden_leg("XDARKA", 400), hidden_leg("XDARKB", 100))
    assert route.note == "km: XDARKA 400, XDARKB 100"


def test_beyond_what_is_known_the_last_estimate_counts() -> None:
    assert [one.qty for one in LiquiditySeeking().route(asked(600)).legs] == [500, 100]


def test_an_untried_venue_is_tried() -> None:
    new = dark("XNEW")
    assert LiquiditySeeking().route(asked(300, venues=[LIT, A, B, new])).legs == (
        hidden_leg("XDARKA", 100),
        hidden_leg("XDARKB", 100),
        hidden_leg("XNEW", 100),
    )


def test_where_nothing_is_thought_to_be_it_spreads_equally() -> None:
    empty = Survival((1,), (0.0,), 0.0, 99)
    venues = [dark("XDARKA", empty), dark("XDARKB", empty)]
    assert [one.qty for one in LiquiditySeeking().route(asked(300, venues=venues)).legs] == [150, 150]


def test_a_resting_slice_is_kept_dark_for_a_while_then_goes_lit() -> None:
    logic = LiquiditySeeking(dark_for=5 * SECOND)
    back = [ended(hidden_leg("XDARKA", 400), 0)]
    later = logic.route(asked(400, now=START + 4 * SECOND, attempts=back))
    assert later.legs == (hidden_leg("XDARKA", 300, SECOND), hidden_leg("XDARKB", 100, SECOND))
    assert logic.route(asked(400, now=START + 5 * SECOND, attempts=back)).legs == (Leg("XLIT", 400, price=BID),)


def test_a_strategy_that_decides_often_does_not_keep_it_dark_for_ever() -> None:
    """Each decision forgets the attempts before it; the slot's memory does not, until it rests for long enough."""
    logic = LiquiditySeeking(dark_for=3 * SECOND)
    state, went = None, []
    for second in (0, 1, 2, 3, 4, 10):
        route = logic.route(asked(100, now=START + second * SECOND, state=state))
        state, went = route.state, [*went, route.legs[0].mic]
    assert went == ["XDARKA", "XDARKA", "XDARKA", "XLIT", "XLIT", "XDARKA"]


def test_a_slice_that_meets_the_touch_tries_each_once_then_goes_lit() -> None:
    logic = LiquiditySeeking()
    first = logic.route(asked(500, ASK))
    assert [(one.mic, one.qty, one.price) for one in first.legs] == [("XDARKA", 400, MID), ("XDARKB", 100, MID)]
    back = [ended(one, 0) for one in first.legs]
    assert logic.route(asked(500, ASK, now=START + REST, attempts=back)).legs == (Leg("XLIT", 500, price=ASK),)


def test_without_a_lit_venue_it_spreads_anew_so_often_then_rests_for_good() -> None:
    logic, venues = LiquiditySeeking(respread=2), [A, B]
    first = logic.route(asked(500, venues=venues))
    assert first.legs == (hidden_leg("XDARKA", 400), hidden_leg("XDARKB", 100))
    back = tuple(ended(one, 0) for one in first.legs)
    emptied = [evolve(A, hidden=Survival((1,), (0.0,), 0.0, 99)), B]
    second = logic.route(asked(500, venues=emptied, now=START + REST, attempts=back))
    assert second.legs == (hidden_leg("XDARKB", 500),)
    back += tuple(ended(one, 0, sent=START + REST) for one in second.legs)
    last = logic.route(asked(500, venues=venues, now=START + 2 * REST, attempts=back))
    assert last.legs == (hidden_leg("XDARKA", 400, None), hidden_leg("XDARKB", 100, None))


def test_without_a_lit_venue_it_may_rest_at_once() -> None:
    assert LiquiditySeeking(respread=0).route(asked(100, venues=[B])).legs == (hidden_leg("XDARKB", 100, None),)


def test_what_rests_for_good_is_all_of_it() -> None:
    (one,) = LiquiditySeeking(respread=0, vary=90).route(asked(1_000, venues=[A])).legs
    assert one == hidden_leg("XDARKA", 1_000, None)


def test_what_comes_back_is_spread_together_not_venue_by_venue() -> None:
    """A slice that may wait is held until all are back; one that takes what it can get is not."""
    assert LiquiditySeeking().route(asked(500)).wake_at == START + REST + SECOND // 10
    assert LiquiditySeeking().route(asked(500, ASK)).wake_at is None
    assert LiquiditySeeking(respread=0).route(asked(500, venues=[A, B])).wake_at is None


def test_venues_that_never_failed_share_and_are_tried_for_no_more_than_twice_what_is_known() -> None:
    sure = Survival((), (), 1.0, 50, upto=100)
    deep = evolve(sure, upto=1_000)
    venues = [LIT, dark("XDARKA", sure), dark("XDARKB", sure), dark("XDARKC", deep)]
    parts = {qty: [one.qty for one in LiquiditySeeking().route(asked(qty, venues=venues)).legs] for qty in (90, 900)}
    assert parts == {90: [30, 30, 30], 900: [200, 200, 500]}


def test_what_goes_beyond_all_that_is_known_goes_by_the_chance_that_is_left() -> None:
    likely, unlikely = Survival((10,), (1.0,), 0.6, 50, 100), Survival((10,), (1.0,), 0.2, 50, 100)
    venues = [LIT, dark("XDARKA", likely), dark("XDARKB", unlikely)]
    assert [one.qty for one in LiquiditySeeking().route(asked(800, venues=venues)).legs] == [500, 300]


def test_too_few_orders_to_speak_for_anything_are_as_none() -> None:
    thin = dark("XDARKA", Survival((), (), 1.0, 2, upto=0))
    assert [one.qty for one in LiquiditySeeking().route(asked(300, venues=[LIT, thin, B])).legs] == [150, 150]


def test_what_waits_at_a_venue_is_counted() -> None:
    """400 wait where 400 are likely at 0.6: what comes is likelier to be executed elsewhere."""
    waits = Attempt(mic=A.mic, qty=Qty(400), cum_qty=Qty(0), price=Px(MID), sent=Nanos(START), ended=None, outcome=None)
    route = LiquiditySeeking().route(asked(100, attempts=(waits,)))
    assert route.legs == (hidden_leg("XDARKB", 100),)


def test_equally_whatever_is_known() -> None:
    route = LiquiditySeeking(method=Method.EQUAL).route(asked(501))
    assert route.legs == (hidden_leg("XDARKA", 251), hidden_leg("XDARKB", 250))
    assert (route.note, route.learned) == ("equal: XDARKA 251, XDARKB 250", None)


def test_without_a_hidden_venue_it_goes_lit() -> None:
    assert LiquiditySeeking().route(asked(100, venues=[LIT])).legs == (Leg("XLIT", 100, price=BID),)
    assert LiquiditySeeking(dark_for=0).route(asked(100)).legs == (Leg("XLIT", 100, price=BID),)


def test_immediate_orders_try_the_dark_then_the_lit() -> None:
    ioc = Capabilities(kind=VenueKind.DARK)
    pool = venue("XPOOL", capabilities=ioc, hidden=DEEP)
    seen = request(100, ASK, venues=[LIT, pool], time_in_force=TimeInForce.IOC)
    assert [one.mic for one in LiquiditySeeking().route(seen).legs] == ["XPOOL"]
    back = evolve(seen, attempts=(ended(Leg("XPOOL", 100, price=ASK), 0, after=1),))
    assert [one.mic for one in LiquiditySeeking().route(back).legs] == ["XLIT"]
    assert LiquiditySeeking().route(evolve(back, venues={Mic("XPOOL"): pool})).note == "all tried"


def test_minimum_quantity_leaves_small_parts_out() -> None:
    assert LiquiditySeeking(min_qty=150).route(asked(500)).legs == (hidden_leg("XDARKA", 500, min_qty=150),)


@pytest.mark.parametrize("seed", range(20))
def test_sizes_vary_within_bounds_and_what_is_held_back_follows(seed: int) -> None:
    route = LiquiditySeeking(vary=30).route(asked(1_000, venues=[LIT, A], seed=seed))
    (one,) = route.legs
    assert 700 <= one.qty <= 1_000
    assert route.wake_at == START + REST + SECOND // 10


def test_sizes_differ_between_seeds_and_times_but_not_between_runs() -> None:
    logic = LiquiditySeeking(vary=30)
    sizes = {logic.route(asked(1_000, seed=seed, now=START + now)).legs for seed in range(4) for now in range(4)}
    assert len(sizes) > 8
    assert logic.route(asked(1_000, seed=3)) == logic.route(asked(1_000, seed=3))


def test_varied_sizes_keep_the_minimum() -> None:
    for seed in range(20):
        (one,) = LiquiditySeeking(vary=90, min_qty=80).route(asked(100, venues=[LIT, A], seed=seed)).legs
        assert 80 <= one.qty <= 100


@pytest.mark.parametrize("bad", [{"toxicity": 6.0}, {"markout_10s": -6.0}])
def test_a_toxic_venue_is_left_alone_then_judged_again(bad: dict[str, float]) -> None:
    logic = LiquiditySeeking(max_toxicity_bps=5.0, back_off=60 * SECOND)
    toxic = dark("XDARKA", DEEP, tried=7, **bad)

    def mics(now: int, learned: object, score: VenueScore = toxic) -> tuple[list[str], object]:
        route = logic.route(asked(500, venues=[LIT, score, B], now=START + now, learned=learned))
        return [one.mic for one in route.legs], route.learned or learned

    first, learned = mics(0, None)
    again, learned = mics(59 * SECOND, learned)
    after, learned = mics(60 * SECOND, learned)
    assert (first, again, after) == (["XDARKB"], ["XDARKB"], ["XDARKA", "XDARKB"])
    worse, learned = mics(61 * SECOND, learned, evolve(toxic, tried=8))
    assert worse == ["XDARKB"]
    kept, _ = mics(62 * SECOND, learned)
    assert kept == ["XDARKB"]


def test_good_executions_outweigh_nothing_and_no_figure_is_no_reproach() -> None:
    good = dark("XDARKA", DEEP, toxicity=4.9, markout_10s=-50.0)
    assert [one.mic for one in LiquiditySeeking().route(asked(500, venues=[LIT, good, B])).legs] == ["XDARKA", "XDARKB"]


def test_all_left_alone_says_so() -> None:
    toxic = dark("XDARKA", DEEP, toxicity=9.0)
    assert LiquiditySeeking().route(asked(500, venues=[toxic])).note == "left alone: XDARKA"


EG = LiquiditySeeking(method=Method.EG, explore=0, eta=0.5)


def test_weights_begin_equal_and_rise_with_full_executions() -> None:
    first = EG.route(asked(200))
    assert [one.qty for one in first.legs] == [100, 100]
    assert isinstance(first.learned, Sought)
    outcomes = (ended(first.legs[0], 100, after=5), ended(first.legs[1], 99))
    second = EG.route(asked(200, now=START + REST, learned=first.learned, outcomes=outcomes))
    assert isinstance(second.learned, Sought)
    assert second.learned.weights == pytest.approx((exp(0.5) / (exp(0.5) + 1), 1 / (exp(0.5) + 1)))
    assert [one.qty for one in second.legs] == [124, 76]


def test_exploring_gives_no_venue_up() -> None:
    learned = Sought(("XDARKA", "XDARKB"), (1.0, 0.0))
    assert [one.qty for one in EG.route(asked(200, learned=learned)).legs] == [200]
    exploring = evolve(EG, explore=10)
    assert [one.qty for one in exploring.route(asked(200, learned=learned)).legs] == [190, 10]


def test_a_venue_that_comes_later_begins_with_the_mean_weight() -> None:
    learned = Sought(("XDARKA", "XDARKB"), (0.8, 0.2))
    route = EG.route(asked(300, venues=[LIT, A, B, dark("XNEW")], learned=learned))
    assert isinstance(route.learned, Sought)
    assert route.learned.weights == pytest.approx((0.8 / 1.5, 0.2 / 1.5, 0.5 / 1.5))


def test_rounding_at_random_is_the_seeds() -> None:
    logic = evolve(EG, rounding=Rounding.RANDOM)
    routes = {logic.route(asked(1, seed=seed)).legs for seed in range(20)}
    assert {legs[0].mic for legs in routes} == {"XDARKA", "XDARKB"}


def test_less_than_a_lot_says_so() -> None:
    route = LiquiditySeeking().route(asked(0))
    assert (route.legs, route.note) == ((), "0 is less than a lot of 1")
    assert isinstance(route, Route)
