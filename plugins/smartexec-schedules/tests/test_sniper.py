"""SNIPER: given a view, expect a shot or none."""

import pytest

from smartexec.api import Decision, Outcome, ParentView, Phase, Px, Qty, Side, Slice, SlotView, TimeInForce
from smartexec.testing import START, market, view
from smartexec_schedules.shots import Shots
from smartexec_schedules.sniper import Sniper

CENT = 10_000_000
MS = 1_000_000
SECOND = 1_000 * MS
BID, ASK = 9_999 * CENT, 10_001 * CENT
END = START + 3_600 * SECOND
FINISH = END - 180 * SECOND
WIDE = Sniper(max_spread_ticks=2)
"""The market of `view()` is two ticks wide: this one takes it."""


def ioc(number: int, qty: int, px: int) -> Slice:
    return Slice(qty, px, slot=f"shot {number}", time_in_force=TimeInForce.IOC)


def slot(leaves: int, *, spent: bool = False, outcome: Outcome | None = None) -> SlotView:
    return SlotView(
        want_qty=Qty(leaves),
        leaves_qty=Qty(leaves),
        in_doubt_qty=Qty(0),
        cum_qty=Qty(0),
        price=Px(ASK),
        sent=None,
        ended=None,
        spent=spent,
        last_outcome=outcome,
    )


def test_a_wide_spread_is_no_reason() -> None:
    assert Sniper().decide(view()) == Decision((), FINISH, note="waits: no reason to take", state=Shots())


def test_a_narrow_spread_takes_half_of_what_is_shown() -> None:
    assert WIDE.decide(view()) == Decision(
        (ioc(1, 250, ASK),), START + 250 * MS, note="takes 250: spread 2 ticks", state=Shots(1, START, ASK, 500)
    )


@pytest.mark.parametrize(
    ("sniper", "why"),
    [
        (Sniper(max_spread_ticks=0, max_spread_bps=2), "spread 2.0 bp"),
        (Sniper(max_spread_ticks=0, min_size=500), "500 shown"),
    ],
)
def test_other_reasons(sniper: Sniper, why: str) -> None:
    assert sniper.decide(view()).note == f"takes 250: {why}"


@pytest.mark.parametrize(
    "sniper", [Sniper(max_spread_ticks=0, max_spread_bps=1), Sniper(max_spread_ticks=0, min_size=501)]
)
def test_reasons_just_missed(sniper: Sniper) -> None:
    assert sniper.decide(view()).slices == ()


def test_a_would_price_takes_all_up_to_it() -> None:
    assert Sniper(would_price=ASK + CENT).decide(view()).slices == (ioc(1, 1_000, ASK + CENT),)
    assert Sniper(would_price=ASK - CENT).decide(view()).slices == ()


def test_behind_an_even_pace_it_takes_more() -> None:
    """Half the time is over and nothing done: half of 60 points more."""
    keen = Sniper(max_spread_ticks=2, adapt=60)
    assert [keen.decide(view(now=START + 1_800 * SECOND, cum_qty=done)).slices[0].qty for done in (0, 500)] == [
        400,
        250,
    ]


def test_a_seller_takes_the_bid() -> None:
    seen = view(side=Side.SELL, market=market(bid_qty=80))
    assert WIDE.decide(seen).slices == (ioc(1, 40, BID),)


def test_a_shot_that_is_out_is_named_again_so_that_it_lives() -> None:
    seen = view(slots={"shot 3": slot(70)}, state=Shots(3, START))
    assert WIDE.decide(seen) == Decision(
        (ioc(3, 70, ASK),), START + 250 * MS, note="shot 3 is out", state=Shots(3, START)
    )


@pytest.mark.parametrize("ended", [slot(0, spent=True), slot(0, outcome=Outcome.REFUSED)])
def test_after_one_that_ended_the_next_has_a_new_name(ended: SlotView) -> None:
    now = START + SECOND
    seen = view(now=now, slots={"shot 3": ended}, state=Shots(3, START, ASK, 400))
    assert WIDE.decide(seen).slices == (ioc(4, 250, ASK),)


def test_it_pauses_between_shots() -> None:
    fired = Shots(1, START, ASK, 400)
    early, later = (WIDE.decide(view(now=START + ms * MS, state=fired)) for ms in (249, 250))
    assert (early.slices, early.wake_at, early.state) == ((), START + 250 * MS, fired)
    assert later.slices == (ioc(2, 250, ASK),)


def test_it_pauses_longer_at_a_quote_that_has_not_moved() -> None:
    """What is shown there may be what it took."""
    fired = Shots(1, START, ASK, 500)
    early, later = (WIDE.decide(view(now=START + seconds * SECOND, state=fired)) for seconds in (9, 10))
    assert (early.slices, early.wake_at) == ((), START + 10 * SECOND)
    assert later.slices == (ioc(2, 250, ASK),)


def test_a_limit_short_of_the_far_touch_holds() -> None:
    decision = WIDE.decide(view(limit=ASK - CENT))
    assert (decision.slices, decision.note) == ((), "waits: held by the limit")


def test_never_more_than_is_left_or_its_largest_slice() -> None:
    assert WIDE.decide(view(cum_qty=900)).slices == (ioc(1, 100, ASK),)
    assert Sniper(max_spread_ticks=2, max_slice=30).decide(view()).slices == (ioc(1, 30, ASK),)


def test_it_finishes_at_the_end_and_only_then_rests() -> None:
    assert Sniper().decide(view(now=FINISH)) == Decision(
        (Slice(1_000, ASK),), FINISH + 18 * SECOND, note="crosses at the end; 950 behind an even pace", state=Shots()
    )
    assert Sniper(complete=False).decide(view(now=FINISH)).slices == ()


def test_at_the_end_a_limit_rests_and_says_so() -> None:
    assert Sniper().decide(view(now=FINISH, limit=BID)).note == "rests at its limit at the end; 950 behind an even pace"


def test_halted_it_waits_for_the_phase() -> None:
    decision = WIDE.decide(view(market=market(phase=Phase.HALTED)))
    assert decision == Decision((), FINISH, note="waits for a market: halted", state=Shots())


def test_without_an_end_it_wakes_for_quotes_alone() -> None:
    assert Sniper().decide(view(end=0)).wake_at is None


def test_no_two_shots_share_a_name() -> None:
    """Every quote differs: it fires after each pause."""
    seen: ParentView = view(end=0)
    names = []
    for step in range(20):
        decision = WIDE.decide(
            view(
                now=START + step * 250 * MS,
                end=0,
                state=seen.state,
                market=market(ask_qty=100 + step),
                slots={name: slot(0, spent=True) for name in names[-1:]},
            )
        )
        names += [one.slot for one in decision.slices]
        seen = view(end=0, state=decision.state)
    assert len(names) == len(set(names)) == 20
