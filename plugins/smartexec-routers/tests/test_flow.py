"""What is expected to leave a queue."""

import pytest

from smartexec.api import CURVE_SCALE, MarketView, Side, Statistics, VolumeCurve
from smartexec.testing import START, market, request, venue
from smartexec_routers.flow import Queue, Watch, expected_volume, queues

MINUTE = 60 * 10**9
NONE = Watch(START, 0)
FORECAST = VolumeCurve(START, 10 * MINUTE, (1_000, 4_000))
CURVE = VolumeCurve(START, 10 * MINUTE, (CURVE_SCALE // 4, CURVE_SCALE))
ADV = Statistics(adv=39_000)


@pytest.mark.parametrize(
    ("seen", "watch", "expected"),
    [
        (market(forecast=FORECAST, curve=CURVE, statistics=ADV), NONE, 100),
        (market(curve=CURVE, statistics=ADV), NONE, 975),
        (market(statistics=ADV, open=START, close=START + 390 * MINUTE), NONE, 100),
        (market(volume=700), Watch(START - 2 * MINUTE, 100), 300),
        (market(volume=700), Watch(START, 700), None),
        (market(curve=CURVE), NONE, None),
    ],
)
def test_volume_by_the_best_that_is_known(seen: MarketView, watch: Watch, expected: float | None) -> None:
    assert expected_volume(seen, START, MINUTE, watch) == expected


def test_half_of_it_leaves_the_side_by_shares_of_the_volume() -> None:
    seen = request(market=market(forecast=FORECAST, bid_qty=800, ask_qty=400))
    both = [venue("XA", volume_share=0.6), venue("XB", volume_share=0.2)]
    assert queues(seen, both, MINUTE, NONE) == [Queue(600, pytest.approx(37.5)), Queue(200, pytest.approx(12.5))]
    sale = request(side=Side.SELL, market=seen.market)
    assert [line.ahead for line in queues(sale, [venue("XA"), venue("XB")], MINUTE, NONE)] == [200, 200]


def test_a_queue_of_which_nothing_is_known_turns_over_once() -> None:
    seen = request(market=market(bid_qty=800))
    assert queues(seen, [venue("XA")], MINUTE, NONE) == [Queue(800, 800.0)]
