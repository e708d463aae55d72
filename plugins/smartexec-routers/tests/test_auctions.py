"""Slices for an auction: one venue gets all of it and keeps it, whichever logic places it."""

import pytest

from smartexec.api import (
    Attempt,
    Capabilities,
    Mic,
    Nanos,
    Outcome,
    Qty,
    Route,
    RoutingLogic,
    TimeInForce,
    VenueScore,
)
from smartexec.testing import request, venue
from smartexec_routers.liquidity_seeking import LiquiditySeeking
from smartexec_routers.optimal import Optimal
from smartexec_routers.parallel import Parallel
from smartexec_routers.sequential import Sequential
from smartexec_routers.sweep import Sweep

BOTH = Capabilities(times_in_force=frozenset({TimeInForce.DAY, TimeInForce.AT_CLOSE}))
CONTINUOUS = Capabilities()
LOGICS = (Sequential(), Parallel(), Sweep(), LiquiditySeeking(), Optimal())


def venues(*shares: float) -> list[VenueScore]:
    """Two venues with a closing auction, and the largest, which has none."""
    with_auction = [
        venue(mic, capabilities=BOTH, volume_share=share) for mic, share in zip(("XAAA", "XBBB"), shares, strict=True)
    ]
    return [*with_auction, venue("XCCC", capabilities=CONTINUOUS, volume_share=0.6)]


def routed(logic: RoutingLogic, *shares: float) -> Route:
    asked = request(1_000, price=None, time_in_force=TimeInForce.AT_CLOSE, venues=venues(*shares))
    return logic.route(asked)


@pytest.mark.parametrize("logic", LOGICS, ids=lambda logic: logic.name)
def test_all_of_it_goes_to_the_main_venue_that_has_an_auction_and_stays_there(logic: RoutingLogic) -> None:
    route = routed(logic, 0.1, 0.3)
    assert [(leg.mic, leg.qty, leg.time_in_force, leg.rest_for) for leg in route.legs] == [
        ("XBBB", 1_000, TimeInForce.AT_CLOSE, None)
    ]


@pytest.mark.parametrize("logic", LOGICS, ids=lambda logic: logic.name)
def test_before_anything_has_traded_it_is_the_first_of_the_configuration(logic: RoutingLogic) -> None:
    assert [leg.mic for leg in routed(logic, 0.0, 0.0).legs] == ["XAAA"]


def test_a_venue_that_refused_is_left_out() -> None:
    refusal = Attempt(
        mic=Mic("XBBB"), qty=Qty(1_000), cum_qty=Qty(0), price=None, sent=Nanos(0), ended=Nanos(1),
        outcome=Outcome.REJECTED,
    )  # fmt: skip
    asked = request(1_000, price=None, time_in_force=TimeInForce.AT_CLOSE, venues=venues(0.1, 0.3), attempts=[refusal])
    assert [leg.mic for leg in Parallel().route(asked).legs] == ["XAAA"]
