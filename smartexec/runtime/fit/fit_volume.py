"""What history says of an instrument's trading: volume curve, its dynamic model, average day, volatility, spread.

Pure: days in, `Statistics` out. Where the days come from is in `volume_history` and `volume_feeds`.
"""

from collections.abc import Sequence
from enum import Enum
from math import exp, fsum, log, sqrt
from typing import Final

from attrs import frozen

from smartexec.errors import ConfigError
from smartexec.model.statistics import CURVE_SCALE, Statistics
from smartexec.runtime.fit.volume_em import Fit, Progress, fit_model, for_next_day, mean
from smartexec.runtime.fit.volume_history import Day, History

MIN_MODEL_DAYS: Final = 10
"""Days that a model is fitted to at least: the variance of the daily component is estimated from changes of day."""


class CurveKind(Enum):
    """How a static curve is averaged over days."""

    MEAN = "mean"
    """Mean of each bin's share of its day."""
    LOG_MEAN = "log-mean"
    """exp of the mean log volume of each bin, normalised: outliers weigh less."""


@frozen
class VolumeFit:
    """What was fitted for one instrument, and from what."""

    statistics: Statistics
    """The figures that a run uses."""
    days: int
    """Days that they were fitted to."""
    left_out: tuple[str, ...]
    """Days without any volume."""
    model: Fit | None
    """How the fit of the dynamic model went; None where none was fitted."""


def fit_volume(
    history: History,
    *,
    kind: CurveKind = CurveKind.MEAN,
    model: bool | None = None,
    progress: Progress | None = None,
) -> VolumeFit:
    """Fit all that the days tell. `model` None: fit one where there are `MIN_MODEL_DAYS` and volume in every bin."""
    days = [day for day in history.days if day.volume > 0]
    if not days:
        raise ConfigError(f"{history.where}: found no volume on {len(history.days)} days, expected some")
    short = _too_little(days)
    if model and short:
        raise ConfigError(f"{history.where}: found {short}")
    volumes = [day.volumes for day in days]
    fitted = None if short or model is False else fit_model(volumes, progress=progress)
    spread_time = sum(day.spread_time for day in days)
    variances = [day.variance for day in days if day.variance is not None]
    return VolumeFit(
        Statistics(
            adv=max(round(mean([day.volume for day in days])), 1),
            sigma=(sqrt(mean(variances)) or None) if variances else None,
            spread=sum(day.spread_area for day in days) // spread_time if spread_time else None,
            bin=history.bin,
            curve=static_curve(volumes, kind),
            model=None if fitted is None else for_next_day(fitted),
        ),
        len(days),
        tuple(day.label for day in history.days if not day.volume),
        fitted,
    )


def _too_little(days: Sequence[Day]) -> str:
    """Say what a model lacks; "" if nothing."""
    if len(days) < MIN_MODEL_DAYS:
        return f"{len(days)} days with volume, expected {MIN_MODEL_DAYS} or more to fit a model to"
    for number, of_bin in enumerate(zip(*(day.volumes for day in days), strict=True), 1):
        if not any(of_bin):
            return f"no volume in bin {number} on any day, expected some to fit a model to"
    return ""


def static_curve(days: Sequence[Sequence[float]], kind: CurveKind = CurveKind.MEAN) -> tuple[int, ...]:
    """Average days of volume to shares of a day in 1e-9, which sum to 1e9."""
    bins = list(zip(*days, strict=True))
    if kind is CurveKind.MEAN:
        totals = [fsum(day) for day in days]
        return integer_shares([mean([v / total for v, total in zip(b, totals, strict=True)]) for b in bins])
    logs = [[log(volume) for volume in of_bin if volume > 0] for of_bin in bins]
    return integer_shares([exp(mean(of_bin)) if of_bin else 0.0 for of_bin in logs])


def integer_shares(weights: Sequence[float], scale: int = CURVE_SCALE) -> tuple[int, ...]:
    """Split `scale` in proportion to weights: whole parts first, then one each to the largest remainders."""
    total = fsum(weights)
    exact = [weight / total * scale for weight in weights]
    parts = [int(one) for one in exact]
    order = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
    for i in order[: scale - sum(parts)]:
        parts[i] += 1
    return tuple(parts)
