"""New client orders: checked, numbered, told, and handed on to be aggregated. A refusal is an order too."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from smartexec.kernel.blotter import Blotter
from smartexec.kernel.booking import Books
from smartexec.kernel.curve import limit_key
from smartexec.kernel.guards import Guards
from smartexec.kernel.lifecycle import Life
from smartexec.kernel.market import Market
from smartexec.kernel.orders import ClientOrder
from smartexec.model.enums import ExecType, OrdRejReason, Side, TimeInForce
from smartexec.model.instrument import Instrument
from smartexec.model.orders import NewOrder, RejectedOrder, at_origin

SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
BUY: Final = Side.BUY
DAY: Final = TimeInForce.DAY
FINE: Final = (OrdRejReason.BROKER, "")
"""No fault."""


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
        self.closed = False
        """The day is over."""
        self._names: dict[str, str] = {}
        """Accounts and owners, each kept once however many orders name it."""

    def new(self, event: NewOrder) -> None:
        """Take a NewOrderSingle(35=D)."""
        order = self._order(event)
        ids = self.blotter.by_client_id.setdefault(event.source, {})
        reason, text = self._fault(event, order, ids)
        if text:
            self._reject(order, reason, at_origin(event.origin, text))
            return
        ids[event.cl_ord_id] = order
        order.mark0 = self.markets[event.symbol].mark()
        order.acknowledge()
        self.books.report(order, ExecType.NEW)
        self.file(order, event)

    def _order(self, event: NewOrder) -> ClientOrder:
        sign = 1 if event.side is BUY else -1
        account = self._names.setdefault(event.account, event.account)
        order = ClientOrder(
            event.cl_ord_id, event.order_qty, event.price,
            number=len(self.blotter.orders) + 1,
            source=event.source,
            account=account,
            owner=self._names.setdefault(event.owner, event.owner) or account,
            symbol=event.symbol,
            side=event.side,
            sign=sign,
            strategy=event.strategy,
            received=self.blotter.now,
            effective=event.effective_time,
            limit_key=limit_key(event.price, sign),
            lots_left=event.order_qty,
            no_cross=event.no_cross,
            house=event.house,
        )  # fmt: skip
        self.blotter.orders.append(order)
        return order

    def _fault(self, event: NewOrder, order: ClientOrder, ids: Mapping[str, ClientOrder]) -> tuple[OrdRejReason, str]:
        """Why an order cannot be taken; (any reason, "") if it can. Notes when the order will expire."""
        if self.closed:
            return OrdRejReason.CLOSED, "the day is over"
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
        order.expire = end = self._end(event, market.instrument)
        now = self.blotter.now
        start = max(now, event.effective_time) if event.effective_time else now
        if end and end <= start:
            return OrdRejReason.TOO_LATE, f"ExpireTime(126): found {end}, expected later than its start {start}"
        text = self.guards.client(event.account, market, event.order_qty, event.price)
        return (OrdRejReason.EXCEEDS_LIMIT, text) if text else FINE

    @staticmethod
    def _units(event: NewOrder, instrument: Instrument) -> tuple[OrdRejReason, str]:
        qty, price = event.order_qty, event.price
        if qty <= 0 or qty % instrument.lot:
            text = f"OrderQty(38): found {qty}, expected a positive multiple of the lot {instrument.lot}"
            return OrdRejReason.INCORRECT_QUANTITY, text
        if price is not None and (price <= 0 or price % instrument.tick):
            text = f"Price(44): found {price}e-9, expected a positive multiple of the tick {instrument.tick}e-9"
            return OrdRejReason.BROKER, text
        if event.time_in_force is not DAY:
            text = f"TimeInForce(59): found {event.time_in_force.name}, expected DAY"
            return OrdRejReason.UNSUPPORTED, text
        return FINE

    @staticmethod
    def _end(event: NewOrder, instrument: Instrument) -> int:
        expire, close = event.expire_time or 0, instrument.close
        return min(expire, close) if expire and close else expire or close

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
            )
        )
        order.sign = order.sign if event.side.upper() in SIDES else 0
        self._reject(order, OrdRejReason.BROKER, event.text)
