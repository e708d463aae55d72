"""Members of parents: their cancels and replaces, pending until what is live and in doubt fits what will be left.

Until a member's change is confirmed it shares at its old limit and size. An increase or a looser limit needs no wait.
"""

from smartexec.kernel import demand
from smartexec.kernel.allocate import Allocator
from smartexec.kernel.blotter import Blotter, RequestRow
from smartexec.kernel.booking import Books
from smartexec.kernel.curve import Curve, build, limit_key
from smartexec.kernel.lifecycle import Life, Request
from smartexec.kernel.orders import ChildOrder, ClientOrder, ParentOrder, ParentState
from smartexec.kernel.send import Sender
from smartexec.model.enums import CxlRejReason, ExecType, Wake
from smartexec.model.orders import CancelRequest, ReplaceRequest, at_origin


class Members:
    """Takes what clients ask of orders that exist."""

    def __init__(self, blotter: Blotter, books: Books, allocator: Allocator, sender: Sender) -> None:
        self.blotter = blotter
        self.books = books
        self.allocator = allocator
        self.sender = sender

    # -- requests --------------------------------------------------------------------------------------------------

    def _find(self, event: CancelRequest | ReplaceRequest) -> ClientOrder | None:
        """The order a request is about; refuses the request and gives None if there is nothing to change."""
        ids = self.blotter.by_client_id.setdefault(event.source, {})
        row = self._row(event, ids.get(event.orig_cl_ord_id))
        names = (event.cl_ord_id, event.orig_cl_ord_id)
        order = ids.get(event.orig_cl_ord_id)
        reason, text = CxlRejReason.UNKNOWN_ORDER, f"OrigClOrdID(41) {event.orig_cl_ord_id}: unknown order"
        if order is not None and event.cl_ord_id in ids:
            reason, text = CxlRejReason.DUPLICATE, f"ClOrdID(11) {event.cl_ord_id}: used before"
        elif order is not None and order.over:
            reason, text = CxlRejReason.TOO_LATE, f"order is {order.ord_status.name}"
        elif order is not None and order.pending and (self._leaving(order) or isinstance(event, ReplaceRequest)):
            reason, text = CxlRejReason.ALREADY_PENDING, "another request is pending"
        elif order is not None:
            ids[event.cl_ord_id] = order
            self.blotter.open_requests[event.source, event.cl_ord_id] = row
            return order
        row.outcome, row.decided, row.text = "REFUSED", self.blotter.now, text
        self.books.refuse(event.source, order, names, reason, text)
        where = f"{event.source} ClOrdID(11) {event.cl_ord_id}"
        self.blotter.alert("warning", f"{type(event).__name__} refused: {at_origin(event.origin, text)}", where)
        return None

    @staticmethod
    def _leaving(order: ClientOrder) -> bool:
        return any(request.is_cancel for request in order.requests or ())

    def cancel(self, event: CancelRequest) -> None:
        """Take an OrderCancelRequest(35=F); it may follow a replace that is pending."""
        order = self._find(event)
        if order is not None:
            order.request_cancel(event.cl_ord_id)
            self._pend(order, event.cl_ord_id, ExecType.PENDING_CANCEL)

    def replace(self, event: ReplaceRequest) -> None:
        """Take an OrderCancelReplaceRequest(35=G)."""
        order = self._find(event)
        if order is None:
            return
        qty = order.order_qty if event.order_qty is None else event.order_qty
        price = order.price if event.price is None else event.price
        fault = self._fault(order, qty, price)
        if fault:
            self.books.decided(order, event.cl_ord_id, "REFUSED", fault)
            names = (event.cl_ord_id, event.orig_cl_ord_id)
            self.books.refuse(order.source, order, names, CxlRejReason.OTHER, fault)
            self.blotter.alert(
                "warning",
                f"ReplaceRequest refused: {at_origin(event.origin, fault)}",
                f"{order.source} {event.cl_ord_id}",
            )
            return
        order.request_replace(event.cl_ord_id, qty, price)
        self._pend(order, event.cl_ord_id, ExecType.PENDING_REPLACE)

    def _fault(self, order: ClientOrder, qty: int, price: int | None) -> str:
        parent = order.parent
        if parent is None:
            return "order has no parent"
        instrument = parent.instrument
        if qty <= 0 or qty % instrument.lot:
            return f"OrderQty(38): found {qty}, expected a positive multiple of {instrument.lot}"
        if price is not None and (price <= 0 or price % instrument.tick):
            return f"Price(44): found {price}, expected a positive multiple of the tick {instrument.tick}"
        if qty > order.order_qty or limit_key(price, order.sign) > order.limit_key:
            return self.sender.guards.client(order.account, parent.market, qty, price)
        return ""

    def withdraw(self, order: ClientOrder) -> None:
        """Cancel an order nobody asked to cancel (kill switch at client level); does nothing if one is under way."""
        if not order.over and not self._leaving(order):
            request = f"{order.cl_ord_id}!"
            order.request_cancel(request)
            event = CancelRequest(order.source, request, order.cl_ord_id)
            self.blotter.open_requests[order.source, request] = self._row(event, order)
            self._pend(order, request, ExecType.PENDING_CANCEL)

    def _row(self, event: CancelRequest | ReplaceRequest, order: ClientOrder | None) -> RequestRow:
        """Write a request down."""
        row = RequestRow(order, event.cl_ord_id, event.orig_cl_ord_id, self.blotter.now, "CANCEL")
        if isinstance(event, ReplaceRequest):
            row.request, row.order_qty, row.price = "REPLACE", event.order_qty, event.price
        self.blotter.requests.append(row)
        return row

    def _pend(self, order: ClientOrder, request: str, exec_type: ExecType) -> None:
        parent = order.parent
        assert parent is not None
        if order.joined:
            if order not in parent.pending:
                parent.pending.append(order)
            parent.target = None
            self.confirm(parent)
        else:
            self._apply(order)
        if order.pending:
            order.pend(request)
            self.books.report(order, exec_type, orig=order.cl_ord_id, cl_ord_id=request)
        self.blotter.wake(parent, Wake.AMENDED)
        self.blotter.touch(parent)

    # -- confirmation ----------------------------------------------------------------------------------------------

    def confirm(self, parent: ParentOrder) -> None:
        """Confirm every pending change that fits; cancel what stands in the way of the others."""
        for member in list(parent.pending):
            if member.over or not member.pending:
                parent.pending.remove(member)
                demand.changed(parent)
                self.books.too_late(member, member.ord_status.name)
            elif demand.fits(parent, self._with(parent, member)):
                parent.pending.remove(member)
                self._apply(member)
        self.trim(parent)

    def _with(self, parent: ParentOrder, member: ClientOrder) -> Curve:
        return build(demand.wanted(m) if m is member else (m.limit_key, m.lots_left) for m in parent.active)

    def trim(self, parent: ParentOrder) -> None:
        """Cancel the newest children that the target curve has no room for."""
        target = demand.target(parent)
        if not (parent.pending or parent.open_qty > target.total or len(target.keys) > 1):
            return
        children, over = parent.children.values(), demand.tolerated(parent)
        for k in sorted({c.key for c in children}, reverse=True):
            excess = demand.reserved((c for c in children if not c.cancelling), k) - target.at(k) - over
            newest: list[ChildOrder] = [c for c in reversed(children) if c.key >= k]
            for child in newest:
                if excess <= 0:
                    break
                if not child.cancelling:
                    excess -= child.counted
                    self.sender.cancel(child)

    def _apply(self, order: ClientOrder) -> None:
        """Make what is asked of an order true, first things first: a cancel may stand behind a replace."""
        while order.requests and not order.over:
            self._apply_one(order, order.requests[0])
        self.books.too_late(order, order.ord_status.name)

    def _apply_one(self, order: ClientOrder, request: Request) -> None:
        """Make the order's oldest request true, and tell the client."""
        parent = order.parent
        assert parent is not None
        self.books.decided(order, request.cl_ord_id, "ACCEPTED")
        if request.is_cancel:
            self.books.member(order)
            self.leave(order)
            self.books.end(order, Life.CANCELED, ExecType.CANCELED, cl_ord_id=request.cl_ord_id)
            return
        old = order.cl_ord_id
        request.order_qty = max(request.order_qty or 0, order.done_qty)
        order.accept(request.cl_ord_id)
        order.limit_key = limit_key(order.price, order.sign)
        left = order.order_qty - order.done_qty
        if order.joined:
            parent.leaves_qty += left - order.lots_left
            parent.stale = True
        order.lots_left = left
        demand.changed(parent)
        self.books.report(order, ExecType.REPLACED, orig=old)
        if left == 0 and order.joined:
            self.allocator.complete(order)

    def leave(self, order: ClientOrder) -> None:
        """Take an order out of what its parent has to do."""
        parent = order.parent
        assert parent is not None
        if order.joined:
            parent.leaves_qty -= order.lots_left
            parent.stale = True
            demand.changed(parent)
        else:
            parent.pool = [m for m in parent.pool if m is not order]
            order.parent = None
            if not parent.pool and parent.state is ParentState.POOLING:
                self.blotter.open_parents.pop(parent.key, None)
                parent.state = ParentState.ENDED
        order.lots_left = 0
