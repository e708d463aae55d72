"""What `liquidity-seeking` keeps for an instrument: weights of hidden venues, and those it leaves alone. Frozen."""

from collections.abc import Sequence

from attrs import evolve, frozen

from smartexec.api import RouteRequest, VenueScore
from smartexec_routers.draws import Draw, settle
from smartexec_routers.exponentiated import normalised, updated


@frozen
class Search:
    """What is remembered of a slot: strategies that decide often must not begin its time out of sight anew."""

    since: int
    """When it was first looked for hidden size, ns UTC."""
    last: int
    """When it was last routed, ns UTC."""


def searched(before: object, request: RouteRequest, pause: int) -> Search:
    """Go on with a slot's search, or begin one where it was not routed for longer than `pause` ns."""
    if isinstance(before, Search) and request.now - before.last <= pause:
        return Search(before.since, request.now)
    return Search(min([request.now, *(one.sent for one in request.attempts)]), request.now)


@frozen
class Away:
    """A venue that is stayed away from."""

    mic: str
    until: int
    """ns UTC."""
    tried: int
    """`VenueScore.tried` then: it is judged again by orders that end later."""


@frozen
class Sought:
    """What is kept for an instrument."""

    mics: tuple[str, ...] = ()
    """Hidden venues, in alphabetical order."""
    weights: tuple[float, ...] = ()
    """Of the exponentiated gradient, by venue; they sum to 1."""
    away: tuple[Away, ...] = ()
    draws: tuple[Draw, ...] = ()
    """Routes whose outcome is not known yet."""


def taught(known: Sought, request: RouteRequest, eta: float) -> Sought:
    """Update the weights by the routes whose outcome is known by now."""
    waiting, over = settle(known.draws, request)
    weights = known.weights
    for draw in over:
        weights = tuple(updated(weights, [mic in draw.full for mic in known.mics], eta))
    return evolve(known, draws=waiting, weights=weights)


def of_venues(known: Sought, mics: Sequence[str]) -> Sought:
    """Add venues that were not known, each with the mean weight of those that were; none is forgotten."""
    new = [mic for mic in mics if mic not in known.mics]
    if not new:
        return known
    mean = 1 / len(known.mics) if known.mics else 1.0
    had = {**dict(zip(known.mics, known.weights, strict=True)), **dict.fromkeys(new, mean)}
    names = tuple(sorted(had))
    return evolve(known, mics=names, weights=tuple(normalised([had[mic] for mic in names])))


def judged(known: Sought, venues: Sequence[VenueScore], now: int, most_bps: float, back_off: int) -> Sought:
    """Stay away from venues where executions that added liquidity lost more than `most_bps`, for `back_off` ns.

    Afterwards a venue is tried again, and judged once an order that was sent to it has ended.
    """
    records = {one.mic: one for one in known.away}
    for score in sorted(venues, key=lambda score: score.mic):
        last = records.get(score.mic)
        if adverse_bps(score) > most_bps and (last is None or (now >= last.until and score.tried > last.tried)):
            records[score.mic] = Away(score.mic, now + back_off, score.tried)
    return evolve(known, away=tuple(records[mic] for mic in sorted(records)))


def is_away(known: Sought, score: VenueScore, now: int) -> bool:
    """Whether it is stayed away from now."""
    return any(one.mic == score.mic and now < one.until for one in known.away)


def adverse_bps(score: VenueScore) -> float:
    """What executions there lost within 10 s, basis points: those that added liquidity, else all; 0 if unknown."""
    if score.toxicity is not None:
        return score.toxicity
    return -score.markout_10s if score.markout_10s is not None else 0.0
