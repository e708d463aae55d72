"""A routing logic with a memory of slots and of instruments."""

from collections.abc import Iterable

from attrs import field, frozen
from attrs.validators import ge

from smartexec.api import Leg, Outcome, Route, RouteRequest, RoutingLogic, VenueKind, VenueScore, hookimpl


@frozen
class Asked:
    """Of a slot: how often it was routed."""

    times: int = 0


@frozen
class Refused:
    """Of an instrument: legs refused, by MIC."""

    by_mic: tuple[tuple[str, int], ...] = ()


@frozen
class Wary(RoutingLogic):
    """Go where nothing was refused."""

    name = "wary"
    state_type = Asked
    learned_type = Refused

    most: int = field(default=3, validator=ge(0))
    """Refusals that are too many."""
    first: VenueKind = VenueKind.LIT
    """Kind that comes first."""

    def route(self, request: RouteRequest) -> Route:
        asked = request.state if isinstance(request.state, Asked) else Asked()
        learned = request.learned if isinstance(request.learned, Refused) else Refused()
        counts = dict(learned.by_mic)
        for attempt in request.outcomes:
            if attempt.outcome is Outcome.REJECTED:
                counts[attempt.mic] = counts.get(attempt.mic, 0) + 1
        venues = [score for score in request.venues.values() if score.up and counts.get(score.mic, 0) <= self.most]
        legs = [Leg(score.mic, request.qty, price=request.limit, rest_for=10**9) for score in sorted(venues, key=rank)]
        kept = Refused(tuple(sorted(counts.items())))
        return Route(legs[:1], note=f"asked {asked.times}", state=Asked(asked.times + 1), learned=kept)


def rank(score: VenueScore) -> tuple[int, str]:
    return score.capabilities.take_fee, score.mic


@hookimpl.routing_logics
def smartexec_routing_logics() -> Iterable[type[RoutingLogic]]:
    return [Wary]
