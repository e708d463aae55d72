"""The builders: defaults hold together, derived figures follow from what is given."""

from smartexec.model.enums import Side, VenueKind
from smartexec.model.view import Slice
from smartexec.testing import START, market, request, venue, view


def test_view_by_default_is_an_untouched_order_at_its_start() -> None:
    seen = view()
    assert (seen.now, seen.start, seen.leaves_qty, seen.limit) == (START, START, 1_000, None)
    assert seen.market.valid
    assert seen.market.trading
    assert seen.leaves_at(None) == 1_000


def test_view_leaves_follow_from_what_was_executed_and_crossed() -> None:
    seen = view(order_qty=500, cum_qty=120, crossed_qty=80, limit=5)
    assert seen.leaves_qty == 300
    assert (seen.leaves_at(5), seen.leaves_at(6)) == (300, 0)


def test_view_demand_gives_the_most_permissive_limit() -> None:
    seen = view(side=Side.SELL, order_qty=300, demand=[(90, 100), (95, 200)])
    assert seen.limit == 90
    assert (seen.leaves_at(95), seen.leaves_at(94), seen.leaves_at(89)) == (300, 100, 0)


def test_market_side_that_is_none_shows_nothing() -> None:
    seen = market(bid=None)
    assert (seen.bid, seen.bid_qty, seen.valid) == (None, 0, False)


def test_request_keeps_the_order_of_the_venues() -> None:
    seen = request(300, 7, venues=[venue("XB"), venue("XA", VenueKind.DARK, up=False)])
    assert list(seen.venues) == ["XB", "XA"]
    assert seen.slice == Slice(300, 7)
