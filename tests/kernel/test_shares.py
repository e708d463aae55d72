"""Fair shares: the bulk rule against the lot-by-lot one, the known traps, and the divisions beside it."""

from fractions import Fraction
from itertools import accumulate
from math import ceil, floor
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartexec.kernel.shares import NANO, Shares, bands, hamilton, round_to_lots, spread
from tests.kernel.models.chairman import Chairman, levels, most, within

WEIGHTS = [5000, 3000, 2500, 1500, 300]
"""ORACLES 2.9."""


def fresh(weights: list[int], carried: list[int] | None = None) -> Shares:
    return Shares(list(weights), list(carried or [0] * len(weights)))


def furthest(shares: Shares) -> Fraction:
    """The largest distance from an exact share, in lots."""
    return max(abs(shares.exact(i) - a) for i, a in enumerate(shares.given))


def could_be_fair(shares: Shares, floors: list[int], tops: list[int]) -> bool:
    """Whether quantities in [floor, top] with this total exist that are all less than a lot from the exact shares."""
    edges = [(floor(shares.exact(i) - 1) + 1, ceil(shares.exact(i) + 1) - 1) for i in range(len(floors))]
    lows = [max(f, low) for f, (low, _) in zip(floors, edges, strict=True)]
    highs = [min(t, high) for t, (_, high) in zip(tops, edges, strict=True)]
    return all(a <= b for a, b in zip(lows, highs, strict=True)) and sum(lows) <= shares.total <= sum(highs)


def give(shares: Shares, lots: int) -> list[tuple[int, int]]:
    """Give and check what holds of every gift."""
    before, total = list(shares.given), shares.total
    moved = shares.give(lots)
    assert all(n > 0 for _, n in moved)
    assert sum(n for _, n in moved) == lots == shares.total - total
    after = list(before)
    for i, n in moved:
        after[i] += n
    assert shares.given == after
    assert sum(after) == shares.total
    assert all(a <= w for a, w in zip(after, shares.weights, strict=True))
    return moved


# -- the share rule: known traps ------------------------------------------------------------------------------------


def test_one_member_takes_all() -> None:
    assert give(fresh([7]), 5) == [(0, 5)]
    assert give(fresh([0, 7, 0]), 5) == [(1, 5)]


def test_shares_of_a_fill_are_whole_and_exact_at_the_end() -> None:
    shares = fresh(WEIGHTS)
    assert give(shares, 12300) == list(enumerate(WEIGHTS))


def test_order_of_arrival_breaks_ties_of_equal_orders() -> None:
    assert give(fresh([10, 10]), 1) == [(0, 1)]
    assert give(fresh([10, 20]), 1) == [(1, 1)]


def test_small_order_is_not_starved_by_new_epochs() -> None:
    """Resetting at each epoch gave 900 and 0 after 900 one-lot epochs."""
    carried, got = [0, 0], [0, 0]
    for _ in range(1001):
        shares = fresh([1000, 100], carried)
        for i, n in give(shares, 1):
            got[i] += n
        carried = shares.deficits()
        assert sum(carried) == 0
    assert got == [910, 91]


def test_largest_deficit_trap_stays_within_a_lot() -> None:
    """Largest cumulative deficit is 1.011 lots off at t = 32."""
    shares = fresh([37, 8, 1, 37, 8])
    for _ in range(91):
        give(shares, 1)
        assert furthest(shares) < 1
    assert shares.given == shares.weights


def test_alabama_nobody_gives_back() -> None:
    """Largest remainder on the cumulative fill: 10 -> 4,4,2 but 11 -> 5,5,1."""
    assert (hamilton(10, [6, 6, 2]), hamilton(11, [6, 6, 2])) == ([4, 4, 2], [5, 5, 1])
    shares = fresh([6, 6, 2])
    for _ in range(14):
        give(shares, 1)
        assert furthest(shares) < 1


def test_many_fills_do_not_drift() -> None:
    """Each fill on its own drifts to 1763,1032,860,516,129."""
    shares = fresh(WEIGHTS)
    for _ in range(43):
        give(shares, 100)
        assert furthest(shares) < 1
    exact = [Fraction(4300 * w, 12300) for w in WEIGHTS]
    assert all(abs(a - x) < 1 for a, x in zip(shares.given, exact, strict=True))


# -- the share rule: properties -------------------------------------------------------------------------------------

SMALL = st.lists(st.integers(0, 40), min_size=1, max_size=7).filter(any)


@given(weights=SMALL)
def test_one_lot_fills_equal_the_slow_model(weights: list[int]) -> None:
    shares = fresh(weights)
    model = Chairman(list(weights), [Fraction(0)] * len(weights), [0] * len(weights))
    for _ in range(sum(weights)):
        assert give(shares, 1) == [(model.give_one(), 1)]


@given(weights=SMALL, data=st.data())
def test_fills_of_any_size_stay_within_a_lot(weights: list[int], data: st.DataObject) -> None:
    shares = fresh(weights)
    margin = Chairman(weights, [], []).margin
    while shares.total < sum(weights):
        give(shares, data.draw(st.integers(1, sum(weights) - shares.total)))
        assert furthest(shares) <= (0 if sum(w > 0 for w in weights) == 1 else margin)
        assert sum(shares.deficits()) == 0
    assert shares.given == weights


@pytest.mark.parametrize("seed", range(40))
def test_epochs_with_joiners_and_leavers(seed: int) -> None:
    """Members join with nothing, leave with their deficit spread over the others; deficits always sum to 0.

    A quantity a lot or more off its exact share is never seen where whole lots allow better: hardly ever, at the very
    end of an epoch, they do not (see below).
    """
    rng = Random(seed)
    members = [[rng.choice((3, 40, 900)), 0] for _ in range(rng.randint(2, 8))]
    """[leaves, carried]"""
    for _ in range(25):
        shares = fresh([leaves for leaves, _ in members], [carried for _, carried in members])
        for _ in range(rng.randint(1, 4)):
            room, before = sum(shares.weights) - shares.total, list(shares.given)
            if room:
                give(shares, rng.randint(1, min(room, rng.choice((1, 9, 400)))))
                assert furthest(shares) < 1 or not could_be_fair(shares, before, shares.weights)
        owed = shares.deficits()
        assert sum(owed) == sum(shares.carried) == 0
        members = [[w - a, d] for w, a, d in zip(shares.weights, shares.given, owed, strict=True)]
        members = _leave_and_join(members, rng.random())
        if not members:
            break


def test_last_lot_of_an_epoch_may_be_unfair_whatever_one_does() -> None:
    """Two small members that are owed 0.76 lots have all they may; who of the others waits is 1.229 off, not 1.73."""
    shares = fresh([2, 27, 2, 27], [763520679, -763520680, 763520679, -763520678])
    give(shares, 57)
    assert shares.given == [2, 26, 2, 27]
    assert not could_be_fair(shares, [0, 0, 0, 0], shares.weights)
    assert furthest(shares) < Fraction(123, 100)


def _leave_and_join(members: list[list[int]], chance: float) -> list[list[int]]:
    leavers = [m for m in members if m[0] == 0]
    stay = [m for m in members if m[0] > 0]
    if chance < 0.3 and len(stay) > 2:
        leavers.append(stay.pop(int(chance * 10) % len(stay)))
    for _, deficit in leavers:
        for member, part in zip(stay, spread(deficit, [m[0] for m in stay]), strict=True):
            member[1] += part
    if chance > 0.6 and 0 < len(stay) < 8:
        stay.append([int(chance * 100), 0])
    return stay


CARRIED = st.lists(st.integers(-5 * NANO, 5 * NANO), min_size=7, max_size=7)


@given(weights=SMALL, carried=CARRIED, data=st.data())
def test_any_deficits_conserve_and_never_take_back(weights: list[int], carried: list[int], data: st.DataObject) -> None:
    """Deficits of some members only need not sum to 0: windows then cannot always be met."""
    shares = fresh(weights, carried[: len(weights)])
    while shares.total < sum(weights):
        give(shares, data.draw(st.integers(1, sum(weights) - shares.total)))
        assert sum(shares.deficits()) == sum(shares.carried)
    assert shares.given == weights


def test_windows_are_widened_as_little_as_possible() -> None:
    shares = fresh([10, 10, 10], [3 * NANO, 3 * NANO, 0])
    give(shares, 6)
    assert shares.given == [3, 3, 0]
    assert furthest(shares) == 2, "4 lots of deficit too many for three members: 2 each"


def test_weights_of_any_size_cost_no_more() -> None:
    shares = fresh([10**12, 10**12 + 1, 7])
    give(shares, 10**12)
    assert furthest(shares) < 1


@given(weights=SMALL, data=st.data())
def test_take_back(weights: list[int], data: st.DataObject) -> None:
    """A bust leaves everybody within a lot of the smaller total where that needs no gain: nobody gains by it."""
    shares = fresh(weights)
    give(shares, data.draw(st.integers(1, sum(weights))))
    before = list(shares.given)
    lots = data.draw(st.integers(1, shares.total))
    moved = shares.take(lots)
    assert all(n > 0 for _, n in moved)
    assert sum(n for _, n in moved) == lots
    assert all(a <= b for a, b in zip(shares.given, before, strict=True))
    assert sum(shares.given) == shares.total == sum(before) - lots
    assert furthest(shares) < 1 or not could_be_fair(shares, [0] * len(before), before)
    give(shares, sum(weights) - shares.total)
    assert shares.given == weights


@given(weights=SMALL, carried=CARRIED, data=st.data())
def test_take_back_with_any_deficits(weights: list[int], carried: list[int], data: st.DataObject) -> None:
    shares = fresh(weights, carried[: len(weights)])
    give(shares, data.draw(st.integers(1, sum(weights))))
    before = list(shares.given)
    shares.take(data.draw(st.integers(0, shares.total)))
    assert all(0 <= a <= b for a, b in zip(shares.given, before, strict=True))
    assert sum(shares.given) == shares.total


# -- divisions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lots", "expected"),
    [
        (7000, [2845, 1707, 1423, 854, 171]),
        (1000, [407, 244, 203, 122, 24]),
        (100, [41, 24, 20, 12, 3]),
        (7, [3, 2, 1, 1, 0]),
        (4321, [1757, 1054, 878, 527, 105]),
    ],
)
def test_hamilton(lots: int, expected: list[int]) -> None:
    assert hamilton(lots, WEIGHTS) == expected


def test_hamilton_ties() -> None:
    assert hamilton(1, [1, 1]) == [1, 0]
    assert hamilton(2, [1, 3, 0]) == [0, 2, 0]
    assert hamilton(3, []) == []


def test_hamilton_gives_what_a_cap_keeps_to_the_others() -> None:
    assert hamilton(100, [50, 30, 20], [10, 100, 100]) == [10, 54, 36]
    assert hamilton(100, [50, 30, 20], [10, 54, 10]) == [10, 54, 10], "the caps do not admit all"


@given(weights=SMALL, lots=st.integers(0, 500), data=st.data())
def test_hamilton_with_caps(weights: list[int], lots: int, data: st.DataObject) -> None:
    caps = [data.draw(st.integers(0, 100)) for _ in weights]
    parts = hamilton(lots, weights, caps)
    assert all(0 <= part <= cap for part, cap in zip(parts, caps, strict=True))
    assert sum(parts) == min(lots, sum(cap for cap, w in zip(caps, weights, strict=True) if w))


@given(deficit=st.integers(-2 * NANO, 2 * NANO), weights=st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_spread_is_exact(deficit: int, weights: list[int]) -> None:
    assert sum(spread(deficit, weights)) == deficit


# -- bands ----------------------------------------------------------------------------------------------------------


def test_bands_without_caps_is_one_band() -> None:
    assert bands(60, [50, 50], []) == ([(0, 2, 60)], 0)
    assert bands(60, [50, 50], [(1, 40)]) == ([(0, 2, 60)], 0)


def test_bands_freeze_the_binding_prefix() -> None:
    assert bands(60, [50, 50], [(1, 10)]) == ([(0, 1, 10), (1, 2, 50)], 0)
    assert bands(80, [50, 50], [(1, 10)]) == ([(0, 1, 10), (1, 2, 50)], 20)
    assert bands(90, [50, 50, 50], [(1, 10), (2, 30)]) == ([(0, 1, 10), (1, 2, 20), (2, 3, 50)], 10)
    assert bands(90, [50, 50, 50], [(1, 30), (2, 30)]) == ([(0, 2, 30), (2, 3, 50)], 10)


def test_bands_caps_of_nobody_and_below_nothing() -> None:
    assert bands(5, [0, 5], [(0, 0), (1, 0)]) == ([(0, 2, 5)], 0)
    assert bands(5, [5, 5], [(1, -3)]) == ([(1, 2, 5)], 0)
    assert bands(5, [5, 5], [(2, 0)]) == ([], 5)


BANDED = st.lists(st.integers(0, 30), min_size=1, max_size=6)


@given(weights=BANDED, lots=st.integers(0, 120), data=st.data())
@settings(max_examples=300)
def test_bands(weights: list[int], lots: int, data: st.DataObject) -> None:
    groups = data.draw(st.lists(st.tuples(st.integers(1, len(weights)), st.integers(-2, 80)), max_size=4))
    found, left = bands(lots, weights, groups)
    assert [b[1] for b in found[:-1]] <= [b[0] for b in found[1:]], "in order and disjoint"
    assert all(0 < n <= sum(weights[start:stop]) for start, stop, n in found)
    assert sum(n for _, _, n in found) == lots - left == most(lots, weights, groups)
    # Shared by weight in whole lots, by the share rule or by largest remainder, they keep every cap.
    by_rule, by_remainder = [0] * len(weights), [0] * len(weights)
    for start, stop, n in found:
        shares = fresh(weights[start:stop])
        for i, more in give(shares, n):
            by_rule[start + i] += more
        by_remainder[start:stop] = hamilton(n, weights[start:stop])
    assert within(by_rule, groups)
    assert within(by_remainder, groups)
    # As even as the caps allow: no prefix is further from the exact levels than whole lots per split explain.
    exact = list(accumulate(levels(lots, weights, groups)))
    for i, n in enumerate(accumulate(by_remainder)):
        assert abs(n - exact[i]) <= len(weights)


# -- rounding at completion -----------------------------------------------------------------------------------------


def rounded(filled: int, lot: int, min_qty: int = 0, weights: list[int] = WEIGHTS) -> list[int]:
    shares = fresh(weights)
    give(shares, filled)
    exact = [shares.exact(i) for i in range(len(weights))]
    return round_to_lots(shares.given, exact, weights, lot, min_qty)


def test_round_to_lots() -> None:
    assert rounded(7000, 100) == [2800, 1700, 1400, 900, 200]
    assert rounded(1000, 100) == [400, 300, 200, 100, 0]
    assert rounded(4321, 100) == [1721, 1100, 900, 500, 100], "the odd 21 to who is furthest below its exact share"


def test_round_to_lots_fills_odd_orders_whole() -> None:
    assert rounded(190, 100, weights=[120, 70]) == [120, 70]


def test_round_to_lots_without_a_lot_changes_nothing() -> None:
    shares = fresh(WEIGHTS)
    for lots in (17, 400, 3, 77):
        give(shares, lots)
    exact = [shares.exact(i) for i in range(5)]
    assert round_to_lots(shares.given, exact, WEIGHTS, 1, 0) == shares.given


def test_minimum_drops_the_smallest_first() -> None:
    assert rounded(100, 1, min_qty=15) == [48, 28, 24, 0, 0], "3, then 12 of 100"
    assert rounded(1000, 1, min_qty=130) == [476, 286, 238, 0, 0]
    assert rounded(1000, 1, min_qty=20) == [407, 244, 203, 122, 24]


def test_minimum_spares_orders_that_are_that_small() -> None:
    assert rounded(260, 1, min_qty=30, weights=[500, 20]) == [250, 10]
    assert rounded(270, 1, min_qty=30, weights=[500, 40]) == [270, 0]


def test_minimum_gives_way_where_others_have_no_room() -> None:
    assert rounded(125, 1, min_qty=40, weights=[100, 40]) == [89, 36]


@given(weights=SMALL, lot=st.integers(1, 12), min_qty=st.integers(0, 12), data=st.data())
def test_round_to_lots_properties(weights: list[int], lot: int, min_qty: int, data: st.DataObject) -> None:
    filled = data.draw(st.integers(1, sum(weights)))
    result = rounded(filled, lot, min_qty, weights)
    assert sum(result) == filled
    assert all(0 <= n <= w for n, w in zip(result, weights, strict=True))
