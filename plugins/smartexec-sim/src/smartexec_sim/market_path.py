"""One symbol's synthetic day: a seeded path of quotes and prints over several venues. No merging, no parameters' files.

Integers and `random()` only (no logarithms, no gauss), so that a seed gives the same day everywhere. The best bid and
offer move by whole ticks; when they move, quotes that are in the way are pulled first, so that at no instant any
venue's bid reaches another's offer.
"""

from collections.abc import Iterator
from math import sqrt
from random import Random

from attrs import define, field

from smartexec.api import MarketEvent, Phase, PhaseChange, Quote, Side, Trade

MOVE_PROBABILITY = 0.04
"""Share of steps in which the price moves; the moves' size follows from sigma."""


@define(eq=False)
class DayPlan:
    """What the path is drawn from. Times in ns, sizes in lots, `tick` in 1e-9 of the currency."""

    symbol: str
    tick: int
    start_ticks: int
    start: int
    end: int
    steps: int
    """About how many times something happens in the day."""
    trade_probability: float
    """Share of the steps that are prints."""
    round_lot: int
    trade_lots: float
    """Mean size of a print, in round lots."""
    depth_lots: float
    """Mean size shown by a venue with share 1, in round lots."""
    sigma: float
    """Standard deviation of the day's return."""
    spread_ticks: int
    venues: tuple[tuple[str, float], ...]
    """(mic, cumulative share up to and with it)."""
    halts: tuple[tuple[int, int], ...]
    auction_time: int = 0
    """How long an auction collects orders; 0 = there are none."""
    auction_lots: float = 0.0
    """Mean size of an opening or closing print, in round lots."""


@define(eq=False)
class MarketPath:
    """Draws the events of one symbol in order of time."""

    plan: DayPlan
    rng: Random
    auction_rng: Random
    """Of the auctions alone: they draw nothing from the path."""
    _bid: int = field(init=False)
    _ask: int = field(init=False)
    _quotes: list[Quote] = field(init=False)
    _move_p: float = field(init=False)
    _move_ticks: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        plan = self.plan
        variance = (plan.sigma * plan.start_ticks) ** 2 / plan.steps
        self._move_ticks = max(1, round(sqrt(variance / MOVE_PROBABILITY)))
        self._move_p = min(1.0, variance / self._move_ticks**2)
        self._bid = max(1, plan.start_ticks - plan.spread_ticks // 2)
        self._ask = self._bid + plan.spread_ticks
        self._quotes = [self._fresh(venue) for venue in range(len(plan.venues))]

    def events(self) -> Iterator[tuple[int, MarketEvent]]:
        """Yield the day: CONTINUOUS, quotes and prints with halts between them, CLOSED; auctions before each change."""
        plan = self.plan
        begin, close = plan.start + plan.auction_time, plan.end - plan.auction_time
        yield from self._auction(plan.start, begin)
        yield begin, PhaseChange(plan.symbol, "", Phase.CONTINUOUS)
        for halt, resume in (*plan.halts, (close, close)):
            yield from self._session(begin, halt)
            if halt < close:
                yield halt, PhaseChange(plan.symbol, "", Phase.HALTED)
                yield from self._auction(max(halt, resume - plan.auction_time), resume)
                yield resume, PhaseChange(plan.symbol, "", Phase.CONTINUOUS)
            begin = resume
        yield from self._auction(close, plan.end)
        yield plan.end, PhaseChange(plan.symbol, "", Phase.CLOSED)

    def _auction(self, begin: int, end: int) -> Iterator[tuple[int, MarketEvent]]:
        """Collect orders from `begin` and print at `end`, at the bid or the offer, at the largest venue."""
        plan, random = self.plan, self.auction_rng.random
        if not plan.auction_time:
            return
        yield begin, PhaseChange(plan.symbol, "", Phase.AUCTION)
        primary = max(range(len(plan.venues)), key=self._share)
        qty = plan.round_lot * max(1, round(plan.auction_lots * (0.5 + random())))
        px = plan.tick * (self._bid if random() < 0.5 else self._ask)
        yield end, Trade(plan.symbol, plan.venues[primary][0], px, qty, auction=True)

    def _session(self, begin: int, end: int) -> Iterator[tuple[int, MarketEvent]]:
        plan, random = self.plan, self.rng.random
        length = plan.end - plan.start
        double_mean = 2.0 * length / plan.steps
        trade_p, move_p = plan.trade_probability, plan.trade_probability + self._move_p
        for quote in self._quotes:
            yield begin, quote
        now = begin
        while True:
            u = 2.0 * (now - plan.start) / length - 1.0
            # Activity over the day is a U: 1.8 times the mean at open and close, 0.6 times at noon.
            now += 1 + int(random() * double_mean / (0.6 + 1.2 * u * u))
            if now >= end:
                return
            draw = random()
            if draw < trade_p:
                yield from self._print(now)
            elif draw < move_p:
                yield from self._move(now)
            else:
                venue = self._pick()
                self._quotes[venue] = quote = self._fresh(venue)
                yield now, quote

    def _print(self, now: int) -> Iterator[tuple[int, MarketEvent]]:
        """A print at a venue's touch, of no more than it shows, and the quote that it leaves."""
        plan, random = self.plan, self.rng.random
        venue = self._pick()
        old = self._quotes[venue]
        buys = random() < 0.5
        shown = old.ask_qty if buys else old.bid_qty
        px = old.ask if buys else old.bid
        assert px is not None
        qty = min(shown, self._size(plan.trade_lots))
        left = shown - qty or self._size(plan.depth_lots * self._share(venue))
        yield now, Trade(plan.symbol, old.mic, px, qty, Side.BUY if buys else Side.SELL)
        bid_qty, ask_qty = (old.bid_qty, left) if buys else (left, old.ask_qty)
        self._quotes[venue] = quote = Quote(plan.symbol, old.mic, old.bid, bid_qty, old.ask, ask_qty)
        yield now, quote

    def _move(self, now: int) -> Iterator[tuple[int, MarketEvent]]:
        """Move the best prices: the side that is in the way is pulled everywhere, then the other follows."""
        step = self._move_ticks
        up = self.rng.random() < 0.5 or self._bid <= step + self.plan.spread_ticks
        spread = self.plan.spread_ticks + (1 if self.rng.random() < 0.25 else 0)
        old_bid, old_ask = self._bid, self._ask
        bid = old_bid + step if up else old_bid - step
        ask = bid + spread
        self._bid, self._ask = (min(old_bid, bid), max(old_ask, ask))
        for last in (False, True):
            if last:
                self._bid, self._ask = bid, ask
            for venue in range(len(self._quotes)):
                self._quotes[venue] = quote = self._fresh(venue)
                yield now, quote

    def _fresh(self, venue: int) -> Quote:
        """Draw a venue's quote: at the best prices, now and then a tick away on one side."""
        plan = self.plan
        away = self.rng.random()
        depth = plan.depth_lots * self._share(venue)
        bid = self._bid - (1 if away < 0.15 and self._bid > 1 else 0)
        ask = self._ask + (1 if away > 0.85 else 0)
        tick = plan.tick
        return Quote(plan.symbol, plan.venues[venue][0], bid * tick, self._size(depth), ask * tick, self._size(depth))

    def _pick(self) -> int:
        """Pick a venue by its share."""
        draw = self.rng.random()
        for index, (_, upto) in enumerate(self.plan.venues):
            if draw < upto:
                return index
        return len(self.plan.venues) - 1

    def _share(self, venue: int) -> float:
        venues = self.plan.venues
        return venues[venue][1] - (venues[venue - 1][1] if venue else 0.0)

    def _size(self, mean_lots: float) -> int:
        """Draw a size in lots: whole round lots, about `mean_lots` of them, rarely three times as many."""
        u = self.rng.random()
        return self.plan.round_lot * (1 + int(3.0 * max(0.0, mean_lots - 0.5) * u * u))
