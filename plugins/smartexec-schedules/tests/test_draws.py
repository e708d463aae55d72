"""Draws: the published generator, its range, and no dependence on the interpreter."""

from hypothesis import given
from hypothesis import strategies as st

from smartexec_schedules.draws import below, between, draw


def test_draws_are_those_of_splitmix64() -> None:
    """First outputs of the reference implementation (Vigna, splitmix64.c) for seed 1234567."""
    assert [draw(1234567, k) for k in range(5)] == [
        6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
    ]  # fmt: skip


@given(
    seed=st.integers(-(2**70), 2**70), position=st.integers(0, 10**6), low=st.integers(-99, 99), span=st.integers(0, 99)
)
def test_between_is_within(seed: int, position: int, low: int, span: int) -> None:
    assert low <= between(seed, position, low, low + span) <= low + span
    assert below(seed, position, 1) == 0


def test_draws_are_even() -> None:
    counts = [0] * 10
    for position in range(10_000):
        counts[below(7, position, 10)] += 1
    assert all(900 < count < 1_100 for count in counts)
