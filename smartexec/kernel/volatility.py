"""Realised volatility and mean spread of one instrument today, sampled on a grid. No logarithms, no timers.

A sample is the market as it stood when the grid time passed, taken when the next event or look comes after it: so
work is done once per `GRID`, and the same whoever looks. Only divisions and square roots, which IEEE 754 makes exact to
the last bit, so that the figures are the same everywhere.
"""

from math import sqrt
from typing import Final

from attrs import define

from smartexec.model.ids import NANOS_PER_SECOND

GRID: Final = 60 * NANOS_PER_SECOND
"""Between samples, ns: coarse enough that midpoints move for other reasons than the queue at the touch."""
DAY: Final = 86_400 * NANOS_PER_SECOND
"""A day of an instrument without open and close, ns."""
MIN_RETURNS: Final = 20
"""Before there are so many, none is told: the estimate's standard error is sigma / sqrt(2 n), 16 % here."""
MIN_SPREADS: Final = 5
"""Likewise of the mean spread."""
NEVER: Final = 1 << 62


@define(eq=False)
class Realised:
    """Samples so far."""

    open: int = 0
    """No sample before, ns; 0 = from the first event on."""
    close: int = 0
    """No sample after, ns; 0 = no end."""
    due: int = 0
    """Next grid time, ns. Whoever has an event after it calls `sample` first."""
    price2: int | None = None
    """Twice the price of the last sample; None: the next return would span a time without continuous trading."""
    quoted: bool = False
    """A midpoint was seen: last prices do not count any more, they bounce between bid and ask."""
    returns: int = 0
    squares: float = 0.0
    """Sum of squared returns."""
    spreads: int = 0
    spread_sum: int = 0

    @property
    def sigma(self) -> float | None:
        """Volatility scaled to a day from open to close, nights left out; a fraction of the price."""
        if self.returns < MIN_RETURNS:
            return None
        length = self.close - self.open if self.open and self.close else DAY
        return sqrt(self.squares / self.returns * (length / GRID))

    @property
    def spread(self) -> int | None:
        """Mean spread, 1e-9 of the currency, rounded down."""
        return self.spread_sum // self.spreads if self.spreads >= MIN_SPREADS else None

    def pause(self) -> None:
        """Note that continuous trading stopped: no return spans it."""
        self.price2 = None

    def sample(self, now: int, bid: int | None, ask: int | None, last: int | None, trading: bool) -> int:
        """Take the market as it stood at every grid time before `now`; give the next."""
        times = self._passed(now)
        if times:
            self._take(times, bid, ask, last, trading)
        return self.due

    def _take(self, times: int, bid: int | None, ask: int | None, last: int | None, trading: bool) -> None:
        if not trading:
            self.pause()
            return
        if bid is not None and ask is not None and 0 < bid < ask:
            self.spreads += times
            self.spread_sum += times * (ask - bid)
            self.quoted = True
            price2: int | None = bid + ask
        else:
            price2 = None if last is None or last <= 0 or self.quoted else 2 * last
        before = self.price2
        if before is None:
            self.returns += times - 1 if price2 is not None else 0  # the first sample has nothing to be compared with
        else:
            self.returns += times
            if price2 is not None:
                change = (price2 - before) / before
                self.squares += change * change
        if price2 is not None:
            self.price2 = price2

    def _passed(self, now: int) -> int:
        """Count the grid times before `now`, and set the next."""
        if not self.due:
            self.due = self.open or now
        until = min(now - 1, self.close) if self.close else now - 1
        times = (until - self.due) // GRID + 1 if until >= self.due else 0
        self.due += times * GRID
        if self.close and self.due > self.close:
            self.due = NEVER
        return times
