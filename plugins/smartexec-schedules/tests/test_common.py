"""What all working strategies share, seen through TWAP: given a view and parameters, expect a decision."""

import pytest

from smartexec.api import Decision, Instrument, ParentView, Side, Slice, SlotView, Wake
from smartexec.testing import START, market, view
from smartexec_schedules.twap import Twap

CENT = 10_000_000
BID, ASK = 9_999 * CENT, 10_001 * CENT
SLICE = 100_000
END = START + 20 * SLICE


def at(percent: int, **given: object) -> ParentView:
    """A view that many hundredths of a slice after the start, of 2,000 lots in 20 slices."""
    return view(now=START + percent * SLICE // 100, end=END, order_qty=2_000, **given)  # type: ignore[arg-type]


def open_slot(qty: int) -> dict[str, SlotView]:
    """The slot of a slice of which `qty` lots are open."""
    return {
        "main": SlotView(
            want_qty=qty, leaves_qty=qty, in_doubt_qty=0, cum_qty=60, price=BID, sent=START, ended=None, spent=False
        )  # type: ignore[arg-type]
    }


def said(decision: Decision) -> str:
    """The note after the progress of the schedule."""
    return decision.note.split(", ", 2)[2]


# -- how soon and how far it crosses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("aggressiveness", "crosses_at"), [(100, 0), (99, 1), (30, 70), (1, 99)])
def test_aggressiveness_is_the_part_of_a_slice_in_which_it_crosses(aggressiveness: int, crosses_at: int) -> None:
    twap = Twap(aggressiveness=aggressiveness)
    assert twap.decide(at(crosses_at)).slices == (Slice(100, ASK),)
    if crosses_at:
        assert twap.decide(at(crosses_at - 1)) == Decision(
            (Slice(100, BID),), START + crosses_at * SLICE // 100, note="slice 1 of 20, 0 ahead, rests"
        )


def test_without_aggressiveness_it_crosses_only_when_a_slice_behind_or_at_the_end() -> None:
    patient = Twap(aggressiveness=0)
    assert patient.decide(at(99)).slices == (Slice(100, BID),)
    assert patient.decide(at(200, cum_qty=99)).slices == (Slice(201, ASK),)
    assert patient.decide(at(1_900, cum_qty=1_900)).slices == (Slice(100, ASK),)


def test_cross_after_stands_in_place_of_aggressiveness() -> None:
    assert Twap(cross_after=40, aggressiveness=90).decide(at(39)).slices == (Slice(100, BID),)
    assert Twap(cross_after=40, aggressiveness=0).decide(at(40)).slices == (Slice(100, ASK),)


def test_aggressiveness_is_worked_out_anew_from_how_far_it_is_behind() -> None:
    """Half a slice behind adds half of `adapt`: it crosses after 45 % instead of 70 %, and later after a fill."""
    twap = Twap(adapt=50)
    assert twap.decide(at(100, cum_qty=50)).wake_at == START + SLICE + 45 * SLICE // 100
    assert twap.decide(at(146, cum_qty=50)).slices == (Slice(150, ASK),)
    assert twap.decide(at(146, cum_qty=90, woken_by=Wake.FILL)) == Decision(
        (Slice(110, BID),), START + SLICE + 65 * SLICE // 100, note="slice 2 of 20, 10 behind, rests"
    )


def test_cross_ticks_reach_into_the_book_up_to_the_limit() -> None:
    assert Twap(cross_ticks=3).decide(at(75)).slices == (Slice(100, ASK + 3 * CENT),)
    assert Twap(cross_ticks=3).decide(at(75, limit=ASK + CENT)).slices == (Slice(100, ASK + CENT),)
    assert Twap(cross_ticks=3).decide(at(75, side=Side.SELL)).slices == (Slice(100, BID - 3 * CENT),)
    assert Twap(cross_ticks=3).decide(at(0)).slices == (Slice(100, BID),)


def test_not_complete_leaves_the_rest_over_rather_than_cross_for_the_end() -> None:
    assert Twap(complete=False).decide(at(1_900, cum_qty=1_850)).slices == (Slice(150, BID),)
    assert Twap(complete=False).decide(at(1_970, cum_qty=1_850)).slices == (Slice(150, ASK),)


# -- how much ----------------------------------------------------------------------------------------------------------


def test_max_slice_bounds_what_is_open_but_never_below_a_lot() -> None:
    assert Twap(max_slice=40).decide(at(0)).slices == (Slice(40, BID),)
    big = at(0, instrument=Instrument("TEST", lot=100))
    assert Twap(max_slice=40).decide(big).slices == (Slice(100, BID),)


def test_min_slice_waits_until_so_much_is_due() -> None:
    waits = Twap(min_slice=150).decide(at(0))
    assert (waits.slices, said(waits)) == ((), "less than the smallest slice is due")
    assert Twap(min_slice=150).decide(at(100)).slices == (Slice(200, BID),)


def test_min_slice_lets_the_rest_go_and_what_is_left_of_an_open_slice_be() -> None:
    assert Twap(min_slice=150).decide(at(1_900, cum_qty=1_990)).slices == (Slice(10, ASK),)
    assert Twap(min_slice=80).decide(at(50, cum_qty=60, slots=open_slot(40))).slices == (Slice(40, BID),)
    assert Twap(min_slice=80).decide(at(50, cum_qty=60)).slices == ()


def test_participation_counts_own_volume_and_what_is_open() -> None:
    capped = Twap(max_participation_pct=10)
    assert capped.decide(at(500, cum_qty=100, market=market(volume=1_900))).slices == (Slice(100, ASK),)
    full = capped.decide(at(500, cum_qty=200, market=market(volume=2_000)))
    assert (full.slices, said(full)) == ((), "held by 10 % of the volume")
    assert full.wake_at == START + 510 * SLICE // 100


def test_participation_holds_at_the_end_too() -> None:
    assert Twap(max_participation_pct=10).decide(at(1_950, market=market(volume=900))).slices == (Slice(100, ASK),)


# -- would-price -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("side", "would", "takes"), [
    (Side.BUY, ASK, True), (Side.BUY, ASK + CENT, True), (Side.BUY, ASK - CENT, False),
    (Side.SELL, BID, True), (Side.SELL, BID - CENT, True), (Side.SELL, BID + CENT, False),
])  # fmt: skip
def test_would_price_takes_all_that_is_left_where_the_far_touch_is_as_good(side: Side, would: int, takes: bool) -> None:
    decision = Twap(would_price=would).decide(at(0, side=side, cum_qty=0))
    near = BID if side is Side.BUY else ASK
    assert decision.slices == ((Slice(2_000, would),) if takes else (Slice(100, near),))
    assert said(decision) == ("takes all at its would-price" if takes else "rests")
    assert decision.wake_at == START + SLICE // 10  # it looks out for the price


def test_would_price_is_bounded_by_the_limit_and_by_participation() -> None:
    twap = Twap(would_price=ASK + 5 * CENT, max_participation_pct=20)
    assert twap.decide(at(0, limit=ASK + CENT, market=market(volume=400))).slices == (Slice(100, ASK + CENT),)


def test_would_price_beyond_the_limit_of_some_takes_only_for_the_others() -> None:
    mixed = at(0, demand=[(None, 300), (BID, 1_700)])
    assert Twap(would_price=ASK).decide(mixed).slices == (Slice(300, ASK),)


# -- waking ------------------------------------------------------------------------------------------------------------


def test_with_nothing_due_it_sleeps_through_the_slice() -> None:
    assert Twap().decide(at(10, cum_qty=100)) == Decision(
        (), START + SLICE, note="slice 1 of 20, 100 ahead, nothing due"
    )


def test_no_limit_admits_the_price_is_said() -> None:
    held = Twap().decide(at(0, limit=CENT - 1))
    assert (held.slices, said(held)) == ((), "held by the limit")


# -- the note ----------------------------------------------------------------------------------------------------------


def test_note_says_schedule_average_and_cost_against_benchmarks() -> None:
    seen = at(
        250, cum_qty=40, notional=40 * 100_012_300_000, arrival=100 * 1_000_000_000,
        market=market(twap=100_015_300_000),
    )  # fmt: skip
    assert (
        Twap().decide(seen).note
        == "slice 3 of 20, 160 behind, crosses; avg 100.0123, +1.2 bp to arrival, -0.3 bp to TWAP"
    )


def test_cost_is_positive_where_a_seller_got_less() -> None:
    seen = at(0, side=Side.SELL, cum_qty=10, notional=10 * 99 * 10**9, arrival=100 * 10**9)
    assert Twap().decide(seen).note.endswith("; avg 99.0000, +100.0 bp to arrival")


# -- parameters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_participation_pct": 101},
        {"min_slice": -1},
        {"max_slice": 1.5},
        {"aggressiveness": 101},
        {"adapt": -1},
        {"cross_ticks": -1},
        {"would_price": 0},
        {"complete": 1},
        {"max_quote_age": 0},
        {"max_slice": 10, "min_slice": 20},
    ],
)
def test_bad_parameters_name_the_field(wrong: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError), match=next(iter(wrong))):
        Twap(**wrong)  # type: ignore[arg-type]
