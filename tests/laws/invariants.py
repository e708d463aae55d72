"""The laws as checks on a world, to be made after every turn. Slow and obvious: they recompute what the kernel keeps."""

from collections import defaultdict
from fractions import Fraction

from smartexec.kernel.blotter import ChildOrder, ClientOrder, ParentOrder, ParentState
from smartexec.model.commands import SendOrder
from smartexec.model.enums import ExecType
from smartexec.testing.worlds import World


def standing(parent: ParentOrder, world: World) -> list[tuple[int, int]]:
    """(qty, px) of the parent's executions that stand."""
    return [
        (e.last_qty, e.last_px)
        for e in world.engine.blotter.executions
        if e.parent is parent and e.exec_type is not ExecType.TRADE_CANCEL and e.superseded is None
    ]


def conservation(world: World) -> None:
    """Law 1: entitled + house = executed, booked <= entitled, totals are what they sum, crosses sum to zero."""
    blotter = world.engine.blotter
    rows: dict[int, int] = defaultdict(int)
    house: dict[int, int] = defaultdict(int)
    crossed: dict[tuple[str, str], int] = defaultdict(int)
    for row in blotter.allocations:
        if row.order is None:
            house[id(row.parent)] += row.qty
        elif row.cross_id:
            crossed[row.cross_id, row.side.name] += row.qty
        else:
            rows[row.order.number] += row.qty
    for parent in blotter.parents:
        fills = standing(parent, world)
        executed = sum(q for q, _ in fills)
        entitled = sum(m.entitled_qty for m in parent.members)
        assert executed == parent.cum_qty == entitled + house[id(parent)], parent.parent_id
        assert sum(q * p for q, p in fills) == parent.notional
        assert house[id(parent)] == parent.house_qty
        live = sum(m.lots_left for m in parent.members)
        assert live == parent.leaves_qty or parent.state is ParentState.ENDED
        assert parent.open_qty == sum(c.counted for c in parent.children.values())
        assert entitled == sum(e.shares.total for e in parent.epochs)
    for order in blotter.orders:
        assert rows[order.number] == order.cum_qty - order.crossed_qty <= order.entitled_qty
        assert 0 <= order.done_qty <= order.order_qty or order.over, order.order_id
        if order.parent is not None and order.parent.state is ParentState.ENDED and order.joined:
            assert rows[order.number] == order.entitled_qty
    for x in blotter.crosses:
        assert crossed[x.cross_id, "BUY"] == crossed[x.cross_id, "SELL"] == x.qty


def size(parent: ParentOrder) -> int:
    """order_qty of a parent: a member that is over counts with what it has."""
    return sum(m.done_qty if m.over else m.order_qty for m in parent.members)


def may_execute(world: World, child: ChildOrder) -> int:
    """By the truth: what is executed at the venue and not known here, and what still can be."""
    order = world.orders.get(child.order_id)
    in_flight = any(isinstance(c, SendOrder) and c.cl_ord_id == child.order_id for c in world.outbound)
    if order is None:
        return child.order_qty if in_flight else 0
    return order.cum - child.cum_qty + max(order.leaves, 0)


def undone(world: World) -> set[int]:
    """id() of the parents that a bust or correction has touched."""
    executions = world.engine.blotter.executions
    return {id(e.parent) for e in executions if e.exec_type is not ExecType.TRADE}


def no_over_fill(world: World) -> None:
    """Law 2, against the venues' truth and against the kernel's own count.

    A bust may reopen quantity at a venue whose member has left: then what is too much must be on its way out.
    """
    busted = undone(world)
    for parent in world.engine.blotter.working.values():
        done = parent.cum_qty - parent.house_qty + parent.crossed_qty + parent.offset_qty
        children = [c for c in world.engine.blotter.child_orders if c.parent is parent]
        if id(parent) in busted:
            children = [c for c in children if not c.cancelling]
        assert done + sum(c.counted for c in children) <= size(parent) or parent.house_qty, parent.parent_id
        true = sum(may_execute(world, c) for c in children)
        assert done + true <= size(parent) or parent.house_qty, parent.parent_id


def limits(world: World) -> None:
    """Law 3: nobody is booked outside the limit in force, and children fit the members' demand at every price."""
    for row in world.engine.blotter.allocations:
        if row.order is not None and row.limit is not None and row.qty > 0:
            assert (row.px - row.limit) * row.order.sign <= 0, row.alloc_id
    busted = undone(world)
    for parent in world.engine.blotter.working.values():
        for child in parent.children.values():
            if id(parent) in busted:
                continue
            held = sum(c.counted for c in parent.children.values() if c.key >= child.key)
            wanted = sum(m.lots_left for m in parent.active if m.limit_key >= child.key)
            assert held <= wanted or parent.house_qty, (parent.parent_id, child.order_id, held, wanted)


def fair_shares(world: World, within: Fraction = Fraction(1)) -> None:
    """Law 4: less than one lot from the exact share, in every epoch of equal limits that no bust has touched."""
    busted = undone(world)
    for parent in world.engine.blotter.parents:
        if id(parent) in busted:
            continue
        for epoch in parent.epochs:
            if len(set(epoch.limits)) > 1:
                continue
            for index, given in enumerate(epoch.shares.given):
                assert abs(given - epoch.shares.exact(index)) < within, (parent.parent_id, epoch.number)


def booked_once(world: World) -> None:
    """Law 5: every execution that was delivered is booked, once."""
    blotter = world.engine.blotter
    keys = [(e.mic, e.trade_date, e.exec_id) for e in blotter.executions]
    assert len(keys) == len(set(keys))
    delivered = {
        (e.mic, e.exec_id) for _, _, e in world.log if getattr(e, "exec_type", None) is ExecType.TRADE and e.last_qty
    }
    assert delivered <= {(e.mic, e.exec_id) for e in blotter.executions}


def explained(world: World) -> None:
    """Law 9: every child order has a reason, the view and decision behind it, and a decision row."""
    for child in world.engine.blotter.child_orders:
        assert child.reason.strip()
        assert child.why is not None
        assert child.why.view.parent_id == child.parent.parent_id


def clients_consistent(world: World) -> None:
    """What clients were told agrees with the orders."""
    for order in world.engine.blotter.orders:
        assert 0 <= order.cum_qty <= max(order.order_qty, 0)
        full = order.cum_qty == order.order_qty and order.order_qty > 0
        assert full == (order.ord_status.name == "FILLED") or not order.over, order.order_id


def of_owner(order: ClientOrder) -> str:
    """Owner for the rule that nobody trades with itself."""
    return order.owner or order.order_id


def nobody_crosses_itself(world: World) -> None:
    """Netting: in every cross, no owner's buys and sells together exceed the crossed quantity."""
    owners: dict[tuple[str, str], int] = defaultdict(int)
    for row in world.engine.blotter.allocations:
        if row.cross_id and row.order is not None:
            owners[row.cross_id, of_owner(row.order)] += row.qty
    quantities = {x.cross_id: x.qty for x in world.engine.blotter.crosses}
    for (cross_id, owner), qty in owners.items():
        assert qty <= quantities[cross_id], (cross_id, owner)


LAWS = (
    conservation,
    no_over_fill,
    limits,
    fair_shares,
    booked_once,
    explained,
    clients_consistent,
    nobody_crosses_itself,
)


def check(world: World) -> None:
    """All of them."""
    for law in LAWS:
        law(world)
