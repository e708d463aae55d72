"""CLOSE: given a view, expect a decision; the arithmetic of back-loading and of the auction's cap."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartexec.api import Outcome, ParentView, Phase, Px, Qty, Side, Slice, SlotView, Statistics, TimeInForce
from smartexec.testing import START, market, view
from smartexec_schedules.close import Close
from smartexec_schedules.closing import back_loaded, cap
from smartexec_schedules.touch import admits

CENT = 10_000_000
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
ASK = 10_001 * CENT
END = START + 60 * MINUTE
"""The cut-off is after 55 minutes, auction orders are sent after 45, given up for after 50."""


def at(minute: int, phase: Phase = Phase.CONTINUOUS, adv: int | None = None, **given_: object) -> ParentView:
    """A view that many minutes after the start, of 1,000 lots that end with the day."""
    known = market(close=END, phase=phase, statistics=Statistics(adv=adv))
    return view(now=START + minute * MINUTE, end=END, **({"market": known} | given_))  # type: ignore[arg-type]


def slot(leaves: int, outcome: Outcome | None = None, price: int | None = None) -> SlotView:
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


def auctioned(slices: tuple[Slice, ...]) -> list[tuple[str, int, int | None]]:
    return [(one.slot, one.qty, one.price) for one in slices if one.time_in_force is TimeInForce.AT_CLOSE]


def continuous(slices: tuple[Slice, ...]) -> int:
    return sum(one.qty for one in slices if one.time_in_force is TimeInForce.DAY)


# -- arithmetic --------------------------------------------------------------------------------------------------------


def test_back_loaded_by_hand() -> None:
    assert [back_loaded(1_000, step, 4, 2) for step in range(5)] == [0, 63, 250, 563, 1_000]
    assert [back_loaded(1_000, step, 4, 1) for step in range(5)] == [0, 250, 500, 750, 1_000]


@given(total=st.integers(0, 10**12), steps=st.integers(1, 50), power=st.integers(1, 10))
def test_back_loaded_is_monotone_complete_and_later_than_even(total: int, steps: int, power: int) -> None:
    due = [back_loaded(total, step, steps, power) for step in range(steps + 1)]
    even = [back_loaded(total, step, steps, 1) for step in range(steps + 1)]
    assert (due[0], due[-1]) == (0, total)
    assert all(early <= late for early, late in pairwise(due))
    assert all(later <= line for later, line in zip(due, even, strict=True))


def test_cap_counts_the_own_volume() -> None:
    """10 % of 1,000,000 by others and own lots that are a quarter of the sum: a third of 100,000."""
    assert cap(1_000_000, 10, 25) == 33_333
    assert cap(None, 10, 25) is None
    assert cap(1_000_000, 10, 100) is None


# -- decisions ---------------------------------------------------------------------------------------------------------


def test_at_first_little_is_due_and_half_is_kept_for_the_auction() -> None:
    decision = Close().decide(at(0))
    assert decision.slices == (Slice(1, 9_999 * CENT),)
    assert decision.note == "slice 1 of 20, 0 ahead, 500 for the auction, rests"


def test_an_expected_auction_too_small_for_half_gets_less() -> None:
    assert "40 for the auction" in Close(max_close_pct=50).decide(at(0, adv=400)).note


def test_auction_orders_are_sent_in_time_and_looked_at_soon() -> None:
    decision = Close().decide(at(45, cum_qty=400))
    assert auctioned(decision.slices) == [("close any", 500, None)]
    assert decision.wake_at == START + 45 * MINUTE + SECOND
    assert auctioned(Close().decide(at(44, cum_qty=400)).slices) == []


def test_one_auction_order_for_each_limit() -> None:
    demand = [(None, 300), (10_000 * CENT, 100), (9_000 * CENT + 1, 200)]
    decision = Close().decide(at(45, cum_qty=400, demand=demand))
    assert auctioned(decision.slices) == [
        ("close any", 300, None),
        (f"close {10_000 * CENT}", 100, 10_000 * CENT),
        (f"close {9_000 * CENT + 1}", 100, 9_000 * CENT),
    ]


@pytest.mark.parametrize("outcome", [Outcome.NO_ROUTE, Outcome.REJECTED])
def test_without_a_venue_for_it_all_is_due_before_the_cutoff(outcome: Outcome) -> None:
    decision = Close().decide(at(54, cum_qty=500, slots={"close any": slot(0, outcome)}))
    assert continuous(decision.slices) == 500
    assert auctioned(decision.slices) == [("close any", 0, None)]  # so that the view goes on saying it
    assert "no auction, crosses" in decision.note


def test_what_is_not_in_the_auction_half_way_is_given_up_for_it() -> None:
    """A guard refused 300 of 500; after 49 minutes they are still wanted there, after 50 they are not."""
    waiting = {"close any": slot(200, Outcome.REFUSED)}
    assert auctioned(Close().decide(at(49, cum_qty=500, slots=waiting)).slices) == [("close any", 500, None)]
    decision = Close().decide(at(50, cum_qty=500, slots=waiting))
    assert auctioned(decision.slices) == [("close any", 200, None)]
    assert continuous(decision.slices) > 0
    assert "200 for the auction" in decision.note


def test_after_the_cutoff_auction_orders_stay_and_the_rest_is_crossed_for() -> None:
    decision = Close().decide(at(56, cum_qty=400, slots={"close any": slot(500, price=None)}))
    assert decision.slices[0] == Slice(100, ASK)
    assert auctioned(decision.slices) == [("close any", 500, None)]


def test_in_the_auction_only_its_orders_are_live() -> None:
    decision = Close().decide(at(56, Phase.AUCTION, cum_qty=400, slots={"close any": slot(500)}))
    assert continuous(decision.slices) == 0
    assert auctioned(decision.slices) == [("close any", 500, None)]
    assert decision.note.endswith("waits for a market: auction")


def test_a_would_price_takes_from_the_auction_before_it_settles() -> None:
    decision = Close(would_price=ASK).decide(at(46, cum_qty=400, slots={"close any": slot(500)}))
    assert decision.slices == (Slice(600, ASK),)


def test_a_would_price_leaves_the_auction_alone_later() -> None:
    decision = Close(would_price=ASK).decide(at(51, cum_qty=400, slots={"close any": slot(500)}))
    assert decision.slices[0] == Slice(100, ASK)
    assert auctioned(decision.slices) == [("close any", 500, None)]


def test_an_instrument_without_a_close_has_no_auction() -> None:
    decision = Close().decide(at(50, market=market()))
    assert auctioned(decision.slices) == []
    assert "no auction" in decision.note


def test_without_an_end_it_waits_and_says_so() -> None:
    assert Close().decide(view(end=0)).note == "has no end to spread over: waits"


PXS = st.none() | st.integers(9_995, 10_005).map(lambda cents: cents * CENT)


@settings(max_examples=150)
@given(
    close=st.builds(Close, auction_pct=st.integers(0, 100), would_price=PXS),
    minute=st.integers(0, 59),
    side=st.sampled_from(Side),
    classes=st.dictionaries(PXS, st.integers(1, 500), min_size=1, max_size=4),
)
def test_no_member_is_asked_for_twice(close: Close, minute: int, side: Side, classes: dict[int | None, int]) -> None:
    """For every price: what is priced there or worse is no more than what the limits that admit it leave."""
    worst_first = sorted(
        classes.items(), key=lambda item: (item[0] is not None, (item[0] or 0) * (-1 if side is Side.BUY else 1))
    )
    seen = at(minute, side=side, order_qty=sum(classes.values()), demand=worst_first)
    slices = close.decide(seen).slices
    for px in (None, *(one.price for one in slices)):
        beyond = sum(one.qty for one in slices if one.price is None or (px is not None and admits(side, one.price, px)))
        assert beyond <= seen.leaves_at(px)
