"""The Kaplan-Meier tally of a venue's hidden size: how many lots were there when orders for so many came.

Ganchev, Nevmyvaka, Kearns & Vaughan, Censored exploration and the dark pool problem (2010): of orders (submitted v,
executed r), N_s counts those with v > s and r >= s, D_s those with v > s and r = s; z_s = D_s / N_s and
P(liquidity >= s) = product over u < s of (1 - z_u). An order that was executed in full (r = v) proves v lots and says
nothing of v + 1: it is censored at v - 1, not at v as a standard Kaplan-Meier estimator takes it.
"""

from typing import Final

from attrs import Factory, define

from smartexec.model.survival import Survival

MAX_SIZES: Final = 256
"""Different sizes that are kept apart; where there are more, they are rounded down to fewer leading bits."""
MOST_BITS: Final = 10


@define(eq=False)
class Size:
    """Orders that say nothing of more than this size: all of them, and those that found exactly so much."""

    n: int = 0
    weight: float = 0.0
    deaths: int = 0
    death_weight: float = 0.0

    def add(self, weight: float, died: bool) -> None:
        """Take an order."""
        self.n += 1
        self.weight += weight
        if died:
            self.deaths += 1
            self.death_weight += weight

    def drop(self, weight: float, died: bool) -> None:
        """Take an order out again; with the last one no residue of rounding is left."""
        self.n -= 1
        self.weight = self.weight - weight if self.n > 0 else 0.0
        if died:
            self.deaths -= 1
            self.death_weight = self.death_weight - weight if self.deaths > 0 else 0.0

    def merge(self, other: "Size") -> None:
        """Add another's orders."""
        self.n += other.n
        self.weight += other.weight
        self.deaths += other.deaths
        self.death_weight += other.death_weight


@define(eq=False)
class KaplanMeier:
    """Orders by the last size that they say something of."""

    sizes: dict[int, Size] = Factory(dict)
    bits: int = 0
    """Leading bits of a size that are kept; 0 = all."""

    def add(self, submitted: int, executed: int, weight: float = 1.0) -> None:
        """Take an order for `submitted` lots of which `executed` were executed."""
        last, died = _last(submitted, executed)
        self.sizes.setdefault(_leading(last, self.bits), Size()).add(weight, died)
        while len(self.sizes) > MAX_SIZES:
            self._coarsen((self.bits or MOST_BITS + 1) - 1)

    def drop(self, submitted: int, executed: int, weight: float) -> None:
        """Take an order out again."""
        last, died = _last(submitted, executed)
        size = self.sizes.get(key := _leading(last, self.bits))
        if size is not None:
            size.drop(weight, died)
            if size.n <= 0:
                del self.sizes[key]

    def scale(self, factor: float) -> None:
        """Multiply all weights."""
        for size in self.sizes.values():
            size.weight *= factor
            size.death_weight *= factor

    def merge(self, other: "KaplanMeier") -> None:
        """Add another's orders."""
        if other.bits:
            self._coarsen(min(self.bits or other.bits, other.bits))
        for key, size in other.sizes.items():
            self.sizes.setdefault(_leading(key, self.bits), Size()).merge(size)
        while len(self.sizes) > MAX_SIZES:
            self._coarsen((self.bits or MOST_BITS + 1) - 1)

    def _coarsen(self, bits: int) -> None:
        """Keep only so many leading bits of each size."""
        old, self.bits, self.sizes = self.sizes, bits, {}
        for key, size in old.items():
            self.sizes.setdefault(_leading(key, bits), Size()).merge(size)

    def curve(self, least: float) -> Survival | None:
        """The estimate, from N_s of at least `least`; beyond that it stays as it was (optimistic extension).

        So a size that was hardly ever tried is thought as likely to be there as the largest one that was, and is
        tried. The paper's bound for when N_s is enough is far out of reach: `least` is a floor that somebody chose.
        """
        if not self.sizes:
            return None
        at_risk = self._at_risk()
        ends, probs, prob, upto = [], [], 1.0, 0
        for key in sorted(self.sizes):
            size = self.sizes[key]
            if at_risk[key] < least:
                break
            upto = key + 1
            if size.deaths and size.death_weight > 0:
                ends.append(key)
                probs.append(prob)
                prob *= max(0.0, 1.0 - size.death_weight / at_risk[key])
        trials = 0
        for size in self.sizes.values():
            trials += size.n
        return Survival(tuple(ends), tuple(probs), prob, trials, upto)

    def _at_risk(self) -> dict[int, float]:
        """N_s of each size: the weight of the orders that say something of s or more."""
        out: dict[int, float] = {}
        total = 0.0
        for key in sorted(self.sizes, reverse=True):
            total += self.sizes[key].weight
            out[key] = total
        return out


def _last(submitted: int, executed: int) -> tuple[int, bool]:
    """The last size that an order says something of, and whether it found no more than that."""
    return (executed, True) if executed < submitted else (submitted - 1, False)


def _leading(size: int, bits: int) -> int:
    """A size with only its leading bits kept (all of them with 0)."""
    shift = size.bit_length() - bits if bits else 0
    return size if shift <= 0 else size >> shift << shift
