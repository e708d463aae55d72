"""Every strategy of this distribution against the conformance kit."""

from typing import ClassVar

from smartexec.testing import StrategyKit
from smartexec_schedules.close import Close
from smartexec_schedules.iceberg import Iceberg
from smartexec_schedules.pov import Pov
from smartexec_schedules.shortfall import Shortfall
from smartexec_schedules.sniper import Sniper
from smartexec_schedules.trilemma import Trilemma
from smartexec_schedules.twap import Twap
from smartexec_schedules.vwap import Vwap


class TestTwap(StrategyKit):
    strategy = Twap
    variants = ({"slices": "3"}, {"randomize_pct": "50"}, {"max_participation_pct": "10", "complete": "false"})


class TestVwap(StrategyKit):
    strategy = Vwap
    variants = ({"dynamic": "true"}, {"slices": "3", "min_slice": "100"})


class TestPov(StrategyKit):
    strategy = Pov
    variants = ({"participation_pct": "20", "max_participation_pct": "40", "complete": "true"},)


class TestShortfall(StrategyKit):
    strategy = Shortfall
    variants = ({"half_life": "600s"}, {"risk_aversion": "0.001", "gamma": "0.1"})


class TestClose(StrategyKit):
    strategy = Close
    variants = ({"auction_pct": "0"}, {"auction_pct": "100", "max_close_pct": "100"})
    completes = "it takes no more than its share of the closing auction"


class TestIceberg(StrategyKit):
    strategy = Iceberg
    variants = ({"peg": "mid", "complete": "true"}, {"native_reserve": "true"}, {"native_peg": "true"})


class TestSniper(StrategyKit):
    strategy = Sniper
    params: ClassVar = {"max_spread_ticks": "2"}
    variants = ({"max_spread_ticks": "0"}, {"min_size": "400"})


class TestTrilemma(StrategyKit):
    strategy = Trilemma
    variants = ({"risk": "2"}, {"completion": "5", "impact": "0"})
