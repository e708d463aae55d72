"""Requests and venues that the kit of routing logics asks with. Values only."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from smartexec.model.enums import OrdType, Peg, Side, TimeInForce, VenueKind, Wake
from smartexec.model.routing import Capabilities, RouteRequest, VenueScore
from smartexec.testing.views import ASK, BID, request, venue

CENT: Final = 10_000_000
TERMS: Final[Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]]] = {
    "market": ({"price": None}, {"ord_types": frozenset({OrdType.MARKET})}),
    "limit": ({}, {"ord_types": frozenset({OrdType.LIMIT})}),
    **{
        tif.name.lower(): ({"time_in_force": tif}, {"times_in_force": frozenset({tif})})
        for tif in TimeInForce
        if tif is not TimeInForce.DAY
    },
    "min_qty": ({"min_qty": 30}, {"min_qty": True}),
    "display_qty": ({"display_qty": 20}, {"display_qty": True}),
    "post_only": ({"post_only": True}, {"post_only": True}),
    **{f"peg {peg.name.lower()}": ({"peg": peg}, {"pegs": frozenset({peg})}) for peg in Peg},
}
"""By what a slice asks for: its terms, and the capabilities of a venue that takes them."""
TAKES_ALL: Final = Capabilities(
    ord_types=frozenset(OrdType),
    times_in_force=frozenset(TimeInForce),
    min_qty=True,
    display_qty=True,
    post_only=True,
    pegs=frozenset(Peg),
)
LACKS: Final = Capabilities(ord_types=frozenset({OrdType.PEGGED}), times_in_force=frozenset({TimeInForce.DAY}))
"""A venue that takes nothing of `TERMS`."""


def three_venues() -> list[VenueScore]:
    """Two lit venues that differ in everything, and a dark one."""
    return [
        venue(
            "XAAA", shown_qty=300, touch=ASK, touch_qty=300, volume_share=0.6, make_fee=-2, take_fee=3, latency=1_000
        ),
        venue("XBBB", shown_qty=100, touch=ASK, touch_qty=100, volume_share=0.3, make_fee=1, take_fee=2, latency=2_000),
        venue("XDRK", VenueKind.DARK, volume_share=0.1, make_fee=2, take_fee=1, latency=3_000, fill_ratio=0.2),
    ]


def some_requests() -> Iterator[RouteRequest]:
    """Some ordinary requests."""
    for side in Side:
        for price, limit in ((BID, BID), (ASK, ASK), (None, None), (None, BID)):
            for tif in (TimeInForce.DAY, TimeInForce.IOC):
                yield request(
                    730,
                    price,
                    side=side,
                    limit=limit,
                    time_in_force=tif,
                    venues=three_venues(),
                    woken_by=Wake.TIMER,
                    seed=7,
                )
