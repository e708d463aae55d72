"""What the routing logics of this distribution keep beyond the conformance kit: they place all of it or nothing."""

import pytest
from hypothesis import given

from smartexec.api import RouteRequest, RoutingLogic
from smartexec.testing import any_request
from smartexec_routers.optimal import Optimal
from smartexec_routers.parallel import Parallel
from smartexec_routers.sequential import Sequential
from smartexec_routers.sweep import Sweep

WHOLE: list[RoutingLogic] = [
    Sequential(),
    Parallel(),
    Parallel(dark_share=100, dark_min_qty=50),
    Sweep(),
    Sweep(net_of_fees=True),
    Optimal(),
]


@pytest.mark.parametrize("logic", WHOLE, ids=repr)
@given(seen=any_request())
def test_all_is_placed_or_nothing(logic: RoutingLogic, seen: RouteRequest) -> None:
    placed, whole = (
        sum(one.qty for one in logic.route(seen).legs),
        seen.qty // seen.instrument.lot * seen.instrument.lot,
    )
    assert placed == 0 or whole <= placed <= whole + seen.overbook_qty
