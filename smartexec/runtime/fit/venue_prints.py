"""What the market's own prints say of venues: volume share, effective spread, impact, share of prints at the midpoint.

Each print is compared with the midpoint of the best bid and offer strictly before its time stamp, and with the one that
stands a second later: stamps may be coarse, and what has the same one has no order, so the last quote of a stamp is its
quote. A crossed one is left out and the one before it stands; a locked one counts. The aggressor's side is that of
the print from the midpoint.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from attrs import define, frozen

from smartexec.kernel.markouts import effective_bps, impact_bps
from smartexec.model.ids import NANOS_PER_SECOND
from smartexec.model.market import MarketEvent, Quote, Trade
from smartexec.runtime.feeding.sequencer import merge_feeds
from smartexec.runtime.plan.plan import plan_file
from smartexec.runtime.plan.starting import start

HORIZON: Final = NANOS_PER_SECOND


@frozen
class VenuePrints:
    """Figures of one venue, weighted by quantity."""

    volume: int
    """Lots, of prints that a midpoint was known for."""
    share: float
    """Of the volume of all venues."""
    effective_bps: float
    """2 x |price - midpoint| / midpoint, basis points."""
    impact_bps: float
    """2 x side x (midpoint 1 s later - midpoint) / midpoint, basis points."""
    at_mid: float
    """Share of the volume that traded at the midpoint."""


@define
class _Sums:
    volume: int = 0
    effective: float = 0.0
    impact: float = 0.0
    at_mid: int = 0


def study(
    events: Iterable[tuple[int, MarketEvent]], sessions: Mapping[str, tuple[int, int]]
) -> dict[str, dict[str, VenuePrints]]:
    """Study the prints of instruments, by symbol and MIC, each within its session [start, end).

    Quotes are the consolidated tape's: without one there is no best bid and offer, and nothing is said.
    """
    walks = {symbol: _Walk() for symbol in sessions}
    for time, event in events:
        if isinstance(event, Quote) and event.symbol in walks and not event.mic:
            walks[event.symbol].quote(time, event)
        elif isinstance(event, Trade) and event.symbol in walks:
            opened, closed = sessions[event.symbol]
            if opened <= time < closed:
                walks[event.symbol].trade(time, event)
    return {symbol: walk.figures() for symbol, walk in walks.items()}


def study_config(path: Path, fault: Callable[[str], None]) -> dict[str, dict[str, VenuePrints]]:
    """Study the market data of a configuration; no orders run. Bad rows go to `fault`."""
    plan = plan_file(path, statistics=False)
    start(plan, fault)
    instruments = plan.config.instruments
    sessions = {symbol: (one.open, one.close or plan.config.run.end) for symbol, one in instruments.items()}
    return study(merge_feeds(plan.feeds, fault), sessions)


class _Walk:
    """The midpoint before the present time stamp, and the prints that wait for their horizon."""

    def __init__(self) -> None:
        self.sums: dict[str, _Sums] = {}
        self._now = 0
        self._quote: Quote | None = None
        """The last of this time stamp."""
        self._mid2 = 0
        """Twice the midpoint before this time stamp; 0 = none was known."""
        self._waiting: deque[tuple[int, str, int, int, int]] = deque()
        """(due, MIC, quantity, side, twice the midpoint then)."""

    def figures(self) -> dict[str, VenuePrints]:
        """All that was seen; what still waits is measured by the midpoint that stands at the end."""
        self.until(self._now + HORIZON + 1)
        total = sum(one.volume for one in self.sums.values())
        return {
            mic: VenuePrints(
                one.volume,
                one.volume / total,
                one.effective / one.volume,
                one.impact / one.volume,
                one.at_mid / one.volume,
            )
            for mic, one in self.sums.items()
        }

    def until(self, time: int) -> None:
        """Move on to a time: what was due before it is measured by the midpoint that stands."""
        if time == self._now:
            return
        quote, self._now, self._quote = self._quote, time, None
        if quote is not None and quote.bid is not None and quote.ask is not None and quote.bid <= quote.ask:
            self._mid2 = quote.bid + quote.ask
        while self._waiting and self._waiting[0][0] < time:
            _, mic, qty, sign, mid2 = self._waiting.popleft()
            self.sums[mic].impact += qty * impact_bps(sign, mid2, self._mid2)

    def quote(self, time: int, quote: Quote) -> None:
        self.until(time)
        self._quote = quote

    def trade(self, time: int, trade: Trade) -> None:
        self.until(time)
        mid2 = self._mid2
        if not mid2:
            return
        one = self.sums.setdefault(trade.mic, _Sums())
        sign = (2 * trade.px > mid2) - (2 * trade.px < mid2)
        one.volume += trade.qty
        one.effective += trade.qty * effective_bps(sign, trade.px, mid2)
        one.at_mid += trade.qty if sign == 0 else 0
        self._waiting.append((time + HORIZON, trade.mic, trade.qty, sign, mid2))
