"""A client of the desk: sends its orders over FIX and keeps account of what it is told, order by order."""

from typing import Final

from attrs import define, field

from smartexec.api import NANOS_PER_SECOND, OrdStatus
from smartexec_fix.client import FixClient
from smartexec_fix.wire.message import Message
from smartexec_fix.wire.stamps import stamp
from smartexec_fix.wire.values import FINAL, read_decimal, read_px
from smartexec_fix_desk.tickets import Ticket

OVER: Final = {one.value for one in FINAL}
TRADE, TRADE_CANCEL, TRADE_CORRECT, CANCELED, REPLACED = b"F", b"H", b"G", b"4", b"5"
"""ExecType(150)."""
REPORT, REFUSAL = b"8", b"9"
UNKNOWN: Final = OrdStatus.REJECTED.value
"""OrdStatus(39) of a refusal for an order that there is not."""


@define(eq=False)
class Account:
    """What the client knows of one of its orders. Quantities in shares, prices in 1e-9."""

    ticket: Ticket
    status: str = ""
    """The last OrdStatus(39); "" = nothing was heard yet."""
    cum_qty: int = 0
    """The last CumQty(14)."""
    fills: dict[str, tuple[int, int]] = field(init=False, factory=dict)
    """By ExecID(17), (LastQty(32), LastPx(31)) of executions that stand."""
    text: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more is to come."""
        return self.status in OVER

    @property
    def filled(self) -> int:
        """Sum of its executions."""
        return sum(qty for qty, _ in self.fills.values())

    @property
    def notional(self) -> int:
        """Sum of quantity x price of its executions."""
        return sum(qty * px for qty, px in self.fills.values())


@define(eq=False)
class OrderDesk:
    """The client's orders by ClOrdID(11), over one session."""

    client: FixClient
    orders: dict[str, Account] = field(init=False, factory=dict)
    """By the last ClOrdID(11) that was taken."""
    answers: dict[str, int] = field(init=False, factory=dict)
    """By ClOrdID(11) of each cancel and replace, how often it was done or refused."""
    doubled: list[str] = field(init=False, factory=list)
    """ExecIDs(17) that came twice, of executions."""
    strays: list[str] = field(init=False, factory=list)
    """Messages that belong to no order."""
    reports: int = field(init=False, default=0)

    def send(self, ticket: Ticket) -> None:
        """Send NewOrderSingle(D)."""
        self.orders[ticket.cl_ord_id] = Account(ticket)
        ends = [(168, stamp(ticket.begins)), (126, stamp(ticket.ends)), (59, 6)]
        self.client.send_order(
            ticket.cl_ord_id, ticket.symbol, ticket.side, ticket.qty, ticket.price, ticket.strategy,
            params=dict(ticket.params), account=ticket.account, more=ends,
        )  # fmt: skip

    def cancel(self, cl_ord_id: str, orig_cl_ord_id: str) -> None:
        """Send OrderCancelRequest(F)."""
        self.answers[cl_ord_id] = 0
        self.client.cancel(cl_ord_id, orig_cl_ord_id)

    def replace(self, cl_ord_id: str, orig_cl_ord_id: str, qty: int) -> None:
        """Send OrderCancelReplaceRequest(G): another quantity."""
        self.answers[cl_ord_id] = 0
        self.client.replace(cl_ord_id, orig_cl_ord_id, qty=qty)

    async def listen(self) -> None:
        """Take what comes, until the session is left."""
        async for message in self.client:
            self.take(message)

    def take(self, message: Message) -> None:
        """Take ExecutionReport(8) or OrderCancelReject(9); anything else is noted as a stray."""
        name, before = message.text(11), message.text(41)
        account = self.orders.get(name) or self.orders.get(before)
        if message.msg_type not in (REPORT, REFUSAL) or account is None:
            self.strays.append(str(message))
            return
        self.reports += 1
        kind = message.get(150)
        if name in self.answers and before and (message.msg_type == REFUSAL or kind in (CANCELED, REPLACED)):
            self.answers[name] += 1
        if kind == REPLACED:
            self.orders[name] = self.orders.pop(before, account)
        if message.msg_type == REPORT:
            self._report(account, message)
        elif message.text(39) != UNKNOWN:
            account.status = message.text(39)

    def _report(self, account: Account, message: Message) -> None:
        account.status, account.text = message.text(39), message.text(58)
        account.cum_qty = read_decimal(message.get(14) or b"0", 0)
        if message.get(150) in (TRADE_CANCEL, TRADE_CORRECT):
            account.fills.pop(message.text(19), None)
        if message.get(150) in (TRADE, TRADE_CORRECT):
            self._fill(account, message)

    def _fill(self, account: Account, message: Message) -> None:
        exec_id = message.text(17)
        if exec_id in account.fills:
            self.doubled.append(exec_id)
        account.fills[exec_id] = read_decimal(message.get(32) or b"", 0), read_px(message.get(31) or b"")

    @property
    def over(self) -> bool:
        """Whether all that was sent is over, and all that was asked for answered."""
        return all(one.over for one in self.orders.values()) and all(self.answers.values())

    def count(self, *statuses: OrdStatus) -> int:
        """Count orders by OrdStatus(39)."""
        values = {one.value for one in statuses}
        return sum(one.status in values for one in self.orders.values())

    def line(self, start: int, now: int) -> str:
        """Say how things stand."""
        done, part = self.count(OrdStatus.FILLED), self.count(OrdStatus.PARTIALLY_FILLED)
        shares = sum(one.cum_qty for one in self.orders.values())
        seconds = (now - start) / NANOS_PER_SECOND
        return f"{seconds:5.1f} s: {len(self.orders):5,} sent, {done:5,} filled, {part:5,} in part, {shares:7,} shares"
