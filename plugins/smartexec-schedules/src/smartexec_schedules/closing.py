"""Trading into a closing auction: how much, when, in which orders. Reads views; keeps no state and decides no price."""

from collections.abc import Iterator, Mapping

from attrs import frozen

from smartexec.api import Outcome, ParentView, Qty, Slice, SlotView, TimeInForce
from smartexec_schedules.participation import own_for
from smartexec_schedules.touch import admits, within

FAILED = frozenset({Outcome.NO_ROUTE, Outcome.REJECTED})
"""No venue takes it. (What a guard refused is tried again by the kernel.)"""
PREFIX = "close "
"""Slots of auction orders: this, and the limit of the members they are for."""


def back_loaded(total: int, step: int, steps: int, power: int) -> int:
    """Quantity due by the end of step `step` (0..steps): total * (step / steps) ** power, halves rounded up."""
    whole: int = steps**power
    part: int = step**power
    return (2 * total * part + whole) // (2 * whole)


def cap(adv: int | None, share_pct: int, most_pct: int) -> int | None:
    """Most lots for an auction that trades `share_pct` of a day's volume, own lots counted; None where not known."""
    if adv is None or most_pct >= 100:
        return None
    return own_for(adv * share_pct // 100, most_pct)


@frozen
class Auction:
    """What has become of the auction orders."""

    live: int
    """Lots of them that wait at venues."""
    failed: bool
    """No venue took one of them: the auction is off."""
    slots: Mapping[str, SlotView]
    """Theirs, by name."""


def auction_of(view: ParentView) -> Auction:
    """Find the auction orders in a view."""
    slots = {name: seen for name, seen in view.slots.items() if name.startswith(PREFIX)}
    failed = any(seen.last_outcome in FAILED and not seen.leaves_qty for seen in slots.values())
    return Auction(sum(seen.leaves_qty for seen in slots.values()), failed, slots)


def kept(view: ParentView, auction: Auction) -> Iterator[Slice]:
    """The auction orders as they are; of those that no venue took the memory."""
    left = view.leaves_qty
    for name, seen in auction.slots.items():
        qty = min(left, seen.leaves_qty)
        left = Qty(left - qty)
        yield Slice(qty, seen.price, slot=name, time_in_force=TimeInForce.AT_CLOSE)


def unseen(auction: Auction, orders: tuple[Slice, ...]) -> bool:
    """Whether it is not known yet what becomes of one of these orders."""
    return any(one.slot not in auction.slots for one in orders)


def placed(view: ParentView, qty: int) -> Iterator[Slice]:
    """Auction orders for `qty` lots: one for each limit that members have, the most permissive first."""
    lot, left = view.instrument.lot, qty
    for limit, leaves in view.demand:
        part = min(left, leaves) // lot * lot
        px = None if limit is None else within(view, limit)
        if part and (px is None or px > 0):
            yield Slice(part, px, slot=f"{PREFIX}{limit or 'any'}", time_in_force=TimeInForce.AT_CLOSE)
            left -= part


def beside(view: ParentView, main: Slice, auction: tuple[Slice, ...]) -> int:
    """Lots that a continuous order may have beside auction orders: those of its members that none of them needs."""
    px = main.price
    worse = [one.qty for one in auction if px is None or one.price is None or admits(view.side, one.price, px)]
    free = min(view.leaves_qty - sum(one.qty for one in auction), view.leaves_at(px) - sum(worse))
    return max(0, min(main.qty, free)) // view.instrument.lot * view.instrument.lot
