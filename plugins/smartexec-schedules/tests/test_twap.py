"""TWAP: given a view, expect a decision."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartexec.api import Decision, Instrument, MarketView, ParentView, Phase, Side, Slice
from smartexec.testing import START, market, view
from smartexec_schedules.plugin import smartexec_strategies
from smartexec_schedules.twap import Twap

CENT = 10_000_000
BID, ASK = 9_999 * CENT, 10_001 * CENT
SLICE = 100_000
END = START + 20 * SLICE


def at(percent: int, **given_: object) -> ParentView:
    """A view that many hundredths of a slice after the start, of 2,000 lots in 20 slices."""
    return view(now=START + percent * SLICE // 100, end=END, order_qty=2_000, **given_)  # type: ignore[arg-type]


def test_hook_gives_the_strategies_by_name() -> None:
    assert {"TWAP", "VWAP", "POV", "IS"} <= {one.name for one in smartexec_strategies()}
    assert Twap in smartexec_strategies()


def test_first_slice_rests_at_the_near_touch() -> None:
    assert Twap().decide(at(0)) == Decision(
        (Slice(100, BID),), START + 70 * SLICE // 100, note="slice 1 of 20, 0 ahead, rests"
    )


def test_late_in_a_slice_it_crosses_and_looks_again_soon() -> None:
    assert Twap().decide(at(70)) == Decision(
        (Slice(100, ASK),), START + 80 * SLICE // 100, note="slice 1 of 20, 0 ahead, crosses"
    )


def test_more_than_a_slice_behind_it_crosses_at_once() -> None:
    assert Twap().decide(at(200, cum_qty=50)) == Decision(
        (Slice(250, ASK),), START + 210 * SLICE // 100, note="slice 3 of 20, 150 behind, crosses"
    )


def test_a_slice_behind_it_still_rests() -> None:
    assert Twap().decide(at(200, cum_qty=100)).slices == (Slice(200, BID),)


def test_crossed_quantity_counts_as_done() -> None:
    decision = Twap().decide(at(0, crossed_qty=500))
    assert decision == Decision((), START + SLICE, note="slice 1 of 20, 500 ahead, nothing due")


def test_last_slice_crosses_for_all_that_is_left() -> None:
    assert Twap().decide(at(1_900, cum_qty=1_234)) == Decision(
        (Slice(766, ASK),), START + 1_910 * SLICE // 100, note="slice 20 of 20, 666 behind, crosses"
    )


def test_last_look_wakes_at_the_end_and_then_no_more() -> None:
    assert Twap().decide(at(1_999)).wake_at == END
    assert Twap().decide(at(2_000)) == Decision(note="past its end")


def test_without_an_end_it_waits_and_says_so() -> None:
    assert Twap().decide(view(end=0)) == Decision(note="has no end to spread over: waits")


def test_before_its_start_it_waits_for_it() -> None:
    assert Twap().decide(at(-10)) == Decision(wake_at=START, note="before its start")


@pytest.mark.parametrize(
    ("side", "limit", "price"),
    [(Side.BUY, BID - CENT, BID - CENT), (Side.SELL, ASK + CENT, ASK + CENT), (Side.BUY, BID - 1, BID - CENT)],
)
def test_price_is_no_worse_than_the_limit_and_on_a_tick(side: Side, limit: int, price: int) -> None:
    assert Twap().decide(at(75, side=side, limit=limit)).slices == (Slice(100, price),)


def test_it_asks_only_for_what_members_admit() -> None:
    assert Twap().decide(at(0, demand=[(None, 30), (BID - CENT, 1_970)])).slices == (Slice(30, BID),)


def test_quantity_is_whole_lots() -> None:
    seen = view(now=START, end=END, order_qty=1_950, instrument=Instrument("TEST", lot=100))
    assert Twap(slices=2).decide(seen).slices == (Slice(1_000, BID),)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (market(bid=None), "one-sided"),
        (market(ask=None), "one-sided"),
        (market(bid=None, ask=None), "no quote"),
        (market(bid=ASK, ask=BID), "crossed"),
        (market(bid=BID, ask=BID), "locked"),
        (market(age=60_000_000_001), "old quote"),
    ],
)
def test_without_a_quote_it_waits_and_looks_again_soon(broken: MarketView, why: str) -> None:
    assert Twap().decide(at(42, market=broken)) == Decision(
        (), START + 50 * SLICE // 100, note=f"slice 1 of 20, 0 ahead, waits for a market: {why}"
    )


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (market(phase=Phase.HALTED), "halted"),
        (market(phase=Phase.AUCTION), "auction"),
        (market(phase=Phase.CLOSED), "closed"),
        (MarketView(), "its phase is not known"),
    ],
)
def test_out_of_trading_it_waits_for_the_phase_which_wakes_it(broken: MarketView, why: str) -> None:
    assert Twap().decide(at(42, market=broken)) == Decision(note=f"slice 1 of 20, 0 ahead, waits for a market: {why}")


@pytest.mark.parametrize(
    ("params", "named"),
    [({"slices": 0}, "slices"), ({"slices": "9"}, "slices"), ({"cross_after": 101}, "cross_after")],
)
def test_bad_parameters_name_the_field(params: dict[str, int], named: str) -> None:
    with pytest.raises((TypeError, ValueError), match=named):
        Twap(**params)


PXS = st.none() | st.integers(1, 10**13)


@given(
    twap=st.builds(Twap, slices=st.integers(1, 300), cross_after=st.integers(0, 100)),
    now=st.integers(-5, 1_005),
    width=st.integers(-2, 1_000),
    quantities=st.tuples(st.integers(0, 10_000), st.integers(0, 9_000), st.integers(0, 9_000)),
    limit=PXS,
    side=st.sampled_from(Side),
    lot=st.integers(1, 200),
    quotes=st.tuples(PXS, PXS, st.sampled_from(Phase)),
)
def test_never_beyond_leaves_limit_or_the_present(
    twap: Twap,
    now: int,
    width: int,
    quantities: tuple[int, int, int],
    limit: int | None,
    side: Side,
    lot: int,
    quotes: tuple[int | None, int | None, Phase],
) -> None:
    order_qty, cum_qty, crossed_qty = quantities
    seen = view(
        now=START + now,
        end=START + width,
        order_qty=order_qty,
        cum_qty=min(cum_qty, order_qty),
        crossed_qty=min(crossed_qty, order_qty - min(cum_qty, order_qty)),
        limit=limit,
        side=side,
        instrument=Instrument("TEST", lot=lot),
        market=market(quotes[0], quotes[1], phase=quotes[2]),
    )
    decision = twap.decide(seen)
    assert decision == twap.decide(seen)
    assert (decision.wake_at is None) == (seen.now >= seen.end or (seen.now >= seen.start and not seen.market.trading))
    assert decision.wake_at is None or seen.now < decision.wake_at <= max(seen.start, seen.end)
    for want in decision.slices:
        assert want.price is not None
        assert 0 < want.qty <= seen.leaves_at(want.price) <= seen.leaves_qty
        assert want.qty % lot == 0


@given(order_qty=st.integers(1, 5_000), slices=st.integers(1, 40), every=st.integers(1, 3))
def test_completes_where_all_that_crosses_is_filled(order_qty: int, slices: int, every: int) -> None:
    """Crossing orders fill at each `every`th look; resting ones never do."""
    twap, now, done, looks = Twap(slices=slices), START, 0, 0
    while now < END:
        decision = twap.decide(view(now=now, end=END, order_qty=order_qty, cum_qty=done))
        looks += 1
        if looks % every == 0:
            done += sum(want.qty for want in decision.slices if want.price == ASK)
        assert decision.wake_at is not None
        now = decision.wake_at
    assert done == order_qty
