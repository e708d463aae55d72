"""What leaves a queue over a horizon: Poisson or exponential. Pure; knows nothing of orders or venues.

The outflow xi is the quantity traded and cancelled ahead of an order; an order for L behind Q lots fills min((xi -
Q)+, L) (Cont & Kukanov 2017, section 2). Poisson is what unit events at a constant rate give, with a standard
deviation of only the root of the mean; exponential has one as large as the mean.
"""

from abc import abstractmethod
from math import copysign, erfc, exp, expm1, fsum, lgamma, log, log1p, pi, sqrt
from typing import Protocol

from attrs import field, frozen
from attrs.validators import gt

NEGLIGIBLE = 1e-17
"""A term that is less than this part of the first one ends a series: below the precision of a float."""


MANY = 10_000
"""From this mean on probabilities are not summed term by term: there are as many that count as ten times its root."""
NEAR = 1e-2
"""Part of the mean within which the expansion is by power series."""


class Outflow(Protocol):
    """Distribution of what leaves a queue."""

    @property
    @abstractmethod
    def mean(self) -> float:
        """Expected outflow, lots."""

    @abstractmethod
    def cdf(self, qty: float) -> float:
        """P(outflow <= qty)."""

    @abstractmethod
    def quantile(self, chance: float) -> float:
        """The least outflow whose `cdf` is at least `chance`, 0 <= chance < 1."""

    @abstractmethod
    def reaches(self, qty: int) -> float:
        """P(outflow >= qty)."""


@frozen
class Poisson:
    """Poisson outflow: single lots leave independently at a constant rate."""

    mean: float = field(validator=gt(0))

    def pmf(self, count: int) -> float:
        """P(outflow = count)."""
        return exp(count * log(self.mean) - self.mean - lgamma(count + 1)) if count >= 0 else 0.0

    def cdf(self, qty: float) -> float:
        """P(outflow <= qty), summed away from `qty` on the side without the mean."""
        count = int(qty // 1)
        if count < 0:
            return 0.0
        if self.mean > MANY:
            return _gamma_tail(count + 1, self.mean)
        return self._down(count) if count < self.mean else max(0.0, 1.0 - self._up(count + 1))

    def reaches(self, qty: int) -> float:
        """P(outflow >= qty)."""
        if qty <= 0:
            return 1.0
        if self.mean > MANY:
            return 1.0 - _gamma_tail(qty, self.mean)
        return self._up(qty) if qty > self.mean else max(0.0, 1.0 - self._down(qty - 1))

    def quantile(self, chance: float) -> float:
        """The least count whose `cdf` is at least `chance`."""
        _check(chance)
        low, high = -1, 1 + int(self.mean)
        while self.cdf(high) < chance:
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.cdf(middle) < chance else (low, middle)
        return float(high)

    def _down(self, count: int) -> float:
        """P(outflow <= count) for a count below the mean: each term is the one above times count / mean."""
        terms, term, first = [1.0], 1.0, count
        while count > 0 and term > NEGLIGIBLE:
            term *= count / self.mean
            count -= 1
            terms.append(term)
        return min(1.0, fsum(terms) * self.pmf(first))

    def _up(self, count: int) -> float:
        """P(outflow >= count) for a count above the mean: each term is the one below times mean / count."""
        terms, term, first = [1.0], 1.0, count
        while term > NEGLIGIBLE:
            count += 1
            term *= self.mean / count
            terms.append(term)
        return min(1.0, fsum(terms) * self.pmf(first))


def _gamma_tail(shape: float, at: float) -> float:
    """P(a gamma variable of this shape > `at`) = P(Poisson(at) < shape), for large ones: Temme's uniform expansion.

    N. M. Temme (1979), The asymptotic expansion of the incomplete gamma functions; with two terms good to 1e-11
    beyond `MANY`.
    """
    away = (at - shape) / shape
    if abs(away) < NEAR:  # eta^2 / 2 = away - log(1 + away), which would cancel
        half = fsum((-away) ** power / power for power in range(2, 8))
        eta = copysign(sqrt(2 * half), away)
        first, second = -1 / 3 + eta / 12 - 2 * eta**2 / 135, -1 / 540 - eta / 288
    else:
        eta = copysign(sqrt(2 * (away - log1p(away))), away)
        first = 1 / away - 1 / eta
        second = 1 / eta**3 - 1 / away**3 - 1 / away**2 - 1 / (12 * away)
    rest = exp(-shape * eta**2 / 2) / sqrt(2 * pi * shape) * (first + second / shape)
    return min(1.0, max(0.0, erfc(eta * sqrt(shape / 2)) / 2 + rest))


@frozen
class Exponential:
    """Exponential outflow: the fluid model with the widest spread that a single figure, the mean, allows."""

    mean: float = field(validator=gt(0))

    def cdf(self, qty: float) -> float:
        """P(outflow <= qty)."""
        return -expm1(-qty / self.mean) if qty > 0 else 0.0

    def quantile(self, chance: float) -> float:
        """The outflow whose `cdf` is `chance`."""
        _check(chance)
        return -self.mean * log1p(-chance)

    def reaches(self, qty: int) -> float:
        """P(outflow >= qty)."""
        return exp(-qty / self.mean) if qty > 0 else 1.0


def full_fill(outflow: Outflow, ahead: int, qty: int) -> float:
    """P(an order for `qty` lots behind `ahead` lots is executed in full)."""
    return outflow.reaches(ahead + qty)


def expected_fill(outflow: Outflow, ahead: int, qty: int) -> float:
    """Expected lots executed of an order for `qty` behind `ahead`: the sum of P(xi >= ahead + j), j = 1 .. qty."""
    return fsum(outflow.reaches(ahead + lots) for lots in range(1, qty + 1))


def _check(chance: float) -> None:
    if not 0 <= chance < 1:
        raise ValueError(f"quantile: found chance {chance}, expected 0 <= chance < 1")
