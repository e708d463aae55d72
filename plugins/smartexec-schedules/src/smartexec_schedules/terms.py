"""The trade-off of TRILEMMA: what an action costs in impact, risk and completion, in bp. Knows no orders, no views.

All costs are basis points (1/10000) of the value of what is left to trade, so that they can be added and compared.
Floats: they choose between actions and explain the choice; no price or quantity is computed from them.
"""

import math
from collections.abc import Iterable

from attrs import field, frozen
from attrs.validators import ge, gt

from smartexec_tca.impact import AlmgrenImpact

LAW = AlmgrenImpact()
"""What trading moves the price by."""
EVEN = 1 / math.sqrt(3)
"""A position traded away evenly over T has the risk of a whole one over T/3: Almgren & Chriss (2000)."""


@frozen(kw_only=True)
class Weights:
    """How much a basis point of each cost counts. Only their ratios matter, so they need not sum to 1."""

    impact: float = field(validator=ge(0))
    """Of what trading now costs."""
    risk: float = field(validator=ge(0))
    """Of one standard deviation of what the rest may cost more."""
    completion: float = field(validator=ge(0))
    """Of what the rest costs at the pace that is then needed."""

    def normalised(self) -> "Weights":
        """The same ratios, summing to 1."""
        total = math.fsum((self.impact, self.risk, self.completion))
        return Weights(impact=self.impact / total, risk=self.risk / total, completion=self.completion / total)


@frozen(kw_only=True)
class Situation:
    """What the costs depend on. A day is a trading day."""

    remaining: int = field(validator=gt(0))
    """Lots still to trade."""
    time_left: float = field(validator=ge(0))
    """Days until it must be done."""
    step: float = field(validator=gt(0))
    """Days until the next decision."""
    volume: float = field(validator=gt(0))
    """Market volume expected, lots a day."""
    spread: float = field(validator=ge(0))
    """Quoted now, bp of the midpoint."""
    usual_spread: float = field(validator=ge(0))
    """Expected later, bp; 0 where nothing is known."""
    sigma: float = field(validator=ge(0))
    """Volatility that the impact law was scaled with: fitted, bp for a day."""
    sigma_now: float = field(validator=ge(0))
    """Volatility expected in the time left, bp for a day."""
    drift: float = 0.0
    """What a lot done now costs more than one later because of where the price is, bp; negative = less."""


@frozen
class Action:
    """Something to do until the next decision."""

    verb: str
    """For people: waits, rests, takes the midpoint, crosses."""
    expected: float
    """Lots that will be done by it."""
    spread_paid: float = field(kw_only=True, default=0.0)
    """Half-spreads paid for each lot: 0 at the near touch, 1 at the far touch."""
    demands: bool = field(kw_only=True, default=False)
    """Demands liquidity, and so moves the price."""


@frozen
class Costs:
    """Costs of an action, weighted, bp of the value of what is left."""

    impact: float
    """Spread and temporary impact of what is done now."""
    price: float
    """Drift of what is done now: what it costs more than later because of where the price is."""
    risk: float
    """One standard deviation of what the rest costs."""
    completion: float
    """Usual half-spread and impact of the rest, at the pace it then needs."""

    @property
    def total(self) -> float:
        """What the actions are compared by."""
        return math.fsum((self.impact, self.price, self.risk, self.completion))

    def less(self, other: "Costs") -> dict[str, float]:
        """What each cost is less than another action's, by name: positive = saved."""
        return {
            "impact": other.impact - self.impact,
            "price": other.price - self.price,
            "risk": other.risk - self.risk,
            "completion": other.completion - self.completion,
        }


def temporary_impact(sigma: float, participation: float) -> float:
    """Price concession of trading at a pace, X / (V T) of the volume, in the unit of `sigma`: K of the law.

    Permanent impact is left out: however the order is done it is the same, so it decides nothing.
    """
    return LAW.temporary(participation, 1.0, sigma)


def horizon(s: Situation, rest: float, w: Weights) -> float:
    """Days over which `rest` lots are best done: where risk + completion is least, within what there is.

    Risk grows with T ** 0.5 and impact falls with T ** -beta, so the least of a T ** 0.5 + b T ** -beta is at
    (2 beta b / a) ** (1 / (beta + 0.5)); the idea of Almgren & Chriss (2000) that an order may be worth finishing
    early. At least one step, at most the time left: with less time the cost of waiting never falls.
    """
    most = max(s.step, s.time_left)
    a = w.risk * s.sigma_now * EVEN
    b = w.completion * temporary_impact(s.sigma, rest / s.volume)
    if a <= 0:
        return most
    return max(s.step, min(most, math.pow(2 * LAW.beta * b / a, 1 / (LAW.beta + 0.5))))


def costs(action: Action, s: Situation, w: Weights) -> Costs:
    """What an action costs, now and for the rest that it leaves.

    impact = d/R (paid spread/2 + K(d / (V step))); K only where it demands liquidity; price = d/R drift, weighted alike
    risk = (R-d)/R sigma_now sqrt(T/3); completion = (R-d)/R (usual spread/2 + K((R-d) / (V T)))

    R = remaining, d = expected, T = `horizon`. The spread that counts later is the usual one, so that a wide one now is
    a reason to wait. A resting order is charged nothing: what it earns is about what those who know better cost
    it (Glosten & Milgrom 1985: a competitive spread just covers that).
    """
    done = min(action.expected, s.remaining)
    rest = s.remaining - done
    moves = temporary_impact(s.sigma, done / (s.volume * s.step)) if action.demands else 0.0
    now = w.impact * done / s.remaining
    span = horizon(s, rest, w)
    pace = temporary_impact(s.sigma, rest / (s.volume * span))
    left = rest / s.remaining
    return Costs(
        impact=now * (action.spread_paid * s.spread / 2 + moves),
        price=now * s.drift,
        risk=w.risk * left * s.sigma_now * EVEN * math.sqrt(span),
        completion=w.completion * left * (s.usual_spread / 2 + pace),
    )


def cheapest(actions: Iterable[Action], s: Situation, w: Weights) -> tuple[Action, Costs]:
    """The action that costs least; of equal ones the first, so name the patient ones first."""
    return min(((action, costs(action, s, w)) for action in actions), key=lambda pair: pair[1].total)
