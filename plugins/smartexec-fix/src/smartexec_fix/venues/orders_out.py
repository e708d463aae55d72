"""Commands of the kernel as messages: NewOrderSingle(D), OrderCancelRequest(F), OrderCancelReplaceRequest(G),
OrderStatusRequest(H), OrderMassStatusRequest(AF), DontKnowTrade(Q). Bodies only; nothing is remembered here.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import frozen

from smartexec.api import CancelOrder, QueryOrder, ReplaceOrder, SendOrder
from smartexec_fix.session.application import Application
from smartexec_fix.session.settings import SessionSettings
from smartexec_fix.venues.dialect import Dialect
from smartexec_fix.venues.identifiers import Identifiers
from smartexec_fix.venues.known_orders import Known
from smartexec_fix.venues.symbology import Symbology
from smartexec_fix.wire.message import Field, Message
from smartexec_fix.wire.stamps import stamp
from smartexec_fix.wire.values import write_px, write_qty

ORDER, CANCEL, REPLACE, QUERY, MASS, DONT_KNOW = b"D", b"F", b"G", b"H", b"AF", b"Q"
EXEC_INST: Final = 18
_NO_ORDER: Final = b"D"
"""DKReason(127): no matching order."""
_ALL_ORDERS: Final = b"7"
"""MassStatusReqType(585)."""
_ECHOED: Final = (37, 17, 55, 48, 22, 54, 38, 32, 31)
"""Fields of an execution that a DontKnowTrade names again."""
Body = list[Field]


@frozen
class OrdersOut:
    """Writes for one venue."""

    dialect: Dialect
    settings: SessionSettings
    symbology: Symbology
    ids: Identifiers

    @property
    def _version(self) -> Application:
        return Application(self.settings.version)

    def order(self, one: SendOrder, now: int) -> Body:
        """NewOrderSingle(D)."""
        body = [(11, self._id(one.cl_ord_id, now)), *self._handling(), *self._side(one.symbol, one.side.value, now)]
        body += self._terms(one, one.order_qty, one.price)
        return self._said(body)

    def replace(self, one: ReplaceOrder, known: Known, now: int) -> Body:
        """OrderCancelReplaceRequest(G): all terms of the order again, with the new ones."""
        body = [*self._request(one, known, now), *self._handling(), *self._side(one.symbol, one.side.value, now)]
        body += self._terms(known.sent, one.order_qty, one.price)
        return self._said(body)

    def cancel(self, one: CancelOrder, known: Known | None, now: int) -> Body:
        """OrderCancelRequest(F)."""
        body = [*self._request(one, known, now), *self._side(one.symbol, one.side.value, now)]
        if known is not None:
            body.append((38, write_qty(known.order_qty, self.symbology.instrument(one.symbol))))
        return self._said(body)

    def query(self, one: QueryOrder, known: Known | None, now: int) -> Body:
        """OrderStatusRequest(H)."""
        body = [(11, self._id(one.cl_ord_id, now)), *self._order_id(known)]
        body += [field for field in self._side(one.symbol, one.side.value, now) if field[0] != 60]
        return self._said(body)

    def mass_query(self, ref: str) -> Body:
        """OrderMassStatusRequest(AF) for all orders."""
        return [(584, ref.encode()), (585, _ALL_ORDERS)]

    def dont_know(self, report: Message, text: str) -> Body:
        """DontKnowTrade(Q) for an execution: it is not undone by that."""
        named = ((tag, report.get(tag)) for tag in _ECHOED)
        return [*((tag, value) for tag, value in named if value), (127, _NO_ORDER), (58, text.encode())]

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _id(self, ours: str, now: int) -> bytes:
        return self.ids.theirs(ours, now).encode()

    def _order_id(self, known: Known | None) -> Body:
        named = known is not None and known.order_id and self.dialect.order_id
        return [(37, known.order_id.encode())] if named and known is not None else []

    def _request(self, one: CancelOrder | ReplaceOrder, known: Known | None, now: int) -> Body:
        named = [(11, self._id(one.cl_ord_id, now)), (41, self._id(one.orig_cl_ord_id, now))]
        return [*named, *self._order_id(known)]

    def _handling(self) -> Body:
        """HandlInst(21) automated, where it is required."""
        return [(21, b"1")] if self._version.old else []

    def _side(self, symbol: str, side: str, now: int) -> Body:
        return [*self.symbology.fields(symbol), (54, side.encode()), (60, stamp(now, self.settings.decimals))]

    def _terms(self, one: SendOrder, qty: int, price: int | None) -> Body:
        instrument = self.symbology.instrument(one.symbol)
        body: Body = [(38, write_qty(qty, instrument)), (40, one.ord_type.value.encode())]
        if price is not None:
            body.append((44, write_px(price)))
        body.append((59, one.time_in_force.value.encode()))
        if one.min_qty and self.dialect.min_qty_tag:
            body.append((self.dialect.min_qty_tag, write_qty(one.min_qty, instrument)))
        if one.display_qty is not None and self.dialect.display_qty_tag:
            body.append((self.dialect.display_qty_tag, write_qty(one.display_qty, instrument)))
        if one.peg is not None:
            body = _with(body, self.dialect.pegs.get(one.peg.name.lower(), {}))
        return _with(body, self.dialect.post_only) if one.post_only else body

    def _said(self, body: Body) -> Body:
        """Put the venue's values in the place of FIX's."""
        if not self.dialect.sent_as:
            return body
        return [(tag, self._value(tag, value)) for tag, value in body]

    def _value(self, tag: int, value: bytes) -> bytes:
        return self.dialect.sent_as.get(str(tag), {}).get(value.decode("latin-1"), "").encode() or value


def pairs(tags: Mapping[str, str]) -> Body:
    """Give a table of a configuration as fields."""
    return [(int(tag), value.encode()) for tag, value in tags.items()]


def _with(body: Iterable[Field], tags: Mapping[str, str]) -> Body:
    """Set fields; ExecInst(18) has as many values as there are reasons for."""
    made = dict(body)
    for tag, value in pairs(tags):
        made[tag] = made[tag] + b" " + value if tag == EXEC_INST and tag in made else value
    return list(made.items())
