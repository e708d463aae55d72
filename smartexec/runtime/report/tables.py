"""The tables of the external contract, made from the blotter: names, columns, and rows of text.

Prices are decimal, times ISO-8601 with nanoseconds, UTC; enumerations are FIX names in capitals; "" is no value.
Everything is printed from integers and exact rationals, so that equal blotters give equal bytes.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from typing import Any

from smartexec.kernel.blotter import Blotter, CrossRow, RequestRow
from smartexec.kernel.executions import NANOS_PER_DAY, utc_date
from smartexec.kernel.market import round_half_even
from smartexec.kernel.orders import AllocationRow, ChildOrder, ClientOrder, DecisionRow, Epoch, Execution, ParentOrder
from smartexec.model.enums import Liquidity, OrdType
from smartexec.model.instrument import Instrument
from smartexec.runtime.reading.units import decimal
from smartexec.runtime.report.benchmark_rows import COLUMNS as BENCHMARKS
from smartexec.runtime.report.benchmark_rows import Figures, figures, prices

Row = Sequence[str]
PX_DIGITS = 9
NANO_DIGITS = 9

COLUMNS: dict[str, str] = {
    "client_orders": "order_id source account owner cl_ord_id symbol side order_qty price strategy received parent_id "
    "cum_qty leaves_qty offset_qty avg_px ord_status text",
    "parent_orders": "parent_id symbol side strategy params order_qty crossed_qty offset_qty cum_qty avg_px epochs "
    "started ended state",
    "child_orders": "cl_ord_id parent_id venue side order_qty ord_type price time_in_force sent ended cum_qty avg_px "
    "ord_status routing reason",
    "executions": "exec_id cl_ord_id parent_id venue trade_date time side last_qty last_px liquidity fee exec_type "
    "exec_ref_id",
    "crosses": "cross_id time symbol qty px bid ask buy_parent_id sell_parent_id",
    "allocations": "alloc_id order_id account parent_id exec_id cross_id time side qty px limit_px money alloc_ref_id "
    "epoch",
    "epochs": "parent_id epoch order_id leaves_qty carried limit_px lot",
    "requests": "order_id cl_ord_id orig_cl_ord_id time request order_qty price outcome decided text",
    "benchmarks": BENCHMARKS,
    "decisions": "seq time parent_id plugin wake note slices legs",
    "alerts": "seq time level what where",
}
"""Table -> its columns, in order."""


# -- cells -------------------------------------------------------------------------------------------------------------


def px(value: int | None) -> str:
    """A price in 1e-9."""
    return "" if value is None else decimal(value, PX_DIGITS)


def average(notional: int, qty: int) -> str:
    """An average price, rounded half to even to 1e-9 only here."""
    return px(round_half_even(notional, qty)) if qty else ""


def time(ns: int | None) -> str:
    """A time in ns UTC."""
    if ns is None:
        return ""
    date, rest = utc_date(ns), ns % NANOS_PER_DAY
    seconds, nanos = divmod(rest, 10**9)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{date[:4]}-{date[4:6]}-{date[6:]}T{hour:02}:{minute:02}:{second:02}.{nanos:09}Z"


class Tables:
    """Prints a blotter."""

    def __init__(self, blotter: Blotter, lot: int = 1) -> None:
        self.blotter = blotter
        self.lot = lot
        """Lots within which shares are fair: the rounding lot or minimum, where booked at completion."""

    def row(self, name: str, one: Any) -> Row:
        """The row of one client order, execution, cross, allocation or parent order, as the tables have it."""
        makers: dict[str, Callable[[Any], Row]] = {
            "client_orders": self._client,
            "executions": self._execution,
            "crosses": self._cross,
            "allocations": self._allocation,
            "parent_orders": self._parent,
        }
        return makers[name](one)

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of one table."""
        makers: dict[str, Callable[[], Iterator[Row]]] = {
            "client_orders": lambda: map(self._client, self.blotter.orders),
            "parent_orders": lambda: map(self._parent, self.blotter.parents),
            "child_orders": lambda: map(self._child, self.blotter.child_orders),
            "executions": lambda: map(self._execution, self.blotter.executions),
            "crosses": lambda: map(self._cross, self.blotter.crosses),
            "allocations": lambda: map(self._allocation, self.blotter.allocations),
            "epochs": self._epochs,
            "requests": lambda: map(self._request, self.blotter.requests),
            "benchmarks": lambda: map(self._benchmark, figures(self.blotter)),
            "decisions": lambda: map(self._decision, self.blotter.decisions),
            "alerts": self._alerts,
        }
        return makers[name]()

    def _client(self, o: ClientOrder) -> Row:
        digits = o.parent.instrument.qty_decimals if o.parent else 0
        left = 0 if o.over else o.order_qty - o.cum_qty - o.offset_qty
        return (
            o.order_id, o.source, o.account, o.owner, o.cl_ord_id, o.symbol, o.side.name if o.sign else "",
            decimal(o.order_qty, digits), px(o.price), o.strategy, time(o.received),
            o.parent.parent_id if o.parent and o.joined else "",
            decimal(o.cum_qty, digits), decimal(left, digits), decimal(o.offset_qty, digits),
            average(o.notional, o.cum_qty), o.ord_status.name, o.text,
        )  # fmt: skip

    def _parent(self, p: ParentOrder) -> Row:
        digits = p.instrument.qty_decimals
        size = sum(m.done_qty if m.over else m.order_qty for m in p.members)
        params = ";".join(f"{name}={value}" for name, value in p.params)
        return (
            p.parent_id, p.instrument.symbol, p.side.name, p.strategy, params, decimal(size, digits),
            decimal(p.crossed_qty, digits), decimal(p.offset_qty, digits), decimal(p.cum_qty, digits),
            average(p.notional, p.cum_qty), str(len(p.epochs)), time(p.started), time(p.ended), p.state.name,
        )  # fmt: skip

    def _child(self, c: ChildOrder) -> Row:
        digits = c.parent.instrument.qty_decimals
        kind = OrdType.PEGGED if c.leg and c.leg.peg else OrdType.MARKET if c.price is None else OrdType.LIMIT
        name = c.routing
        return (
            c.order_id, c.parent.parent_id, c.mic, c.parent.side.name, decimal(c.order_qty, digits), kind.name,
            px(c.price), c.time_in_force.name, time(c.sent), time(c.ended), decimal(c.cum_qty, digits),
            average(c.notional, c.cum_qty), c.ord_status.name, name, c.reason,
        )  # fmt: skip

    def _execution(self, e: Execution) -> Row:
        digits = e.parent.instrument.qty_decimals if e.parent else 0
        liquidity = "" if e.liquidity is Liquidity.NONE else e.liquidity.name
        return (
            e.exec_id, e.cl_ord_id, e.parent.parent_id if e.parent else "EXTERNAL", e.mic, e.trade_date, time(e.time),
            e.side.name, decimal(e.last_qty, digits), px(e.last_px), liquidity, px(e.fee), e.exec_type.name,
            e.exec_ref_id,
        )  # fmt: skip

    def _cross(self, x: CrossRow) -> Row:
        qty = decimal(x.qty, x.buy.instrument.qty_decimals)
        ids = (x.buy.parent_id, x.sell.parent_id)
        return x.cross_id, time(x.time), x.symbol, qty, px(x.px), px(x.bid), px(x.ask), *ids

    def _allocation(self, a: AllocationRow) -> Row:
        digits = a.parent.instrument.qty_decimals if a.parent else 0
        return (
            a.alloc_id, a.order.order_id if a.order else "", a.account,
            a.parent.parent_id if a.parent else "EXTERNAL", a.exec_id, a.cross_id, time(a.time), a.side.name,
            decimal(a.qty, digits), px(a.px), px(a.limit), _cents(a.money),
            f"A{a.ref}" if a.ref else "", str(a.epoch) if a.epoch else "",
        )  # fmt: skip

    def _epochs(self) -> Iterator[Row]:
        for parent in self.blotter.parents:
            for epoch in parent.epochs:
                yield from self._epoch(epoch)

    def _epoch(self, e: Epoch) -> Iterator[Row]:
        instrument: Instrument = e.parent.instrument
        digits = instrument.qty_decimals
        lot = decimal(self.lot, digits)
        members = zip(e.members, e.shares.weights, e.shares.carried, e.limits, strict=True)
        for member, weight, carried, limit in members:
            exact = decimal(carried, NANO_DIGITS + digits)
            ids = (e.parent.parent_id, str(e.number), member.order_id)
            yield *ids, decimal(weight, digits), exact, px(limit), lot

    def _request(self, r: RequestRow) -> Row:
        parent = r.order.parent if r.order else None
        digits = parent.instrument.qty_decimals if parent else 0
        qty = "" if r.order_qty is None else decimal(r.order_qty, digits)
        ids = (r.order.order_id if r.order else "", r.cl_ord_id, r.orig_cl_ord_id, time(r.time))
        return *ids, r.request, qty, px(r.price), r.outcome, time(r.decided), r.text

    def _benchmark(self, f: Figures) -> Row:
        kind, name, parent_id, market, side, start, end, mark0, mark1 = f
        vwap, *others = prices(start, end, mark0, mark1, self.blotter.now)
        volume = decimal(mark1.volume - mark0.volume, market.instrument.qty_decimals)
        arrival = (px(mark0.bid), px(mark0.ask), px(mark0.price))
        ids = (kind, name, parent_id, market.instrument.symbol, side, time(start), time(end))
        return *ids, *arrival, volume, px(vwap), *map(px, others), px(market.last)

    def _decision(self, d: DecisionRow) -> Row:
        digits = d.parent.instrument.qty_decimals
        slices = "; ".join(f"{s.slot}: {decimal(s.qty, digits)} @ {px(s.price) or 'market'}" for s in d.decision.slices)
        sent = [f"{c.order_id} {c.mic} {decimal(c.leg.qty if c.leg else c.order_qty, digits)}" for c in d.legs]
        legs = "; ".join([*sent, *(f"refused {text}" for text in d.refused)])
        ids = (str(d.seq), time(d.time), d.parent.parent_id, d.plugin, d.wake.name)
        return *ids, d.decision.note, slices, legs

    def _alerts(self) -> Iterator[Row]:
        for a in self.blotter.alerts:
            yield str(a.seq), time(a.time), a.level, a.what, a.where


def _cents(money: int) -> str:
    whole, rest = divmod(abs(money), 100)
    return f"{'-' if money < 0 else ''}{whole}.{rest:02}"


def tables(blotter: Blotter, lot: int = 1) -> Iterator[tuple[str, Sequence[str], Iterator[Row]]]:
    """(name, columns, rows) of every table, in the order of the contract."""
    printer = Tables(blotter, lot)
    for name, columns in COLUMNS.items():
        yield name, tuple(columns.split()), printer.rows(name)


def table_digest(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """Identify a table by its text."""
    digest = blake2b("\x1f".join(columns).encode(), digest_size=16)
    for row in rows:
        digest.update(b"\x1e" + "\x1f".join(row).encode())
    return digest.hexdigest()
