"""Prices that follow the market: a level, ticks from it, and how far it may be followed. Decides no quantity."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from smartexec.api import ParentView, Side
from smartexec_schedules.touch import admits, sign, within

BP = 10_000
"""Basis points in one."""


def _midpoint(view: ParentView) -> int | None:
    """The midpoint, half units rounded away from the far touch."""
    mid2 = view.market.mid2
    if mid2 is None:
        return None
    return mid2 // 2 if view.side is Side.BUY else -(-mid2 // 2)


LEVELS: Final[Mapping[str, Callable[[ParentView], int | None]]] = MappingProxyType(
    {
        "near": lambda view: view.market.near(view.side),
        "mid": _midpoint,
        "far": lambda view: view.market.far(view.side),
    }
)
"""By name, from patient to aggressive."""


def worst(view: ParentView, max_distance_bps: int) -> int | None:
    """The worst price: the limit, or so many 1/10000 worse than arrival (0 = not bounded); None = any."""
    if not max_distance_bps or view.arrival is None:
        return view.limit
    bound = view.arrival + sign(view.side) * (view.arrival * max_distance_bps // BP)
    return bound if admits(view.side, view.limit, bound) else view.limit


def pegged(view: ParentView, level: str, offset: int, bound: int | None, slot: str) -> int | None:
    """The price `offset` ticks (positive = aggressive) from a level, not beyond the far touch nor `bound`, on a tick.

    Where all that the near touch shows may be the order's own slot, the price stays: else it would follow itself.
    None where the market shows no such level or no price above 0 is left.
    """
    px, near, own = LEVELS[level](view), view.market.near(view.side), view.slots.get(slot)
    if px is None:
        return None
    shown = view.market.bid_qty if view.side is Side.BUY else view.market.ask_qty
    alone = own is not None and own.price == near and shown <= own.leaves_qty
    px = near if alone and near is not None and level != "far" else px + offset * view.instrument.tick * sign(view.side)
    for most in (view.market.far(view.side), bound):
        if most is not None and not admits(view.side, most, px):
            px = most
    px = within(view, px)
    return px if px > 0 else None
