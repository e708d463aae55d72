"""ICEBERG: given a view, expect what is shown and where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartexec.api import Decision, Instrument, Outcome, ParentView, Peg, Phase, Px, Qty, Side, Slice, SlotView, Wake
from smartexec.testing import START, market, view
from smartexec_schedules.iceberg import Iceberg
from smartexec_schedules.pegging import pegged, worst
from smartexec_schedules.tip import Tip, refilled

CENT = 10_000_000
SECOND = 1_000_000_000
BID, MID, ASK = 9_999 * CENT, 10_000 * CENT, 10_001 * CENT
END = START + 3_600 * SECOND
FINISH = END - 180 * SECOND
EXACT = Iceberg(randomize_pct=0)


def slot(leaves: int, price: int | None, outcome: Outcome | None = None) -> SlotView:
    return SlotView(
        want_qty=Qty(leaves),
        leaves_qty=Qty(leaves),
        in_doubt_qty=Qty(0),
        cum_qty=Qty(0),
        price=None if price is None else Px(price),
        sent=None,
        ended=None,
        spent=False,
        last_outcome=outcome,
    )


# -- the tip -----------------------------------------------------------------------------------------------------------


def test_it_shows_a_part_at_the_near_touch() -> None:
    assert EXACT.decide(view()) == Decision(
        (Slice(100, BID),), START + SECOND, note="near +0, tip 1 shows 100", state=Tip(1, 100, 0, BID, START)
    )


def test_what_is_left_of_the_tip_stays_until_it_is_small() -> None:
    tip = Tip(1, 100, 0, BID, START)
    shown = {filled: EXACT.decide(view(cum_qty=filled, state=tip)).slices[0].qty for filled in (30, 79, 80, 100)}
    assert shown == {30: 70, 79: 21, 80: 100, 100: 100}


def test_refills_are_numbered_from_what_was_done() -> None:
    decision = EXACT.decide(view(cum_qty=90, state=Tip(4, 100, 10, BID, START)))
    assert decision.state == Tip(5, 100, 90, BID, START)


@given(
    seed=st.integers(0, 2**64 - 1), number=st.integers(0, 1_000), size=st.integers(1, 10**6), pct=st.integers(0, 100)
)
def test_refills_vary_within_bounds_in_whole_lots(seed: int, number: int, size: int, pct: int) -> None:
    seen = view(seed=seed, instrument=Instrument("TEST", lot=10))
    tip = refilled(Tip(number), seen, size, pct, 0)
    assert tip == refilled(Tip(number), seen, size, pct, 0)
    assert tip.size % 10 == 0
    assert max(10, size - size * pct // 100 - 10) <= tip.size <= max(10, size + size * pct // 100)


def test_sizes_differ_from_refill_to_refill_and_from_order_to_order() -> None:
    sizes = {refilled(Tip(number), view(seed=seed), 1_000, 50, 0).size for number in range(10) for seed in range(10)}
    assert len(sizes) > 80


def test_never_more_than_is_left() -> None:
    assert EXACT.decide(view(cum_qty=970)).slices == (Slice(30, BID),)


def test_what_crosses_inside_comes_off_the_tip() -> None:
    assert EXACT.decide(view(crossed_qty=30, state=Tip(1, 100, 0, BID, START))).slices == (Slice(70, BID),)


def test_a_bust_leaves_the_tip() -> None:
    assert EXACT.decide(view(cum_qty=0, state=Tip(3, 100, 200, BID, START))).slices == (Slice(100, BID),)


# -- the peg -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("peg", "offset", "side", "px"),
    [
        ("near", 0, Side.BUY, BID),
        ("near", 1, Side.BUY, MID),
        ("near", -2, Side.BUY, BID - 2 * CENT),
        ("near", 9, Side.BUY, ASK),
        ("mid", 0, Side.BUY, MID),
        ("mid", -1, Side.BUY, BID),
        ("far", 0, Side.BUY, ASK),
        ("far", -1, Side.BUY, MID),
        ("near", 0, Side.SELL, ASK),
        ("near", 1, Side.SELL, MID),
        ("near", 9, Side.SELL, BID),
        ("far", 0, Side.SELL, BID),
    ],
)
def test_peg_and_offset(peg: str, offset: int, side: Side, px: int) -> None:
    assert Iceberg(peg=peg, offset=offset).decide(view(side=side)).slices[0].price == px


@pytest.mark.parametrize(("side", "px"), [(Side.BUY, BID), (Side.SELL, BID + CENT)])
def test_a_midpoint_between_ticks_is_rounded_away_from_the_far_touch(side: Side, px: int) -> None:
    assert Iceberg(peg="mid").decide(view(side=side, market=market(BID, BID + CENT))).slices[0].price == px


def test_it_follows_but_not_too_often() -> None:
    resting = {"main": slot(100, BID)}
    tip = Tip(1, 100, 0, BID, START)
    higher = market(BID + CENT, ASK + CENT)
    early, later = (
        EXACT.decide(view(now=START + ns, state=tip, slots=resting, market=higher)) for ns in (SECOND - 1, SECOND)
    )
    assert (early.slices[0].price, early.wake_at) == (BID, START + SECOND)
    assert later.slices[0].price == BID + CENT
    assert later.state == Tip(1, 100, 0, BID + CENT, START + SECOND)


def test_it_does_not_stay_beyond_its_limit() -> None:
    seen = view(now=START + 1, state=Tip(1, 100, 0, BID, START), slots={"main": slot(100, BID)}, limit=BID - CENT)
    assert EXACT.decide(seen).slices[0].price == BID - CENT


def test_it_follows_no_further_than_allowed_from_arrival() -> None:
    near = Iceberg(max_distance_bps=1)
    assert near.decide(view(arrival=9_990 * CENT)).slices[0].price == 9_990 * CENT  # 0.999 cents, below a tick
    assert near.decide(view(arrival=10_010 * CENT)).slices[0].price == BID
    assert worst(view(arrival=100 * CENT), 50) == 100 * CENT + CENT // 2
    assert worst(view(arrival=100 * CENT, limit=99 * CENT), 50) == 99 * CENT
    assert worst(view(), 50) is None


@pytest.mark.parametrize(("level", "offset"), [("near", 2), ("near", -1), ("mid", 0)])
def test_alone_at_the_touch_it_does_not_follow_itself(level: str, offset: int) -> None:
    own = {"main": slot(500, BID)}
    assert pegged(view(slots=own), level, offset, None, "main") == BID
    assert pegged(view(slots=own, market=market(bid_qty=501)), level, offset, None, "main") != BID


def test_it_looks_at_the_market_by_the_clock_not_at_every_quote() -> None:
    assert Wake.QUOTE not in Iceberg.wakes_on
    assert EXACT.decide(view()).wake_at == START + SECOND
    assert EXACT.decide(view(market=market(ask=None))).wake_at == START + SECOND


def test_where_the_venue_moves_it_only_the_age_of_the_quote_is_looked_at() -> None:
    moved = view(slots={"native": slot(100, BID)}, state=Tip(1, 100, 0, BID, START))
    assert Iceberg(native_peg=True).decide(moved).wake_at == START + 60 * SECOND
    assert Iceberg(native_peg=True, would_price=BID).decide(moved).wake_at == START + SECOND


def test_late_it_follows_one_level_further() -> None:
    late = Iceberg(aggressiveness=50, reprice_after=3_000 * SECOND)
    assert late.decide(view()).wake_at == START + 1_800 * SECOND
    assert late.decide(view(now=START + 1_800 * SECOND)).slices[0].price == MID
    assert Iceberg(aggressiveness=50, peg="far").decide(view(now=START + 1_800 * SECOND)).slices[0].price == ASK


def test_behind_an_even_pace_it_follows_further() -> None:
    keen = Iceberg(aggressiveness=20, adapt=100)
    prices = [keen.decide(view(now=START + 1_800 * SECOND, cum_qty=done)).slices[0].price for done in (0, 300)]
    assert prices == [MID, BID]


# -- venues that show and move ---------------------------------------------------------------------------------------


def test_native_reserve_gives_the_venue_all_of_it() -> None:
    assert Iceberg(native_reserve=True).decide(view()).slices == (Slice(1_000, BID, slot="native", display_qty=100),)


@pytest.mark.parametrize(("peg", "native"), [("near", Peg.PRIMARY), ("mid", Peg.MID), ("far", Peg.MARKET)])
def test_native_peg_is_capped_by_the_limit(peg: str, native: Peg) -> None:
    pegging = Iceberg(native_peg=True, peg=peg, randomize_pct=0)
    assert pegging.decide(view(limit=ASK)).slices == (Slice(100, ASK, slot="native", peg=native),)
    assert pegging.decide(view()).slices == (Slice(100, None, slot="native", peg=native),)


def test_native_peg_with_an_offset_is_moved_from_here() -> None:
    assert Iceberg(native_peg=True, offset=1, randomize_pct=0).decide(view()).slices == (Slice(100, MID),)


@pytest.mark.parametrize("outcome", [Outcome.NO_ROUTE, Outcome.REJECTED])
def test_where_no_venue_takes_it_it_is_refilled_and_moved_from_here(outcome: Outcome) -> None:
    refused: ParentView = view(slots={"native": slot(0, BID, outcome)})
    decision = Iceberg(native_reserve=True, native_peg=True, randomize_pct=0).decide(refused)
    assert decision.slices == (Slice(100, BID), Slice(0, slot="native"))


def test_it_looks_whether_a_venue_takes_it() -> None:
    assert Iceberg(native_reserve=True).decide(view()).wake_at == START + SECOND


# -- the rest ----------------------------------------------------------------------------------------------------------


def test_it_finishes_at_the_end() -> None:
    assert EXACT.decide(view(now=FINISH)).slices == (Slice(1_000, ASK),)
    assert Iceberg(randomize_pct=0, complete=False).decide(view(now=FINISH)).slices == (Slice(100, BID),)


def test_a_would_price_takes_all_that_is_left() -> None:
    decision = Iceberg(would_price=ASK).decide(view())
    assert (decision.slices, decision.note) == ((Slice(1_000, ASK),), "takes all at its would-price")


@pytest.mark.parametrize("phase", [Phase.HALTED, Phase.AUCTION, Phase.CLOSED])
def test_without_trading_it_shows_nothing_and_keeps_its_tip(phase: Phase) -> None:
    tip = Tip(2, 100, 50, BID, START)
    decision = EXACT.decide(view(market=market(phase=phase), state=tip))
    assert (decision.slices, decision.wake_at, decision.state) == ((), FINISH, tip)
