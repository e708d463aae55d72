"""What came of a run: a check of the laws over the blotter, and a line per parent. Reads the blotter, writes nothing.

The check is cheap and finds what was lost; `shared/check_run.py` and the property tests prove more.
"""

import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from math import fsum
from typing import Final

from attrs import frozen

from smartexec.kernel.advisor import QUARANTINED
from smartexec.kernel.blotter import Blotter
from smartexec.kernel.orders import Execution, ParentOrder, ParentState
from smartexec.model.enums import ExecType, OrdStatus, Side

_BPS = 10_000
MAX_REASONS: Final = 5
"""Reasons of rejection in the summary; all are in the table client_orders."""
LOSSES: Final = (
    "execution cannot be booked",
    "ExecID(17) {} again with other content",
    "state with CumQty(14) {} of an unknown order",
    "CumQty(14) {} where {} is known, and its parent has ended",
    "in doubt at the end of the day",
)
"""Beginnings of the error-level alerts that say that something a venue did is, or may be, in no table."""
_LOSSES: Final = re.compile("|".join(re.escape(text).replace(r"\{\}", r"\S+") for text in LOSSES))


_CUT_SHORT: Final = (OrdStatus.CANCELED, OrdStatus.EXPIRED)
_ENDS: Final = (OrdStatus.FILLED, *_CUT_SHORT, OrdStatus.REJECTED)


@frozen
class ParentLine:
    """A parent in the summary. Quantities in lots, prices in 1e-9; None where there is no figure."""

    parent_id: str
    symbol: str
    side: str
    strategy: str
    clients: int
    order_qty: int
    netted_qty: int
    """Crossed or offset inside. A cross counts at its buying and at its selling parent."""
    cum_qty: int
    avg_px: int | None
    vwap: int | None
    """Of the market over the parent's life, own executions included."""
    slippage_bps: float | None
    """Average price against that; positive = worse."""
    venues: tuple[str, ...]
    qty_decimals: int = 0


@frozen
class Totals:
    """A run in figures, for comparison. Money in 1e-9 of the currency."""

    client_orders: int
    parents: int
    child_orders: int
    executions: int
    netted_qty: int
    cum_qty: int
    notional: int
    fees: int
    slippage_bps: float | None
    """Weighted by notional."""
    alerts: int


@frozen
class ClientTally:
    """What became of the client orders, by OrdStatus(39) as the table client_orders has it: every order counts once."""

    statuses: dict[str, int]
    """OrdStatus(39) -> orders. FILLED, CANCELED, EXPIRED and REJECTED always; another one is a breach."""
    partly_executed: dict[str, int]
    """How many of those CANCELED or EXPIRED have executions or crosses (CumQty(14) > 0)."""
    reasons: tuple[str, ...]
    """Why, of the first few that were rejected."""


def client_tally(blotter: Blotter) -> ClientTally:
    """Count the client orders by what became of them."""
    statuses = Counter(order.ord_status for order in blotter.orders)
    partly = Counter(order.ord_status for order in blotter.orders if order.cum_qty)
    rejected = [order for order in blotter.orders if order.ord_status is OrdStatus.REJECTED]
    others = [status for status in OrdStatus if statuses[status] and status not in _ENDS]
    return ClientTally(
        statuses={status.name: statuses[status] for status in (*_ENDS, *others)},
        partly_executed={status.name: partly[status] for status in _CUT_SHORT},
        reasons=tuple(f"{o.source} {o.cl_ord_id}: {o.text}" for o in rejected[:MAX_REASONS]),
    )


def parent_lines(blotter: Blotter) -> list[ParentLine]:
    """Give a line per parent, in the order they started."""
    used: dict[int, set[str]] = {}
    for execution in blotter.executions:
        used.setdefault(id(execution.parent), set()).add(execution.mic)
    return [_line(parent, tuple(sorted(used.get(id(parent), ())))) for parent in blotter.parents]


def totals(blotter: Blotter) -> Totals:
    """Add a run up."""
    lines = parent_lines(blotter)
    known = [(n.slippage_bps, n.avg_px * n.cum_qty) for n in lines if n.slippage_bps is not None and n.avg_px]
    weight = sum(w for _, w in known)
    return Totals(
        client_orders=len(blotter.orders),
        parents=len(blotter.parents),
        child_orders=len(blotter.child_orders),
        executions=len(blotter.executions),
        netted_qty=sum(n.netted_qty for n in lines),
        cum_qty=sum(n.cum_qty for n in lines),
        notional=sum(p.notional for p in blotter.parents),
        fees=sum(e.fee for e in blotter.executions if _stands(e)),
        slippage_bps=fsum(s * w for s, w in known) / weight if weight else None,
        alerts=len(blotter.alerts),
    )


def breaches(blotter: Blotter) -> list[str]:
    """Say, a line each, which law a finished run broke and what it lost; none if all is well.

    A breach is: a parent or a client order that is not over; what was executed is not what was allocated, or crosses
    do not sum to zero (law 1); a client has another quantity than was allocated, or more than was ordered (laws 1, 2);
    an alert of `LOSSES`. No breach are the other alerts, whatever their level: a plugin in quarantine, a kill switch,
    a fill beyond an order or on an unknown one (it is booked to the error account), a venue that does not know an
    order. Nothing is missing from the tables then, and the laws say what happens; `errors` lists them.
    """
    return [*_not_over(blotter), *_conservation(blotter), *_clients(blotter), *_losses(blotter)]


def quarantined(blotter: Blotter) -> list[str]:
    """List the plugins that were quarantined, each with why."""
    return [f"{row.where}: {row.what}" for row in blotter.alerts if row.what.startswith(QUARANTINED)]


def errors(blotter: Blotter) -> list[str]:
    """List the alerts of level error, a line each: a person must know, even where nothing is lost."""
    return [f"{row.where}: {row.what}" for row in blotter.alerts if row.level == "error"]


def _line(parent: ParentOrder, venues: tuple[str, ...]) -> ParentLine:
    qty = parent.cum_qty
    average = Fraction(parent.notional, qty) if qty else None
    vwap = None if parent.mark1 is None else parent.mark1.vwap(parent.mark0)
    slippage = None
    if average is not None and vwap:
        slippage = float((average - vwap) / vwap * _BPS * (1 if parent.side is Side.BUY else -1))
    return ParentLine(
        parent_id=parent.parent_id,
        symbol=parent.instrument.symbol,
        side=parent.side.name,
        strategy=parent.strategy,
        clients=len(parent.members),
        order_qty=sum(m.order_qty for m in parent.members),
        netted_qty=parent.crossed_qty + parent.offset_qty,
        cum_qty=qty,
        avg_px=None if average is None else round(average),
        vwap=vwap,
        slippage_bps=slippage,
        venues=venues,
        qty_decimals=parent.instrument.qty_decimals,
    )


def _not_over(blotter: Blotter) -> Iterator[str]:
    for parent in blotter.parents:
        if parent.state is not ParentState.ENDED:
            yield f"{parent.parent_id}: found state {parent.state.value} at the end, expected ended"
    for order in blotter.orders:
        if not order.over:
            yield f"{order.order_id}: found {order.ord_status.name} at the end, expected an order that is over"


def _stands(execution: Execution) -> bool:
    return execution.exec_type is not ExecType.TRADE_CANCEL and execution.superseded is None


def _conservation(blotter: Blotter) -> Iterator[str]:
    """Law 1: what was executed was allocated, and crosses sum to zero."""
    executed: Counter[str] = Counter()
    for execution in blotter.executions:
        if _stands(execution):
            executed[execution.parent.parent_id if execution.parent else "EXTERNAL"] += execution.last_qty
    allocated: Counter[str] = Counter()
    crossed: Counter[str] = Counter()
    for row in blotter.allocations:
        if row.cross_id:
            crossed[row.cross_id] += row.qty if row.side is Side.BUY else -row.qty
        else:
            allocated[row.parent.parent_id if row.parent else "EXTERNAL"] += row.qty
    for parent_id in dict.fromkeys([*executed, *allocated]):
        if executed[parent_id] != allocated[parent_id]:
            yield f"{parent_id}: found {allocated[parent_id]} lots allocated, expected {executed[parent_id]} (law 1)"
    for cross_id, left in crossed.items():
        if left:
            yield f"{cross_id}: found buys - sells = {left} lots, expected 0 (law 1)"


def _clients(blotter: Blotter) -> Iterator[str]:
    """Laws 1 and 2: each client was told what was allocated, and no more than was ordered."""
    booked: Counter[int] = Counter()
    for row in blotter.allocations:
        if row.order is not None:
            booked[row.order.number] += row.qty
    for order in blotter.orders:
        if booked[order.number] != order.cum_qty:
            yield f"{order.order_id}: found {booked[order.number]} lots allocated, CumQty(14) {order.cum_qty} (law 1)"
        if order.cum_qty + order.offset_qty > order.order_qty:
            found = order.cum_qty + order.offset_qty
            yield f"{order.order_id}: found {found} lots done, expected at most {order.order_qty} (law 2)"


def _losses(blotter: Blotter) -> Iterator[str]:
    for row in blotter.alerts:
        if row.level == "error" and _LOSSES.match(row.what):
            yield f"{row.where}: {row.what}"
