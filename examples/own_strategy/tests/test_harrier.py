"""HARRIER: the conformance kit, and the one thing that is its own."""

from smartexec.testing import START, StrategyKit, market, view
from smartexec_harrier.harrier import Harrier

HOUR = 3_600_000_000_000
PX = 1_000_000_000


class TestHarrier(StrategyKit):
    strategy = Harrier
    variants = ({"ahead_pct": "0"}, {"every": "1s", "better_bps": "0"})


def wanted(bid: int, ask: int) -> dict[str, int]:
    seen = view(now=START + HOUR // 2, order_qty=1_000, cum_qty=500, arrival=100 * PX, market=market(bid, ask))
    return {one.slot: one.qty for one in Harrier().decide(seen).slices}


def test_on_schedule_it_rests_what_is_due_by_the_next_look() -> None:
    assert wanted(100 * PX - 1, 100 * PX + 1) == {"rest": 8}


def test_better_price_is_taken_ahead_of_schedule() -> None:
    assert wanted(99 * PX, 99 * PX + PX // 100) == {"cross 0": 208}


def test_worse_price_is_not() -> None:
    assert wanted(101 * PX, 101 * PX + PX // 100) == {"rest": 8}
