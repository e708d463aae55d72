"""TWAP with `randomize_pct`: bounds, determinism and the seed in the audit trail."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from smartexec.api import NANOS_PER_SECOND, Instrument, Wake
from smartexec.testing import START, view
from smartexec_schedules.twap import Twap

SLICES = 20
HOUR = 3_600 * NANOS_PER_SECOND
WIDTH = HOUR // SLICES


def due(twap: Twap, number: int, seed: int, order_qty: int = 2_000) -> int:
    """What is due by the end of a slice, counted from nothing done."""
    seen = view(now=START + number * WIDTH - 1, order_qty=order_qty, seed=seed)
    return twap.step(seen).due


def test_seed_is_in_the_first_note_only() -> None:
    twap = Twap(randomize_pct=20)
    assert ", varied by 20 %, seed 7, " in twap.decide(view(seed=7)).note
    assert "seed" not in twap.decide(view(seed=7, woken_by=Wake.TIMER)).note
    assert "seed" not in Twap().decide(view(seed=7)).note


@given(seed=st.integers(0, 2**64 - 1), percent=st.integers(1, 100), order_qty=st.integers(1, 10**6))
def test_cumulative_quantity_stays_within_its_band(seed: int, percent: int, order_qty: int) -> None:
    twap = Twap(randomize_pct=percent)
    ends = [0, *(due(twap, number, seed, order_qty) for number in range(1, SLICES + 1))]
    off = percent * order_qty / (200 * SLICES)
    assert (ends[0], ends[-1]) == (0, order_qty)
    assert all(abs(end - order_qty * number / SLICES) <= off + 0.5 for number, end in enumerate(ends))
    even, slices = order_qty / SLICES, [late - early for early, late in pairwise(ends)]
    assert all(abs(one - even) <= 2 * off + 1 for one in slices)


@given(seed=st.integers(0, 2**64 - 1), percent=st.integers(1, 99))
def test_variations_below_half_a_lot_change_nothing(seed: int, percent: int) -> None:
    """1,000 in 20 slices of half a lot: due by the line or one lot off it would be far more than varied."""

    def ends(twap: Twap) -> list[int]:
        hundreds = Instrument("TEST", lot=100)
        return [
            twap.step(view(now=START + number * WIDTH, instrument=hundreds, seed=seed)).due for number in range(SLICES)
        ]

    assert ends(Twap(randomize_pct=percent)) == ends(Twap())


@given(seed=st.integers(0, 2**64 - 1), percent=st.integers(1, 100), number=st.integers(0, SLICES - 1))
def test_time_is_varied_within_the_slice(seed: int, percent: int, number: int) -> None:
    twap, begin = Twap(randomize_pct=percent), START + number * WIDTH
    step = twap.step(view(now=begin, seed=seed))
    assert begin <= step.not_before <= begin + (WIDTH * percent // 100 if number < SLICES - 1 else 0)
    early = twap.decide(view(now=begin, seed=seed, cum_qty=0))
    if step.not_before > begin:
        assert (early.slices, early.wake_at) == ((), step.not_before)
        assert twap.decide(view(now=step.not_before, seed=seed)).slices


def test_other_seeds_give_other_schedules_and_the_same_seed_the_same() -> None:
    twap = Twap(randomize_pct=50)
    schedules = {seed: tuple(due(twap, number, seed) for number in range(1, SLICES)) for seed in range(20)}
    assert len(set(schedules.values())) == 20
    assert schedules[3] == tuple(due(Twap(randomize_pct=50), number, 3) for number in range(1, SLICES))
