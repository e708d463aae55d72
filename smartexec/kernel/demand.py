"""A parent as a demand curve (law 3): what its members would still take at each price, and what children hold of it.

Prices are compared as limit keys (curve.py). For every key k, the reserved quantity of children at k or worse must
not exceed `curve.at(k)`.
"""

from collections.abc import Iterable

from smartexec.kernel.curve import Curve, build, limit_key
from smartexec.kernel.orders import ChildOrder, ClientOrder, ParentOrder


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
        k = min(k, limit_key(request.price, member.sign))
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


def beyond(parent: ParentOrder) -> int:
    """Lots that a granted budget has live beyond what members want."""
    return sum(slot.over for slot in parent.slots.values())


def tolerated(parent: ParentOrder) -> int:
    """The part of them that may stay: none while a member waits to leave, and never more than is left to do."""
    return 0 if parent.pending else sum(min(slot.over, slot.want) for slot in parent.slots.values())


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
    children, over = parent.children.values(), beyond(parent)
    keys = sorted({c.key for c in children if c.counted})
    return [(k, now.at(k) + over - reserved(children, k)) for k in keys]
