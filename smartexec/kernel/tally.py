"""What was measured of one venue for one instrument: weighted sums, each of which an observation can leave again.

`fit venues` writes tallies to a file and the journal's header holds them: fields are plain numbers and maps of them.
Who observes what is in `scorecard`.
"""

from collections.abc import Sequence
from math import ldexp
from typing import Any, Final

from attrs import Factory, define

from smartexec.kernel.decay import Decay
from smartexec.kernel.mean import Mean
from smartexec.kernel.quantiles import Quantiles
from smartexec.kernel.survival import KaplanMeier
from smartexec.model.survival import Survival

LATENCIES: Final = (0.5, 0.9, 0.99)


@define(eq=False)
class Ended:
    """Orders that are over."""

    n: int = 0
    weight: float = 0.0
    submitted: float = 0.0
    """Weight x quantity."""
    executed: float = 0.0
    """Weight x executed quantity."""
    filled: float = 0.0
    """Weight of those with an execution."""
    rejected: float = 0.0
    """Weight of those that the venue rejected."""

    def add(self, weight: float, submitted: int, executed: int, rejected: bool) -> None:
        """Take an order."""
        self.n += 1
        self.weight += weight
        self.submitted += weight * submitted
        if executed:
            self.executed += weight * executed
            self.filled += weight
        if rejected:
            self.rejected += weight

    def recount(self, weight: float, submitted: tuple[int, int], executed: tuple[int, int]) -> None:
        """An order taken before is another now: its quantity, and what was executed of it, then and now."""
        self.submitted += weight * (submitted[1] - submitted[0])
        self.executed = max(0.0, self.executed + weight * (executed[1] - executed[0]))
        self.filled = max(0.0, self.filled + weight * (bool(executed[1]) - bool(executed[0])))

    def scale(self, factor: float) -> None:
        """Multiply all weights."""
        self.weight *= factor
        self.submitted *= factor
        self.executed *= factor
        self.filled *= factor
        self.rejected *= factor

    def merge(self, other: "Ended") -> None:
        """Add another's orders."""
        self.n += other.n
        self.weight += other.weight
        self.submitted += other.submitted
        self.executed += other.executed
        self.filled += other.filled
        self.rejected += other.rejected


@define(eq=False)
class Tally:
    """Running sums of one venue for one instrument."""

    since: int
    """An observation of this time weighs 1, ns UTC; a later one more (see `decay`)."""
    time: int
    """Of the last observation, ns UTC."""
    changes: int = 0
    """How often something was counted or taken out."""
    ended: Ended = Factory(Ended)
    """Orders that are over."""
    time_to_fill: Mean = Factory(Mean)
    """From order to first execution, ns."""
    latency: Mean = Factory(Mean)
    """From order to acknowledgement, ns."""
    latencies: Quantiles = Factory(Quantiles)
    """The same, as a histogram."""
    effective: Mean = Factory(Mean)
    """Effective spread of executions, basis points, weighted by quantity."""
    markout_100ms: Mean = Factory(Mean)
    """Markout of executions, basis points, each weighing the same."""
    markout_1s: Mean = Factory(Mean)
    """Markout of executions, basis points."""
    markout_10s: Mean = Factory(Mean)
    """Markout of executions, basis points."""
    added_10s: Mean = Factory(Mean)
    """The same, of those that added liquidity."""
    hidden: KaplanMeier = Factory(KaplanMeier)
    """Orders at a dark pool or an ATS, by what they found."""

    def weight(self, decay: Decay, time: int) -> float:
        """What an observation of this time weighs; after each half-life all sums are scaled down first."""
        self.changes += 1
        if time > self.time:
            self.time = time
        if 0 <= time - self.since < decay.step:
            return 1.0
        whole, factor = decay.split(self.since, time)
        if whole > 0:
            self.scale(ldexp(1.0, -whole))
            self.since += whole * decay.half_life
            return factor
        return ldexp(factor, whole)

    def means(self) -> tuple[Mean, ...]:
        """All that are means."""
        return (
            self.time_to_fill, self.latency, self.effective, self.markout_100ms, self.markout_1s, self.markout_10s,
            self.added_10s,
        )  # fmt: skip

    def scale(self, factor: float) -> None:
        """Multiply all weights."""
        self.ended.scale(factor)
        for mean in self.means():
            mean.scale(factor)
        self.latencies.scale(factor)
        self.hidden.scale(factor)

    def age(self, decay: Decay, since: int) -> None:
        """Let an observation of the time `since`, which is not earlier than before, weigh 1."""
        if since > self.since:
            whole, factor = decay.split(self.since, since)
            self.scale(ldexp(1.0 / factor, -whole))
            self.since = since

    def merge(self, other: "Tally", decay: Decay) -> None:
        """Add another's observations; both are brought to the same age."""
        since = max(self.since, other.since)
        self.age(decay, since)
        other.age(decay, since)
        self.time = max(self.time, other.time)
        self.changes += other.changes
        self.ended.merge(other.ended)
        for mine, its in zip(self.means(), other.means(), strict=True):
            mine.merge(its)
        self.latencies.merge(other.latencies.bins)
        self.hidden.merge(other.hidden)

    def quantiles(self) -> list[int | None]:
        """Of the latency, as `LATENCIES` names them."""
        return self.latencies.at(LATENCIES)

    def curve(self, decay: Decay, min_trials: int) -> Survival | None:
        """Of the hidden size; `min_trials` counts orders as ones of the last observation's time count."""
        return self.hidden.curve(min_trials * decay.weight(self.since, self.time)) if self.hidden.sizes else None

    def figures(self, quantiles: Sequence[int | None], hidden: Survival | None) -> dict[str, Any]:
        """What a `VenueScore` says of it."""
        ended, latency, waited, toxic = self.ended, self.latency, self.time_to_fill, self.added_10s
        weight = ended.weight
        return {
            "latency": round(latency.total / latency.weight) if latency.weight > 0 else None,
            "latency_p50": quantiles[0],
            "latency_p90": quantiles[1],
            "latency_p99": quantiles[2],
            "fill_ratio": ended.executed / ended.submitted if ended.submitted > 0 else None,
            "fill_prob": ended.filled / weight if weight > 0 else None,
            "time_to_fill": round(waited.total / waited.weight) if waited.weight > 0 else None,
            "reject_rate": ended.rejected / weight if weight > 0 else None,
            "tried": ended.n,
            "effective_bps": self.effective.value,
            "markout_100ms": self.markout_100ms.value,
            "markout_1s": self.markout_1s.value,
            "markout_10s": self.markout_10s.value,
            "toxicity": -toxic.total / toxic.weight if toxic.weight > 0 else None,
            "hidden": hidden,
        }
