"""What a client asks for, as events: NewOrderSingle(D), OrderCancelRequest(F), OrderCancelReplaceRequest(G).

A new order that cannot be one becomes a RejectedOrder, so that it is kept. What a request says of its order must agree
with the order; what it would change and cannot be changed is refused here, with the reason.
"""

from collections.abc import Callable, Mapping
from typing import Final

from attrs import frozen

from smartexec.api import (
    CancelRequest,
    Instrument,
    NewOrder,
    Params,
    RejectedOrder,
    ReplaceRequest,
    Side,
    TimeInForce,
)
from smartexec_fix.clients.client_book import Order
from smartexec_fix.clients.client_session import ClientSession
from smartexec_fix.clients.order_fields import check
from smartexec_fix.clients.parameters import Vocabulary
from smartexec_fix.wire.message import Message
from smartexec_fix.wire.values import read_px, read_qty, read_time

MARKET, LIMIT = b"1", b"2"
MOST: Final = 1 << 53
"""Lots, and 1e-9 of the currency: nothing can be as large as that."""
_SIDES: Final = {side.value.encode(): side for side in (Side.BUY, Side.SELL)}
_TIMES: Final[Mapping[bytes | None, TimeInForce]] = {
    None: TimeInForce.DAY,
    b"6": TimeInForce.DAY,  # good till date: ExpireTime(126) says until when
    **{one.value.encode(): one for one in TimeInForce},
}
"""TimeInForce(59); which of them an order may have is checked with the order."""
_INSTRUCTIONS: Final = frozenset({b"1", b"5"})
"""ExecInst(18) that need no heed: not held, held."""


@frozen
class Desk:
    """What orders are read with."""

    instruments: Mapping[str, Instrument]
    words: Vocabulary


def new_order(desk: Desk, client: ClientSession, order: Message) -> NewOrder | RejectedOrder:
    """Read a NewOrderSingle(D)."""
    account = order.text(1) or client.account
    try:
        one = instrument_of(desk, order)
        return NewOrder(
            client.name,
            order.text(11),
            one.symbol,
            side_of(order),
            _read(order, 38, "OrderQty", lambda value: read_qty(value, one)),
            desk.words.strategy(order, client.strategy),
            account,
            _price(order),
            _heeded(desk, order),
            effective_time=_time(order, 168, "EffectiveTime"),
            expire_time=_time(order, 126, "ExpireTime"),
            currency=order.text(15),
            time_in_force=_time_in_force(order),
            list_id=order.text(66),
        )
    except ValueError as error:
        return _rejected(desk, client, order, account, str(error))


def cancel(client: ClientSession, request: Message, order: Order | None) -> CancelRequest:
    """Read an OrderCancelRequest(F); ValueError if it does not agree with its order."""
    _agrees(request, order)
    return CancelRequest(client.name, request.text(11), request.text(41))


def replace(desk: Desk, client: ClientSession, request: Message, order: Order | None) -> ReplaceRequest:
    """Read an OrderCancelReplaceRequest(G); ValueError if it asks for what cannot be changed."""
    made = ReplaceRequest(client.name, request.text(11), request.text(41))
    _agrees(request, order)
    one = None if order is None else desk.instruments.get(order.symbol)
    if order is None or one is None:
        return made  # it is refused as unknown
    _unchanged(desk, client, request, order)
    if request.get(38) is not None:
        made.order_qty = _read(request, 38, "OrderQty", lambda value: read_qty(value, one))
    made.price = _price(request)
    if made.price is None and order.price is not None:
        raise ValueError("OrdType(40): found '1', expected '2': a limit cannot be taken away")
    return made


# -- fields ------------------------------------------------------------------------------------------------------------


def instrument_of(desk: Desk, message: Message) -> Instrument:
    """Find the instrument that a message names; ValueError if there is none."""
    symbol = message.text(55)
    if symbol not in desk.instruments:
        raise ValueError(f"Symbol(55): found {symbol!r}, expected a configured instrument")
    return desk.instruments[symbol]


def side_of(message: Message) -> Side:
    """Read Side(54)."""
    side = _SIDES.get(message.get(54) or b"")
    if side is None:
        raise ValueError(f"Side(54): found {message.text(54)!r}, expected '1' (buy) or '2' (sell)")
    return side


def _read(message: Message, tag: int, name: str, reader: Callable[[bytes], int]) -> int:
    value = message.get(tag)
    if value is None:
        raise ValueError(f"{name}({tag}): found nothing, expected a value")
    try:
        number = reader(value)
    except ValueError as error:
        raise ValueError(f"{name}({tag}): {error}") from None
    if abs(number) >= MOST:
        raise ValueError(f"{name}({tag}): found {message.text(tag)!r}, expected less than {MOST} units")
    return number


def _price(message: Message) -> int | None:
    """Price(44) of a limit order; a market order has none."""
    kind = message.get(40)
    if kind == LIMIT:
        return _read(message, 44, "Price", read_px)
    if kind != MARKET:
        raise ValueError(f"OrdType(40): found {message.text(40)!r}, expected '1' (market) or '2' (limit)")
    if message.get(44) is not None:
        raise ValueError(f"Price(44): found {message.text(44)!r}, expected none in a market order")
    return None


def _time(message: Message, tag: int, name: str) -> int | None:
    value = message.get(tag)
    try:
        return None if value is None else read_time(value)
    except ValueError as error:
        raise ValueError(f"{name}({tag}): {error}") from None


def _time_in_force(message: Message) -> TimeInForce:
    found = message.get(59)
    if found not in _TIMES or (found == b"6" and message.get(126) is None):
        raise ValueError(
            f"TimeInForce(59): found {message.text(59)!r}, expected '0' (day), or '6' with ExpireTime(126)"
        )
    return _TIMES[found]


def _heeded(desk: Desk, order: Message) -> Params:
    """Give the parameters, once nothing is asked for that would not be done."""
    check(order, desk.words.tags)
    unknown = [one for one in (order.get(18) or b"").split() if one not in _INSTRUCTIONS]
    if unknown:
        raise ValueError(f"ExecInst(18): found {order.text(18)!r}, expected '1' (not held) or none")
    return desk.words.params(order)


# -- requests ----------------------------------------------------------------------------------------------------------


def _agrees(request: Message, order: Order | None) -> None:
    """See that a request means the order that it names."""
    for tag, name, expected in ((55, "Symbol", order and order.symbol), (54, "Side", order and order.side)):
        found = request.text(tag)
        if expected and found and found != expected:
            raise ValueError(f"{name}({tag}): found {found!r}, expected {expected!r} as in the order")


def _unchanged(desk: Desk, client: ClientSession, request: Message, order: Order) -> None:
    """See that a replace leaves alone what only a new order can say: all but quantity and price."""
    _heeded(desk, request)
    strategy = desk.words.strategy(request, order.strategy)
    if strategy != order.strategy:
        raise ValueError(f"TargetStrategy(847): found {strategy!r}, expected {order.strategy!r} as in the order")
    kept = dict(order.params)
    for name, value in desk.words.params(request):
        if name not in kept or not _same(value, kept[name]):
            raise ValueError(f"parameter {name}: found {value!r}, expected it as in the order: it cannot be changed")
    account = request.text(1) or client.account
    if request.get(1) is not None and account != order.account:
        raise ValueError(f"Account(1): found {account!r}, expected {order.account!r} as in the order")
    for tag, label, was in ((168, "EffectiveTime", order.effective_time), (126, "ExpireTime", order.expire_time)):
        found = _time(request, tag, label)
        if found is not None and found != was:
            raise ValueError(f"{label}({tag}): found {request.text(tag)!r}, expected it as in the order")
    _time_in_force(request)


def _same(said: object, known: object) -> bool:
    """Whether a parameter is what it was, said as a client says it or, after a restart, as its strategy has it."""
    if said == known or str(said) == str(known):
        return True
    try:
        return float(str(said)) == float(str(known))
    except ValueError:
        return str(said).lower() == str(known).lower()


def _rejected(desk: Desk, client: ClientSession, order: Message, account: str, text: str) -> RejectedOrder:
    side = _SIDES.get(order.get(54) or b"")
    one = desk.instruments.get(order.text(55), Instrument(order.text(55)))
    return RejectedOrder(
        client.name,
        order.text(11),
        text,
        order.text(55),
        order.text(54) if side is None else side.name,
        account,
        order_qty=_or_none(order, 38, lambda value: read_qty(value, one)) or 0,
        price=_or_none(order, 44, read_px),
        strategy=desk.words.strategy(order, client.strategy),
    )


def _or_none(message: Message, tag: int, reader: Callable[[bytes], int]) -> int | None:
    try:
        return _read(message, tag, "", reader)
    except ValueError:
        return None
