"""The arithmetic of schedules, by hand and by property."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartexec_schedules.schedule import boundary, cumulative, cumulative_lots, position, to_tick

QTY = st.integers(0, 10**15)
STEPS = st.integers(1, 500)


def test_cumulative_1003_in_7_steps() -> None:
    targets = [cumulative(1003, step, 7) for step in range(8)]
    assert [late - early for early, late in pairwise(targets)] == [
        143, 144, 143, 143, 143, 144, 143,
    ]  # fmt: skip


@given(total=QTY, steps=STEPS)
def test_cumulative_is_monotone_close_to_the_line_and_complete(total: int, steps: int) -> None:
    targets = [cumulative(total, step, steps) for step in range(steps + 1)]
    assert targets == sorted(targets)
    assert (targets[0], targets[-1]) == (0, total)
    assert all(abs(2 * (target * steps - total * step)) <= steps for step, target in enumerate(targets))


@given(total=QTY, steps=STEPS, lot=st.integers(1, 1_000))
def test_cumulative_lots_is_whole_lots_and_leaves_less_than_one(total: int, steps: int, lot: int) -> None:
    assert all(cumulative_lots(total, step, steps, lot) % lot == 0 for step in range(steps + 1))
    assert 0 <= total - cumulative_lots(total, steps, steps, lot) < lot


@given(start=st.integers(0, 2**62), width=st.integers(1, 10**14), steps=st.integers(1, 10**4), data=st.data())
def test_position_and_boundary_agree(start: int, width: int, steps: int, data: st.DataObject) -> None:
    end = start + width
    step = data.draw(st.integers(0, steps))
    at = boundary(step, start, end, steps)
    assert start <= at <= end
    assert position(at, start, end, steps) >= step
    assert position(at - 1, start, end, steps) < step


@pytest.mark.parametrize(("px", "up", "expected"), [(1_005, False, 1_000), (1_005, True, 1_010), (1_000, True, 1_000)])
def test_to_tick(px: int, up: bool, expected: int) -> None:
    assert to_tick(px, 10, up=up) == expected
