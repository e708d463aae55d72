"""What a note says of the average price: against which benchmark, with the sign of costs."""

import pytest

from smartexec.api import Side
from smartexec.testing import market, view
from smartexec_schedules.progress import average, progress

PX = 10**9


@pytest.mark.parametrize(
    ("side", "said"), [(Side.BUY, ("+20.0", "-19.9", "+10.0")), (Side.SELL, ("-20.0", "+19.9", "-10.0"))]
)
def test_each_benchmark_is_its_own_and_positive_is_worse(side: Side, said: tuple[str, str, str]) -> None:
    seen = view(
        side=side,
        cum_qty=100,
        notional=100 * 100_200 * PX // 1_000,
        arrival=100 * PX,
        market=market(vwap=100_400 * PX // 1_000, twap=100_100 * PX // 1_000),
    )
    to = [f"{bp} bp to {name}" for bp, name in zip(said, ("arrival", "VWAP", "TWAP"), strict=True)]
    assert progress(seen, ("arrival", "VWAP", "TWAP")) == f"; avg 100.2000, {', '.join(to)}"


def test_a_benchmark_that_is_not_known_is_left_out() -> None:
    seen = view(cum_qty=1, notional=100 * PX, arrival=None, market=market(vwap=None, twap=None))
    assert progress(seen, ("arrival", "VWAP", "TWAP")) == "; avg 100.0000"


def test_nothing_is_said_before_the_first_execution() -> None:
    assert progress(view(arrival=100 * PX), ("arrival",)) == ""


def test_average_is_rounded_halves_up() -> None:
    assert average(view(cum_qty=2, notional=2 * PX + 1)) == PX + 1
    assert average(view(cum_qty=3, notional=3 * PX + 1)) == PX
