"""`sim-dark`: a midpoint pool with hidden size. No order protocol.

Orders meet hidden size at the midpoint of the consolidated quote (the best of all venues' quotes where there is none),
within their limit and in executions of at least `min_qty` (or all that is left). What is left rests.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from attrs import define

from smartexec.api import Capabilities, OrdType, Peg, Quote, ReplaceMode, TimeInForce, VenueKind
from smartexec_sim.base import AT_ONCE
from smartexec_sim.hidden import MidpointVenue
from smartexec_sim.orders import OwnOrder


@define(eq=False, kw_only=True, slots=False)
class SimDark(MidpointVenue):
    """A dark pool: midpoint executions against hidden size."""

    name: ClassVar[str] = "sim-dark"

    def _declare(self) -> Capabilities:
        return Capabilities(
            kind=VenueKind.DARK,
            ord_types=frozenset({OrdType.MARKET, OrdType.LIMIT, OrdType.PEGGED}),
            times_in_force=frozenset({TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK}),
            replace=ReplaceMode.KEEPS_PRIORITY,
            min_qty=True,
            pegs=frozenset({Peg.MID}),
            order_status=self.order_status,
            authoritative_unknown=self.order_status,  # a query never overtakes an order
            make_fee=self.make_fee,
            take_fee=self.take_fee,
        )

    def _market_work(self) -> dict[type, Callable[[Any, int], None]]:
        return {Quote: self._keep_quote}

    def _objection(self, order: OwnOrder, price: int | None, now: int) -> str:
        return ""

    def _opposing(self, order: OwnOrder, price: int | None) -> Sequence[OwnOrder]:
        return self._pool(order.symbol).opposing(order.sign, price)

    def _reach(self, order: OwnOrder, now: int) -> int:
        return self._pool(order.symbol).reach(order, now)

    def _enter(self, order: OwnOrder, now: int, before: int | None = None) -> Sequence[tuple[int, int]]:
        if before is not None:
            return ()  # all meet at the midpoint: nothing is better
        return self._pool(order.symbol).take(order, now)

    def _rests(self, order: OwnOrder) -> bool:
        return order.time_in_force not in AT_ONCE

    def _rest(self, order: OwnOrder, now: int) -> None:
        self._wait(order, now)

    def _withdraw(self, order: OwnOrder) -> None:
        self._pool(order.symbol).own.remove(order)

    def _on_trading(self, symbol: str, trading: bool, now: int) -> None:
        self._open_pool(symbol, trading, now)
