"""What holds for every leg, whichever logic places it: what a venue can take, at what price, how much at least."""

from attrs import evolve

from smartexec.api import Leg, OrdType, Outcome, Peg, Px, RouteRequest, Side, TimeInForce, VenueScore

AT_ONCE = frozenset({TimeInForce.IOC, TimeInForce.FOK})
REFUSALS = frozenset({Outcome.REJECTED, Outcome.REFUSED})


def placeable(request: RouteRequest) -> int:
    """Lots that can be placed: what is unplaced, in whole lots of the instrument."""
    return max(0, request.qty) // request.instrument.lot * request.instrument.lot


def usable(request: RouteRequest) -> list[VenueScore]:
    """Venues that are up, can do all that the slice asks and have not refused it, in the order of the configuration.

    Of a slice for an auction it is the one with the most volume: a share has one auction, at its main venue.
    """
    refused = [attempt.mic for attempt in request.attempts if attempt.outcome in REFUSALS]
    found = [score for score in request.venues.values() if score.mic not in refused and takes(score, request)]
    if request.slice.time_in_force.auction and found:
        return [max(found, key=lambda score: score.volume_share)]  # ties, as before any trade: the first
    return found


def takes(score: VenueScore, request: RouteRequest) -> bool:
    """Whether the venue is up and can do all that the slice asks."""
    can, wants = score.capabilities, request.slice
    return (
        score.up
        and (wants.peg in can.pegs if wants.peg is not None else ord_type(request) in can.ord_types)
        and wants.time_in_force in can.times_in_force
        and (wants.min_qty == 0 or can.min_qty)
        and (wants.display_qty is None or can.display_qty)
        and (can.post_only or not wants.post_only)
    )


def ord_type(request: RouteRequest) -> OrdType:
    """OrdType(40) that a slice without a peg becomes."""
    return OrdType.MARKET if price(request) is None else OrdType.LIMIT


def price(request: RouteRequest) -> Px | None:
    """The slice's price, no worse than the limit, on a tick; None = market."""
    wanted, limit, tick = request.slice.price, request.limit, request.instrument.tick
    if limit is None:
        return None if wanted is None else Px(wanted)
    if request.side is Side.BUY:
        return Px(wanted if wanted is not None and wanted <= limit else limit // tick * tick)
    return Px(wanted if wanted is not None and wanted >= limit else -(-limit // tick) * tick)


def marketable(request: RouteRequest) -> bool:
    """Whether the slice meets the far touch."""
    px, far = price(request), request.market.far(request.side)
    if request.slice.post_only or request.slice.peg is not None:
        return False
    return px is None or (far is not None and (px >= far if request.side is Side.BUY else px <= far))


def leg(score: VenueScore, qty: int, request: RouteRequest, *, rest_for: int | None = None) -> Leg:
    """Make the leg that takes `qty` lots of the slice to the venue."""
    wants = request.slice
    return Leg(
        score.mic,
        qty,
        price=price(request),
        time_in_force=wants.time_in_force,
        min_qty=min(wants.min_qty, qty),
        display_qty=None if wants.display_qty is None else min(wants.display_qty, qty),
        post_only=wants.post_only,
        peg=wants.peg,
        rest_for=None if wants.time_in_force in AT_ONCE or wants.time_in_force.auction else rest_for,
    )


def at_midpoint(one: Leg, score: VenueScore, request: RouteRequest) -> Leg:
    """Peg a priced leg to the midpoint where the venue can and the limit admits it; else leave it as it is.

    Its price becomes the midpoint rounded to the next tick towards the far touch: the worst it may trade at.
    """
    can, double, tick = score.capabilities, request.market.mid2, request.instrument.tick
    if one.peg or one.price is None or Peg.MID not in can.pegs:
        return one
    if double is None or not request.market.valid:
        return one
    buys = request.side is Side.BUY
    cap = -(-double // (2 * tick)) * tick if buys else double // (2 * tick) * tick
    beyond = request.limit is not None and (cap > request.limit if buys else cap < request.limit)
    return one if beyond else evolve(one, peg=Peg.MID, price=cap, post_only=False)


def why_none(request: RouteRequest) -> str:
    """Say why nothing was placed."""
    if not placeable(request):
        return f"{request.qty} is less than a lot of {request.instrument.lot}"
    up = sum(score.up for score in request.venues.values())
    refused = len({attempt.mic for attempt in request.attempts if attempt.outcome in REFUSALS})
    if not up:
        return f"no venue is up, of {len(request.venues)}"
    return f"no venue can take it: {up} of {len(request.venues)} up, {refused} refused"
