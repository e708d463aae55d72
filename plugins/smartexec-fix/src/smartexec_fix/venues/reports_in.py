"""What a venue says of orders as events: ExecutionReport(8) and OrderCancelReject(9). Reads only; nothing is remembered
here, and whether an execution was told before is the kernel's to find out.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from attrs import frozen

from smartexec.api import (
    PX_SCALE,
    ExecType,
    ExecutionReport,
    Instrument,
    Liquidity,
    OrderCancelReject,
    OrdStatus,
    ReplaceOrder,
    Side,
)
from smartexec_fix.session.application import Application
from smartexec_fix.venues.dialect import Dialect
from smartexec_fix.venues.identifiers import Identifiers
from smartexec_fix.venues.known_orders import Known, KnownOrders
from smartexec_fix.venues.symbology import Symbology
from smartexec_fix.wire.message import Message
from smartexec_fix.wire.values import MAX_DIGITS, day, read_px, read_qty, read_time

UNKNOWN_ORDER: Final = b"5"
"""OrdRejReason(103)."""
EXECUTIONS: Final = frozenset({ExecType.TRADE, ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT})
UNDOING: Final = frozenset({ExecType.TRADE_CANCEL, ExecType.TRADE_CORRECT})
_MERE_STATUS: Final = frozenset({b"7", b"B", b"J", b"K", b"L"})
"""ExecTypes(150) stopped, calculated, trade in a clearing hold, trade released, triggered: they move no quantity."""
_STATUS: Final[Mapping[str, OrdStatus]] = {
    **{one.value: one for one in OrdStatus},
    "B": OrdStatus.DONE_FOR_DAY,
    "D": OrdStatus.PENDING_NEW,
}
_BY_QUANTITY: Final = frozenset({"5", "7"})
"""OrdStatus(39) replaced (4.2) and stopped: how much is done says what the order is."""
_SIDES: Final[Mapping[str, Side]] = {"1": Side.BUY, "2": Side.SELL, "3": Side.BUY, "4": Side.SELL, "5": Side.SELL,
                                     "6": Side.SELL}  # fmt: skip
"""Side(54): buy minus and sell plus, short and short exempt are bought and sold too."""


@frozen
class ReportsIn:
    """Reads for one venue. ValueError says what cannot be read."""

    mic: str
    version: Application
    dialect: Dialect
    symbology: Symbology
    ids: Identifiers
    known: KnownOrders

    def order_of(self, message: Message) -> Known | None:
        """Find the order that a message names."""
        return self.known.find(self.ids.ours(message.text(11)), self.ids.ours(message.text(41)), message.text(37))

    def report(self, message: Message, received: int) -> ExecutionReport:
        """ExecutionReport(8)."""
        message = self._translated(message)
        known = self.order_of(message)
        symbol = known.sent.symbol if known is not None else self.symbology.of(message)
        instrument = self.symbology.instrument(symbol)
        kind = self._kind(message, known)
        made = ExecutionReport(self.mic, self._name(message, known), kind, OrdStatus.NEW)
        made.orig_cl_ord_id, made.text = self.ids.ours(message.text(41)), message.text(58)
        made.order_qty, made.cum_qty = _qty(message, 38, instrument), _qty(message, 14, instrument)
        made.avg_px, made.price = _average(message.get(6)), _px(message, 44)
        made.ord_status, made.side = self._status(message, made), _SIDES.get(message.text(54))
        if kind in EXECUTIONS:
            self._execution(made, message, instrument, symbol)
        if kind not in UNDOING or message.get(75):
            made.trade_date = _date(message, received)
        return made

    def cancel_reject(self, message: Message) -> OrderCancelReject:
        """OrderCancelReject(9)."""
        message = self._translated(message)
        ours, orig = self.ids.ours(message.text(11)), self.ids.ours(message.text(41))
        status = _STATUS.get(message.text(39), OrdStatus.NEW)
        text = message.text(58) or f"CxlRejReason(102) {message.text(102) or 'not given'}"
        return OrderCancelReject(self.mic, ours, orig, status, text)

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _translated(self, message: Message) -> Message:
        """Put FIX's values in the place of the venue's."""
        table = self.dialect.read_as
        if not any(message.get(int(tag)) for tag in table):
            return message
        fields = [
            (tag, table.get(str(tag), {}).get(value.decode("latin-1"), "").encode() or value)
            for tag, value in message.fields
        ]
        return Message(message.begin_string, message.msg_type, fields)

    def _name(self, message: Message, known: Known | None) -> str:
        """ClOrdID(11); where it has none, of the order that the venue's OrderID(37) names."""
        named = self.ids.ours(message.text(11))
        return named if named or known is None else known.cl_ord_id

    def _kind(self, message: Message, known: Known | None) -> ExecType:
        if message.get(150) in _MERE_STATUS:
            return ExecType.ORDER_STATUS
        kind = self.version.read(message)
        if self.version.oldest:
            return self._without_type(kind, message, known)
        if kind is not ExecType.REJECTED:
            return kind
        refused = message.get(39) == ExecType.REJECTED.value.encode()
        asked = known is not None and known.asked and known.acked
        unknown = message.get(103) == UNKNOWN_ORDER or message.get(790) is not None or asked
        # A refusal of a duplicate says nothing of the order that is live: its status is another.
        return ExecType.ORDER_STATUS if unknown or not refused else ExecType.REJECTED

    def _without_type(self, kind: ExecType, message: Message, known: Known | None) -> ExecType:
        """Find out in 4.0, which has no ExecType(150), why an order is said to be new or executed once more."""
        traded = (message.get(32) or b"").strip(b"0.")
        if known is None or traded or kind not in (ExecType.NEW, ExecType.TRADE):
            return kind
        if isinstance(known.requests.get(self.ids.ours(message.text(11))), ReplaceOrder):
            return ExecType.REPLACED
        return ExecType.RESTATED if known.acked else ExecType.NEW

    def _status(self, message: Message, made: ExecutionReport) -> OrdStatus:
        found = message.text(39)
        if found in _BY_QUANTITY:
            done, of = made.cum_qty or 0, made.order_qty
            open_ = OrdStatus.PARTIALLY_FILLED if done else OrdStatus.NEW
            return OrdStatus.FILLED if done and of is not None and done >= of else open_
        if found not in _STATUS:
            raise ValueError(f"OrdStatus(39): found {found!r}, expected one that FIX has")
        return _STATUS[found]

    def _execution(self, made: ExecutionReport, message: Message, instrument: Instrument, symbol: str) -> None:
        """Add what was executed, taken back, or put in its place."""
        undone = made.exec_type is ExecType.TRADE_CANCEL
        made.exec_id, made.exec_ref_id = self._exec_id(message, 17, symbol), self._exec_id(message, 19, symbol)
        made.last_qty, made.last_px = _qty(message, 32, instrument) or 0, _last_px(message) or 0
        if not made.exec_id:
            raise ValueError("ExecID(17): found nothing, expected one")
        if not undone and (made.last_qty <= 0 or made.last_px <= 0):
            found = f"LastQty(32) {message.text(32)!r} and LastPx(31) {message.text(31)!r}"
            raise ValueError(f"found {found}, expected both to be positive")
        if made.exec_type in UNDOING and not made.exec_ref_id:
            raise ValueError("ExecRefID(19): found nothing, expected the execution that is undone")
        one = self.dialect
        if one.liquidity_tag:
            made.liquidity = Liquidity[one.liquidity.get(message.text(one.liquidity_tag), "none").upper()]
        if one.fee_tag:
            fee = sum(_rounded(value) for tag, value in message.fields if tag == one.fee_tag)
            made.fee = -fee if one.rebates_positive else fee

    def _exec_id(self, message: Message, tag: int, symbol: str) -> str:
        """An ExecID, unique within a trade date."""
        found, scope = message.text(tag), self.dialect.exec_id_scope
        if not found or scope == "day":
            return found
        return f"{symbol or message.text(55) if scope == 'symbol' else message.text(37)}/{found}"


def _qty(message: Message, tag: int, instrument: Instrument) -> int | None:
    value = message.get(tag)
    try:
        return None if value is None else read_qty(value, instrument)
    except ValueError as error:
        raise ValueError(f"field {tag}: {error}") from None


def _px(message: Message, tag: int) -> int | None:
    value = message.get(tag)
    return None if value is None else _average(value)


def _last_px(message: Message) -> int | None:
    """LastPx(31): one that is finer than 1e-9 is rounded, for it was traded all the same."""
    value = message.get(31)
    return None if value is None else _rounded(value)


def _average(value: bytes | None) -> int | None:
    """A price that may be rounded; None where there is none that can be read."""
    try:
        return None if value is None else _rounded(value)
    except ValueError:
        return None


def _rounded(value: bytes) -> int:
    """Read a decimal of any precision in 1e-9, half to even; ValueError if it is none."""
    if len(value) > MAX_DIGITS or not value.replace(b".", b"", 1).removeprefix(b"-").isdigit():
        return read_px(value)  # which says what is wrong
    return round(Fraction(value.decode()) * PX_SCALE)


def _date(message: Message, received: int) -> str:
    """TradeDate(75). Where there is none, the day of what stays the same when the message is sent again."""
    if message.get(75):
        return message.text(75)
    for tag in (60, 122, 52):
        try:
            return day(read_time(message.get(tag) or b"")).decode()
        except ValueError:
            continue
    return day(received).decode()
