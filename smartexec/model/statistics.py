"""What history says of an instrument's trading: volume curves, their dynamic model, volatility, spread. Frozen values.

Nothing is estimated here: files are fitted by `smartexec fit`, forecasts are made by the kernel's `forecast`.
"""

from bisect import bisect_right

from attrs import field, frozen
from attrs.validators import ge, gt, optional

CURVE_SCALE = 1_000_000_000
"""A curve's shares of a day's volume are integers in 1e-9 of it."""


def _ints(values: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(values)


@frozen
class VolumeCurve:
    """Volume over a trading day by equal bins; linear within a bin."""

    open: int
    """Start of the first bin, ns UTC."""
    bin: int
    """Width of a bin, ns."""
    cumulative: tuple[int, ...] = field(converter=_ints)
    """Volume by the end of each bin: shares of the day in 1e-9 (a curve) or lots (a forecast)."""

    def by(self, time: int) -> int:
        """Volume by a time: 0 before the first bin, all of it after the last."""
        past, within = divmod(time - self.open, self.bin)
        if past < 0 or not self.cumulative:
            return 0
        if past >= len(self.cumulative):
            return self.cumulative[-1]
        before = self.cumulative[past - 1] if past else 0
        return before + (self.cumulative[past] - before) * within // self.bin

    def between(self, start: int, end: int) -> int:
        """Volume from `start` to `end`."""
        return self.by(end) - self.by(start)

    def when(self, volume: int) -> int:
        """The first time by which `volume` is reached, ns UTC; the end of the last bin if it never is."""
        past = bisect_right(self.cumulative, volume - 1)
        if past >= len(self.cumulative):
            return self.open + self.bin * len(self.cumulative)
        before = self.cumulative[past - 1] if past else 0
        return self.open + self.bin * past - (before - volume) * self.bin // (self.cumulative[past] - before)


@frozen(kw_only=True)
class VolumeModel:
    """Parameters of the Kalman filter for intraday volume of Chen, Feng & Palomar (2016).

    log volume of bin i on day d = eta_d + mu_(d,i) + phi_i + noise; eta is AR(1) from day to day, mu from bin to bin.
    """

    a_eta: float
    """AR(1) coefficient of the daily component."""
    a_mu: float
    """AR(1) coefficient of the intraday component."""
    var_eta: float = field(validator=ge(0))
    """Variance of the daily component's innovation."""
    var_mu: float = field(validator=ge(0))
    """Variance of the intraday component's innovation."""
    r: float = field(validator=gt(0))
    """Variance of the observation noise."""
    phi: tuple[float, ...]
    """Seasonal component of each bin, log of lots."""
    x0: tuple[float, float]
    """Prior mean of (eta, mu) in the first bin."""
    v0: tuple[float, float, float]
    """Prior covariance: (eta eta, eta mu, mu mu)."""


@frozen(kw_only=True)
class Statistics:
    """What was fitted from history for one instrument; None or empty where nothing was."""

    adv: int | None = field(default=None, validator=optional(gt(0)))
    """Average daily volume, lots."""
    sigma: float | None = field(default=None, validator=optional(gt(0)))
    """Standard deviation of a day's return, as a fraction of the price (0.02 = 2 %)."""
    spread: int | None = field(default=None, validator=optional(ge(0)))
    """Mean quoted spread, time-weighted, 1e-9 of the currency."""
    bin: int = field(default=0, validator=ge(0))
    """Width of a bin of `curve` and of `model`, ns; the first begins when the instrument opens."""
    curve: tuple[int, ...] = field(default=(), converter=_ints)
    """Mean share of the day's volume in each bin, in 1e-9; they sum to 1e9."""
    model: VolumeModel | None = None
    """The dynamic model, where one was fitted."""


NO_STATISTICS = Statistics()
"""Of an instrument of which nothing is known."""
