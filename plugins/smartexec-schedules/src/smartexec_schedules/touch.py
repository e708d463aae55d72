"""The market at the touch: whether it can be traded on, and prices made of it. Pure functions; decides no quantity."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from smartexec.api import MarketView, ParentView, Phase, Side
from smartexec_schedules.schedule import to_tick

_PHASES: Final[Mapping[Phase, str]] = MappingProxyType(
    {
        Phase.UNKNOWN: "its phase is not known",
        Phase.HALTED: "halted",
        Phase.CLOSED: "closed",
        Phase.AUCTION: "auction",
    }
)


def no_market(market: MarketView, max_age: int) -> str:
    """Say why a market cannot be traded on; "" if it can. `max_age` of the quote in ns."""
    if not market.trading:
        return _PHASES[market.phase]
    if market.bid is None or market.ask is None:
        return "no quote" if market.bid is market.ask else "one-sided"
    if market.bid >= market.ask:
        return "locked" if market.bid == market.ask else "crossed"
    return "old quote" if (market.age or 0) > max_age else ""


def sign(side: Side) -> int:
    """1 for a buyer, -1 for a seller: px * sign grows as the price gets worse."""
    return 1 if side is Side.BUY else -1


def admits(side: Side, limit: int | None, px: int) -> bool:
    """Whether a limit admits an execution at a price; None admits all."""
    return limit is None or (limit - px) * sign(side) >= 0


def within(view: ParentView, px: int) -> int:
    """Give a price on a tick that is no worse than it and than the order's limit; 0 or less where there is none."""
    buys = view.side is Side.BUY
    if not admits(view.side, view.limit, px) and view.limit is not None:
        px = view.limit
    return to_tick(px, view.instrument.tick, up=not buys)


def touch(view: ParentView, *, crosses: bool, ticks: int = 0) -> int | None:
    """Give the far touch (`crosses`) or the near one, `ticks` more aggressive, on a tick, no worse than the limit.

    None where that side is empty or no price above 0 is left.
    """
    at = view.market.far(view.side) if crosses else view.market.near(view.side)
    if at is None:
        return None
    px = within(view, at + ticks * view.instrument.tick * sign(view.side))
    return px if px > 0 else None
