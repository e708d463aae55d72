"""Shares of the volume, own volume counted."""

from hypothesis import given
from hypothesis import strategies as st

from smartexec_schedules.participation import own_for, percent_for, volume_of_others


def test_ten_percent_beside_9000_is_1000_not_900() -> None:
    assert own_for(9_000, 10) == 1_000


@given(others=st.integers(0, 10**12), percent=st.integers(0, 99))
def test_own_for_is_the_most_within_the_share(others: int, percent: int) -> None:
    own = own_for(others, percent)
    assert own * 100 <= percent * (own + others)
    assert (own + 1) * 100 > percent * (own + 1 + others)


@given(own=st.integers(1, 10**9), others=st.integers(0, 10**12))
def test_percent_for_is_the_least_that_admits_it(own: int, others: int) -> None:
    percent = percent_for(own, others)
    assert (percent - 1) * (own + others) < 100 * own <= percent * (own + others)


def test_volume_of_others_is_never_negative() -> None:
    assert (volume_of_others(1_000, 100), volume_of_others(50, 100)) == (900, 0)
