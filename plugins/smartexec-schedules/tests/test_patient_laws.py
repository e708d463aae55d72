"""What CLOSE, ICEBERG, SNIPER and TRILEMMA keep beyond the conformance kit, whatever their parameters and the view."""

from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from smartexec.api import (
    Decision,
    Instrument,
    Outcome,
    ParentView,
    Phase,
    Px,
    Qty,
    Side,
    SlotView,
    Statistics,
    Strategy,
    TimeInForce,
)
from smartexec.testing import START, check_decision, market, view
from smartexec_schedules.close import Close
from smartexec_schedules.iceberg import Iceberg
from smartexec_schedules.shots import Shots
from smartexec_schedules.sniper import Sniper
from smartexec_schedules.tip import Tip
from smartexec_schedules.trilemma import Trilemma

CENT = 10_000_000
SECOND = 1_000_000_000
PERCENT = st.integers(0, 100)
SHARED: Mapping[str, st.SearchStrategy[Any]] = {
    "max_participation_pct": st.sampled_from([100, 100, 10, 50]),
    "max_slice": st.sampled_from([0, 0, 500]),
    "min_slice": st.sampled_from([0, 0, 100]),
    "cross_ticks": st.integers(0, 3),
    "would_price": st.none() | st.integers(9_980, 10_020).map(lambda cents: cents * CENT),
    "complete": st.booleans(),
}
STRATEGIES = st.one_of(
    st.builds(
        Close,
        auction_pct=PERCENT,
        max_close_pct=PERCENT,
        backload=st.integers(1, 4),
        cutoff=st.sampled_from([SECOND, 300 * SECOND, 3_000 * SECOND]),
        aggressiveness=PERCENT,
        **SHARED,
    ),
    st.builds(
        Iceberg,
        display_qty=st.integers(1, 500),
        randomize_pct=PERCENT,
        peg=st.sampled_from(["near", "mid", "far"]),
        offset=st.integers(-5, 5),
        max_distance_bps=st.sampled_from([0, 1, 10]),
        native_reserve=st.booleans(),
        native_peg=st.booleans(),
        aggressiveness=PERCENT,
        **SHARED,
    ),
    st.builds(
        Sniper,
        max_spread_ticks=st.integers(0, 5),
        max_spread_bps=st.integers(0, 5),
        min_size=st.integers(0, 1_000),
        aggressiveness=PERCENT,
        **SHARED,
    ),
    st.builds(
        Trilemma,
        impact=st.floats(0, 5),
        risk=st.floats(0, 5),
        completion=st.floats(0.1, 5),
        aggressiveness=PERCENT,
        near_fill_pct=PERCENT,
        mid_fill_pct=PERCENT,
        reversion_pct=PERCENT,
        **SHARED,
    ),
)
PXS = st.none() | st.integers(9_950, 10_050).map(lambda cents: cents * CENT) | st.integers(1, 10**12)
SLOTS = st.dictionaries(
    st.sampled_from(["main", "native", "close any", "shot 1", "shot 2"]),
    st.builds(
        SlotView,
        want_qty=st.integers(0, 500).map(Qty),
        leaves_qty=st.integers(0, 500).map(Qty),
        in_doubt_qty=st.just(Qty(0)),
        cum_qty=st.integers(0, 500).map(Qty),
        price=(st.none() | st.integers(9_990, 10_010).map(lambda cents: cents * CENT)).map(
            lambda px: None if px is None else Px(px)
        ),
        sent=st.none(),
        ended=st.none(),
        spent=st.booleans(),
        last_outcome=st.none() | st.sampled_from(Outcome),
    ),
    max_size=3,
)
STATES = (
    st.none()
    | st.builds(Shots, st.integers(0, 2), st.integers(START, START + 10**12))
    | st.builds(
        Tip, st.integers(0, 9), st.integers(0, 500), st.integers(0, 500), PXS, st.integers(START, START + 10**12)
    )
)


@st.composite
def views(draw: st.DrawFn) -> ParentView:
    end = draw(st.sampled_from([0, START + 3_600 * SECOND]))
    order_qty = draw(st.integers(0, 10_000))
    cum_qty = draw(st.integers(0, order_qty))
    return view(
        now=START + draw(st.integers(-10, 3_610)) * SECOND,
        end=end,
        side=draw(st.sampled_from(Side)),
        order_qty=order_qty,
        cum_qty=cum_qty,
        crossed_qty=draw(st.integers(0, order_qty - cum_qty)),
        notional=cum_qty * 100 * 10**9,
        arrival=draw(st.none() | st.just(100 * 10**9)),
        limit=draw(PXS),
        instrument=Instrument("TEST", lot=draw(st.sampled_from([1, 1, 10, 100]))),
        slots=draw(SLOTS),
        state=draw(STATES),
        seed=draw(st.integers(0, 2**64 - 1)),
        market=market(
            draw(PXS),
            draw(PXS),
            bid_qty=draw(st.integers(0, 2_000)),
            ask_qty=draw(st.integers(0, 2_000)),
            phase=draw(st.sampled_from([Phase.CONTINUOUS] * 6 + list(Phase))),
            age=draw(st.sampled_from([0, 61 * SECOND])),
            volume=draw(st.integers(0, 10**6)),
            close=draw(st.sampled_from([0, end])),
            statistics=draw(st.sampled_from([Statistics(), Statistics(adv=10**6, sigma=0.02, spread=CENT)])),
        ),
    )


@settings(max_examples=400)
@given(strategy=STRATEGIES, seen=views())
def test_on_the_tick_in_whole_lots_and_priced_or_pegged(strategy: Strategy, seen: ParentView) -> None:
    """Of what is more than is out already, auction orders left aside: of those see test_close."""
    decision = strategy.decide(seen)
    check_decision(seen, decision)
    for want in decision.slices:
        before = seen.slots.get(want.slot)
        out = before is not None and before.price == want.price and want.qty <= before.want_qty
        if out or want.qty == 0 or want.time_in_force is TimeInForce.AT_CLOSE:
            continue
        assert want.qty % seen.instrument.lot == 0
        assert want.price is not None or want.peg is not None
        assert want.price is None or want.price % seen.instrument.tick == 0


@settings(max_examples=200)
@given(strategy=STRATEGIES, seen=views(), phase=st.sampled_from([Phase.HALTED, Phase.CLOSED, Phase.AUCTION]))
def test_nothing_continuous_outside_continuous_trading(strategy: Strategy, seen: ParentView, phase: Phase) -> None:
    halted = with_phase(seen, phase)
    assert all(want.time_in_force is TimeInForce.AT_CLOSE for want in strategy.decide(halted).slices)


def with_phase(seen: ParentView, phase: Phase) -> ParentView:
    return evolve(seen, market=evolve(seen.market, phase=phase))


def _slots(decision: Decision, at: int) -> dict[str, SlotView]:
    """Orders that rest at the near touch go on resting; immediate ones are spent."""
    return {
        want.slot: SlotView(
            want_qty=Qty(want.qty),
            leaves_qty=Qty(0 if want.time_in_force is TimeInForce.IOC else want.qty),
            in_doubt_qty=Qty(0),
            cum_qty=Qty(0),
            price=None if want.price is None else Px(want.price),
            sent=None,
            ended=None,
            spent=want.time_in_force is TimeInForce.IOC,
        )
        for want in decision.slices
    }


@pytest.mark.parametrize(
    "strategy",
    [
        Close(),
        Close(auction_pct=0),
        Iceberg(reprice_after=5 * SECOND),
        Sniper(max_spread_ticks=0),
        Sniper(),
        Trilemma(),
        Trilemma(risk=0),
    ],
    ids=lambda one: one.name,
)
@pytest.mark.parametrize("order_qty", [1, 777, 5_000])
def test_completes_where_all_that_crosses_is_filled(strategy: Strategy, order_qty: int) -> None:
    """By the clock alone: no quote moves and nothing that rests is filled."""
    end, now, done = START + 3_600 * SECOND, START, 0
    state: object = None
    slots: dict[str, SlotView] = {}
    looks = 0
    while now < end:
        seen = view(now=now, end=end, order_qty=order_qty, cum_qty=done, slots=slots, state=state)
        decision = strategy.decide(seen)
        done += sum(want.qty for want in decision.slices if want.price == seen.market.ask)
        slots, state = _slots(decision, now), decision.state
        assert decision.wake_at is not None
        now = decision.wake_at
        looks += 1
        assert looks < 2_000
    assert done == order_qty
