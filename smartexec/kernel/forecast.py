"""Today's volume of one instrument by bin: what has traded, and what is expected of the rest of the day.

Works from `Statistics`; estimates nothing from history. A forecast is made anew when somebody looks after a bin closed,
never when a trade arrives.
"""

from itertools import accumulate
from typing import Final

from attrs import define, field

from smartexec.kernel.kalman import VolumeFilter
from smartexec.model.instrument import Instrument
from smartexec.model.statistics import CURVE_SCALE, Statistics, VolumeCurve

ADV_WEIGHT: Final = 10
"""Without a model, the average day counts as much as a tenth of today's volume does: on the shared profiles the rest of
20 days was 22-25 % off on average so, 26-87 % off by the average alone, 19-25 % off by today's alone."""


@define(eq=False)
class VolumeToday:
    """Volume since the open, by the bins of the curve."""

    open: int
    bin: int
    shares: tuple[int, ...]
    """Of the day in each bin, 1e-9."""
    adv: int | None
    model: VolumeFilter | None
    curve: VolumeCurve = field(init=False)
    volumes: list[int] = field(init=False)
    """Lots traded in each bin so far."""
    running: int = 0
    """The bin that runs; as many as there are bins once the day is over."""
    first: int | None = None
    """The first bin that had volume: what was before it was not seen, as where a run begins in the middle of a day."""
    ends: int = field(init=False)
    """When it ends, ns."""
    ahead: tuple[int, ...] | None = field(init=False)
    """Lots expected in each bin from the running one on; None where nothing tells."""
    made: VolumeCurve | None = None
    """The forecast as it was made last; None: it has to be made anew."""

    def __attrs_post_init__(self) -> None:
        self.curve = VolumeCurve(self.open, self.bin, tuple(accumulate(self.shares)))
        self.volumes = [0] * len(self.shares)
        self.ends = self.open + self.bin
        self.ahead = self._ahead()

    def on_trade(self, qty: int, now: int, auction: bool) -> None:
        """Count a print. One before the first bin or after the last counts only as an auction's, in the nearest bin."""
        if now >= self.ends:
            self.close(now)
        if now < self.open or self.running == len(self.shares):
            if not auction:
                return
            self.made = None
        at = min(self.running, len(self.shares) - 1)
        self.volumes[at] += qty
        if self.first is None:
            self.first = at
        if self.ahead and self.volumes[at] > self.ahead[0]:
            self.made = None

    def close(self, now: int) -> None:
        """Close the bins that are over."""
        while now >= self.ends and self.running < len(self.shares):
            if self.model is not None:
                self.model.observe(self.volumes[self.running])
            self.running += 1
            self.ends += self.bin
            self.made = self.ahead = None
        if self.ahead is None:
            self.ahead = self._ahead()

    def forecast(self, now: int) -> VolumeCurve | None:
        """Give the day's volume by bin: traded in those that are over, expected in the others.

        The running bin is expected to have what was forecast of it, or what it has, if that is more. None as long as
        nothing tells how much a day brings: neither a model, nor an average day, nor a bin with volume.
        """
        if now >= self.ends:
            self.close(now)
        if self.made is None and self.ahead is not None:
            volumes = [*self.volumes[: self.running], *self.ahead]
            if self.ahead:
                volumes[self.running] = max(volumes[self.running], self.volumes[self.running])
            self.made = VolumeCurve(self.open, self.bin, tuple(accumulate(volumes)))
        return self.made

    def _ahead(self) -> tuple[int, ...] | None:
        if self.running == len(self.shares):
            return ()
        if self.model is not None:
            return tuple(round(volume) for volume in self.model.volumes())
        first = self.running if self.first is None else self.first
        return scaled(self.shares, self.volumes[: self.running], first, self.adv)


def today(instrument: Instrument, known: Statistics) -> VolumeToday | None:
    """Begin the day of an instrument; None where no curve is known, or no time at which its first bin begins."""
    if not known.curve or not known.bin or not instrument.open:
        return None
    model = None if known.model is None else VolumeFilter(known.model)
    return VolumeToday(instrument.open, known.bin, known.curve, known.adv, model)


def scaled(shares: tuple[int, ...], done: list[int], first: int, adv: int | None) -> tuple[int, ...] | None:
    """Scale a curve to today: lots expected in each bin after those done, of which those before `first` were not seen.

    The day's volume is what has traded by the share that it should be, with `ADV_WEIGHT` of an average day beside it.
    None without an average day and before anything traded.
    """
    traded, share = sum(done), sum(shares[first : len(done)])
    if adv is None:
        if not traded or not share:
            return None
        level, weight = traded, share
    else:
        level, weight = ADV_WEIGHT * traded + adv, ADV_WEIGHT * share + CURVE_SCALE
    return tuple((2 * one * level + weight) // (2 * weight) for one in shares[len(done) :])
