"""What members ask of the exchange, as commands: NewOrderSingle(D), its cancel (F) and its replace (G).

ValueError says what is wrong with a message, in words for its Text(58).
"""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from smartexec.api import CancelOrder, Instrument, OrdType, ReplaceOrder, SendOrder, Side, TimeInForce
from smartexec_fix.wire.message import Message
from smartexec_fix.wire.values import read_px, read_qty

E = TypeVar("E", bound=Enum)
ADD_ONLY = "6"
"""ExecInst(18): participate, do not initiate."""
Instruments = Mapping[str, Instrument]


def new_order(message: Message, mic: str, instruments: Instruments) -> SendOrder:
    """Read NewOrderSingle(D)."""
    instrument = _instrument(message, instruments)
    shown = message.get(111)
    return SendOrder(
        mic,
        message.text(11),
        instrument.symbol,
        _one_of(Side, message, 54),
        read_qty(message.get(38) or b"", instrument),
        _one_of(OrdType, message, 40),
        _price(message),
        _one_of(TimeInForce, message, 59, TimeInForce.DAY),
        min_qty=read_qty(message.get(110) or b"0", instrument),
        display_qty=None if shown is None else read_qty(shown, instrument),
        post_only=ADD_ONLY in message.text(18).split(),
    )


def cancel(message: Message, mic: str) -> CancelOrder:
    """Read OrderCancelRequest(F)."""
    return CancelOrder(mic, message.text(11), message.text(41), message.text(55), _one_of(Side, message, 54))


def replace(message: Message, mic: str, instruments: Instruments) -> ReplaceOrder:
    """Read OrderCancelReplaceRequest(G)."""
    instrument = _instrument(message, instruments)
    qty = read_qty(message.get(38) or b"", instrument)
    side = _one_of(Side, message, 54)
    return ReplaceOrder(mic, message.text(11), message.text(41), instrument.symbol, side, qty, _price(message))


def _instrument(message: Message, instruments: Instruments) -> Instrument:
    found = instruments.get(message.text(55))
    if found is None:
        raise ValueError(f"Symbol(55): found {message.text(55)!r}, expected one that is listed")
    return found


def _price(message: Message) -> int | None:
    value = message.get(44)
    return None if value is None else read_px(value)


def _one_of(kind: type[E], message: Message, tag: int, default: E | None = None) -> E:
    value = message.get(tag)
    if value is None and default is not None:
        return default
    try:
        return kind(message.text(tag))
    except ValueError:
        raise ValueError(f"{kind.__name__}({tag}): found {message.text(tag)!r}, expected one that is taken") from None
