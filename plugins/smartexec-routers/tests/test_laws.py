"""What holds for every routing logic, for any venues and any request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartexec.api import (
    Attempt,
    Capabilities,
    Instrument,
    Mic,
    Nanos,
    OrdType,
    Outcome,
    Peg,
    Qty,
    RouteRequest,
    RoutingLogic,
    Side,
    Slice,
    Survival,
    TimeInForce,
    VenueKind,
    VenueScore,
)
from smartexec.testing import START, market, request, venue
from smartexec_routers.liquidity_seeking import LiquiditySeeking, Method, Rounding
from smartexec_routers.optimal import Optimal, Outflows
from smartexec_routers.parallel import Parallel
from smartexec_routers.sequential import Sequential
from smartexec_routers.sweep import Sweep

WHOLE: list[RoutingLogic] = [
    Sequential(),
    Parallel(),
    Parallel(dark_share=100, dark_min_qty=50),
    Sweep(),
    Sweep(net_of_fees=True),
    Optimal(),
]
"""They place all or nothing."""
LOGICS: list[RoutingLogic] = [
    *WHOLE,
    Parallel(overbook=True),
    LiquiditySeeking(),
    LiquiditySeeking(min_qty=30, vary=50, dark_for=0),
    LiquiditySeeking(method=Method.EG, vary=20, rounding=Rounding.RANDOM),
    Optimal(outflow=Outflows.POISSON, under=3.0, horizon=1),
]
MICS = ["XA", "XB", "XC", "XD", "XE"]
PX = st.integers(9_990, 10_010).map(lambda cents: cents * 10_000_000)

CAPABILITIES = st.builds(
    Capabilities,
    kind=st.sampled_from(VenueKind),
    ord_types=st.frozensets(st.sampled_from(OrdType)),
    times_in_force=st.frozensets(st.sampled_from(TimeInForce)),
    min_qty=st.booleans(),
    display_qty=st.booleans(),
    post_only=st.booleans(),
    pegs=st.frozensets(st.sampled_from(Peg)),
)
SLICES = st.builds(
    Slice,
    st.integers(1, 2_000),
    st.none() | PX,
    time_in_force=st.sampled_from(TimeInForce),
    min_qty=st.sampled_from([0, 0, 1, 30, 500]),
    display_qty=st.none() | st.integers(1, 100),
    peg=st.none() | st.sampled_from(Peg),
    post_only=st.booleans(),
)
CURVES = st.builds(
    lambda sizes, probs, trials: Survival(tuple(sorted(sizes)), tuple(sorted(probs)[:0:-1]), min(probs), trials),
    st.sets(st.integers(1, 900), min_size=3, max_size=3),
    st.lists(st.floats(0, 1), min_size=4, max_size=4),
    st.integers(1, 99),
)
ATTEMPTS = st.builds(
    Attempt,
    mic=st.sampled_from(MICS).map(Mic),
    qty=st.just(Qty(10)),
    cum_qty=st.just(Qty(0)),
    price=st.none(),
    sent=st.just(Nanos(START)),
    ended=st.just(Nanos(START)),
    outcome=st.sampled_from(Outcome),
)


@st.composite
def scores(draw: st.DrawFn) -> list[VenueScore]:
    """Venues with fees and latencies that all differ, so that no tie is left to the order of the configuration."""
    mics = draw(st.lists(st.sampled_from(MICS), unique=True))
    return [
        venue(
            mic,
            capabilities=draw(CAPABILITIES | st.just(Capabilities())),
            up=draw(st.sampled_from([True, True, True, False])),
            shown_qty=draw(st.none() | st.integers(0, 900)),
            volume_share=draw(st.floats(0, 1)),
            make_fee=draw(st.integers(-9, 9)) * 100_000 + MICS.index(mic),
            take_fee=draw(st.integers(0, 9)) * 100_000 + MICS.index(mic),
            latency=1_000 + MICS.index(mic),
            fill_ratio=draw(st.none() | st.floats(0, 1)),
            reject_rate=draw(st.none() | st.floats(0, 1)),
            touch=draw(st.none() | PX),
            touch_qty=draw(st.none() | st.integers(0, 900)),
            hidden=draw(st.none() | CURVES),
            toxicity=draw(st.none() | st.floats(-20, 20)),
        )
        for mic in mics
    ]


@st.composite
def requests(draw: st.DrawFn) -> RouteRequest:
    wanted = draw(SLICES | st.builds(Slice, st.integers(1, 2_000), PX))
    return request(
        draw(st.integers(0, wanted.qty)),
        slice=wanted,
        side=draw(st.sampled_from(Side)),
        instrument=Instrument("TEST", lot=draw(st.sampled_from([1, 1, 7, 100]))),
        limit=draw(st.none() | PX),
        market=market(draw(st.none() | PX), draw(st.none() | PX)),
        venues=draw(scores()),
        attempts=draw(st.lists(ATTEMPTS, max_size=4)),
        overbook_qty=draw(st.sampled_from([0, 0, 1, 150])),
        seed=draw(st.integers(0, 9)),
    )


@pytest.mark.parametrize("logic", WHOLE, ids=repr)
@given(seen=requests())
def test_all_is_placed_or_nothing(logic: RoutingLogic, seen: RouteRequest) -> None:
    placed, whole = (
        sum(one.qty for one in logic.route(seen).legs),
        seen.qty // seen.instrument.lot * seen.instrument.lot,
    )
    assert placed == 0 or whole <= placed <= whole + seen.overbook_qty


@pytest.mark.parametrize("logic", LOGICS, ids=repr)
@given(seen=requests())
def test_quantity_is_conserved_in_whole_lots(logic: RoutingLogic, seen: RouteRequest) -> None:
    legs = logic.route(seen).legs
    assert all(one.qty > 0 and one.qty % seen.instrument.lot == 0 for one in legs)
    assert sum(one.qty for one in legs) <= seen.qty + seen.overbook_qty
    assert all(one.min_qty <= one.qty and (one.display_qty or 0) <= one.qty for one in legs)


@pytest.mark.parametrize("logic", LOGICS, ids=repr)
@given(seen=requests())
def test_limit_is_respected(logic: RoutingLogic, seen: RouteRequest) -> None:
    sign = 1 if seen.side is Side.BUY else -1
    for one in logic.route(seen).legs:
        if seen.limit is not None:
            assert one.price is not None
            assert (seen.limit - one.price) * sign >= 0


@pytest.mark.parametrize("logic", LOGICS, ids=repr)
@given(seen=requests())
def test_venues_are_up_and_can_do_it(logic: RoutingLogic, seen: RouteRequest) -> None:
    for one in logic.route(seen).legs:
        score = seen.venues[Mic(one.mic)]
        can = score.capabilities
        kind = OrdType.MARKET if one.price is None else OrdType.LIMIT
        assert score.up
        assert one.time_in_force is seen.slice.time_in_force
        assert one.time_in_force in can.times_in_force
        assert one.peg in can.pegs if one.peg else kind in can.ord_types
        assert one.min_qty == 0 or can.min_qty
        assert one.display_qty is None or can.display_qty
        assert can.post_only or not one.post_only


@pytest.mark.parametrize("logic", LOGICS, ids=repr)
@given(seen=requests(), data=st.data())
def test_order_of_the_venues_matters_only_for_ties(
    logic: RoutingLogic, seen: RouteRequest, data: st.DataObject
) -> None:
    shuffled = request(
        seen.qty,
        slice=seen.slice,
        side=seen.side,
        instrument=seen.instrument,
        limit=seen.limit,
        market=seen.market,
        venues=data.draw(st.permutations(list(seen.venues.values()))),
        attempts=seen.attempts,
        overbook_qty=seen.overbook_qty,
        seed=seen.seed,
    )
    assert logic.route(shuffled) == logic.route(seen)


@pytest.mark.parametrize("logic", LOGICS, ids=repr)
@given(seen=requests())
def test_same_request_same_route_and_a_note(logic: RoutingLogic, seen: RouteRequest) -> None:
    route = logic.route(seen)
    assert route == logic.route(seen)
    assert route.note


@pytest.mark.parametrize("logic", LOGICS, ids=repr)
def test_no_venues_no_legs(logic: RoutingLogic) -> None:
    assert logic.route(request(venues=[])).legs == ()
    assert logic.route(request(venues=[venue("XA", up=False)])).legs == ()
