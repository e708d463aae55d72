"""Records what the kernel does: shares, crosses, fills, and what was said of each order. Judges nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from attrs import Factory, define

from smartexec.kernel import allocate, crossing, lifecycle, shares
from tests.reference.life import Said

Call = tuple[str, int, list[int], int, list[int], int]
"""("give" or "take", lots, quantities and total before, quantities and total afterwards)"""


@define(eq=False)
class SharesLog:
    """One `Shares`: what it began with, and its calls."""

    weights: list[int]
    carried: list[int]
    calls: list[Call] = Factory(list)
    kept: Any = None
    """Kept so that id() stays its own."""


@define(eq=False)
class OrderLog:
    """One order: how it began, and what was said of it."""

    order: Any
    cl_ord_id: str
    order_qty: int
    price: int | None
    said: list[Said] = Factory(list)
    states: list[tuple[int, Any]] = Factory(list)
    """(how much had been said, state then) after each thing that was said."""


@define(eq=False)
class Fill:
    """One execution as it is shared: who wanted what before, and who got what."""

    parent: str
    px: int
    sign: int
    lots: int
    ended: bool
    wants: list[tuple[int, int, bool]]
    """(limit key, lots, house) of each member."""
    caps: list[tuple[int, int]]
    """(key, lots members of that key or a more permissive one may lose) by what children hold."""
    got: list[int] = Factory(list)


@define(eq=False)
class Recorder:
    """Everything recorded of one world."""

    shares: dict[int, SharesLog] = Factory(dict)
    orders: dict[int, OrderLog] = Factory(dict)
    crosses: list[tuple[Any, Any, Any]] = Factory(list)
    """(buys, sells, result)"""
    offsets: list[tuple[Any, Any, Any]] = Factory(list)
    fills: list[Fill] = Factory(list)
    depth: int = 0

    # -- shares ----------------------------------------------------------------------------------------------------

    def on_shares(self, name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        """Record `Shares.give` or `.take`."""

        def wrapped(shares: Any, lots: int) -> Any:
            log = self.shares.get(id(shares))
            if log is None:
                log = self.shares[id(shares)] = SharesLog(list(shares.weights), list(shares.carried), kept=shares)
            before, total = list(shares.given), shares.total
            log.calls.append((name, lots, list(before), total, [], 0))
            moved = inner(shares, lots)
            sign = 1 if name == "give" else -1
            for i, n in moved:
                before[i] += sign * n
            assert before == shares.given, (name, moved)
            log.calls[-1] = (*log.calls[-1][:4], list(shares.given), shares.total)
            return moved

        return wrapped

    # -- netting ---------------------------------------------------------------------------------------------------

    def on_netting(self, calls: list[tuple[Any, Any, Any]], inner: Callable[..., Any]) -> Callable[..., Any]:
        """Record `cross` or `offset`."""

        def wrapped(buys: Any, sells: Any) -> Any:
            result = inner(buys, sells)
            calls.append((list(buys), list(sells), (list(result[0]), list(result[1]))))
            return result

        return wrapped

    # -- fills -----------------------------------------------------------------------------------------------------

    def on_fill(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        """Record `Allocator.fill`."""

        def wrapped(allocator: Any, execution: Any, lots: int) -> Any:
            parent = execution.parent
            members = list(parent.active)
            wants = [(m.limit_key, m.lots_left, m.house) for m in members]
            held = [(c.key, c.counted) for c in parent.children.values() if c.counted]
            caps = [
                (t, sum(n for k, n, _ in wants if k >= t) - sum(n for k, n in held if k >= t))
                for t in {key for key, _ in held}
            ]
            ended = parent.state.value == "ended"
            fill = Fill(parent.parent_id, execution.last_px, parent.sign, lots, ended, wants, caps)
            before = [m.entitled_qty for m in members]
            result = inner(allocator, execution, lots)
            fill.got = [m.entitled_qty - had for m, had in zip(members, before, strict=True)]
            self.fills.append(fill)
            return result

        return wrapped

    # -- orders ----------------------------------------------------------------------------------------------------

    def on_order(self, name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        """Record a method of `OrderLife`, unless another of its methods calls it."""

        def wrapped(order: Any, *args: Any, **more: Any) -> Any:
            log = self.orders.get(id(order))
            if log is None:
                log = self.orders[id(order)] = OrderLog(order, order.cl_ord_id, order.order_qty, order.price)
            outermost = self.depth == 0
            if outermost:
                log.said.append(_said(name, order, args, more))
            self.depth += 1
            try:
                return inner(order, *args, **more)
            finally:
                self.depth -= 1
                if outermost:
                    log.states.append((len(log.said), state(order)))

        return wrapped


def state(order: Any) -> tuple[Any, ...]:
    """What the kernel says the order is, in the fields of `life.State`."""
    return (
        order.ord_status.name, order.order_qty, order.cum_qty, order.leaves_qty, order.avg_px, order.cl_ord_id,
        order.price,
    )  # fmt: skip


def _said(name: str, order: Any, args: tuple[Any, ...], more: dict[str, Any]) -> Said:
    """A method call as a plain tuple."""
    if name == "request_cancel":
        return "request", "cancel", args[0], None, None
    if name == "request_replace":
        return "request", "replace", *args
    if name == "accept":
        request = order.find(args[0])
        return "accept", args[0], request.order_qty if request is not None else None
    if name == "end":
        return "end", args[0].name
    if name == "restate":
        qty, price = [*args, None, None][:2]
        return "restate", more.get("order_qty", qty), more.get("price", price)
    return name, *args


SAID = (
    "acknowledge", "trade", "bust", "correct", "end", "suspend", "restate", "request_cancel", "request_replace", "pend",
    "accept", "refuse",
)  # fmt: skip
"""Methods of `OrderLife` that change an order."""


@contextmanager
def recording() -> Iterator[Recorder]:
    """Record everything within."""
    recorder = Recorder()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("give", "take"):
            patch.setattr(shares.Shares, name, recorder.on_shares(name, getattr(shares.Shares, name)))
        patch.setattr("smartexec.kernel.netting.cross", recorder.on_netting(recorder.crosses, crossing.cross))
        patch.setattr("smartexec.kernel.netting.offset", recorder.on_netting(recorder.offsets, crossing.offset))
        patch.setattr(allocate.Allocator, "fill", recorder.on_fill(allocate.Allocator.fill))
        for name in SAID:
            patch.setattr(lifecycle.OrderLife, name, recorder.on_order(name, getattr(lifecycle.OrderLife, name)))
        yield recorder
