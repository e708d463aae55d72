"""Advisors for tests of the kernel: seeded nonsense within (and, if wanted, beyond) the rules, and recorded advice."""

from random import Random
from typing import TypeVar

from attrs import Factory, define

from smartexec.kernel.advisor import Advisor, Fault
from smartexec.model.enums import Side, TimeInForce
from smartexec.model.orders import Params
from smartexec.model.routing import Leg, Route, RouteRequest
from smartexec.model.view import Decision, ParentView, Slice

SECOND = 1_000_000_000
Answer = TypeVar("Answer", Decision, Route, Fault)


@define(eq=False)
class RandomAdvisor(Advisor):
    """Asks for anything: too much, too dear, at venues that are down. What it answered is kept in `said`."""

    seed: int
    faults: float = 0.0
    """How often a plugin breaks."""
    passive: float = 0.7
    """How often a slice has a price."""
    auctions: float = 0.0
    """How often a slice takes part in an auction only."""
    learns: bool = False
    """Remember how many outcomes of earlier legs it was told of, an order and its lots each."""
    said: list[Decision | Route | Fault] = Factory(list)
    rng: Random = Factory(lambda self: Random(self.seed), takes_self=True)

    def decide(self, strategy: str, params: Params, view: ParentView) -> Decision | Fault:
        """Ask for up to two slices of any size near the market."""
        rng = self.rng
        if rng.random() < self.faults:
            return self._say(Fault(strategy, "ZeroDivisionError: on purpose"))
        slices = [] if rng.random() < 0.7 else self._moved(view)
        for slot in ("a", "b")[: 0 if slices else rng.choice((0, 1, 1, 1, 2))]:
            qty = rng.randrange(0, view.leaves_qty * 2 + 2)
            tif = self._time_in_force(rng.random())
            name = f"{slot}{view.now}" if tif is TimeInForce.IOC else slot
            slices.append(Slice(qty, self._price(view), slot=name, time_in_force=tif))
        wake = view.now + rng.randrange(1, 5) * SECOND if rng.random() < 0.7 else None
        return self._say(Decision(tuple(slices), wake, note=f"seed {self.seed}"))

    def _time_in_force(self, draw: float) -> TimeInForce:
        """One of all that venues take, by a number from 0 to 1."""
        if draw < 0.2:
            return TimeInForce.IOC
        if draw < 0.2 + self.auctions:
            return TimeInForce.AT_CLOSE if draw < 0.2 + self.auctions / 2 else TimeInForce.AT_OPEN
        return TimeInForce.DAY

    def _moved(self, view: ParentView) -> list[Slice]:
        """What is live, a little dearer or smaller: what a venue may be asked to replace."""
        rng, tick = self.rng, view.instrument.tick
        return [
            Slice(rng.randrange(s.leaves_qty // 2, s.leaves_qty + 1), s.price + rng.randrange(-1, 2) * tick, slot=name)
            for name, s in view.slots.items()
            if s.leaves_qty and s.price is not None and s.price > tick and not s.spent and len(name) == 1
        ]

    def _price(self, view: ParentView) -> int | None:
        if self.rng.random() > self.passive:
            return None
        tick = view.instrument.tick
        middle = view.market.mid2 or 200 * tick
        return max(tick, (middle // 2 // tick + self.rng.randrange(-4, 5)) * tick)

    def route(self, router: str, request: RouteRequest) -> Route | Fault:
        """Split over any venues, not always within the rules."""
        rng = self.rng
        if rng.random() < self.faults / 2:
            return self._say(Fault(router, "TypeError: on purpose"))
        legs, left = [], request.qty + request.overbook_qty
        for mic in list(request.venues)[rng.randrange(2) : rng.choice((0, 1, 2, 3, 3, 3))]:
            qty = rng.randrange((left + 1) // 2, left + 1) if rng.random() < 0.9 else left + rng.randrange(3)
            price: int | None = request.limit
            if price is not None and rng.random() < 0.3:
                worse = 1 if request.side is Side.BUY else -1
                price = max(1, price + rng.randrange(-3, 2) * worse * request.instrument.tick)
            rest = SECOND if rng.random() < 0.2 else None
            legs.append(Leg(mic, qty, price=price, time_in_force=request.slice.time_in_force, rest_for=rest))
            left = max(0, left - qty)
        return self._say(Route(tuple(legs), note="anywhere", learned=self._learned(request)))

    def _learned(self, request: RouteRequest) -> tuple[int, int] | None:
        """What it was told so far: (orders, lots)."""
        if not self.learns:
            return None
        known = request.learned
        orders, lots = known if isinstance(known, tuple) else (0, 0)
        return orders + len(request.outcomes), lots + sum(one.cum_qty for one in request.outcomes)

    def _say(self, answer: Answer) -> Answer:
        self.said.append(answer)
        return answer


@define(eq=False)
class Recorded(Advisor):
    """Gives back what another advisor said."""

    said: list[Decision | Route | Fault]
    next: int = 0

    def decide(self, strategy: str, params: Params, view: ParentView) -> Decision | Fault:
        """The next answer, whatever is asked."""
        answer = self._next()
        assert not isinstance(answer, Route)
        return answer

    def route(self, router: str, request: RouteRequest) -> Route | Fault:
        """The next answer, whatever is asked."""
        answer = self._next()
        assert not isinstance(answer, Decision)
        return answer

    def _next(self) -> Decision | Route | Fault:
        self.next += 1
        return self.said[self.next - 1]
