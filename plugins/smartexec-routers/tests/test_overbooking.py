"""parallel with `overbook`: only with a budget, only what rests, only over several venues."""

import pytest

from smartexec.api import Capabilities, TimeInForce, VenueKind, VenueScore
from smartexec.testing import request, venue
from smartexec_routers.parallel import Parallel

CENT = 10_000_000
BID, ASK = 9_999 * CENT, 10_001 * CENT
BOTH = [venue("XA", volume_share=0.6, fill_ratio=0.5), venue("XB", volume_share=0.4, fill_ratio=0.75)]


def placed(
    px: int = BID,
    *,
    budget: int = 100,
    overbook: bool = True,
    venues: list[VenueScore] | None = None,
    **more: TimeInForce,
) -> list[int]:
    seen = request(1_000, px, overbook_qty=budget, venues=venues or BOTH, **more)
    return [one.qty for one in Parallel(overbook=overbook).route(seen).legs]


def test_by_volume_share_times_chance_of_a_fill() -> None:
    """0.6 x 0.5 = 0.4 x 0.75: the budget of 100 is shared equally."""
    assert placed() == [600 + 50, 400 + 50]


def test_no_more_than_is_expected_not_to_execute() -> None:
    """600 x 0.5 + 400 x 0.25 = 400 of 1,000 are not expected to execute."""
    assert placed(budget=1_000) == [600 + 200, 400 + 200]


def test_a_venue_that_is_sure_to_execute_needs_no_help() -> None:
    sure = [venue("XA", fill_ratio=1.0), venue("XB", fill_ratio=1.0)]
    assert placed(venues=sure) == [500, 500]


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"overbook": False}, [600, 400]),
        ({"budget": 0}, [600, 400]),
        ({"px": ASK}, [600, 400]),
        ({"time_in_force": TimeInForce.IOC}, [600, 400]),
        ({"venues": BOTH[:1]}, [1_000]),
    ],
)
def test_not_without_need_or_leave(change: dict[str, object], parts: list[int]) -> None:
    assert placed(**change) == parts  # type: ignore[arg-type]


def test_hidden_venues_get_no_more_than_their_part() -> None:
    dark = venue("XDARK", capabilities=Capabilities(kind=VenueKind.DARK))
    seen = request(1_000, BID, overbook_qty=100, venues=[*BOTH, dark])
    assert [one.qty for one in Parallel(overbook=True).route(seen).legs] == [480 + 50, 320 + 50, 200]
