"""What TWAP, VWAP, POV and IS keep beyond the conformance kit: their parameters, whatever these and the view are."""

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from smartexec.api import CURVE_SCALE, Decision, Instrument, ParentView, Phase, Side, Statistics, VolumeCurve
from smartexec.testing import START, check_decision, market, view
from smartexec_schedules.anchor import Anchor
from smartexec_schedules.common import Scheduled
from smartexec_schedules.pov import Pov
from smartexec_schedules.shortfall import Shortfall
from smartexec_schedules.twap import Twap
from smartexec_schedules.vwap import Vwap

PXS = st.none() | st.integers(1, 10**13)
CENT = 10_000_000
WIDTH = 1_000


def shared(least: int) -> dict[str, st.SearchStrategy[Any]]:
    """Parameters that all have; participation from `least` percent."""
    return {
        "max_participation_pct": st.integers(least, 100),
        "min_slice": st.integers(0, 300),
        "max_slice": st.just(0) | st.integers(300, 2_000),
        "aggressiveness": st.integers(0, 100),
        "adapt": st.integers(0, 100),
        "cross_ticks": st.integers(0, 3),
        "would_price": PXS,
        "complete": st.booleans(),
    }


SLICES = st.integers(1, 50)
STRATEGIES: dict[str, st.SearchStrategy[Scheduled]] = {
    "TWAP": st.builds(Twap, slices=SLICES, randomize_pct=st.integers(0, 100), **shared(0)),
    "VWAP": st.builds(Vwap, slices=SLICES, dynamic=st.booleans(), **shared(0)),
    "POV": st.builds(Pov, check_every=st.integers(20, WIDTH), **shared(10)),
    "IS": st.builds(
        Shortfall,
        slices=SLICES,
        risk_aversion=st.floats(0, 1e3),
        half_life=st.none() | st.integers(1, 10**6),
        gamma=st.none() | st.floats(0, 1),
        **shared(0),
    ),
}

CURVES = st.none() | st.builds(
    lambda shares: VolumeCurve(START, WIDTH // 10, tuple(sum(shares[: k + 1]) for k in range(len(shares)))),
    st.lists(st.integers(0, CURVE_SCALE), min_size=1, max_size=12),
)
STATISTICS = st.builds(
    Statistics,
    adv=st.none() | st.integers(1, 10**8),
    sigma=st.none() | st.floats(1e-4, 1),
    spread=st.none() | st.integers(0, 10**9),
)
MARKETS = st.builds(
    market,
    PXS,
    PXS,
    phase=st.sampled_from([*Phase, *[Phase.CONTINUOUS] * 9]),
    age=st.none() | st.integers(0, 10**11),
    volume=st.integers(0, 10**5),
    vwap=PXS,
    twap=PXS,
    statistics=STATISTICS,
    curve=CURVES,
    forecast=CURVES,
    sigma_now=st.none() | st.floats(1e-4, 1),
)


@st.composite
def views(draw: Callable[..., Any]) -> ParentView:
    """Any view that the kernel could make, mostly within the order's time."""
    order_qty = draw(st.integers(0, 10_000))
    cum_qty = draw(st.integers(0, order_qty))
    crossed_qty = draw(st.integers(0, order_qty - cum_qty))
    leaves = order_qty - cum_qty - crossed_qty
    at_limit = draw(st.integers(0, leaves))
    side = draw(st.sampled_from(Side))
    limits = sorted(draw(st.tuples(st.integers(1, 10**13), st.integers(1, 10**13))), reverse=side is Side.BUY)
    classes = [(None, leaves - at_limit), (limits[1], at_limit)] if draw(st.booleans()) else [
        (limits[0], leaves - at_limit), (limits[1], at_limit)
    ]  # fmt: skip
    done = st.integers(0, order_qty)
    return view(
        now=START + draw(st.integers(-2, WIDTH + 2)),
        end=START + draw(st.sampled_from([WIDTH, WIDTH, WIDTH, 1, -START])),
        side=side,
        order_qty=order_qty,
        cum_qty=cum_qty,
        crossed_qty=crossed_qty,
        demand=classes,
        instrument=Instrument("TEST", lot=draw(st.sampled_from([1, 1, 7, 100])), tick=draw(st.sampled_from([CENT, 1]))),
        notional=cum_qty * draw(st.integers(1, 10**13)),
        arrival=draw(PXS),
        market=draw(MARKETS),
        state=draw(st.none() | st.builds(Anchor, st.integers(1, 50), done, done, done)),
        seed=draw(st.integers(0, 2**64 - 1)),
    )


def check(strategy: Scheduled, seen: ParentView, decision: Decision) -> None:
    """What the parameters promise, on the tick and in whole lots, within trading and the order's time."""
    check_decision(seen, decision)
    lot = seen.instrument.lot
    for want in decision.slices:
        assert want.price is not None
        assert want.price % seen.instrument.tick == 0
        left = seen.leaves_at(want.price)
        assert want.qty > 0
        assert want.qty % lot == 0
        assert want.qty >= strategy.min_slice or want.qty == min(left, seen.leaves_qty) // lot * lot
        assert not strategy.max_slice or want.qty <= max(strategy.max_slice, lot)
        own = seen.cum_qty + want.qty
        others = max(0, seen.market.volume - seen.cum_qty)
        assert strategy.max_participation_pct == 100 or 100 * own <= strategy.max_participation_pct * (own + others)
        assert seen.market.trading
        assert seen.market.valid
        assert seen.start <= seen.now
        assert not seen.end or seen.now < seen.end


@pytest.mark.parametrize("name", STRATEGIES)
@given(data=st.data(), seen=views())
@settings(max_examples=200)
def test_parameters_are_kept_whatever_they_are(name: str, data: st.DataObject, seen: ParentView) -> None:
    strategy = data.draw(STRATEGIES[name])
    decision = strategy.decide(seen)
    check(strategy, seen, decision)
    if seen.market.trading and seen.end and seen.now < seen.end:
        assert decision.wake_at is not None
        assert decision.wake_at <= max(seen.start, seen.end)


@pytest.mark.parametrize("name", STRATEGIES)
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_an_order_is_complete_by_its_end_where_what_crosses_is_filled(name: str, data: st.DataObject) -> None:
    """Crossing orders are filled at every `every`th look, resting ones never; no cap is in the way."""
    strategy: Scheduled = data.draw(STRATEGIES[name])
    every, order_qty = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 5_000))
    curve = data.draw(CURVES)
    # Nothing that may rightly leave a rest: caps, and a slice that takes longer than the looks that are left.
    strategy = evolve(strategy, complete=True, max_participation_pct=100, max_slice=0, would_price=None)
    now, done, looks, state = START, 0, 0, None
    bid, ask = 9_999 * CENT, 10_001 * CENT
    while now < START + WIDTH:
        seen = view(
            now=now, end=START + WIDTH, order_qty=order_qty, cum_qty=done, state=state,
            market=market(bid, ask, volume=20 * order_qty + done, curve=curve, forecast=curve),
        )  # fmt: skip
        decision = strategy.decide(seen)
        check(strategy, seen, decision)
        looks, state = looks + 1, decision.state
        if looks % every == 0:
            done += sum(want.qty for want in decision.slices if want.price is not None and want.price >= ask)
        assert decision.wake_at is not None
        now = decision.wake_at
    assert done == order_qty
