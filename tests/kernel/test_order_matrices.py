"""The order state change matrices, played from both ends through `OrderLife` (FIX 4.4 / 5.0 Appendix D)."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kernel.models.matrices import Fields, Row, Scenario, issue, read, receive

Play = Callable[[list[Row]], Iterator[tuple[Row, Fields, Fields]]]
OWN = read((Path(__file__).parent / "models" / "own_matrices.txt").read_text(encoding="utf-8"))
SIDES = [pytest.param(receive, id="receiving"), pytest.param(issue, id="issuing")]
ROWS = 195
"""Rows of the published matrices: 147 reports, 48 requests."""


def compare(scenario: Scenario, play: Play) -> int:
    """Assert that every row of every branch says what the order book says; give the number of rows compared."""
    rows = 0
    for branch in scenario.branches():
        for row, expected, found in play(branch):
            assert found == expected, f"{scenario.name} line {row.line}: {row.text}"
            rows += 1
    return rows


@pytest.mark.parametrize("play", SIDES)
@pytest.mark.parametrize("scenario", OWN, ids=lambda s: s.name)
def test_own_matrix(scenario: Scenario, play: Play) -> None:
    assert compare(scenario, play) >= 2


@pytest.mark.shared
@pytest.mark.parametrize("play", SIDES)
def test_published_matrices(shared_data: Path, play: Play) -> None:
    scenarios = read((shared_data / "fix" / "order_matrices.txt").read_text(encoding="utf-8"))
    assert len(scenarios) == 25
    assert sum(len(s.rows) for s in scenarios) == ROWS
    for scenario in scenarios:
        assert compare(scenario, play) > 0, scenario.name


def test_a_wrong_row_is_noticed() -> None:
    wrong = read("@ W | leaves that do not add up\n> D A 50\n< 8 A 0/0 50 0 49 0\n")
    with pytest.raises(AssertionError, match="W line 3"):
        compare(wrong[0], receive)
