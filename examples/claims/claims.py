"""The claims, what each is measured by, and the verdict: a difference of two arms over the same orders, with a 95 %
interval by bootstrap over the orders. Reads rows of `smartexec compare`; runs nothing.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from math import fsum, sqrt
from typing import Final

from attrs import frozen
from markets import AAPL, DARK, IBM, Market, Order

from smartexec_tca.bootstrap import draws

Row = dict[str, str]
Statistic = Callable[[Sequence[float], Sequence[int]], float]
"""Of values, each taken so many times."""
REPLICATES: Final = 2_000


def mean(values: Sequence[float], times: Sequence[int]) -> float:
    """The mean."""
    return fsum(v * n for v, n in zip(values, times, strict=True)) / sum(times)


def deviation(values: Sequence[float], times: Sequence[int]) -> float:
    """The standard deviation."""
    middle = mean(values, times)
    return sqrt(fsum(n * (v - middle) ** 2 for v, n in zip(values, times, strict=True)) / sum(times))


@frozen
class Measure:
    """What is compared between the arms."""

    text: str
    unit: str
    value: Callable[[Row], float]
    statistic: Statistic = mean


@frozen(kw_only=True)
class Claim:
    """Two arms, the orders they work, and what should come of it."""

    name: str
    text: str
    market: Market
    strategies: tuple[str, ...]
    routers: tuple[str, ...]
    arms: tuple[str, str]
    """Combinations whose difference, first less second, is measured."""
    order: Order
    measures: tuple[Measure, ...]
    venues: tuple[str, ...]
    """MICs."""


def cost(row: Row) -> float:
    """Cost against arrival with fees, bp of what was done."""
    done = float(row["done"])
    return float(row["arrival_bps"] or 0) + (float(row["fees"]) / done * 1e4 if done else 0.0)


def _bps(metric: str) -> Callable[[Row], float]:
    return lambda row: float(row[f"{metric}_bps"] or 0)


def minutes(life: int, every: int, qty: int) -> Order:
    """Orders of so many minutes, one every so many."""
    return Order(qty, timedelta(minutes=life), timedelta(minutes=every))


LONG: Final = {"IBM": minutes(120, 60, 6_000), "AAPL": minutes(20, 5, 4_000)}
MARKETS: Final = (IBM, AAPL)
TRACKING: Final = (
    Measure("mean distance to the interval VWAP", "bp", lambda row: abs(_bps("vwap")(row))),
    Measure("sd of the cost against it", "bp", _bps("vwap"), deviation),
)
ARRIVAL: Final = (Measure("sd of the cost against arrival", "bp", _bps("arrival"), deviation),)


def tracking(market: Market, how: str, order: Order, params: str = "") -> Claim:
    """TWAP against VWAP."""
    arms = (f"TWAP{params}", f"VWAP{params}")
    return Claim(
        name=f"tracking-{market.symbol}-{how}",
        text=f"VWAP tracks the market's VWAP better than TWAP does ({how})",
        market=market,
        strategies=arms,
        routers=("parallel",),
        arms=(f"{arms[0]}, parallel", f"{arms[1]}, parallel"),
        order=order,
        measures=TRACKING,
        venues=market.lit,
    )


def variance(market: Market, half_life: str) -> Claim:
    """VWAP against IS."""
    shortfall = f"IS:half_life={half_life}"
    return Claim(
        name=f"variance-{market.symbol}",
        text="IS has less arrival cost variance than VWAP",
        market=market,
        strategies=("VWAP", shortfall),
        routers=("parallel",),
        arms=("VWAP, parallel", f"{shortfall}, parallel"),
        order=LONG[market.symbol],
        measures=ARRIVAL,
        venues=market.lit,
    )


def dark(market: Market, size: str, order: Order) -> Claim:
    """Liquidity-seeking against the same with an equal split; everything else alike, no lit venue."""
    strategy = "TWAP:slices=4:aggressiveness=0:complete=false"
    return Claim(
        name=f"dark-{market.symbol}-{size}",
        text=f"liquidity-seeking fills more in the dark pools than an equal split does ({size} orders)",
        market=market,
        strategies=(strategy,),
        routers=("liquidity-seeking", "equal-split"),
        arms=(f"{strategy}, liquidity-seeking", f"{strategy}, equal-split"),
        order=order,
        measures=(Measure("executed", "% of the order", lambda row: 100 * float(row["done"]) / float(row["ordered"])),),
        venues=DARK,
    )


SIZES: Final = {"small": 4_000, "middling": 12_000, "large": 40_000}
"""Lots in twenty minutes; of 40,000 the four pools execute some 17,000."""
AT_ONCE: Final = "TWAP:slices=1:aggressiveness=100"
SPEED: Final = Claim(
    name="speed-IBM",
    text="parallel is faster, sequential is cheaper",
    market=IBM,
    strategies=(AT_ONCE,),
    routers=("sequential", "parallel"),
    arms=(f"{AT_ONCE}, sequential", f"{AT_ONCE}, parallel"),
    order=minutes(5, 10, 1_500),
    measures=(
        Measure("time to the last execution", "s", lambda row: float(row["worked_seconds"])),
        Measure("cost against arrival with fees", "bp", cost),
    ),
    venues=IBM.lit,
)
CLAIMS: Final = (
    *(tracking(market, "resting", LONG[market.symbol]) for market in MARKETS),
    *(tracking(market, "crossing", LONG[market.symbol], ":aggressiveness=100") for market in MARKETS),
    tracking(IBM, "whole-day", minutes(380, 380, 30_000), ":slices=76"),
    tracking(AAPL, "whole-hour", minutes(50, 50, 10_000), ":slices=25"),
    variance(IBM, "20m"),
    variance(AAPL, "4m"),
    *(dark(IBM, size, minutes(20, 30, qty)) for size, qty in SIZES.items()),
    *(dark(AAPL, size, minutes(5, 5, qty // 4)) for size, qty in SIZES.items()),
    SPEED,
)


@frozen
class Judged:
    """What came of a measure."""

    claim: Claim
    measure: Measure
    orders: int
    first: float
    second: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Whether the interval of the difference lies on one side of zero."""
        return "more" if self.low > 0 else "less" if self.high < 0 else "no difference shown"


def judge(claim: Claim, rows: Sequence[Row]) -> list[Judged]:
    """Measure the difference of the arms on the orders that both have."""
    arms = [{(r["config"], r["parent_id"]): r for r in rows if r["combination"] == label} for label in claim.arms]
    both = [key for key in arms[0] if key in arms[1]]
    if not both:
        raise SystemExit(f"{claim.name}: found no order of both {claim.arms[0]!r} and {claim.arms[1]!r}")
    return [_judged(claim, one, [arms[0][k] for k in both], [arms[1][k] for k in both]) for one in claim.measures]


def _judged(claim: Claim, one: Measure, first: Sequence[Row], second: Sequence[Row]) -> Judged:
    a, b = [one.value(r) for r in first], [one.value(r) for r in second]
    apart = sorted(one.statistic(a, n) - one.statistic(b, n) for n in draws(len(a), REPLICATES))
    low, high = apart[REPLICATES * 25 // 1000], apart[-1 - REPLICATES * 25 // 1000]
    once = [1] * len(a)
    return Judged(claim, one, len(a), one.statistic(a, once), one.statistic(b, once), low, high)


def show(found: Sequence[Sequence[Judged]]) -> str:
    """Say it in lines."""
    lines: list[str] = []
    for judged in found:
        claim = judged[0].claim
        lines += [f"{claim.market.symbol}: {claim.text}", f"  A {claim.arms[0]}", f"  B {claim.arms[1]}"]
        for j in judged:
            apart = f"A - B {j.first - j.second:+.3f} ({j.low:+.3f} to {j.high:+.3f})"
            lines.append(
                f"  {j.measure.text}, {j.measure.unit}: A {j.first:.3f}, B {j.second:.3f}, {apart}: {j.verdict}"
            )
        lines += [f"  {judged[0].orders} orders", ""]
    return "\n".join(lines)
