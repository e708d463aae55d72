"""The laws as checks on a world, for after every move. Slow and obvious: they recompute what the kernel keeps."""

from collections import defaultdict
from collections.abc import Callable, Collection
from fractions import Fraction
from itertools import pairwise

from smartexec.kernel.advisor import Advisor, Fault
from smartexec.kernel.blotter import CrossRow
from smartexec.kernel.curve import limit_key
from smartexec.kernel.engine import Engine
from smartexec.kernel.orders import ChildOrder, ClientOrder, ParentOrder, ParentState
from smartexec.kernel.survival import KaplanMeier
from smartexec.model.commands import CancelOrder, SendOrder
from smartexec.model.enums import ExecType, KillLevel, Phase
from smartexec.model.events import OrderCancelReject
from smartexec.model.routing import Route
from smartexec.model.view import Decision
from smartexec.runtime.report.tables import tables
from smartexec.testing.advice import Recorded
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
    """id() of the parents that a bust or correction has touched, whether it is known here or not."""
    blotter = world.engine.blotter
    known = {id(e.parent) for e in blotter.executions if e.exec_type is not ExecType.TRADE}
    return known | {id(blotter.children[e.order.first_id].parent) for e in world.executions if not e.standing}


def late(world: World, parent: ParentOrder) -> int:
    """Lots that came after a venue, or an operator, had said that there would be no more."""
    return sum(
        e.last_qty
        for e in world.engine.blotter.executions
        if e.parent is parent and e.child is not None and e.child.ended is not None and e.child.ended < e.time
    )


def granted(world: World, parent: ParentOrder) -> int:
    """Lots that the configuration lets routing logics have live beyond the order, at most, over all its life."""
    return (
        sum(m.order_qty for m in parent.members)
        * max(world.engine.settings.routing.overbook.values(), default=0)
        // 100
    )


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
        if id(parent) not in busted:
            assert parent.house_qty <= late(world, parent) + granted(world, parent), parent.parent_id
        most = size(parent) + late(world, parent) + granted(world, parent)
        assert done + sum(c.counted for c in children) <= most, parent.parent_id
        true = sum(may_execute(world, c) for c in children)
        assert done + true <= most, parent.parent_id


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
            most = wanted + late(world, parent) + granted(world, parent)
            assert held <= most, (parent.parent_id, child.order_id, held, wanted)


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


def carried(world: World) -> None:
    """Law 4: what an epoch leaves owing is carried into the next, where the same members share it."""
    busted = undone(world)
    for parent in world.engine.blotter.parents:
        if id(parent) in busted:
            continue
        for before, after in pairwise(parent.epochs):
            if sorted(m.number for m in before.members) == sorted(m.number for m in after.members):
                owed = dict(zip((m.number for m in before.members), before.shares.deficits(), strict=True))
                brought = dict(zip((m.number for m in after.members), after.shares.carried, strict=True))
                assert owed == brought or 0 in after.shares.weights, (parent.parent_id, after.number)


def on_its_way_out(world: World) -> None:
    """Law 3: what members have asked to take away, and children hold, is being cancelled, at every price."""
    busted = undone(world)
    for parent in world.engine.blotter.working.values():
        if id(parent) in busted:
            continue
        children = [c for c in parent.children.values() if not (c.cancelling or c.over)]
        for child in children:
            held = sum(c.counted for c in children if c.key >= child.key)
            wanted = sum(_wanted(m, child.key) for m in parent.active)
            if not parent.pending and parent.leaves_qty:
                wanted += granted(world, parent)
            assert held <= wanted, (parent.parent_id, child.order_id, held, wanted)


def _wanted(member: ClientOrder, key: int) -> int:
    """Lots a member will still take at a limit key once what it asked for is confirmed."""
    requests = member.requests or []
    if not requests or member.over:
        return member.lots_left if member.limit_key >= key else 0
    request = requests[0]
    price = member.price if request.price is None else request.price
    if any(r.is_cancel for r in requests) or min(member.limit_key, limit_key(price, member.sign)) < key:
        return 0
    return max(0, min(member.lots_left, (request.order_qty or member.order_qty) - member.done_qty))


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


def quarantine(world: World) -> None:
    """Law 10: parents of a quarantined plugin have nothing live that is not being cancelled."""
    engine = world.engine
    for parent in engine.blotter.working.values():
        if parent.strategy in engine.quarantined or ("any" in engine.quarantined and parent.child_count):
            assert all(c.cancelling or c.over for c in parent.children.values()), parent.parent_id


def stopped(child: ChildOrder, killed: Collection[tuple[KillLevel, str]]) -> bool:
    """Whether a kill switch hits a child order."""
    names = (
        (KillLevel.FIRM, ""),
        (KillLevel.VENUE, child.mic),
        (KillLevel.STRATEGY, child.parent.strategy),
        (KillLevel.INSTRUMENT, child.parent.instrument.symbol),
    )
    return any(name in killed for name in names)


def asked(world: World, child: ChildOrder) -> bool:
    """Whether a cancel has left that no reject has answered (law 8)."""
    names = [c.cl_ord_id for c in world.commands if isinstance(c, CancelOrder) and c.cl_ord_id in child.aliases]
    rejected = {e.cl_ord_id for _, _, e in world.log if isinstance(e, OrderCancelReject)}
    return any(name not in rejected for name in names)


def apart(world: World, child: ChildOrder) -> None:
    """A new order cannot meet one of ours at its venue."""
    for other in world.engine.blotter.child_orders:
        if other.mic == child.mic and other.parent.sign != child.parent.sign and other.counted:
            if child.price is not None and other.price is not None:
                buy, sell = (child, other) if child.parent.sign > 0 else (other, child)
                assert (buy.price or 0) < (sell.price or 0), (child.order_id, other.order_id)
            else:
                raise AssertionError(f"{child.order_id} can meet {other.order_id}")


def measured(world: World) -> None:
    """The scorecard has counted what stands, each order and execution once, whatever came late or was undone."""
    blotter, tallies = world.engine.blotter, world.engine.scorecard.tallies
    children, executions = defaultdict(list), defaultdict(list)
    for child in blotter.child_orders:
        children[child.parent.instrument.symbol, child.mic].append(child)
    for e in blotter.executions:
        if e.child is not None and e.exec_type is not ExecType.TRADE_CANCEL and e.superseded is None:
            executions[e.child.parent.instrument.symbol, e.mic].append(e)
    for key, tally in tallies.items():
        over = [c for c in children[key] if c.scored is not None]
        ended = tally.ended
        found = (ended.n, ended.weight, ended.executed, ended.filled, tally.latency.n)
        filled = sum(c.cum_qty > 0 for c in over)
        assert found == (
            len(over),
            len(over),
            sum(c.cum_qty for c in over),
            filled,
            sum(c.acked for c in children[key]),
        )
        marks = [e.marks for e in executions[key] if e.marks is not None]
        assert len(marks) == len(executions[key])
        assert tally.effective.n == sum(m.before is not None for m in marks)
        assert tally.time_to_fill.n == sum(m.waited is not None for m in marks)
        for number, mean in enumerate((tally.markout_100ms, tally.markout_1s, tally.markout_10s)):
            assert mean.n == sum(len(m.after) > number and m.after[number] is not None for m in marks)
        explored = [c.scored for c in over if c.scored is not None and c.scored[2]]
        again = KaplanMeier()
        for submitted, executed, _ in explored:
            again.add(submitted, executed)
        assert {k: (v.n, v.deaths) for k, v in tally.hidden.sizes.items()} == {
            k: (v.n, v.deaths) for k, v in again.sizes.items()
        }


def told_once(world: World) -> None:
    """A logic that learns is told of no leg twice, and of no lot more than was executed."""
    children = world.engine.blotter.child_orders
    for orders, lots in world.engine.scorecard.learned.values():  # type: ignore[misc]  # what RandomAdvisor keeps
        assert orders <= sum(c.ended is not None for c in children)
        assert lots <= sum(c.order_qty for c in children)


def priced(world: World, cross: CrossRow, phase: Phase) -> None:
    """A cross is at the midpoint of a valid market, in trading, among members who consent and whose time has come."""
    assert phase is Phase.CONTINUOUS
    assert cross.bid < cross.ask
    assert 2 * cross.px == cross.bid + cross.ask
    for row in world.engine.blotter.allocations:
        if row.cross_id == cross.cross_id and row.order is not None:
            assert not row.order.no_cross
            assert cross.time >= (row.order.effective or 0)


def ended(world: World) -> None:
    """After the end of the day: all is over, and known as the venues know it."""
    blotter = world.engine.blotter
    assert not blotter.working
    assert all(p.ended for p in blotter.parents)
    assert all(o.over for o in blotter.orders)
    for child in blotter.child_orders:
        truth = world.orders.get(child.order_id)
        assert child.cum_qty == (truth.cum if truth else 0), child.order_id


def same_again(world: World, said: list[Decision | Route | Fault], engine: Callable[[Advisor], Engine]) -> None:
    """Law 6: what was told, told again with the recorded advice, gives the same commands and tables, byte for byte."""
    recorded = Recorded(said)
    again = engine(recorded)
    commands, told = [], 0
    for end, seq, now in world.turns:
        for event in world.log[told:end]:
            again.handle(*event)
        told = end
        commands += again.settle(seq, now)
    assert recorded.next == len(said)
    assert repr(commands) == repr(world.commands)
    assert printed(again) == printed(world.engine)


def printed(engine: Engine) -> str:
    """All tables as text."""
    return "\n".join(
        "\t".join(row) for name, columns, rows in tables(engine.blotter) for row in ((name, *columns), *rows)
    )


LAWS = (
    conservation,
    no_over_fill,
    limits,
    on_its_way_out,
    booked_once,
    explained,
    clients_consistent,
    nobody_crosses_itself,
    quarantine,
    measured,
    told_once,
)


def check(world: World, *, fair: bool = True) -> None:
    """All of them; fair shares only where no rounding to lots is configured."""
    for law in LAWS:
        law(world)
    if fair:
        fair_shares(world)
        carried(world)
