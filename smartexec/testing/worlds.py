"""A world with faults around an engine: venues that execute, links that lose, double, delay and reorder, clients.

For property tests of the laws. Nothing here is random by itself: whoever drives a world (hypothesis, a seeded loop)
says what happens next. The venues know the truth, which the engine can only learn through the links.
"""

from collections.abc import Callable

from attrs import Factory, define

from smartexec.kernel.engine import Engine
from smartexec.model.commands import CancelOrder, Command, QueryOrder, ReplaceOrder, SendOrder, VenueCommand
from smartexec.model.enums import ExecType, OrdStatus, Side, TimeInForce
from smartexec.model.events import Event, ExecutionReport, OrderCancelReject, Tick, VenueEvent

UNDOING = (ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT)
OPEN = (OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED)


@define(eq=False)
class TrueOrder:
    """An order as its venue has it."""

    mic: str
    cl_ord_id: str
    side: Side
    qty: int
    price: int | None
    first_id: str
    cum: int = 0
    money: int = 0
    status: OrdStatus = OrdStatus.NEW

    @property
    def leaves(self) -> int:
        """What can still execute."""
        return self.qty - self.cum if self.status in OPEN else 0


@define(eq=False)
class TrueExecution:
    """An execution as its venue has it; `standing` until busted or corrected."""

    exec_id: str
    order: TrueOrder
    qty: int
    px: int
    standing: bool = True


@define(eq=False)
class World:
    """An engine, its venues and its links."""

    engine: Engine
    now: int = 1_000_000_000_000
    seq: int = 0
    orders: dict[str, TrueOrder] = Factory(dict)
    """By every ClOrdID(11) the venue knows the order under."""
    executions: list[TrueExecution] = Factory(list)
    outbound: list[VenueCommand] = Factory(list)
    """Commands that have left the engine and not reached the venue."""
    inbound: list[VenueEvent] = Factory(list)
    """Reports that have left the venue and not reached the engine."""
    commands: list[Command] = Factory(list)
    """Everything the engine ever wanted."""
    log: list[tuple[int, int, Event]] = Factory(list)
    """Everything the engine was ever told."""
    turns: list[tuple[int, int, int]] = Factory(list)
    """Where turns ended: (length of the log, seq, now)."""
    after: Callable[["World"], None] | None = None
    """Called after every turn: where invariants are checked."""

    # -- the engine ------------------------------------------------------------------------------------------------

    def tell(self, *events: Event) -> list[Command]:
        """Give the engine events of one turn."""
        for event in events:
            self.seq += 1
            self.log.append((self.seq, self.now, event))
            self.engine.handle(self.seq, self.now, event)
        out = self.engine.settle(self.seq, self.now)
        self.turns.append((len(self.log), self.seq, self.now))
        self.commands += out
        self.outbound += [c for c in out if isinstance(c, SendOrder | CancelOrder | ReplaceOrder | QueryOrder)]
        if self.after is not None:
            self.after(self)
        return out

    def wait(self, ns: int) -> None:
        """Let time pass, firing the engine's timers on the way."""
        until = self.now + ns
        while (due := self.engine.next_timer()) is not None and due <= until:
            self.now = max(self.now, due)
            self.tell(Tick())
        self.now = until

    # -- the links -------------------------------------------------------------------------------------------------

    def _first(self, index: int) -> int:
        """Where the oldest command of some venue is: a session keeps its order, sessions keep none between them."""
        mics = list(dict.fromkeys(c.mic for c in self.outbound))
        mic = mics[index % len(mics)]
        return next(i for i, c in enumerate(self.outbound) if c.mic == mic)

    def arrive(self, index: int = 0) -> None:
        """Let the oldest command for a venue reach it."""
        if self.outbound:
            self._take(self.outbound.pop(self._first(index)))

    def ponder(self, index: int = 0) -> None:
        """Let a venue say that it has the oldest request on its way to it and has not decided."""
        if not self.outbound:
            return
        c = self.outbound[self._first(index)]
        order = self.orders.get(c.orig_cl_ord_id) if isinstance(c, CancelOrder | ReplaceOrder) else None
        if order is not None and order.status in OPEN:
            status = OrdStatus.PENDING_CANCEL if isinstance(c, CancelOrder) else OrdStatus.PENDING_REPLACE
            self._say(order, ExecType.ORDER_STATUS, cl_ord_id=c.cl_ord_id, ord_status=status)

    def lose_command(self, index: int = 0) -> None:
        """Lose the oldest command for a venue on the way."""
        if self.outbound:
            self.outbound.pop(self._first(index))

    def deliver(self, index: int = 0, *, again: bool = False) -> None:
        """Let a report reach the engine; `again` keeps it on the link, so that it comes twice."""
        if self.inbound:
            index %= len(self.inbound)
            event = self.inbound[index] if again else self.inbound.pop(index)
            self.tell(event)

    def lose_report(self, index: int = 0) -> None:
        """Lose a report on the way; not a bust or correction, which nothing but the venue's own records could tell."""
        if self.inbound and getattr(self.inbound[index % len(self.inbound)], "exec_type", None) not in UNDOING:
            self.inbound.pop(index % len(self.inbound))

    def calm(self, rounds: int = 1000) -> None:
        """Heal: everything arrives, in order, until nobody has anything to say."""
        for _ in range(rounds):
            if not (self.outbound or self.inbound):
                return
            while self.outbound:
                self.arrive()
            while self.inbound:
                self.deliver()

    # -- the venues ------------------------------------------------------------------------------------------------

    def _say(self, order: TrueOrder, exec_type: ExecType, **more: object) -> None:
        report = ExecutionReport(order.mic, order.cl_ord_id, exec_type, order.status)
        report.order_qty, report.cum_qty = order.qty, order.cum
        report.avg_px = order.money // order.cum if order.cum else 0
        for name, value in more.items():
            setattr(report, name, value)
        self.inbound.append(report)

    def _take(self, command: VenueCommand) -> None:
        takers: dict[type, Callable[..., None]] = {
            SendOrder: self._new,
            CancelOrder: self._cancel,
            ReplaceOrder: self._replace,
            QueryOrder: self._query,
        }
        takers[type(command)](command)

    def _new(self, c: SendOrder) -> None:
        if c.cl_ord_id in self.orders:
            return
        order = TrueOrder(c.mic, c.cl_ord_id, c.side, c.order_qty, c.price, c.cl_ord_id)
        self.orders[c.cl_ord_id] = order
        self._say(order, ExecType.NEW)
        if c.time_in_force is TimeInForce.IOC:
            order.status = OrdStatus.CANCELED
            self._say(order, ExecType.CANCELED)

    def _cancel(self, c: CancelOrder) -> None:
        order = self.orders.get(c.orig_cl_ord_id)
        if order is None or order.status not in OPEN:
            status = order.status if order else OrdStatus.REJECTED
            self.inbound.append(OrderCancelReject(c.mic, c.cl_ord_id, c.orig_cl_ord_id, status))
            return
        order.status = OrdStatus.CANCELED
        self._say(order, ExecType.CANCELED, cl_ord_id=c.cl_ord_id, orig_cl_ord_id=order.cl_ord_id)

    def _replace(self, c: ReplaceOrder) -> None:
        order = self.orders.get(c.orig_cl_ord_id)
        if order is None or order.status not in OPEN or c.orig_cl_ord_id != order.cl_ord_id:
            status = order.status if order else OrdStatus.REJECTED
            self.inbound.append(OrderCancelReject(c.mic, c.cl_ord_id, c.orig_cl_ord_id, status))
            return
        order.qty, order.price = max(c.order_qty, order.cum), c.price
        old, order.cl_ord_id = order.cl_ord_id, c.cl_ord_id
        self.orders[c.cl_ord_id] = order
        if order.qty == order.cum:
            order.status = OrdStatus.FILLED if order.cum else OrdStatus.CANCELED
        self._say(order, ExecType.REPLACED, orig_cl_ord_id=old)

    def _query(self, c: QueryOrder) -> None:
        order = self.orders.get(c.cl_ord_id)
        if order is None:
            unknown = ExecutionReport(c.mic, c.cl_ord_id, ExecType.ORDER_STATUS, OrdStatus.REJECTED)
            self.inbound.append(unknown)
        else:
            self._say(order, ExecType.ORDER_STATUS)

    def live(self) -> list[TrueOrder]:
        """Orders that can execute, oldest first."""
        return [o for k, o in self.orders.items() if k == o.first_id and o.leaves > 0]

    def execute(self, order: TrueOrder, qty: int, px: int) -> None:
        """Let an order execute at its venue."""
        qty = min(qty, order.leaves)
        if qty <= 0:
            return
        order.cum += qty
        order.money += qty * px
        order.status = OrdStatus.FILLED if order.cum == order.qty else OrdStatus.PARTIALLY_FILLED
        execution = TrueExecution(f"E{len(self.executions)}", order, qty, px)
        self.executions.append(execution)
        self._say(order, ExecType.TRADE, exec_id=execution.exec_id, last_qty=qty, last_px=px)

    def bust(self, execution: TrueExecution) -> None:
        """Let a venue take an execution back. Its order gets no quantity back (it stays as done as it was)."""
        if not execution.standing:
            return
        execution.standing = False
        order = execution.order
        order.qty -= execution.qty if order.status in OPEN else 0
        order.cum -= execution.qty
        order.money -= execution.qty * execution.px
        if order.status is OrdStatus.FILLED:
            order.status = OrdStatus.CANCELED
            self._say(order, ExecType.TRADE_CANCEL, exec_id=execution.exec_id + "b", exec_ref_id=execution.exec_id,
                      last_qty=execution.qty, last_px=execution.px)  # fmt: skip
            self._say(order, ExecType.CANCELED)
            return
        self._say(order, ExecType.TRADE_CANCEL, exec_id=execution.exec_id + "b", exec_ref_id=execution.exec_id,
                  last_qty=execution.qty, last_px=execution.px)  # fmt: skip
        self._say(order, ExecType.RESTATED)
        if order.qty == order.cum:
            order.status = OrdStatus.CANCELED
            self._say(order, ExecType.CANCELED)

    def correct_and_bust(self, execution: TrueExecution, px: int) -> None:
        """Let a venue correct an execution and take the correction back, without saying how much that was."""
        if not execution.standing:
            return
        self.correct(execution, px)
        before = len(self.inbound)
        self.bust(self.executions[-1])
        bust = self.inbound[before]
        assert isinstance(bust, ExecutionReport)
        bust.last_qty = bust.last_px = 0

    def correct(self, execution: TrueExecution, px: int) -> None:
        """Let a venue correct the price of an execution."""
        if not execution.standing:
            return
        execution.standing = False
        order = execution.order
        order.money += execution.qty * (px - execution.px)
        new = TrueExecution(execution.exec_id + "c", order, execution.qty, px)
        self.executions.append(new)
        self._say(order, ExecType.TRADE_CORRECT, exec_id=new.exec_id, exec_ref_id=execution.exec_id,
                  last_qty=new.qty, last_px=px)  # fmt: skip
