"""Bookings: allocation rows, money to the cent, and what clients are told of their orders.

Quantities come here already entitled (allocate.py). Nothing is ever changed in the rows: an undone booking gets a
reversal row. Money is rounded row by row; what rounding leaves over in a parent becomes a row of quantity 0.
"""

from fractions import Fraction

from smartexec.kernel.blotter import Blotter
from smartexec.kernel.lifecycle import Life
from smartexec.kernel.market import round_half_even
from smartexec.kernel.orders import AllocationRow, ClientOrder, Epoch, Execution, ParentOrder
from smartexec.model.commands import ClientCancelReject, ClientReport
from smartexec.model.enums import CxlRejReason, ExecType, OrdRejReason, OrdStatus, Side
from smartexec.model.instrument import Instrument

MINOR_UNIT_DIGITS = 7
"""1e-9 of the currency to its minor unit (0.01)."""


def minor_unit(instrument: Instrument) -> int:
    """What lots * px (1e-9) must be divided by to give cents."""
    unit: int = 10 ** (MINOR_UNIT_DIGITS + instrument.qty_decimals)
    return unit


class Books:
    """Books entitled lots and tells clients."""

    def __init__(self, blotter: Blotter, remainder_account: str) -> None:
        self.blotter = blotter
        self.remainder_account = remainder_account

    # -- clients ---------------------------------------------------------------------------------------------------

    def report(
        self,
        order: ClientOrder,
        exec_type: ExecType,
        *,
        row: AllocationRow | None = None,
        ref: str = "",
        orig: str = "",
        cl_ord_id: str = "",
        reason: OrdRejReason | None = None,
    ) -> None:
        """Send an execution report on `order` as it is now."""
        cum = order.cum_qty
        left = 0 if order.over else order.order_qty - cum - order.offset_qty
        self.blotter.outbox.append(
            ClientReport(
                order.source,
                order.order_id,
                cl_ord_id or order.cl_ord_id,
                exec_type,
                order.ord_status,
                order.order_qty,
                cum,
                left if left > 0 else 0,
                round_half_even(order.notional, cum) if cum else 0,
                abs(row.qty) if row else 0,
                row.px if row else 0,
                row.alloc_id if row else "",
                ref,
                orig,
                reason,
                order.text,
            )
        )

    def refuse(
        self, source: str, order: ClientOrder | None, ids: tuple[str, str], reason: CxlRejReason, text: str
    ) -> None:
        """Send an OrderCancelReject(35=9); `ids` are (ClOrdID(11), OrigClOrdID(41)) of the request."""
        status = order.ord_status if order else OrdStatus.REJECTED
        order_id = order.order_id if order else "NONE"
        self.blotter.outbox.append(ClientCancelReject(source, order_id, *ids, status, reason, text))

    def decided(self, order: ClientOrder, request: str, outcome: str, text: str = "") -> None:
        """Write down what came of a request."""
        row = self.blotter.open_requests.pop((order.source, request), None)
        if row is not None:
            row.outcome, row.decided, row.text = outcome, self.blotter.now, text

    def too_late(self, order: ClientOrder, status: str, but: str = "") -> None:
        """Refuse what is asked of an order that is over, or about to be, as `status`; all but the request `but`."""
        for request in [r for r in order.requests or () if r.cl_ord_id != but]:
            order.refuse(request.cl_ord_id)
            text = f"order is {status}"
            self.decided(order, request.cl_ord_id, "REFUSED", text)
            self.refuse(order.source, order, (request.cl_ord_id, order.cl_ord_id), CxlRejReason.TOO_LATE, text)

    # -- rows ------------------------------------------------------------------------------------------------------

    def _row(
        self,
        parent: ParentOrder | None,
        order: ClientOrder | None,
        account: str,
        side: Side,
        qty: int,
        px: int,
        money: int,
    ) -> AllocationRow:
        rows = self.blotter.allocations
        row = AllocationRow(len(rows) + 1, order, account, parent, self.blotter.now, side, qty, px, money)
        rows.append(row)
        return row

    def client(
        self, order: ClientOrder, qty: int, px: int, cents: int, limit: int | None,
        *, epoch: int = 0, exec_id: str = "", cross_id: str = "",
    ) -> AllocationRow:  # fmt: skip
        """Book `qty` lots at `px` to a client order for `cents`, and tell the client."""
        parent = order.parent
        row = self._row(parent, order, order.account, order.side, qty, px, cents)
        row.limit, row.epoch, row.exec_id, row.cross_id = limit, epoch, exec_id, cross_id
        if parent and not cross_id:
            parent.charged += cents
        order.trade(qty, px)
        self.report(order, ExecType.TRADE, row=row)
        return row

    def beyond(self, execution: Execution, account: str, qty: int) -> None:
        """Book lots of an execution that no client may have to the house or error account."""
        parent, instrument = execution.parent, execution.parent.instrument if execution.parent else None
        unit = minor_unit(instrument) if instrument else 10**MINOR_UNIT_DIGITS
        cents = round_half_even(qty * execution.last_px, unit)
        row = self._row(parent, None, account, execution.side, qty, execution.last_px, cents)
        row.exec_id = execution.exec_id
        execution.rows.append(row)
        if parent:
            parent.house_qty += qty
            parent.charged += cents

    def reverse(self, row: AllocationRow) -> AllocationRow:
        """Append the row that undoes `row`, and tell the client."""
        undo = self._row(row.parent, row.order, row.account, row.side, -row.qty, row.px, -row.money)
        undo.limit, undo.epoch, undo.exec_id, undo.ref = row.limit, row.epoch, row.exec_id, row.number
        if row.parent:
            row.parent.charged -= row.money
        if row.order is None:
            if row.parent:
                row.parent.house_qty -= row.qty
            return undo
        row.order.bust(row.qty, row.px)
        self.report(row.order, ExecType.TRADE_CANCEL, row=undo, ref=row.alloc_id)
        return undo

    def remainder(self, parent: ParentOrder) -> None:
        """Book the cents between what the parent paid and what its rows were charged; does nothing at zero."""
        due = round_half_even(parent.notional, minor_unit(parent.instrument)) - parent.charged
        if due:
            self._row(parent, None, self.remainder_account, parent.side, 0, 0, due)
            parent.charged += due

    # -- at completion ---------------------------------------------------------------------------------------------

    def epoch_member(self, epoch: Epoch, index: int) -> None:
        """Book what the member has in this epoch and has not been booked, at the epoch's average to date."""
        lots = epoch.shares.given[index] - epoch.booked[index]
        if lots <= 0:
            return
        left = epoch.shares.total - epoch.booked_qty
        money: Fraction | int = epoch.unbooked if lots == left else Fraction(epoch.unbooked) * lots / left
        epoch.unbooked -= money
        epoch.booked[index] += lots
        epoch.booked_qty += lots
        num, den = (money, 1) if isinstance(money, int) else (money.numerator, money.denominator)
        cents = round_half_even(num, den * minor_unit(epoch.parent.instrument))
        self._in_epoch(epoch, index, lots, round_half_even(num, den * lots), cents)

    def _in_epoch(self, epoch: Epoch, index: int, lots: int, px: int, cents: int) -> None:
        row = self.client(epoch.members[index], lots, px, cents, epoch.limits[index], epoch=epoch.number)
        epoch.rows.append(row)

    def member(self, order: ClientOrder) -> None:
        """Book all that a member is entitled to."""
        if order.parent is None or order.entitled_qty + order.crossed_qty == order.cum_qty:
            return
        for epoch in order.parent.epochs:
            if epoch.booked_qty < epoch.shares.total:
                for index, member in enumerate(epoch.members):
                    if member is order:
                        self.epoch_member(epoch, index)
                        break

    def parent(self, parent: ParentOrder) -> None:
        """Book all that is not booked, to everyone."""
        for epoch in parent.epochs:
            if epoch.booked_qty < epoch.shares.total:
                self._epoch(epoch)

    def _epoch(self, epoch: Epoch) -> None:
        """Book an epoch: one average for all, so that the rational arithmetic is done once."""
        unit = minor_unit(epoch.parent.instrument)
        left = epoch.shares.total - epoch.booked_qty
        average = Fraction(epoch.unbooked) / left
        px = round_half_even(average.numerator, average.denominator)
        num, den = average.numerator, average.denominator * unit
        for index, (given, had) in enumerate(zip(epoch.shares.given, epoch.booked, strict=True)):
            lots = given - had if had else given
            if lots > 0:
                epoch.booked[index] = given
                self._in_epoch(epoch, index, lots, px, round_half_even(num * lots, den))
        epoch.booked_qty, epoch.unbooked = epoch.shares.total, 0

    def unbook(self, epoch: Epoch) -> list[int]:
        """Reverse the standing rows of an epoch; give the indices of the members who had been booked."""
        had = [i for i, lots in enumerate(epoch.booked) if lots]
        for row in epoch.rows:
            self.reverse(row)
        epoch.rows.clear()
        epoch.unbooked = epoch.money
        epoch.booked = [0] * len(epoch.members)
        epoch.booked_qty = 0
        return had

    # -- ends ------------------------------------------------------------------------------------------------------

    def end(self, order: ClientOrder, life: Life, exec_type: ExecType, text: str = "", cl_ord_id: str = "") -> None:
        """End a client order and tell the client; `cl_ord_id` is the request that does, others are too late."""
        self.too_late(order, life.name, cl_ord_id)
        if text:
            order.text = text
        orig = order.cl_ord_id if cl_ord_id else ""
        if not (cl_ord_id and order.accept(cl_ord_id)):
            order.end(life)
        self.report(order, exec_type, orig=orig, cl_ord_id=cl_ord_id)
