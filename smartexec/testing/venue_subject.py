"""An adapter under test, and what its scenarios need to ask of it. The scenarios are in `venue_orders`, `venue_faults`
and `venue_kit`.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Final
from unittest.mock import patch

from smartexec.interfaces.context import Context
from smartexec.interfaces.venue import VenueAdapter
from smartexec.model.commands import CancelOrder, QueryOrder, SendOrder
from smartexec.model.enums import ExecType, OrdType, Side, TimeInForce
from smartexec.model.events import ExecutionReport, OrderState
from smartexec.model.ids import NANOS_PER_SECOND
from smartexec.model.instrument import Instrument
from smartexec.runtime.reading.schema import build, init_fields
from smartexec.testing.bench import Bench
from smartexec.testing.counterparty import CannotSay, Counterparty
from smartexec.testing.kit import skip
from smartexec.testing.scripted_venue import TrueOrder
from smartexec.testing.views import BID

SECOND: Final = NANOS_PER_SECOND
SYMBOL: Final = "TEST"
ENDS: Final = (ExecType.REJECTED, ExecType.CANCELED, ExecType.EXPIRED)


class VenueSubject:
    """What the author of an adapter says of it, and a bench to try it on."""

    adapter: ClassVar[type[VenueAdapter]]
    """The class under test."""
    counterparty: ClassVar[type[Counterparty]]
    """The venue's side of its protocol; made without arguments."""
    params: ClassVar[Mapping[str, Any]] = {}
    """Its parameters, as a configuration gives them."""
    instruments: ClassVar[Sequence[Instrument]] = (Instrument(SYMBOL),)
    """Those it is started with; orders are in the first."""

    def make(self) -> VenueAdapter:
        """Make and start the adapter as a configuration would."""
        made = self.build(self.params)
        made.start(Context({one.symbol: one for one in self.instruments}))
        return made

    def build(self, params: Mapping[str, Any]) -> VenueAdapter:
        """Build the adapter; secrets, which a configuration only refers to, are given as they are."""
        with self._given(params) as known:
            made: VenueAdapter = build(self.adapter, known, self.adapter.name)
        return made

    @contextmanager
    def _given(self, params: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Give parameters as a configuration has them: with references to secrets, which hold as long as this does."""
        secrets = {one.alias for one in init_fields(self.adapter) if one.metadata.get("secret")} & set(params)
        names = {alias: f"SMARTEXEC_KIT_{alias.upper()}" for alias in secrets}
        with patch.dict(os.environ, {name: str(params[alias]) for alias, name in names.items()}):
            yield {**params, **{alias: f"env:{name}" for alias, name in names.items()}}

    def bench(self, *, connect: bool = True) -> Bench:
        """Make an adapter and its counterparty, connected unless told otherwise."""
        made = Bench(self.make(), self.counterparty())
        if connect:
            made.connect()
        return made

    def order(self, name: str = "P1.1", **changes: Any) -> SendOrder:
        """Make a limit order to buy 100."""
        terms: dict[str, Any] = {
            "mic": self.make().mic, "cl_ord_id": name, "symbol": self.instruments[0].symbol, "side": Side.BUY,
            "order_qty": 100, "ord_type": OrdType.LIMIT, "price": BID, "time_in_force": TimeInForce.DAY,
        }  # fmt: skip
        return SendOrder(**{**terms, **changes})

    def cancel(self, name: str, orig: str) -> CancelOrder:
        """Make a cancel."""
        return CancelOrder(self.make().mic, name, orig, self.instruments[0].symbol, Side.BUY)

    def query(self, name: str) -> QueryOrder:
        """Make a status request."""
        return QueryOrder(self.make().mic, name, self.instruments[0].symbol, Side.BUY)

    def sent(self, bench: Bench, name: str = "P1.1", **changes: Any) -> TrueOrder:
        """Send an order and let it be acknowledged; give it as the venue has it."""
        bench.exchange(self.order(name, **changes))
        assert name in bench.orders, f"found {bench.reached}, expected order {name} to reach the venue"
        return bench.orders[name]


def executions(bench: Bench) -> list[tuple[str, int, int]]:
    """(ExecID, quantity, price) of the executions that the adapter told."""
    return [
        (one.exec_id, one.last_qty, one.last_px) for one in bench.of(ExecutionReport) if one.exec_type is ExecType.TRADE
    ]


def cum_qty(bench: Bench, name: str) -> int:
    """CumQty(14) of an order as the adapter's events have it: the most that a report or its executions say."""
    reports = [one for one in bench.of(ExecutionReport) if name in (one.cl_ord_id, one.orig_cl_ord_id)]
    executed = {one.exec_id: one.last_qty for one in reports if one.exec_type is ExecType.TRADE}
    said = [one.cum_qty for one in (*reports, *bench.of(OrderState)) if one.cum_qty is not None]
    return int(max([sum(executed.values()), *said]))


@contextmanager
def sayable() -> Iterator[None]:
    """Skip the scenario where the counterparty cannot say something."""
    try:
        yield
    except CannotSay as reason:
        skip(str(reason))
