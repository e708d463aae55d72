"""What the strategy is meant to do, beyond what all strategies must."""

from smartexec.testing import START, market, view

from smartexec_pullback.strategy import Pullback

QUARTER = 900_000_000_000  # of the order's hour, ns
CENT = 10_000_000  # 1e-9 of the currency


def wanted(ask: int) -> list[tuple[str, int]]:
    """What it wants of 400 lots in the second of four slices, 100 done, where 100.00 was the midpoint on arrival."""
    now = market(bid=ask - 2 * CENT, ask=ask)
    seen = view(now=START + QUARTER, order_qty=400, cum_qty=100, arrival=10_000 * CENT, market=now)
    return [(one.slot, one.qty) for one in Pullback(slices=4, ahead=1).decide(seen).slices]


def test_rests_with_what_is_due() -> None:
    assert wanted(ask=10_001 * CENT) == [("take", 0), ("rest", 100)]


def test_is_a_slice_early_while_the_market_is_better_than_on_arrival() -> None:
    assert wanted(ask=9_999 * CENT) == [("take", 0), ("rest", 200)]
