"""Both strategies against the conformance kit."""

from smartexec.testing import StrategyKit

from smartexec_small.twap import SmallTwap
from smartexec_small.vwap import SmallVwap


class TestSmallTwap(StrategyKit):
    strategy = SmallTwap
    variants = ({"every": "1s"}, {"every": "1h"})


class TestSmallVwap(StrategyKit):
    strategy = SmallVwap
    variants = ({"slices": "1"}, {"slices": "500"})
