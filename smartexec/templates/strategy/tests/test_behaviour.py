"""What the strategy is meant to do, beyond what all strategies must."""

from smartexec.testing import START, view

from smartexec_your_name.strategy import YourName

QUARTER = 900_000_000_000
"""Of the order's hour, ns."""


def test_late_quantity_crosses_and_the_next_rests() -> None:
    decision = YourName(slices=4).decide(view(now=START + QUARTER, order_qty=400, cum_qty=70))
    assert [(one.slot, one.qty) for one in decision.slices] == [("take", 30), ("rest", 100)]
    assert decision.wake_at == START + 2 * QUARTER


def test_last_slice_crosses_for_all() -> None:
    decision = YourName(slices=4).decide(view(now=START + 3 * QUARTER, order_qty=400, cum_qty=300))
    assert [(one.slot, one.qty) for one in decision.slices] == [("take", 100), ("rest", 0)]
