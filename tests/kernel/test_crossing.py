"""Crossing: as much as can be without anyone trading with itself, pro rata."""

from hypothesis import given
from hypothesis import strategies as st

from smartexec.kernel.crossing import cross, crossable, offset
from smartexec.kernel.shares import hamilton
from tests.kernel.models.pairing import most_pairs

Member = tuple[int, str]
MEMBERS = st.lists(st.tuples(st.integers(0, 9), st.sampled_from("abcd")), max_size=5)


def owned(side: list[Member], parts: list[int], owner: str) -> int:
    return sum(n for n, (_, who) in zip(parts, side, strict=True) if who == owner)


def test_cross_of_a_large_buyer_and_a_small_seller() -> None:
    """500 to buy, 200 to sell: 200 cross, 300 are left for the market."""
    assert cross([(500, "a")], [(200, "b")]) == ([200], [200])


def test_cross_is_shared_by_largest_remainder() -> None:
    assert cross([(5000, "a"), (3000, "b"), (300, "c")], [(1000, "d")]) == (hamilton(1000, [5000, 3000, 300]), [1000])


def test_cross_never_pairs_an_owner_with_itself() -> None:
    assert cross([(500, "a")], [(200, "a")]) == ([0], [0])
    assert cross([(500, "a")], [(200, "a"), (50, "b")]) == ([50], [0, 50])


def test_cross_cuts_the_owner_on_both_sides() -> None:
    """Pro rata of 120, a would buy 72 and sell 72, and 96 of others cannot pair with 144."""
    bought, sold = cross([(90, "a"), (60, "b")], [(90, "a"), (60, "c")])
    assert (bought, sold) == ([60, 60], [60, 60])
    bought, sold = cross([(90, "a"), (60, "b")], [(90, "a"), (10, "c")])
    assert (bought, sold) == ([10, 60], [60, 10])


def test_cross_with_nobody() -> None:
    assert cross([], [(5, "a")]) == ([], [0])
    assert cross([], []) == ([], [])


def test_offset_within_each_owner() -> None:
    assert offset([(30, "a"), (10, "a"), (5, "b")], [(20, "a"), (9, "c")]) == ([15, 5, 0], [20, 0])


@given(buys=MEMBERS, sells=MEMBERS)
def test_cross_is_the_largest(buys: list[Member], sells: list[Member]) -> None:
    bought, sold = cross(buys, sells)
    qty = most_pairs(buys, sells)
    assert sum(bought) == sum(sold) == qty == crossable(buys, sells)
    for side, parts in ((buys, bought), (sells, sold)):
        assert all(0 <= n <= lots for n, (lots, _) in zip(parts, side, strict=True))
    for owner in "abcd":
        assert owned(buys, bought, owner) + owned(sells, sold, owner) <= qty
    crossed = [(n, who) for n, (_, who) in zip(bought, buys, strict=True)]
    assert most_pairs(crossed, [(n, who) for n, (_, who) in zip(sold, sells, strict=True)]) == qty


@given(buys=MEMBERS, sells=MEMBERS)
def test_cross_is_pro_rata_where_owners_differ(buys: list[Member], sells: list[Member]) -> None:
    bought, sold = cross(buys, [(lots, who.upper()) for lots, who in sells])
    qty = sum(bought)
    assert (bought, sold) == (hamilton(qty, [n for n, _ in buys]), hamilton(qty, [n for n, _ in sells]))


@given(buys=MEMBERS, sells=MEMBERS)
def test_cross_then_offset_leaves_no_pair(buys: list[Member], sells: list[Member]) -> None:
    bought, sold = cross(buys, sells)
    buys = [(lots - n, who) for n, (lots, who) in zip(bought, buys, strict=True)]
    sells = [(lots - n, who) for n, (lots, who) in zip(sold, sells, strict=True)]
    left, right = offset(buys, sells)
    assert sum(left) == sum(right)
    for side, parts in ((buys, left), (sells, right)):
        assert all(0 <= n <= lots for n, (lots, _) in zip(parts, side, strict=True))
    for owner in "abcd":
        assert owned(buys, left, owner) == owned(sells, right, owner)
    buys = [(lots - n, who) for n, (lots, who) in zip(left, buys, strict=True)]
    sells = [(lots - n, who) for n, (lots, who) in zip(right, sells, strict=True)]
    assert not any(n for n, _ in buys) or not any(n for n, _ in sells)
