"""Every routing logic of this distribution against the conformance kit."""

from smartexec.testing import RoutingKit
from smartexec_routers.liquidity_seeking import LiquiditySeeking
from smartexec_routers.optimal import Optimal
from smartexec_routers.parallel import Parallel
from smartexec_routers.sequential import Sequential
from smartexec_routers.sweep import Sweep


class TestSequential(RoutingKit):
    logic = Sequential


class TestParallel(RoutingKit):
    logic = Parallel
    variants = ({"dark_share": 100, "dark_min_qty": 50}, {"overbook": True})


class TestSweep(RoutingKit):
    logic = Sweep
    variants = ({"net_of_fees": True},)


class TestOptimal(RoutingKit):
    logic = Optimal
    variants = ({"outflow": "poisson", "under": 3.0, "horizon": "1ns"},)


class TestLiquiditySeeking(RoutingKit):
    logic = LiquiditySeeking
    variants = (
        {"min_qty": 30, "vary": 50, "dark_for": "0s"},
        {"method": "eg", "vary": 20, "rounding": "random"},
        {"method": "equal", "respread": 0},
    )
