"""Which of two rows is wrong when times run backwards."""

import pytest

from smartexec_files.faults import Faults
from smartexec_files.in_order import in_order


@pytest.mark.parametrize(
    ("times", "kept", "said"),
    [
        ([1, 2, 2, 3], [1, 2, 2, 3], []),
        ([1, 2, 1, 3], [1, 2, 3], ["f row 3: found time 1, expected not before the last row's, 2"]),
        ([1, 9, 2, 3], [1, 2, 3], ["f row 2: found time 9, expected not after the next row's, 2"]),
        ([9, 1, 2, 3], [1, 2, 3], ["f row 1: found time 9, expected not after the next row's, 1"]),
        ([5, 1, 6, 7], [5, 6, 7], ["f row 2: found time 1, expected not before the last row's, 5"]),
        ([5, 6, 1, 2, 3, 7], [5, 6, 7], [f"f row {n + 2}: found time {n}" for n in (1, 2, 3)]),
        ([1, 2, 9], [1, 2, 9], []),
        ([1, 5, 2], [1, 5], ["f row 3: found time 2, expected not before the last row's, 5"]),
        ([], [], []),
    ],
)
def test_order(times: list[int], kept: list[int], said: list[str]) -> None:
    faults: list[str] = []
    rows = in_order(enumerate(times, 1), int, str, Faults(faults.append, "f"))
    assert [time for _, time in rows] == kept
    assert [fault[: len(text)] for fault, text in zip(faults, said, strict=True)] == said
