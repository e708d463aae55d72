"""How much happens in worlds: a state machine that never gets anywhere proves nothing."""

from collections import Counter
from collections.abc import Callable

from smartexec.kernel.lifecycle import Life
from smartexec.kernel.settings import Timing
from smartexec.model.commands import ClientReport, ReplaceOrder
from smartexec.model.enums import ExecType
from tests.laws.machine import Machine


def _epochs(m: Machine) -> list[tuple[int, int, bool]]:
    """(members, limits, average of several executions) of each epoch."""
    return [
        (len(e.members), len(set(e.limits)), e.shares.total > 1 and any(e.money % n for n in (e.shares.total,)))
        for p in m.world.engine.blotter.parents
        for e in p.epochs
    ]


def _replaced(m: Machine) -> int:
    """Replaces of children that a venue took."""
    taken = {c.cl_ord_id for c in m.world.commands if isinstance(c, ReplaceOrder)}
    return sum(c.cl_ord_id in taken for c in m.world.engine.blotter.child_orders)


def _amended(m: Machine) -> int:
    """Replaces that clients were granted."""
    return sum(isinstance(c, ClientReport) and c.exec_type is ExecType.REPLACED for c in m.world.commands)


COUNTS: dict[str, Callable[[Machine], int]] = {
    "executions": lambda m: len(m.world.engine.blotter.executions),
    "partial fills": lambda m: sum(0 < c.cum_qty < c.order_qty for c in m.world.engine.blotter.child_orders),
    "crosses": lambda m: len(m.world.engine.blotter.crosses),
    "offsets": lambda m: sum(p.offset_qty > 0 for p in m.world.engine.blotter.parents),
    "epochs of several members": lambda m: sum(n > 1 for n, _, _ in _epochs(m)),
    "epochs of several limits": lambda m: sum(k > 1 for _, k, _ in _epochs(m)),
    "averages": lambda m: sum(a and m.config.timing is Timing.AT_COMPLETION for _, _, a in _epochs(m)),
    "busts": lambda m: sum(e.exec_type is ExecType.TRADE_CANCEL for e in m.world.engine.blotter.executions),
    "corrections": lambda m: sum(e.exec_type is ExecType.TRADE_CORRECT for e in m.world.engine.blotter.executions),
    "booked differences": lambda m: sum(e.exec_id.count(":") == 2 for e in m.world.engine.blotter.executions),
    "presumed executions": lambda m: sum(e.presumed for e in m.world.engine.blotter.executions),
    "duplicates": lambda m: m.world.engine.blotter.duplicates,
    "house rows": lambda m: sum(a.order is None and a.qty > 0 for a in m.world.engine.blotter.allocations),
    "over-booked lots": lambda m: sum("over-booked" in a.what for a in m.world.engine.blotter.alerts),
    "auction orders": lambda m: sum(c.time_in_force.auction for c in m.world.engine.blotter.child_orders),
    "outcomes told": lambda m: sum(orders for orders, _ in m.world.engine.scorecard.learned.values()),  # type: ignore
    "markouts": lambda m: sum(t.markout_1s.n for t in m.world.engine.scorecard.tallies.values()),
    "quarantines": lambda m: len(m.world.engine.quarantined),
    "kills": lambda m: sum("kill switch on" in a.what for a in m.world.engine.blotter.alerts),
    "replaces of children": _replaced,
    "replaces of clients": _amended,
    "cancelled clients": lambda m: sum(o.life is Life.CANCELED for o in m.world.engine.blotter.orders),
    "filled clients": lambda m: sum(o.life is Life.FILLED for o in m.world.engine.blotter.orders),
    "queries": lambda m: sum("in doubt, asked" in a.what for a in m.world.engine.blotter.alerts),
    "late requests refused": lambda m: sum(type(c).__name__ == "ClientCancelReject" for c in m.world.commands),
}
"""What is counted in a world that has ended."""


def count(machine: Machine) -> Counter[str]:
    """What happened."""
    return Counter({name: counter(machine) for name, counter in COUNTS.items()})
