"""The study of claims: its arithmetic on made-up rows, and one claim run whole on the public data."""

import sys
from pathlib import Path

import pytest

from tests.examples.program import ROOT, call, table, well

sys.path.insert(0, str(ROOT / "examples" / "claims"))

from claims import CLAIMS, SPEED, judge, show


def rows(arm: str, seconds: list[float]) -> list[dict[str, str]]:
    """Parents of one arm that took so long."""
    blank = {"config": "day", "done": "1", "ordered": "1", "fees": "0", "arrival_bps": "2"}
    return [
        {**blank, "combination": arm, "parent_id": f"P{i}", "worked_seconds": str(s)} for i, s in enumerate(seconds)
    ]


def test_a_difference_that_all_orders_have_is_shown() -> None:
    slow, quick = [60.0 + i for i in range(20)], [50.0 + i for i in range(20)]
    time, cost = judge(SPEED, [*rows(SPEED.arms[0], slow), *rows(SPEED.arms[1], quick)])
    assert [time.first - time.second, time.low, time.high] == pytest.approx([10, 10, 10])
    assert time.verdict == "more"
    assert cost.verdict == "no difference shown"


def test_a_difference_that_chance_could_make_is_not() -> None:
    one, other = [float(i % 7) for i in range(21)], [float((i + 3) % 7) for i in range(21)]
    time, _ = judge(SPEED, [*rows(SPEED.arms[0], one), *rows(SPEED.arms[1], other)])
    assert time.low < 0 < time.high
    assert time.verdict == "no difference shown"


def test_only_orders_of_both_arms_count() -> None:
    found = judge(SPEED, [*rows(SPEED.arms[0], [5.0, 6.0, 7.0]), *rows(SPEED.arms[1], [5.0, 6.0])])
    assert {one.orders for one in found} == {2}
    with pytest.raises(SystemExit, match="no order of both"):
        judge(SPEED, rows(SPEED.arms[0], [5.0]))


def test_every_claim_says_what_came_of_it() -> None:
    judged = [judge(c, [*rows(c.arms[0], [1.0, 2.0]), *rows(c.arms[1], [2.0, 3.0])]) for c in [SPEED]]
    assert "parallel is faster, sequential is cheaper" in show(judged)
    assert len({claim.name for claim in CLAIMS}) == len(CLAIMS)


@pytest.mark.shared
def test_the_variance_of_is_on_the_aapl_hour(shared_data: Path, tmp_path: Path) -> None:
    script = ROOT / "examples" / "claims" / "run.py"
    printed = well(
        call(sys.executable, script, shared_data / "data", "--out", "out", "--only", "variance-AAPL", cwd=tmp_path)
    )
    assert "IS has less arrival cost variance than VWAP" in printed
    parents = table(tmp_path / "out" / "variance-AAPL" / "compared", "parents")
    assert {row["combination"] for row in parents} == {"VWAP, parallel", "IS:half_life=4m, parallel"}
    assert all(float(row["done"]) > 0 for row in parents)
