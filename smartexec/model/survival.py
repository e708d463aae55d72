"""The Kaplan-Meier curve of a venue's hidden size: how likely it is that at least so much is there. A frozen value."""

from bisect import bisect_left

from attrs import frozen


@frozen
class Survival:
    """Estimate of P(hidden quantity >= s), a step function that does not rise with s.

    Ganchev, Nevmyvaka, Kearns & Vaughan (2010): an order for v lots that was executed in full proves at least v.
    """

    sizes: tuple[int, ...]
    """Where a step ends, lots, ascending: `probs[i]` holds for quantities above `sizes[i-1]` up to `sizes[i]`."""
    probs: tuple[float, ...]
    """P(hidden quantity >= s) on each step, 0..1."""
    beyond: float
    """The same above the last size: the last estimate that enough orders speak for (optimistic extension)."""
    trials: int
    """Orders that the estimate was made from."""
    upto: int | None = None
    """The largest quantity that enough orders speak for, lots: above it the curve is optimism; None = not said."""

    def at(self, qty: int) -> float:
        """P(hidden quantity >= qty); 1 for 0 and less."""
        if qty <= 0:
            return 1.0
        step = bisect_left(self.sizes, qty)
        return self.probs[step] if step < len(self.sizes) else self.beyond
