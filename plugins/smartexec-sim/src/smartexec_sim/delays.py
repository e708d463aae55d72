"""How long a message takes: distributions by name, each given by its mean and 99th percentile. No queue of messages.

Percentiles are solved for once, when a venue is made; a draw uses `random.Random` only.
"""

from collections.abc import Callable, Mapping
from math import exp, lgamma, log, sqrt
from random import Random
from statistics import NormalDist
from typing import Final

Draw = Callable[[Random], float]
"""Give one delay, ns."""

_NORMAL: Final = NormalDist()
_Z99: Final = _NORMAL.inv_cdf(0.99)
_SHAPES: Final = (0.1, 1e6)
"""Shapes of the gamma distribution that are looked for: 1 is the exponential distribution."""
_LARGE_SHAPE: Final = 200.0
"""From here on Wilson and Hilferty's (1931) normal approximation is good to 1e-5."""


def sampler(model: str, mean: int, p99: int) -> Draw | None:
    """Give what draws a delay of this mean and 99th percentile, ns; None where it is constant.

    ValueError says which percentiles the distribution can have.
    """
    if not p99:
        return None
    if model not in _SAMPLERS:
        raise ValueError(f"99th percentile {p99} ns, expected none with latency_model {model}")
    if p99 <= mean or mean <= 0:
        raise ValueError(f"99th percentile {p99} ns, expected more than the mean of {mean} ns, and that above 0")
    return _SAMPLERS[model](float(mean), float(p99))


def _uniform(mean: float, p99: float) -> Draw:
    """Uniform on mean +- w: the 99th percentile is mean + 0.98 w."""
    half = (p99 - mean) / 0.98
    if half > mean:
        raise ValueError(f"99th percentile {p99:.0f} ns, expected at most 1.98 times the mean of {mean:.0f} ns")
    return lambda rng: mean + half * (2.0 * rng.random() - 1.0)


def _lognormal(mean: float, p99: float) -> Draw:
    """Mean exp(mu + s^2/2) and 99th percentile exp(mu + z s): s is the smaller root of s^2/2 - z s + ln(p99/mean)."""
    rest = _Z99**2 - 2.0 * log(p99 / mean)
    if rest < 0:
        most = exp(_Z99**2 / 2.0)
        raise ValueError(f"99th percentile {p99:.0f} ns, expected at most {most:.2f} times the mean of {mean:.0f} ns")
    sigma = _Z99 - sqrt(rest)
    mu = log(mean) - sigma**2 / 2.0
    return lambda rng: exp(mu + sigma * _NORMAL.inv_cdf(rng.random() or 0.5))


def _gamma(mean: float, p99: float) -> Draw:
    """Gamma of the shape whose 99th percentile is as many times its mean: found by halving."""
    ratio = p99 / mean
    low, high = _SHAPES
    if gamma_cdf(low, ratio * low) > 0.99:
        raise ValueError(f"99th percentile {p99:.0f} ns, found {ratio:.2f} times the mean, expected a lighter tail")
    for _ in range(100):
        shape = sqrt(low * high)
        low, high = (low, shape) if gamma_cdf(shape, ratio * shape) > 0.99 else (shape, high)
    scale = mean / low
    return lambda rng: rng.gammavariate(low, scale)


def gamma_cdf(shape: float, x: float) -> float:
    """Give P(X <= x) of a gamma variate with scale 1: the series of the incomplete gamma function."""
    if shape > _LARGE_SHAPE:
        spread = 1.0 / (9.0 * shape)
        return _NORMAL.cdf(((x / shape) ** (1.0 / 3.0) - (1.0 - spread)) / sqrt(spread))
    term, at = 1.0 / shape, shape
    total = term
    while term > total * 1e-15:
        at += 1.0
        term *= x / at
        total += term
    return total * exp(shape * log(x) - x - lgamma(shape))


_SAMPLERS: Final[Mapping[str, Callable[[float, float], Draw]]] = {
    "uniform": _uniform,
    "lognormal": _lognormal,
    "gamma": _gamma,
}
FIXED: Final = "fixed"
LATENCY_MODELS: Final = (FIXED, *_SAMPLERS)
