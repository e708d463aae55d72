"""New client orders: checked, numbered, told, and handed on to be aggregated. A refusal is an order too."""

from collections.abc import Callable, Collection, Mapping

from smartexec.kernel import demand
from smartexec.kernel.blotter import Blotter, ClientOrder
from smartexec.kernel.booking import Books
from smartexec.kernel.guards import Guards
from smartexec.kernel.lifecycle import Life
from smartexec.kernel.market import Market
from smartexec.model.enums import ExecType, OrdRejReason, Side
from smartexec.model.instrument import Instrument
from smartexec.model.orders import NewOrder, RejectedOrder

SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}


class Intake:
    """Takes new orders."""

    def __init__(
        self,
        blotter: Blotter,
        books: Books,
        guards: Guards,
        markets: Mapping[str, Market],
        strategies: Collection[str],
        quarantined: Collection[str],
        file: Callable[[ClientOrder, NewOrder], None],
    ) -> None:
        self.blotter = blotter
        self.books = books
        self.guards = guards
        self.markets = markets
        self.strategies = strategies
        self.quarantined = quarantined
        self.file = file
        """What is done with an order that is accepted."""

    def new(self, event: NewOrder) -> None:
        """Take a NewOrderSingle(35=D)."""
        order = self._order(event)
        ids = self.blotter.by_client_id.setdefault(event.source, {})
        reason, text = self._fault(event, ids)
        if text:
            self._reject(order, reason, text)
            return
        ids[event.cl_ord_id] = order
        order.acknowledge()
        self.books.report(order, ExecType.NEW)
        self.file(order, event)

    def _order(self, event: NewOrder) -> ClientOrder:
        order = ClientOrder(event.cl_ord_id, event.order_qty, event.price)
        sign = 1 if event.side is Side.BUY else -1
        order.number = len(self.blotter.orders) + 1
        order.source, order.account, order.owner = event.source, event.account, event.owner or event.account
        order.symbol, order.side, order.sign, order.strategy = event.symbol, event.side, sign, event.strategy
        order.received, order.effective = self.blotter.now, event.effective_time
        order.limit_key, order.lots_left = demand.key(event.price, sign), event.order_qty
        order.no_cross, order.house = event.no_cross, event.house
        self.blotter.orders.append(order)
        return order

    def _fault(self, event: NewOrder, ids: Mapping[str, ClientOrder]) -> tuple[OrdRejReason, str]:
        """Why an order cannot be taken; ("", any reason) if it can."""
        market = self.markets.get(event.symbol)
        if market is None:
            return OrdRejReason.UNKNOWN_SYMBOL, f"Symbol(55): found {event.symbol!r}, expected a configured instrument"
        if event.cl_ord_id in ids or not event.cl_ord_id:
            return OrdRejReason.DUPLICATE, f"ClOrdID(11): found {event.cl_ord_id!r}, expected one not used before"
        if event.strategy not in self.strategies:
            return (
                OrdRejReason.UNSUPPORTED,
                f"strategy: found {event.strategy!r}, expected one of {', '.join(self.strategies)}",
            )
        if event.strategy in self.quarantined:
            return OrdRejReason.BROKER, f"strategy {event.strategy} is quarantined"
        reason, text = self._units(event, market.instrument)
        if text:
            return reason, text
        now, end = self.blotter.now, self._end(event, market.instrument)
        start = max(now, event.effective_time or 0)
        if end and end <= start:
            return OrdRejReason.TOO_LATE, f"ExpireTime(126): found {end}, expected later than its start {start}"
        price = event.price
        text = self.guards.client(event.account, market.instrument, event.order_qty, price, market.reference())
        return OrdRejReason.EXCEEDS_LIMIT, text

    @staticmethod
    def _units(event: NewOrder, instrument: Instrument) -> tuple[OrdRejReason, str]:
        qty, price = event.order_qty, event.price
        if qty <= 0 or qty % instrument.lot:
            text = f"OrderQty(38): found {qty}, expected a positive multiple of the lot {instrument.lot}"
            return OrdRejReason.INCORRECT_QUANTITY, text
        if price is not None and (price <= 0 or price % instrument.tick):
            text = f"Price(44): found {price}e-9, expected a positive multiple of the tick {instrument.tick}e-9"
            return OrdRejReason.BROKER, text
        return OrdRejReason.BROKER, ""

    @staticmethod
    def _end(event: NewOrder, instrument: Instrument) -> int:
        ends = [t for t in (event.expire_time, instrument.close) if t]
        return min(ends) if ends else 0

    def _reject(self, order: ClientOrder, reason: OrdRejReason, text: str) -> None:
        order.lots_left = 0
        order.text = text
        order.end(Life.REJECTED)
        self.books.report(order, ExecType.REJECTED, reason=reason)

    def rejected(self, event: RejectedOrder) -> None:
        """Keep what a source could not make an order of."""
        side = SIDES.get(event.side.upper(), Side.BUY)
        order = self._order(
            NewOrder(
                event.source,
                event.cl_ord_id,
                event.symbol,
                side,
                max(0, event.order_qty),
                event.strategy,
                event.account,
                event.price,
                owner=event.owner,
            )  # fmt: skip
        )
        order.sign = order.sign if event.side.upper() in SIDES else 0
        self._reject(order, OrdRejReason.BROKER, event.text)
