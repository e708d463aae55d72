"""A parent as a demand curve (law 3): what its members would still take at each price, and what children hold of it.

Prices are compared as *limit keys*: for a buyer the price, for a seller its negative, for "any price" NO_LIMIT. A
higher key is a worse price for the client on either side, and a limit admits a price where limit key >= price key.
For every key k, the reserved quantity of children at k or worse must not exceed `curve.at(k)`.
"""

from bisect import bisect_left
from collections.abc import Iterable

from attrs import define

from smartexec.kernel.blotter import NO_LIMIT, ChildOrder, ClientOrder, ParentOrder


def key(price: int | None, sign: int) -> int:
    """The limit key of a price; None is any price."""
    return NO_LIMIT if price is None else price if sign > 0 else -price


@define(eq=False)
class Curve:
    """Leaves by limit key."""

    keys: list[int]
    """Ascending."""
    leaves: list[int]
    """leaves[i]: of members whose limit key is keys[i] or higher."""

    def at(self, k: int) -> int:
        """Lots of the members whose limit admits key `k`."""
        i = bisect_left(self.keys, k)
        return self.leaves[i] if i < len(self.keys) else 0

    @property
    def total(self) -> int:
        """Lots of all members."""
        return self.leaves[0] if self.leaves else 0

    @property
    def worst(self) -> int:
        """The most permissive limit key."""
        return self.keys[-1] if self.keys else -NO_LIMIT

    def classes(self) -> list[tuple[int, int]]:
        """(limit key, lots of just that limit), most permissive first."""
        after = [*self.leaves, 0][1:]
        return [(k, n - m) for k, n, m in zip(self.keys, self.leaves, after, strict=True)][::-1]


def build(pairs: Iterable[tuple[int, int]]) -> Curve:
    """A curve from (limit key, lots) pairs."""
    lots: dict[int, int] = {}
    for k, n in pairs:
        if n:
            lots[k] = lots.get(k, 0) + n
    keys = sorted(lots)
    leaves, total = [0] * len(keys), 0
    for i in range(len(keys) - 1, -1, -1):
        total += lots[keys[i]]
        leaves[i] = total
    return Curve(keys, leaves)


def curve(parent: ParentOrder) -> Curve:
    """The curve in force: what members would take as they are now."""
    if parent.curve is None:
        parent.curve = build([(m.limit_key, m.lots_left) for m in parent.active])
    return parent.curve


def wanted(member: ClientOrder) -> tuple[int, int]:
    """(limit key, lots) of a member once what it asked for is confirmed."""
    if member.over:
        return member.limit_key, 0
    k, qty = member.limit_key, member.order_qty
    for request in member.requests or ():
        if request.is_cancel:
            return k, 0
        qty = request.order_qty if request.order_qty is not None else qty
        k = min(k, key(request.price, member.sign))
    return k, max(0, min(qty - member.done_qty, member.lots_left))


def target(parent: ParentOrder) -> Curve:
    """The curve that will hold once all that members ask for is confirmed: new children must fit it."""
    if not parent.pending:
        return curve(parent)
    if parent.target is None:
        parent.target = build(wanted(m) for m in parent.active)
    return parent.target


def changed(parent: ParentOrder) -> None:
    """Forget the curves: leaves, limits or members are no longer what they were."""
    parent.curve = parent.target = None


def reserved(children: Iterable[ChildOrder], k: int) -> int:
    """Lots that children hold at key `k` or worse."""
    return sum(c.counted for c in children if c.key >= k)


def room(parent: ParentOrder, k: int) -> int:
    """Lots that a further child at key `k` may have: by the curve, and by what other children hold."""
    now = target(parent)
    children = parent.children.values()
    if not children:
        return now.at(k)
    if parent.open_qty >= now.total:
        return 0
    steps = {k, *(c.key for c in children if c.key < k)}
    return max(0, min(now.at(t) - reserved(children, t) for t in sorted(steps)))


def fits(parent: ParentOrder, now: Curve) -> bool:
    """Whether everything live and in doubt fits the curve."""
    children = parent.children.values()
    return all(reserved(children, c.key) <= now.at(c.key) for c in children)


def slack(parent: ParentOrder, now: Curve) -> list[tuple[int, int]]:
    """(key, lots members at that key or more permissive may lose) for every key at which children hold something."""
    children = parent.children.values()
    keys = sorted({c.key for c in children if c.counted})
    return [(k, now.at(k) - reserved(children, k)) for k in keys]
