"""`sim-ats`: a displayed book with a midpoint book inside the spread. No order protocol.

An order that takes meets hidden size at the midpoint first, then the displayed book. Midpoint pegs wait at the
midpoint only; all others that rest are displayed.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from attrs import define, evolve

from smartexec.api import Capabilities, OrdType, Peg, Quote, VenueKind
from smartexec_sim.hidden import MidpointVenue
from smartexec_sim.lit import SimLit
from smartexec_sim.orders import OwnOrder


@define(eq=False, kw_only=True, slots=False)
class SimAts(SimLit, MidpointVenue):
    """An alternative trading system: price-improving midpoint matching, otherwise a lit book."""

    name: ClassVar[str] = "sim-ats"
    kind: ClassVar[VenueKind] = VenueKind.ATS

    def _declare(self) -> Capabilities:
        return evolve(
            SimLit._declare(self),
            ord_types=frozenset({OrdType.MARKET, OrdType.LIMIT, OrdType.PEGGED}),
            pegs=frozenset({Peg.MID}),
        )

    def _market_work(self) -> dict[type, Callable[[Any, int], None]]:
        return {**SimLit._market_work(self), Quote: self._on_any_quote}

    def _on_any_quote(self, quote: Quote, now: int) -> None:
        if quote.mic in ("", self.mic):
            self._on_quote(quote, now)
        self._keep_quote(quote, now)

    def _on_trading(self, symbol: str, trading: bool, now: int) -> None:
        SimLit._on_trading(self, symbol, trading, now)
        self._open_pool(symbol, trading, now)

    def _opposing(self, order: OwnOrder, price: int | None) -> Sequence[OwnOrder]:
        inside = () if order.time_in_force.auction else self._pool(order.symbol).opposing(order.sign, price)
        return [*inside, *SimLit._opposing(self, order, price)]

    def _reach(self, order: OwnOrder, now: int) -> int:
        inside = self._pool(order.symbol).reach(order, now)
        return inside if order.peg else inside + SimLit._reach(self, order, now)

    def _enter(self, order: OwnOrder, now: int, before: int | None = None) -> Sequence[tuple[int, int]]:
        if order.post_only or order.time_in_force.auction:
            return ()
        if before is not None:
            return () if order.peg else self._sweep(order, order.leaves, now, before)
        inside = self._pool(order.symbol).take(order, now)
        left = order.leaves - sum(qty for _, qty in inside)
        return inside if order.peg or not left else [*inside, *self._sweep(order, left, now)]

    def _rest(self, order: OwnOrder, now: int) -> None:
        if order.peg:
            self._wait(order, now)
        else:
            SimLit._rest(self, order, now)

    def _withdraw(self, order: OwnOrder) -> None:
        SimLit._withdraw(self, order)
        self._pool(order.symbol).own.remove(order)
