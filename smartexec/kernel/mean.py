"""A weighted mean that observations can be taken out of again. Sums of floats, added in the order of the events."""

from attrs import define


@define(eq=False)
class Mean:
    """Sum of weights, sum of weight x value, and how many observations that were."""

    n: int = 0
    weight: float = 0.0
    total: float = 0.0

    def add(self, weight: float, total: float) -> None:
        """Take an observation: its weight, and weight x value."""
        self.n += 1
        self.weight += weight
        self.total += total

    def drop(self, weight: float, total: float) -> None:
        """Take an observation out again; with the last one no residue of rounding is left."""
        self.n -= 1
        if self.n > 0:
            self.weight = max(0.0, self.weight - weight)  # of weights far apart, rounding may leave less than nothing
            self.total -= total
        else:
            self.n, self.weight, self.total = 0, 0.0, 0.0

    def scale(self, factor: float) -> None:
        """Multiply all weights."""
        self.weight *= factor
        self.total *= factor

    def merge(self, other: "Mean") -> None:
        """Add the observations of another mean."""
        self.n += other.n
        self.weight += other.weight
        self.total += other.total

    @property
    def value(self) -> float | None:
        """The mean; None where nothing was observed, or so long ago that nothing of it is left."""
        return self.total / self.weight if self.weight > 0 else None
