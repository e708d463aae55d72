"""How much opposing orders cross inside, and who of them how much: whole lots, by owner. No prices, limits or consent.

The caller has left out whoever may not take part. Members come in order of arrival, as (lots, owner). Nobody trades
with itself: the crossed quantity Q is the largest for which, for every owner, its buys and sells in the cross are Q at
most; then there are others enough to pair it with. By max-flow, with B and S all that is bought and sold,
Q = min(B, S, min over owners of (B - B_owner) + (S - S_owner)). Shares are pro rata subject to that.
"""

from collections.abc import Sequence

from smartexec.kernel.shares import hamilton

Member = tuple[int, str]
"""(lots, owner)"""


def cross(buys: Sequence[Member], sells: Sequence[Member]) -> tuple[list[int], list[int]]:
    """Give the lots each buyer and each seller crosses. Both sides sum to the same quantity."""
    qty = crossable(buys, sells)
    bought, sold = (hamilton(qty, [lots for lots, _ in side]) for side in (buys, sells))
    owner = _too_much(qty, buys, bought, sells, sold)
    if owner is None:
        return bought, sold
    part, other = _owner_part(owner, qty, buys, sells)
    return _by_owner(buys, owner, part, qty), _by_owner(sells, owner, other, qty)


def crossable(buys: Sequence[Member], sells: Sequence[Member]) -> int:
    """The largest quantity that can cross without anyone trading with itself."""
    bought, sold = _totals(buys), _totals(sells)
    everything = sum(bought.values()) + sum(sold.values())
    qty = min(sum(bought.values()), sum(sold.values()))
    for owner in bought:
        if owner in sold:
            qty = min(qty, everything - bought[owner] - sold[owner])
    return qty


def offset(buys: Sequence[Member], sells: Sequence[Member]) -> tuple[list[int], list[int]]:
    """Give the lots that cancel out within each owner. Call it with what a cross has left over."""
    bought, sold = _totals(buys), _totals(sells)
    qty = {owner: min(lots, sold[owner]) for owner, lots in bought.items() if owner in sold}
    left, right = [0] * len(buys), [0] * len(sells)
    for owner, lots in qty.items():
        for side, parts in ((buys, left), (sells, right)):
            _put(parts, side, [i for i, member in enumerate(side) if member[1] == owner], lots)
    return left, right


def _totals(side: Sequence[Member]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for lots, owner in side:
        totals[owner] = totals.get(owner, 0) + lots
    return totals


def _too_much(
    qty: int, buys: Sequence[Member], bought: list[int], sells: Sequence[Member], sold: list[int]
) -> str | None:
    """The owner whose parts exceed the cross: both sides sum to twice the cross, so there is one at most."""
    both = _totals([(lots, owner) for lots, (_, owner) in zip(bought + sold, [*buys, *sells], strict=True)])
    return next((owner for owner, lots in both.items() if lots > qty), None)


def _owner_part(owner: str, qty: int, buys: Sequence[Member], sells: Sequence[Member]) -> tuple[int, int]:
    """What the owner buys and sells, `qty` in all: at the largest cross only one such pair lets the others fill up."""
    others = sum(lots for lots, who in buys if who != owner)
    most_sold = sum(lots for lots, who in sells if who == owner)
    part = max(0, qty - others, qty - most_sold)
    return part, qty - part


def _by_owner(side: Sequence[Member], owner: str, part: int, qty: int) -> list[int]:
    """Divide `part` among the owner's members and the rest of the cross among the others."""
    parts = [0] * len(side)
    _put(parts, side, [i for i, (_, who) in enumerate(side) if who == owner], part)
    _put(parts, side, [i for i, (_, who) in enumerate(side) if who != owner], qty - part)
    return parts


def _put(parts: list[int], side: Sequence[Member], members: list[int], lots: int) -> None:
    for i, n in zip(members, hamilton(lots, [side[i][0] for i in members]), strict=True):
        parts[i] = n
