"""What all simulated venues share: the order protocol, latency, phases, reports. How orders meet is the subclass's.

Commands take effect `latency_in` after they were sent, reports are given out `latency_out` after they arose. A market
event is applied at once, after all that was due before it.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from typing import Any, ClassVar

from attrs import define, field
from attrs.validators import and_, ge, gt, in_, le

from smartexec.api import (
    CancelOrder,
    Capabilities,
    ConfigError,
    Context,
    ExecType,
    ExecutionReport,
    Instrument,
    Liquidity,
    OrdStatus,
    OrdType,
    Phase,
    PhaseChange,
    QueryOrder,
    ReplaceOrder,
    SendOrder,
    Tick,
    TimeInForce,
    VenueAdapter,
    VenueEvent,
    VenueInput,
)
from smartexec_sim.admission import PHASE_TEXT, STRICTEST_FIRST, bad_price, bad_qty, refusal
from smartexec_sim.delays import FIXED, LATENCY_MODELS, Draw, sampler
from smartexec_sim.latency import IN, OUT, DelayLine
from smartexec_sim.orders import Fill, OwnOrder
from smartexec_sim.reports import refused, report_of, status_of
from smartexec_sim.self_match import CANCEL_OLDEST, REJECT, RULES, SELF_MATCH, text_of

AT_ONCE = frozenset({TimeInForce.IOC, TimeInForce.FOK})


@define(eq=False, kw_only=True, slots=False)
class SimVenue(VenueAdapter):
    """Base of the simulated venues. Latencies in ns, fees in 1e-9 of the currency per unit of quantity."""

    simulated: ClassVar[bool] = True

    mic: str
    """ISO 10383 code of the venue."""
    latency_in: int = field(default=0, validator=ge(0), metadata={"unit": "ns"})
    """From a command's sending to its effect, ns; the mean where `latency_in_p99` is given."""
    latency_out: int = field(default=0, validator=ge(0), metadata={"unit": "ns"})
    """From a report's cause to its being heard, ns; the mean where `latency_out_p99` is given."""
    latency_model: str = field(default=FIXED, validator=in_(LATENCY_MODELS))
    """How latencies are distributed about their means; "fixed": not at all. The others
    need a percentile."""
    latency_in_p99: int = field(default=0, validator=ge(0), metadata={"unit": "ns"})
    """99th percentile of `latency_in`, ns; 0 = it is constant."""
    latency_out_p99: int = field(default=0, validator=ge(0), metadata={"unit": "ns"})
    """99th percentile of `latency_out`, ns; 0 = it is constant."""
    jitter: int = field(default=0, validator=ge(0), metadata={"unit": "ns"})
    """Each message is delayed by up to this much more, uniformly, ns; messages do not overtake each other."""
    make_fee: int = field(default=0, metadata={"unit": "px"})
    """Per unit of quantity when adding liquidity; negative = rebate."""
    take_fee: int = field(default=0, metadata={"unit": "px"})
    """Per unit of quantity when removing liquidity."""
    share: float = field(default=1.0, validator=and_(gt(0.0), le(1.0)))
    """The venue's share of consolidated size and volume where the data know no venues, 0..1."""
    order_status: bool = True
    """Answers OrderStatusRequest(35=H); else it is silent."""
    self_match: str = field(default=REJECT, validator=in_(SELF_MATCH))
    """What happens when an own order would trade with an own order: the newer one is refused before it enters
    ("reject"), it or the older one or both are cancelled when they would meet, or both lose the smaller quantity."""
    seed: int | None = None
    """Of all that is random; None = the run's."""

    _capabilities: Capabilities = field(init=False)
    _instruments: dict[str, Instrument] = field(init=False, factory=dict)
    _line: DelayLine = field(init=False)
    _orders: dict[str, OwnOrder] = field(init=False, factory=dict)
    """By every ClOrdID(11) an order has had."""
    _phases: dict[str, dict[str, Phase]] = field(init=False, factory=dict)
    """By symbol, then by who said it: everywhere ("") or here."""
    _execs: int = field(init=False, default=0)
    _work: dict[type, Callable[[Any, int], None]] = field(init=False)
    _seed: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        self._capabilities = self._declare()
        draws = (self._draw("in"), self._draw("out"))
        if self.latency_model != FIXED and draws == (None, None):
            found = f"found {self.latency_model} and no percentile"
            raise ConfigError(f"venue {self.mic}: latency_model: {found}, expected latency_in_p99 or latency_out_p99")
        self._line = DelayLine(self.latency_in, self.latency_out, self.jitter, Random(0), draws)
        enqueue = self._line.send_in
        self._work = {SendOrder: enqueue, CancelOrder: enqueue, ReplaceOrder: enqueue, QueryOrder: enqueue}
        self._work |= {Tick: _nothing, PhaseChange: self._on_phase, **self._market_work()}

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def start(self, context: Context) -> None:
        """Take the instruments and the seed of the run."""
        self._instruments = dict(context.instruments)
        self._seed = context.seed if self.seed is None else self.seed
        self._line.rng = self.rng("latency")
        self._line.draw_rngs = (self.rng("latency in"), self.rng("latency out"))

    def hears(self, mic: str) -> bool:
        return mic in ("", self.mic)

    def next_tick(self) -> int | None:
        return self._line.next_due()

    def _draw(self, way: str) -> Draw | None:
        mean, p99 = getattr(self, f"latency_{way}"), getattr(self, f"latency_{way}_p99")
        try:
            return sampler(self.latency_model, mean, p99)
        except ValueError as error:
            raise ConfigError(f"venue {self.mic}: latency_{way}_p99: {error}") from None

    def rng(self, what: str) -> Random:
        """Give a source of randomness of its own for `what`."""
        return Random(f"{self._seed}:{self.mic}:{what}")

    def handle(self, event: VenueInput, now: int) -> Iterable[VenueEvent]:
        """Do what is due, apply the event, and give what is to be heard by `now`."""
        heap = self._line.heap
        said: Sequence[VenueEvent] = self._run(now) if heap and heap[0][0] <= now else ()
        work = self._work.get(type(event))
        if work is not None:
            work(event, now)
            if heap and heap[0][0] <= now:
                said = [*said, *self._run(now)]
        return said

    # -- what a subclass says ----------------------------------------------------------------------------------------

    @abstractmethod
    def _declare(self) -> Capabilities:
        """Say what the venue can do."""

    @abstractmethod
    def _market_work(self) -> dict[type, Callable[[Any, int], None]]:
        """Say which market events are handled by what."""

    @abstractmethod
    def _objection(self, order: OwnOrder, price: int | None, now: int) -> str:
        """Say why the order must not enter at `price` as the market is now; "" if nothing speaks against it."""

    @abstractmethod
    def _opposing(self, order: OwnOrder, price: int | None) -> Sequence[OwnOrder]:
        """Give the own orders that the order would meet at `price`, the first first."""

    @abstractmethod
    def _reach(self, order: OwnOrder, now: int) -> int:
        """How much of the order could be executed at once, for FOK."""

    @abstractmethod
    def _enter(self, order: OwnOrder, now: int, before: int | None = None) -> Sequence[tuple[int, int]]:
        """Take liquidity: (price, quantity) of each execution. `before`: only at prices better than that."""

    @abstractmethod
    def _rest(self, order: OwnOrder, now: int) -> None:
        """Let the order wait; what never rests here is cancelled by `_rests`."""

    @abstractmethod
    def _withdraw(self, order: OwnOrder) -> None:
        """Take the order out of where it rests; does nothing if it does not."""

    @abstractmethod
    def _on_trading(self, symbol: str, trading: bool, now: int) -> None:
        """Continuous trading starts or stops."""

    def _rests(self, order: OwnOrder) -> bool:
        tif = order.time_in_force
        return tif.auction or (tif not in AT_ONCE and order.ord_type is not OrdType.MARKET)

    def _not_now(self, order: OwnOrder) -> str:
        """Say why the symbol's phase lets no such order in; "" if it does."""
        return self._trading(order.symbol)

    def _woken(self, symbol: str, now: int) -> None:
        """A wake-up that the subclass asked for."""

    # -- for subclasses ----------------------------------------------------------------------------------------------

    def _fill_resting(self, fills: Sequence[Fill], now: int, liquidity: Liquidity = Liquidity.ADDED) -> None:
        """Book fills of resting orders; what is filled leaves the book."""
        for order, qty, px in fills:
            self._trade(order, qty, px, liquidity, now)
            if not order.leaves:
                self._withdraw(order)

    def end_own(self, order: OwnOrder, text: str, now: int, exec_type: ExecType = ExecType.CANCELED) -> None:
        """End an own order without being asked, as CANCELED or EXPIRED."""
        self._withdraw(order)
        order.status = OrdStatus.EXPIRED if exec_type is ExecType.EXPIRED else OrdStatus.CANCELED
        self._line.send_out(self._report(order, exec_type, text), now)

    def cut_own(self, order: OwnOrder, qty: int, text: str, now: int) -> None:
        """Make an own order smaller without being asked; it keeps its place."""
        order.order_qty -= qty
        self._line.send_out(self._report(order, ExecType.RESTATED, text), now)

    def _trading(self, symbol: str) -> str:
        """Why there is no continuous trading; "" if there is."""
        return PHASE_TEXT.get(self._phase(symbol), "")

    def _phase(self, symbol: str) -> Phase:
        """The phase in force: what is said here and what is said everywhere, the stricter of the two."""
        said = self._phases.get(symbol, {}).values()
        return next((phase for phase in STRICTEST_FIRST if phase in said), Phase.UNKNOWN)

    # -- commands ----------------------------------------------------------------------------------------------------

    def _run(self, now: int) -> list[VenueEvent]:
        said: list[VenueEvent] = []
        pop = self._line.pop_due
        while (due := pop(now)) is not None:
            at, kind, item = due
            if kind == OUT:
                said.append(item)  # type: ignore[arg-type]
            elif kind == IN:
                self._COMMANDS[type(item)](self, item, at)
            else:
                self._woken(item, at)  # type: ignore[arg-type]
        return said

    def _new(self, command: SendOrder, now: int) -> None:
        order = OwnOrder.of(command)
        if text := self._new_refusal(command, order, now):
            order.status = OrdStatus.REJECTED
            self._orders.setdefault(command.cl_ord_id, order)
            report = self._report(order, ExecType.REJECTED, text)
            report.ord_status = OrdStatus.REJECTED
            self._line.send_out(report, now)
            return
        self._orders[order.cl_ord_id] = order
        self._line.send_out(self._report(order, ExecType.NEW), now)
        self._work_order(order, now)

    def _new_refusal(self, command: SendOrder, order: OwnOrder, now: int) -> str:
        if command.cl_ord_id in self._orders:
            return f"duplicate cl_ord_id {command.cl_ord_id}"
        instrument = self._instruments.get(command.symbol)
        if instrument is None:
            return f"unknown symbol {command.symbol}"
        text = refusal(command, instrument, self._capabilities) or self._not_now(order)
        return text or self._conflict(order, order.price, now)

    def _conflict(self, order: OwnOrder, price: int | None, now: int) -> str:
        if self.self_match == REJECT and (others := self._opposing(order, price)):
            return text_of(others[0])
        return self._objection(order, price, now)

    def _work_order(self, order: OwnOrder, now: int) -> None:
        """Take what can be taken, then rest, or cancel what may not rest."""
        if order.time_in_force is not TimeInForce.FOK or self._fillable(order, now):
            if self.self_match != REJECT:
                self._meet_own(order, now)
            if not order.ended:
                self._take(order, now)
        if order.ended:
            return
        if self._rests(order):
            self._rest(order, now)
        else:
            self.end_own(order, "no more liquidity", now)

    def _fillable(self, order: OwnOrder, now: int) -> bool:
        """Whether FOK(59=4) can be executed at once and in full; own orders in its way must be for leaving."""
        if self.self_match != CANCEL_OLDEST and self._opposing(order, order.price):
            return False
        return self._reach(order, now) >= order.leaves

    def _meet_own(self, order: OwnOrder, now: int) -> None:
        """Take what is better than each own order in the way, then let the rule decide between the two."""
        for other in self._opposing(order, order.price):
            if other.price is not None and not order.time_in_force.auction:
                self._take(order, now, other.price)
            if not order.ended:
                RULES[self.self_match](self, order, other, now)
            if order.ended:
                return

    def _take(self, order: OwnOrder, now: int, before: int | None = None) -> None:
        for px, qty in self._enter(order, now, before):
            self._trade(order, qty, px, Liquidity.REMOVED, now)

    def _cancel(self, command: CancelOrder, now: int) -> None:
        order = self._orders.get(command.orig_cl_ord_id)
        if order is None or order.ended:
            self._line.send_out(refused(self.mic, command, order, ""), now)
            return
        self._withdraw(order)
        order.status = OrdStatus.CANCELED
        report = self._report(order, ExecType.CANCELED)
        report.cl_ord_id, report.orig_cl_ord_id = command.cl_ord_id, command.orig_cl_ord_id
        self._line.send_out(report, now)

    def _replace(self, command: ReplaceOrder, now: int) -> None:
        order = self._orders.get(command.orig_cl_ord_id)
        text = "" if order is None or order.ended else self._replace_refusal(command, order, now)
        if order is None or order.ended or text:
            self._line.send_out(refused(self.mic, command, order, text), now)
            return
        price, keeps = _price_after(command, order), _keeps_place(command, order)
        if not keeps:
            self._withdraw(order)
        order.cl_ord_id, order.order_qty, order.price = command.cl_ord_id, command.order_qty, price
        self._orders[order.cl_ord_id] = order
        report = self._report(order, ExecType.REPLACED)
        report.orig_cl_ord_id = command.orig_cl_ord_id
        self._line.send_out(report, now)
        if not keeps:
            self._work_order(order, now)

    def _replace_refusal(self, command: ReplaceOrder, order: OwnOrder, now: int) -> str:
        instrument = self._instruments[order.symbol]
        if command.cl_ord_id in self._orders:
            return f"duplicate cl_ord_id {command.cl_ord_id}"
        if command.order_qty <= order.cum_qty:
            return f"too late: order_qty {command.order_qty}, cum_qty {order.cum_qty}"
        if command.price is not None and order.ord_type is OrdType.MARKET:
            return f"MARKET with price {command.price}, expected none"
        text = bad_qty(command.order_qty, instrument) or bad_price(command.price, instrument)
        text = text or self._not_now(order)
        if text or _keeps_place(command, order):  # what stays where it is meets nothing new
            return text
        return self._conflict(order, _price_after(command, order), now)

    def _query(self, command: QueryOrder, now: int) -> None:
        if not self.order_status:
            return
        order = self._orders.get(command.cl_ord_id)
        self._line.send_out(status_of(self.mic, command.cl_ord_id, order), now)

    def _on_phase(self, event: PhaseChange, now: int) -> None:
        if event.mic not in ("", self.mic):
            return
        self._phases.setdefault(event.symbol, {})[event.mic] = event.phase
        self._on_trading(event.symbol, not self._trading(event.symbol), now)

    # -- reports -----------------------------------------------------------------------------------------------------

    def _trade(self, order: OwnOrder, qty: int, px: int, liquidity: Liquidity, now: int) -> None:
        order.cum_qty += qty
        order.notional += qty * px
        order.status = OrdStatus.PARTIALLY_FILLED if order.leaves else OrdStatus.FILLED
        self._execs += 1
        report = self._report(order, ExecType.TRADE)
        report.exec_id = f"{self.mic}{self._execs}"
        report.last_qty, report.last_px, report.liquidity = qty, px, liquidity
        report.fee = self._fee(liquidity) * qty // 10 ** self._instruments[order.symbol].qty_decimals
        self._line.send_out(report, now)

    def _fee(self, liquidity: Liquidity) -> int:
        return self.make_fee if liquidity is Liquidity.ADDED else self.take_fee

    def _report(self, order: OwnOrder, exec_type: ExecType, text: str = "") -> ExecutionReport:
        return report_of(self.mic, order, exec_type, text)

    _COMMANDS: ClassVar[Mapping[type, Callable[[Any, Any, int], None]]] = {
        SendOrder: _new, CancelOrder: _cancel, ReplaceOrder: _replace, QueryOrder: _query,
    }  # fmt: skip


def _price_after(command: ReplaceOrder, order: OwnOrder) -> int | None:
    return order.price if command.price is None else command.price


def _keeps_place(command: ReplaceOrder, order: OwnOrder) -> bool:
    """Whether a replace only makes the order smaller."""
    return _price_after(command, order) == order.price and command.order_qty <= order.order_qty


def _nothing(_: object, __: int) -> None:
    """A tick only lets pass what is due."""
