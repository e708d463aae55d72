"""A desk for kernel tests: an engine with scripted advice. Given events, it says what the kernel wanted done.

Prices are in cents (1000 is 10.00, 1000.5 a half tick), times in seconds after the start. `tell` is one turn: all its
events are folded, then settled. Commands come back as `Said`: plain tuples that the functions below build by name
(`sends`, `cancels`, `trades`, ...), so that a test is one comparison of two lists. After every turn the desk checks
conservation (law 1) and that what stays live is not more than is left (law 2).
"""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from smartexec.kernel.advisor import Advisor, Fault
from smartexec.kernel.engine import Engine
from smartexec.kernel.settings import Settings
from smartexec.model.commands import (
    Alert,
    CancelOrder,
    ClientCancelReject,
    ClientReport,
    Command,
    QueryOrder,
    ReplaceOrder,
    SendOrder,
)
from smartexec.model.enums import ExecType, OrdStatus, OrdType, Phase, Side, TimeInForce, Wake
from smartexec.model.events import Event, ExecutionReport, OrderCancelReject, Tick
from smartexec.model.instrument import Instrument
from smartexec.model.market import PhaseChange, Quote, Trade
from smartexec.model.orders import CancelRequest, NewOrder, Params, ReplaceRequest
from smartexec.model.routing import Capabilities, Leg, Route, RouteRequest
from smartexec.model.view import Decision, ParentView, Slice

CENT = 10**7
SECOND = 10**9
START = 1_700_000_000 * SECOND
XYZ = "XYZ"
LIT, ATS = "XLIT", "XATS"
Said = tuple[object, ...]
Strategy = Callable[[ParentView], Decision | Fault]
Router = Callable[[RouteRequest], Route | Fault]
_exec_ids = count(1)


def all_at_once(view: ParentView) -> Decision:
    """Want everything live at the most permissive limit."""
    return Decision((Slice(view.leaves_qty, view.limit),))


def idle(view: ParentView) -> Decision:
    """Want nothing live."""
    return Decision()


def to_lit(request: RouteRequest) -> Route:
    """Send the slice as it is to XLIT."""
    s = request.slice
    return Route((Leg(LIT, request.qty, price=s.price, time_in_force=s.time_in_force, peg=s.peg),))


class Desk(Advisor):
    """An engine, its clock, and the advice it gets."""

    def __init__(
        self,
        strategy: Strategy = all_at_once,
        router: Router = to_lit,
        *,
        settings: Settings | None = None,
        venues: Mapping[str, Capabilities] | None = None,
        instrument: Instrument | None = None,
        strategies: Mapping[str, Strategy] | None = None,
        routers: Mapping[str, Router] | None = None,
        wakes: frozenset[Wake] = frozenset({Wake.FILL, Wake.TIMER}),
        market: bool = True,
    ) -> None:
        """`strategy` answers to the name S and `router` to "parallel"; `market` opens the market at 999 / 1001."""
        self.strategies: dict[str, Strategy] = {"S": strategy, **(strategies or {})}
        self.routers: dict[str, Router] = {"parallel": router, **(routers or {})}
        self.views: list[ParentView] = []
        self.requests: list[RouteRequest] = []
        self.checked = True
        self.seq, self.now = 0, START
        self.engine = Engine(
            settings or Settings(),
            {XYZ: instrument or Instrument(XYZ)},
            venues or {LIT: Capabilities(), ATS: Capabilities()},
            dict.fromkeys(self.strategies, wakes),
            self.routers,
            self,
        )
        if market:
            self.tell(phase(), quote(999, 1001))

    # -- advice ----------------------------------------------------------------------------------------------------

    def decide(self, strategy: str, params: Params, view: ParentView) -> Decision | Fault:
        self.views.append(view)
        return self.strategies[strategy](view)

    def route(self, router: str, request: RouteRequest) -> Route | Fault:
        self.requests.append(request)
        return self.routers[router](request)

    # -- turns -----------------------------------------------------------------------------------------------------

    def tell(self, *events: Event) -> list[Said]:
        """Fold the events in one turn; give what the kernel wants done."""
        for event in events:
            self.seq += 1
            self.engine.handle(self.seq, self.now, event)
        commands = self.engine.settle(self.seq, self.now)
        if self.checked:
            self._laws()
        return [said(c) for c in commands]

    def wait(self, seconds: float) -> list[Said]:
        """Let time pass, with a tick whenever a timer is due."""
        until, out = self.now + round(seconds * SECOND), []
        while (due := self.engine.next_timer()) is not None and due <= until:
            self.now = max(self.now, due)
            out += self.tell(Tick())
        self.now = until
        return out

    def _laws(self) -> None:
        for parent in self.engine.blotter.parents:
            entitled = sum(m.entitled_qty for m in parent.members)
            assert parent.cum_qty == entitled + parent.house_qty, f"law 1: {parent.parent_id}"
            assert parent.open_qty == sum(c.counted for c in parent.children.values()), f"totals: {parent.parent_id}"
            staying = sum(c.counted for c in parent.children.values() if not c.cancelling)
            assert staying <= parent.leaves_qty or not staying, f"law 2: {parent.parent_id}"

    # -- what there is ---------------------------------------------------------------------------------------------

    @property
    def lots(self) -> dict[str, int]:
        """CumQty(14) of every client order."""
        return {o.cl_ord_id: o.cum_qty for o in self.engine.blotter.orders}

    @property
    def shares(self) -> dict[str, int]:
        """Lots every client order is entitled to, booked or not."""
        return {o.cl_ord_id: o.entitled_qty for o in self.engine.blotter.orders}

    @property
    def rows(self) -> list[Said]:
        """(account, qty, price, money in cents) of every allocation row."""
        return [(r.account, r.qty, cents(r.px), r.money) for r in self.engine.blotter.allocations]

    @property
    def states(self) -> dict[str, str]:
        """State of every parent that has started."""
        return {p.parent_id: p.state.value for p in self.engine.blotter.parents}

    @property
    def parents(self) -> list[str]:
        """Parent of every client order; "" where there is none."""
        return [o.parent.parent_id if o.parent else "" for o in self.engine.blotter.orders]


# -- given: events -----------------------------------------------------------------------------------------------------


def nanos(at: float | None) -> int | None:
    """1e-9 of the currency, of cents."""
    return None if at is None else round(at * CENT)


def order(side: Side, who: str, qty: int, at: float | None, more: Mapping[str, Any]) -> NewOrder:
    """A client order: account and ClOrdID(11) are `who`."""
    values: dict[str, Any] = {"strategy": "S", "account": who, **more}
    return NewOrder("src", who, XYZ, side, qty, price=nanos(at), **values)


def buy(who: str, qty: int, at: float | None = None, **more: Any) -> NewOrder:
    return order(Side.BUY, who, qty, at, more)


def sell(who: str, qty: int, at: float | None = None, **more: Any) -> NewOrder:
    return order(Side.SELL, who, qty, at, more)


def cancel(who: str, name: str = "") -> CancelRequest:
    return CancelRequest("src", name or f"{who}!", who)


def replace(who: str, qty: int | None = None, at: float | None = None, name: str = "") -> ReplaceRequest:
    return ReplaceRequest("src", name or f"{who}+", who, qty, nanos(at))


def quote(bid: float | None, ask: float | None, mic: str = "", qty: int = 100) -> Quote:
    return Quote(XYZ, mic, nanos(bid), qty if bid else 0, nanos(ask), qty if ask else 0)


def phase(to: Phase = Phase.CONTINUOUS, mic: str = "") -> PhaseChange:
    return PhaseChange(XYZ, mic, to)


def print_(qty: int, at: float, mic: str = LIT) -> Trade:
    return Trade(XYZ, mic, nanos(at) or 0, qty)


def report(child: str, exec_type: ExecType, status: OrdStatus, mic: str = LIT, **more: Any) -> ExecutionReport:
    return ExecutionReport(mic, child, exec_type, status, **more)


def ack(child: str, mic: str = LIT) -> ExecutionReport:
    return report(child, ExecType.NEW, OrdStatus.NEW, mic)


def fill(child: str, qty: int, at: float, mic: str = LIT, exec_id: str = "", **more: Any) -> ExecutionReport:
    values: dict[str, Any] = {"exec_id": exec_id or f"E{next(_exec_ids)}", "last_qty": qty, "last_px": nanos(at)}
    return report(child, ExecType.TRADE, OrdStatus.PARTIALLY_FILLED, mic, **values, **more)


def bust(child: str, exec_id: str, mic: str = LIT) -> ExecutionReport:
    return report(child, ExecType.TRADE_CANCEL, OrdStatus.NEW, mic, exec_id=f"{exec_id}x", exec_ref_id=exec_id)


def correct(child: str, exec_id: str, qty: int, at: float, mic: str = LIT) -> ExecutionReport:
    values: dict[str, Any] = {"exec_id": f"{exec_id}y", "exec_ref_id": exec_id, "last_qty": qty, "last_px": nanos(at)}
    return report(child, ExecType.TRADE_CORRECT, OrdStatus.NEW, mic, **values)


def canceled(child: str, number: int = 1, mic: str = LIT, **more: Any) -> ExecutionReport:
    """The venue has cancelled a child at its request number `number`; 0: on its own."""
    return report(f"{child}-{number}" if number else child, ExecType.CANCELED, OrdStatus.CANCELED, mic, **more)


def replaced(child: str, number: int = 1, mic: str = LIT) -> ExecutionReport:
    return report(f"{child}-{number}", ExecType.REPLACED, OrdStatus.NEW, mic)


def rejected(child: str, mic: str = LIT) -> ExecutionReport:
    return report(child, ExecType.REJECTED, OrdStatus.REJECTED, mic)


def expired(child: str, mic: str = LIT) -> ExecutionReport:
    return report(child, ExecType.EXPIRED, OrdStatus.EXPIRED, mic)


def status(child: str, is_: OrdStatus, cum: int | None = None, avg: float | None = None) -> ExecutionReport:
    """Answer to a query."""
    return report(child, ExecType.ORDER_STATUS, is_, cum_qty=cum, avg_px=nanos(avg))


def refused(child: str, number: int = 1, is_: OrdStatus = OrdStatus.NEW) -> OrderCancelReject:
    return OrderCancelReject(LIT, f"{child}-{number}", child, is_)


# -- expect: what was said ---------------------------------------------------------------------------------------------


def cents(px: int | None) -> float | None:
    """Cents, of 1e-9 of the currency."""
    return None if px is None else px / CENT


def sends(child: str, side: str, qty: int, at: float | None, mic: str = LIT, tif: str = "DAY") -> Said:
    return ("send", child, side, qty, at, mic, tif)


def cancels(child: str, number: int = 1, orig: str = "") -> Said:
    return ("cancel", f"{child}-{number}", orig or child)


def replaces(child: str, qty: int, at: float | None, number: int = 1, orig: str = "") -> Said:
    return ("replace", f"{child}-{number}", orig or child, qty, at)


def queries(child: str) -> Said:
    return ("query", child)


def taken(order_id: str) -> Said:
    return ("NEW", order_id)


def trades(order_id: str, qty: int, at: float, cum: int, leaves: int) -> Said:
    return ("TRADE", order_id, qty, at, cum, leaves)


def busts(order_id: str, qty: int, at: float, cum: int, leaves: int) -> Said:
    return ("TRADE_CANCEL", order_id, qty, at, cum, leaves)


def pending(order_id: str, what: str = "CANCEL") -> Said:
    return (f"PENDING_{what}", order_id)


def amended(order_id: str, qty: int, cum: int = 0) -> Said:
    return ("REPLACED", order_id, qty, cum)


def ends(order_id: str, how: str, cum: int = 0) -> Said:
    """How: CANCELED, EXPIRED or REJECTED."""
    return (how, order_id, cum)


def refuses(order_id: str, why: str) -> Said:
    """An OrderCancelReject(35=9) to the client."""
    return ("refuse", order_id, why)


def alerts(level: str, what: str) -> Said:
    """An alert, by what it says up to the first colon."""
    return ("alert", level, what)


def _report(c: ClientReport) -> Said:
    name = c.exec_type.name
    if c.exec_type in (ExecType.TRADE, ExecType.TRADE_CANCEL):
        return (name, c.order_id, c.last_qty, cents(c.last_px), c.cum_qty, c.leaves_qty)
    if c.exec_type is ExecType.REPLACED:
        return (name, c.order_id, c.order_qty, c.cum_qty)
    over = c.exec_type in (ExecType.CANCELED, ExecType.EXPIRED, ExecType.REJECTED)
    return (name, c.order_id, c.cum_qty) if over else (name, c.order_id)


def _send(c: SendOrder) -> Said:
    assert c.ord_type is not OrdType.LIMIT or c.price is not None
    return sends(c.cl_ord_id, c.side.name, c.order_qty, cents(c.price), c.mic, c.time_in_force.name)


_SAID: dict[type, Callable[[Any], Said]] = {
    SendOrder: _send,
    CancelOrder: lambda c: ("cancel", c.cl_ord_id, c.orig_cl_ord_id),
    ReplaceOrder: lambda c: ("replace", c.cl_ord_id, c.orig_cl_ord_id, c.order_qty, cents(c.price)),
    QueryOrder: lambda c: queries(c.cl_ord_id),
    ClientReport: _report,
    ClientCancelReject: lambda c: refuses(c.order_id, c.cxl_rej_reason.name),
    Alert: lambda c: alerts(c.level, c.what.split(":")[0]),
}


def said(command: Command) -> Said:
    """A command as a test expects it."""
    return _SAID[type(command)](command)


IOC = TimeInForce.IOC
