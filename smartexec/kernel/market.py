"""The market of one instrument as the kernel knows it: quotes by venue, the best of them, trades, phase, volume.

The best bid and offer is worked out when somebody looks, not when a quote arrives: most quotes are looked at by nobody.
"""

from typing import Final

from attrs import Factory, define, field

from smartexec.kernel.forecast import VolumeToday, today
from smartexec.kernel.volatility import Realised
from smartexec.model.enums import Phase
from smartexec.model.ids import Nanos, Px, Qty
from smartexec.model.instrument import Instrument
from smartexec.model.market import PhaseChange, Quote, Trade
from smartexec.model.statistics import NO_STATISTICS, Statistics
from smartexec.model.view import MarketView

UNKNOWN: Final = Phase.UNKNOWN
STOPPED: Final = (Phase.HALTED, Phase.CLOSED)
"""Where these hold everywhere, they hold at every venue."""

TRADING: Final = (Phase.UNKNOWN, Phase.CONTINUOUS)
"""Where prices move continuously; data that tell no phase are taken to."""


@define(eq=False)
class Touch:
    """Best bid and offer with the quantity shown there; (None, 0) where a side is empty."""

    bid: int | None = None
    bid_qty: int = 0
    ask: int | None = None
    ask_qty: int = 0
    bid_time: int = 0
    """When the bid was last quoted, ns."""
    ask_time: int = 0


@define(eq=False)
class Mark:
    """The market since its last event: what benchmarks are measured from. All that happen before the next share it.

    Never changed once made; not frozen, since one is made for nearly every order and execution.
    """

    time: int
    bid: int | None
    ask: int | None
    last: int | None
    volume: int
    turnover: int
    elapsed: int
    """Time over which there was a last price, ns, up to `time`."""
    area: int
    """Last price x time over it, 1e-9 x ns."""

    @property
    def price(self) -> int | None:
        """The midpoint of a valid market (rounded down), else the last price."""
        double = valid_mid2(self)
        return self.last if double is None else double // 2

    def twap(self, now: int, since: "Mark", start: int) -> int | None:
        """Time weighted average of the last price from `start`, which `since` held at, to `now`, where this holds."""
        time = self.elapsed + (now - self.time if self.last is not None else 0)
        area = self.area + (self.last or 0) * (now - self.time)
        time -= since.elapsed + (start - since.time if since.last is not None else 0)
        area -= since.area + (since.last or 0) * (start - since.time)
        return round_half_even(area, time) if time > 0 else self.last

    def vwap(self, since: "Mark") -> int | None:
        """Volume weighted average price since a mark, rounded to 1e-9; None where nothing traded."""
        volume = self.volume - since.volume
        return round_half_even(self.turnover - since.turnover, volume) if volume else None


@define(eq=False)
class Market:
    """One instrument's market."""

    instrument: Instrument
    statistics: Statistics = field(default=NO_STATISTICS, kw_only=True)
    quotes: dict[str, Quote] = Factory(dict)
    """By MIC; "" is the consolidated tape and, where it is there, the best bid and offer."""
    times: dict[str, int] = Factory(dict)
    """When each quote came, ns."""
    quote_time: int | None = None
    """When the tape quoted last, or any venue where there is no tape."""
    touch: Touch | None = Factory(Touch)
    """None: a quote has arrived since somebody looked."""
    last: int | None = None
    phases: dict[str, Phase] = Factory(dict)
    volume: int = 0
    turnover: int = 0
    last_time: int = 0
    """When the last price came, ns."""
    elapsed: int = 0
    area: int = 0
    """As in `Mark`, up to `last_time`."""
    marked: Mark | None = None
    """None: a print has come since the last mark was made, or the touch has been worked out anew."""
    venue_volume: dict[str, int] = Factory(dict)
    down: dict[str, bool] = Factory(dict)
    """Venues whose session is down: their quotes do not count."""
    opposed: bool = False
    """Parents on both sides have something to cross: a new midpoint is worth a look."""
    tried: tuple[int | None, int | None] | None = None
    """The touch at which crossing was tried last."""
    today: VolumeToday | None = field(init=False)
    """Volume by bin, where a curve is known."""
    due: int = 0
    """When `realised` takes its next sample, ns: an event later than that takes it first."""
    realised: Realised = field(init=False)
    """Volatility and spread."""

    def __attrs_post_init__(self) -> None:
        self.today = today(self.instrument, self.statistics)
        self.realised = Realised(self.instrument.open, self.instrument.close)

    def on_quote(self, quote: Quote, now: int) -> None:
        """Take a quote."""
        if now > self.due:
            self.sample(now)
        self.quotes[quote.mic] = quote
        self.times[quote.mic] = now
        if not quote.mic or "" not in self.quotes:
            self.quote_time = now
        self.touch = None

    def on_trade(self, trade: Trade, now: int) -> None:
        """Take a print."""
        if now > self.due:
            self.sample(now)
        if self.last is not None:
            self.elapsed += now - self.last_time
            self.area += self.last * (now - self.last_time)
        self.last, self.last_time, self.marked = trade.px, now, None
        self.volume += trade.qty
        self.turnover += trade.qty * trade.px
        self.venue_volume[trade.mic] = self.venue_volume.get(trade.mic, 0) + trade.qty
        if self.today is not None:
            self.today.on_trade(trade.qty, now, trade.auction)

    def on_phase(self, change: PhaseChange, now: int) -> None:
        """Take a change of phase. What the grid passed before it, a halt without quotes above all, is sampled first."""
        if now > self.due:
            self.sample(now)
        self.phases[change.mic] = change.phase
        self.touch = None
        if self.phase not in TRADING:
            self.realised.pause()

    def on_venue(self, mic: str, up: bool, now: int) -> None:
        """Take that a venue's session is up or down."""
        if now > self.due:
            self.sample(now)
        self.down[mic] = not up
        self.touch = None

    def sample(self, now: int) -> None:
        """Sample the market as it stood before an event at `now`."""
        touch = self.best()
        self.due = self.realised.sample(now, touch.bid, touch.ask, self.last, self.phase in TRADING)

    @property
    def phase(self) -> Phase:
        """The phase that holds everywhere, else the best that any venue has."""
        if "" in self.phases or not self.phases:
            return self.phases.get("", UNKNOWN)
        found = [p for mic, p in self.phases.items() if not self.down.get(mic)]
        return Phase.CONTINUOUS if Phase.CONTINUOUS in found else found[0] if found else Phase.UNKNOWN

    def phase_at(self, mic: str) -> Phase:
        """The phase at a venue."""
        everywhere = self.phases.get("", UNKNOWN)
        return everywhere if everywhere in STOPPED else self.phases.get(mic, everywhere)

    def best(self) -> Touch:
        """Best bid and offer now."""
        if self.touch is None:
            tape, self.marked = self.quotes.get(""), None
            self.touch = self._over_venues() if tape is None else self._of_tape(tape)
        return self.touch

    def _of_tape(self, tape: Quote) -> Touch:
        at = self.times[""]
        return Touch(tape.bid, tape.bid_qty, tape.ask, tape.ask_qty, at, at)

    def _over_venues(self) -> Touch:
        """The best of the venues that are up and trade."""
        best = Touch()
        for mic, quote in self.quotes.items():
            if self.down.get(mic) or self.phase_at(mic) in STOPPED:
                continue
            at = self.times[mic]
            if quote.bid is not None and quote.bid_qty > 0:
                if best.bid is None or quote.bid > best.bid:
                    best.bid, best.bid_qty, best.bid_time = quote.bid, quote.bid_qty, at
                elif quote.bid == best.bid:
                    best.bid_qty, best.bid_time = best.bid_qty + quote.bid_qty, max(best.bid_time, at)
            if quote.ask is not None and quote.ask_qty > 0:
                if best.ask is None or quote.ask < best.ask:
                    best.ask, best.ask_qty, best.ask_time = quote.ask, quote.ask_qty, at
                elif quote.ask == best.ask:
                    best.ask_qty, best.ask_time = best.ask_qty + quote.ask_qty, max(best.ask_time, at)
        return best

    def reference(self) -> int | None:
        """Price for collars: midpoint (rounded down) of a valid market, else the last trade."""
        return self.mark().price

    def shown(self, mic: str, buy: bool) -> int | None:
        """Lots a venue's own quote shows at the touch that a buyer (seller) would take; None if it has no quote."""
        quote = self.quotes.get(mic)
        if quote is None or not mic:
            return None
        at_best = self.best()
        if buy:
            return quote.ask_qty if quote.ask == at_best.ask else 0
        return quote.bid_qty if quote.bid == at_best.bid else 0

    def reach(self, mic: str, buy: bool) -> tuple[int | None, int]:
        """Best price, and lots there, that a buyer (seller) would take by a venue's own quote; (None, 0) without."""
        quote = self.quotes.get(mic)
        if quote is None or not mic:
            return None, 0
        return (quote.ask, quote.ask_qty) if buy else (quote.bid, quote.bid_qty)

    def spread(self, mic: str) -> int | None:
        """Spread of a venue's own quote."""
        quote = self.quotes.get(mic)
        return None if quote is None or quote.bid is None or quote.ask is None else quote.ask - quote.bid

    def mark(self) -> Mark:
        """The market since its last event."""
        touch = self.best()
        if self.marked is None:
            self.marked = Mark(
                self.last_time, touch.bid, touch.ask, self.last, self.volume, self.turnover, self.elapsed, self.area
            )
        return self.marked

    def view(self, now: int, start: int, since: Mark) -> MarketView:
        """The market for an order that began at `start`, when the market was at the mark `since`."""
        touch, mark = self.best(), self.mark()
        vwap, twap = mark.vwap(since), mark.twap(now, since, start)
        instrument, volumes, realised = self.instrument, self.today, self.realised
        if now > self.due:
            self.sample(now)
        spread = realised.spread
        return MarketView(
            bid=None if touch.bid is None else Px(touch.bid),
            ask=None if touch.ask is None else Px(touch.ask),
            bid_qty=Qty(touch.bid_qty),
            ask_qty=Qty(touch.ask_qty),
            last=None if self.last is None else Px(self.last),
            phase=self.phase,
            age=None if self.quote_time is None else Nanos(now - self.quote_time),
            open=Nanos(instrument.open),
            close=Nanos(instrument.close),
            volume=Qty(self.volume - since.volume),
            vwap=None if vwap is None else Px(vwap),
            twap=None if twap is None else Px(twap),
            statistics=self.statistics,
            curve=None if volumes is None else volumes.curve,
            forecast=None if volumes is None else volumes.forecast(now),
            sigma_now=realised.sigma,
            spread_now=None if spread is None else Px(spread),
        )


def valid_mid2(at: Touch | Mark) -> int | None:
    """Twice the midpoint; None unless both sides are there, not locked and not crossed."""
    bid, ask = at.bid, at.ask
    return bid + ask if bid is not None and ask is not None and bid < ask else None


def round_half_even(numerator: int, denominator: int) -> int:
    """Integer nearest to a quotient, ties to even; denominator > 0."""
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return quotient + (1 if twice > denominator or (twice == denominator and quotient & 1) else 0)
