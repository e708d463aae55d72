"""Why a venue would not take an order or a replace: pure checks of one command against one instrument. No state."""

from collections.abc import Callable

from smartexec.api import Capabilities, Instrument, OrdType, Phase, SendOrder

PHASE_TEXT = {Phase.HALTED: "halted", Phase.CLOSED: "closed", Phase.AUCTION: "auction: continuous orders only"}
"""Phases in which new orders are refused. A phase that was never said (UNKNOWN) counts as continuous."""
STRICTEST_FIRST = (Phase.HALTED, Phase.CLOSED, Phase.AUCTION, Phase.CONTINUOUS)

Check = Callable[[SendOrder, Instrument, Capabilities], str]


def refusal(command: SendOrder, instrument: Instrument, capabilities: Capabilities) -> str:
    """Give the text of the first fault of a new order; "" if there is none."""
    for check in CHECKS:
        if text := check(command, instrument, capabilities):
            return text
    return ""


def bad_qty(qty: int, instrument: Instrument) -> str:
    """Check OrderQty(38)."""
    if qty <= 0 or qty % instrument.lot:
        return f"order_qty {qty}, expected a positive multiple of {instrument.lot}"
    return ""


def bad_price(price: int | None, instrument: Instrument) -> str:
    """Check Price(44), if there is one."""
    if price is not None and (price <= 0 or price % instrument.tick):
        return f"price {price}, expected a positive multiple of the tick {instrument.tick}"
    return ""


def _ord_type(command: SendOrder, _: Instrument, capabilities: Capabilities) -> str:
    if command.ord_type not in capabilities.ord_types:
        return f"ord_type {command.ord_type.name} is not supported"
    if command.time_in_force not in capabilities.times_in_force:
        return f"time_in_force {command.time_in_force.name} is not supported"
    return ""


def _price_fits_type(command: SendOrder, _: Instrument, __: Capabilities) -> str:
    if command.ord_type is OrdType.LIMIT and command.price is None:
        return "LIMIT without a price"
    if command.ord_type is OrdType.MARKET and command.price is not None:
        return f"MARKET with price {command.price}, expected none"
    if (command.ord_type is OrdType.PEGGED) != (command.peg is not None):
        return f"ord_type {command.ord_type.name} with peg {command.peg.name if command.peg else 'none'}"
    return ""


def _features(command: SendOrder, _: Instrument, capabilities: Capabilities) -> str:
    if command.peg is not None and command.peg not in capabilities.pegs:
        return f"peg {command.peg.name} is not supported"
    if command.min_qty and not capabilities.min_qty:
        return "min_qty is not supported"
    if command.min_qty > command.order_qty:
        return f"min_qty {command.min_qty} above order_qty {command.order_qty}"
    if command.display_qty is not None and not capabilities.display_qty:
        return "display_qty is not supported"
    if command.post_only and not capabilities.post_only:
        return "post_only is not supported"
    return ""


CHECKS: tuple[Check, ...] = (
    lambda command, instrument, _: bad_qty(command.order_qty, instrument),
    _ord_type,
    _price_fits_type,
    lambda command, instrument, _: bad_price(command.price, instrument),
    _features,
)
