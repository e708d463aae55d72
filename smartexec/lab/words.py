"""Views, decisions, commands and events in words, a line each: what a step prints."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from smartexec.lab.happened import Happened
from smartexec.lab.terms import clock, coin, lots, mean_px
from smartexec.model.commands import CancelOrder, QueryOrder, ReplaceOrder, SendOrder, VenueCommand
from smartexec.model.enums import ExecType, TimeInForce
from smartexec.model.events import Event, ExecutionReport, OrderCancelReject, OrderState, VenueStatus
from smartexec.model.orders import CancelRequest, NewOrder, ReplaceRequest
from smartexec.model.view import Decision, ParentView, Slice

MAX_SHOWN: Final = 6
"""Commands, or things that came back, named one by one; all are in the fields of the step."""


def seen(view: ParentView) -> str:
    """Say in a line what a strategy saw: the touch, how far the order is, what is open."""
    digits, market = view.instrument.qty_decimals, view.market
    sizes = f"{lots(market.bid_qty, digits)} x {lots(market.ask_qty, digits)}"
    parts = [f"{coin(market.bid)} / {coin(market.ask)}, {sizes}"]
    if not market.trading:
        parts[0] += f", {market.phase.name}"
    left, whole = lots(view.leaves_qty, digits), lots(view.order_qty, digits)
    average = f", average {mean_px(view.notional / view.cum_qty)}" if view.cum_qty else ""
    parts.append(f"{left} of {whole} left{average}")
    open_qty = sum(slot.leaves_qty for slot in view.slots.values())
    if open_qty:
        doubt = f", {lots(view.in_doubt_qty, digits)} in doubt" if view.in_doubt_qty else ""
        parts.append(f"{lots(open_qty, digits)} open{doubt}")
    return "; ".join(parts)


def wanted(decision: Decision, view: ParentView, at: int) -> str:
    """Say in a line what a decision wants live, and when it is to be asked again."""
    digits = view.instrument.qty_decimals
    parts = [slice_text(one, digits) for one in decision.slices] or ["nothing live"]
    if decision.wake_at is not None:
        parts.append(f"asks again at {clock(at + decision.wake_at - view.now)}")
    return "; ".join(parts)


def slice_text(one: Slice, digits: int) -> str:
    """Say in words what a slice is: "main: 300 @ 99.98"."""
    words = [f"{one.slot}: {lots(one.qty, digits)} {_price(one.price)}"]
    words += [one.time_in_force.name] if one.time_in_force is not TimeInForce.DAY else []
    words += [f"pegged to {one.peg.name}"] if one.peg else []
    words += ["post only"] if one.post_only else []
    words += [f"by {one.router}"] if one.router else []
    return " ".join(words)


def told(what: Event | VenueCommand, digits: int) -> str:
    """Say in words what a command, or an event, is."""
    tell = _TOLD.get(type(what))
    return type(what).__name__ if tell is None else tell(what, digits)


def since(events: Sequence[Happened], crossed_qty: int, digits: int) -> str:
    """Say in a line what came back: executions summed up, quiet reports counted, what was refused or asked in words."""
    fills = [e.what for e in events if isinstance(e.what, ExecutionReport) and e.what.exec_type is ExecType.TRADE]
    parts = [_executed(fills, digits)] if fills else []
    if crossed_qty:
        parts.append(f"{lots(crossed_qty, digits)} crossed inside")
    rest = [e.what for e in events if e.what not in fills]
    counts = Counter(one.exec_type for one in rest if isinstance(one, ExecutionReport) and one.exec_type in _QUIET)
    parts += [f"{count} {_QUIET[kind]}" for kind, count in counts.items()]
    loud = [one for one in rest if not (isinstance(one, ExecutionReport) and one.exec_type in _QUIET)]
    if loud:
        parts.append(some([told(one, digits) for one in loud]))
    return "; ".join(parts)


def some(texts: Sequence[str]) -> str:
    """Name the first few, and say how many more there are."""
    more = len(texts) - MAX_SHOWN
    return "; ".join([*texts[:MAX_SHOWN], *([f"and {more} more"] if more > 0 else [])])


def _executed(fills: Sequence[ExecutionReport], digits: int) -> str:
    qty = sum(fill.last_qty for fill in fills)
    average = sum(fill.last_qty * fill.last_px for fill in fills) / qty if qty else None
    by: Counter[str] = Counter()
    for fill in fills:
        by[fill.mic] += fill.last_qty
    where = ", ".join(f"{mic} {lots(part, digits)}" for mic, part in by.items())
    count = f" in {len(fills)}" if len(fills) > 1 else ""
    return f"{lots(qty, digits)} executed{count} @ {mean_px(average)} ({where})"


def _price(px: int | None) -> str:
    return "at market" if px is None else f"@ {coin(px)}"


def _send(one: SendOrder, digits: int) -> str:
    words = [one.cl_ord_id, one.side.name, lots(one.order_qty, digits), _price(one.price), "to", one.mic]
    words += [one.time_in_force.name] if one.time_in_force is not TimeInForce.DAY else []
    words += [f"pegged to {one.peg.name}"] if one.peg else []
    return " ".join(words)


def _replace(one: ReplaceOrder, digits: int) -> str:
    return f"replace {one.orig_cl_ord_id} by {one.cl_ord_id}: {lots(one.order_qty, digits)} {_price(one.price)}"


def _report(one: ExecutionReport, _: int) -> str:
    text = f": {one.text}" if one.text else ""
    return f"{one.cl_ord_id} {one.exec_type.name} at {one.mic}{text}"


def _ask(one: ReplaceRequest, digits: int) -> str:
    qty = f" {lots(one.order_qty, digits)}" if one.order_qty is not None else ""
    limit = f" limit {coin(one.price)}" if one.price is not None else ""
    return f"client: make {one.orig_cl_ord_id}{qty}{limit}"


_QUIET: Final[Mapping[ExecType, str]] = {
    ExecType.NEW: "acknowledged",
    ExecType.CANCELED: "canceled",
    ExecType.EXPIRED: "expired",
    ExecType.REPLACED: "replaced",
    ExecType.PENDING_CANCEL: "cancels pending",
    ExecType.PENDING_REPLACE: "replaces pending",
    ExecType.ORDER_STATUS: "asked for and told",
}
"""Reports that are only counted."""
_TOLD: Final[Mapping[type, Callable[[Any, int], str]]] = {
    SendOrder: _send,
    ReplaceOrder: _replace,
    CancelOrder: lambda one, _: f"cancel {one.orig_cl_ord_id} at {one.mic}",
    QueryOrder: lambda one, _: f"query {one.cl_ord_id} at {one.mic}",
    ExecutionReport: _report,
    OrderCancelReject: lambda one, _: f"{one.cl_ord_id}: {one.mic} refuses it: {one.text or 'no text'}",
    OrderState: lambda one, digits: f"{one.cl_ord_id}: {lots(one.cum_qty, digits)} done, {one.ord_status.name}",
    VenueStatus: lambda one, _: f"{one.mic} is {'up' if one.up else 'down'}: {one.text or 'no text'}",
    NewOrder: lambda one, digits: f"client: {one.cl_ord_id} {one.side.name} {lots(one.order_qty, digits)}",
    CancelRequest: lambda one, _: f"client: cancel {one.orig_cl_ord_id}",
    ReplaceRequest: _ask,
}
"""How each kind of event and command is said."""
