"""A client order as a person writes it, read for one instrument: quantity, limit and times, checked. Sends nothing."""

from attrs import frozen

from smartexec.errors import ConfigError
from smartexec.lab.terms import Money, clock, offset, price, text, whole
from smartexec.model.enums import Side
from smartexec.model.instrument import Instrument
from smartexec.model.orders import NewOrder, Params
from smartexec.runtime.reading.checks import MAX_QTY, wrong

SOURCE = "LAB"
"""Who sends the client orders of a lab."""


@frozen(kw_only=True)
class Ticket:
    """What was written of an order, besides its strategy. Times since the start of the lab."""

    side: Side
    qty: int
    limit: Money | None
    start: str | None
    end: str | None
    account: str
    owner: str

    def order(self, cl_ord_id: str, strategy: str, params: Params, instrument: Instrument, arrives: int) -> NewOrder:
        """Make the order; ConfigError if it makes no sense there. It `arrives` at that time, ns UTC."""
        begin = None if self.start is None else instrument.open + offset(self.start, "start")
        end = instrument.close if self.end is None else instrument.open + offset(self.end, "end")
        first, last = clock(max(arrives, begin or 0) - instrument.open), clock(instrument.close - instrument.open)
        if end > instrument.close:
            raise ConfigError(f"end: found {self.end!r}, expected no later than the end of the market, {last}")
        if end <= max(arrives, begin or 0) and self.end is not None:
            raise ConfigError(f"end: found {self.end!r}, expected a time after the start of the order, {first}")
        if end <= max(arrives, begin or 0):
            raise ConfigError(f"start: found {self.start!r}, expected a time before the end of the market, {last}")
        made = NewOrder(
            source=SOURCE,
            cl_ord_id=cl_ord_id,
            symbol=instrument.symbol,
            side=self.side,
            order_qty=lots(instrument, self.qty),
            strategy=strategy,
            account=text(self.account, "account") or f"A-{cl_ord_id}",
            price=None if self.limit is None else limit(instrument, self.limit),
            params=params,
            owner=text(self.owner, "owner"),
            effective_time=begin,
            expire_time=None if self.end is None else end,
        )
        if fault := wrong(made, (NewOrder,)):
            raise ConfigError(fault)
        return made


def lots(instrument: Instrument, qty: object) -> int:
    """Read a quantity; ConfigError if it is not whole lots."""
    found = whole(qty, "qty", most=MAX_QTY - 1)
    if found % instrument.lot:
        raise ConfigError(f"qty: found {found}, expected a multiple of the lot, {instrument.lot}")
    return found


def limit(instrument: Instrument, px: object) -> int:
    """Read a limit; ConfigError if it is not on a tick."""
    found = price(px, "limit")
    if found % instrument.tick:
        raise ConfigError(f"limit: found {px!r}, expected a multiple of the tick, {instrument.tick / 1e9:g}")
    return found
