"""What comes of a comparison, per combination: costs with intervals and paired differences, scatter, fills.

Means are weighted by notional: sum of money over sum of what it is measured by. Only inputs on which every run that
is compared succeeded enter a difference. Draws no picture and prints nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import fsum

from attrs import frozen

from smartexec_tca.bootstrap import Estimate, Ratio, differences, estimate
from smartexec_tca.combination import Combination
from smartexec_tca.scatter import deviation, tail
from smartexec_tca.study import Outcome
from smartexec_tca.units import Key, run_key, units
from smartexec_tca.worked import METRICS, Worked


@frozen(kw_only=True)
class Measured:
    """A cost in bp; positive = worse."""

    mean: Estimate
    difference: Estimate
    """From the first combination, on the inputs that both have."""
    deviation: float | None
    """Over parent orders, weighted by notional."""
    tail: float | None
    """Mean of the worst 5 % of the notional."""


@frozen(kw_only=True)
class Compared:
    """A combination's figures. Shares are 0..1; None where there is no figure."""

    combination: Combination
    runs: int
    failed: int
    parents: int
    units: int
    """What the intervals were drawn from."""
    notional: float
    metrics: Mapping[str, Measured]
    fees_bps: float | None
    """Of what was done."""
    fill_rate: float | None
    """What child orders were filled, of what was sent in them, at arrival prices."""
    crossed: float | None
    """What was crossed inside, of what clients ordered, at arrival prices; the other figures are of the rest."""
    completion: float | None
    """What was done, of what was ordered, at arrival prices."""
    passive: float | None
    """What added liquidity, of what was executed."""
    children: float | None
    """Child orders per parent order."""
    worked_seconds: float | None
    """From start to end of a parent order, on average."""
    seconds: float
    """Wall time of all runs."""


def compare(
    combinations: Sequence[Combination], outcomes: Sequence[Outcome], *, by: str, replicates: int
) -> list[Compared]:
    """Work out the figures of each combination."""
    unit_of = units(outcomes, by)
    groups = {one: [o for o in outcomes if o.task.combination == one] for one in combinations}
    good = {one: [o for o in groups[one] if not o.fault] for one in combinations}
    estimates = {one: _estimates(good[combinations[0]], good[one], unit_of, replicates) for one in combinations}
    return [_compared(one, groups[one], good[one], *estimates[one]) for one in combinations]


_Estimates = tuple[dict[str, tuple[Estimate, Estimate]], int]


def _estimates(
    base: Sequence[Outcome], own: Sequence[Outcome], unit_of: Mapping[tuple[Key, str], Key], replicates: int
) -> _Estimates:
    """Give each metric's mean and difference, and the units they were drawn from.

    The mean is of all that succeeded, the difference of what succeeded under both.
    """
    both = {run_key(o) for o in base} & {run_key(o) for o in own}
    sums = _by_unit(own, unit_of)
    means = estimate([sums[metric] for metric in METRICS], replicates)
    shared = [[o for o in side if run_key(o) in both] for side in (base, own)]
    first, second = _by_unit_of_both(shared[0], shared[1], unit_of)
    apart = differences([first[m] for m in METRICS], [second[m] for m in METRICS], replicates)
    return dict(zip(METRICS, zip(means, apart, strict=True), strict=True)), len(sums[METRICS[0]].money)


def _by_unit(outcomes: Sequence[Outcome], unit_of: Mapping[tuple[Key, str], Key]) -> dict[str, Ratio]:
    return _ratios(outcomes, unit_of, _order(outcomes, unit_of))


def _by_unit_of_both(
    base: Sequence[Outcome], own: Sequence[Outcome], unit_of: Mapping[tuple[Key, str], Key]
) -> tuple[dict[str, Ratio], dict[str, Ratio]]:
    order = _order([*base, *own], unit_of)
    return _ratios(base, unit_of, order), _ratios(own, unit_of, order)


def _order(outcomes: Sequence[Outcome], unit_of: Mapping[tuple[Key, str], Key]) -> dict[Key, int]:
    """Number the units as they come."""
    order: dict[Key, int] = {}
    for outcome in outcomes:
        for parent in outcome.parents:
            order.setdefault(_unit(outcome, parent, unit_of), len(order))
    return order


def _ratios(
    outcomes: Sequence[Outcome], unit_of: Mapping[tuple[Key, str], Key], order: Mapping[Key, int]
) -> dict[str, Ratio]:
    money = {metric: [0.0] * len(order) for metric in METRICS}
    weight = {metric: [0.0] * len(order) for metric in METRICS}
    for outcome in outcomes:
        for parent in outcome.parents:
            number = order[_unit(outcome, parent, unit_of)]
            for metric in METRICS:
                money[metric][number] += parent.money[metric] * 1e4
                weight[metric][number] += parent.weight[metric]
    return {metric: Ratio(money[metric], weight[metric]) for metric in METRICS}


def _unit(outcome: Outcome, parent: Worked, unit_of: Mapping[tuple[Key, str], Key]) -> Key:
    return unit_of[run_key(outcome), parent.clients[0]]


def _compared(
    one: Combination,
    outcomes: Sequence[Outcome],
    good: Sequence[Outcome],
    estimates: Mapping[str, tuple[Estimate, Estimate]],
    count: int,
) -> Compared:
    parents = [parent for outcome in good for parent in outcome.parents]
    notional = fsum(p.notional for p in parents)
    fees = _share((p.fees for p in parents), (p.notional for p in parents))
    return Compared(
        combination=one,
        runs=len(outcomes),
        failed=len(outcomes) - len(good),
        parents=len(parents),
        units=count,
        notional=notional,
        metrics={metric: _measured(metric, parents, *estimates[metric]) for metric in METRICS},
        fees_bps=None if fees is None else fees * 1e4,
        fill_rate=_share((p.filled for p in parents), (p.sent for p in parents)),
        crossed=_share((p.crossed for p in parents), (p.crossed + p.ordered for p in parents)),
        completion=_share((p.done for p in parents), (p.ordered for p in parents)),
        passive=_share((p.added for p in parents), (p.notional for p in parents)),
        children=_share((p.children for p in parents), (1 for _ in parents)),
        worked_seconds=_share((p.seconds for p in parents), (1 for _ in parents)),
        seconds=fsum(outcome.seconds for outcome in good),
    )


def _measured(metric: str, parents: Sequence[Worked], mean: Estimate, difference: Estimate) -> Measured:
    costs = [(bps, p.weight[metric]) for p in parents if (bps := p.bps(metric)) is not None]
    return Measured(mean=mean, difference=difference, deviation=deviation(costs), tail=tail(costs))


def _share(part: Iterable[float], whole: Iterable[float]) -> float | None:
    total = fsum(whole)
    return fsum(part) / total if total else None
