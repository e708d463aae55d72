"""What must hold for every decision and every route, whatever was asked. AssertionError says what does not.

Kits and fuzzing use these, and so may an author's own tests: `check_decision(view, strategy.decide(view))`. The kernel
refuses or clips what breaks them; a plugin that relies on that trades something else than it says.
"""

from typing import Any, Final

from smartexec.model.enums import OrdType, Peg, Side, TimeInForce
from smartexec.model.ids import Mic
from smartexec.model.routing import Leg, Route, RouteRequest
from smartexec.model.view import Decision, ParentView, Slice
from smartexec.runtime.journal.records import encode
from smartexec.runtime.plan.advisors import wrong_answer


def check_decision(view: ParentView, decision: Decision) -> None:
    """Check a decision against the view it was made from.

    Types are exact; it wakes after now; every slot is named once; no more is wanted than is left, nor beyond the limit;
    prices and quantities are possible; it says why in a line; its state can be recorded.
    """
    fault = wrong_answer(decision, Decision)
    _hold(not fault, fault)
    _hold(
        decision.wake_at is None or decision.wake_at > view.now,
        f"wake_at: found {decision.wake_at}, expected later than now, {view.now}",
    )
    _check_note(decision.note)
    names = [one.slot for one in decision.slices]
    _hold(len(set(names)) == len(names), f"slots: found {names}, expected each name once")
    wanted = sum(one.qty for one in decision.slices)
    _hold(
        wanted <= view.leaves_qty, f"slices: found {wanted} lots wanted, expected at most leaves_qty, {view.leaves_qty}"
    )
    for one in decision.slices:
        _check_slice(view, one)
    _check_memory("state", decision.state)


def _check_slice(view: ParentView, one: Slice) -> None:
    where = f"slot {one.slot!r}"
    _check_terms(where, one)
    _hold(one.qty >= 0, f"{where}: found qty {one.qty}, expected 0 or more")
    before = view.slots.get(one.slot)
    if one.qty == 0 or (before is not None and before.price == one.price and one.qty <= before.want_qty):
        return  # no more than is out already: where limits have changed, the kernel trims it
    admitted = view.leaves_at(one.price) if one.price is not None or one.peg is None else view.leaves_qty
    _hold(
        one.qty <= admitted,
        f"{where}: found {one.qty} lots at {_px(one.price)}, expected at most {admitted}: the rest has tighter limits",
    )


def check_route(request: RouteRequest, route: Route) -> None:
    """Check a route against the request it answers.

    Types are exact; no more is placed than is asked for (and the budget for over-booking); every leg is in whole lots,
    within the limit, on the slice's terms, and at a venue that is there, up, and able to take it; it says why in a
    line; its memory can be recorded.
    """
    fault = wrong_answer(route, Route)
    _hold(not fault, fault)
    _hold(
        route.wake_at is None or route.wake_at > request.now,
        f"wake_at: found {route.wake_at}, expected later than now, {request.now}",
    )
    _check_note(route.note)
    placed, most = sum(leg.qty for leg in route.legs), request.qty + request.overbook_qty
    _hold(placed <= most, f"legs: found {placed} lots placed, expected at most {most}")
    for number, leg in enumerate(route.legs):
        _check_leg(request, leg, f"leg {number} to {leg.mic}")
    _check_memory("state", route.state)
    _check_memory("learned", route.learned)


def _check_leg(request: RouteRequest, leg: Leg, where: str) -> None:
    lot, limit = request.instrument.lot, request.limit
    _hold(leg.qty > 0, f"{where}: found qty {leg.qty}, expected more than 0")
    _hold(leg.qty % lot == 0, f"{where}: found qty {leg.qty}, expected whole lots of {lot}")
    _check_terms(where, leg)
    _check_kept(request.slice, leg, where)
    shown = leg.display_qty
    _hold(shown is None or shown <= leg.qty, f"{where}: found display_qty {shown}, expected at most qty, {leg.qty}")
    _hold(leg.rest_for is None or leg.rest_for > 0, f"{where}: found rest_for {leg.rest_for}, expected more than 0")
    if limit is not None and leg.price is not None:
        sign = 1 if request.side is Side.BUY else -1
        _hold((limit - leg.price) * sign >= 0, f"{where}: found price {leg.price}, expected none beyond limit {limit}")
    score = request.venues.get(Mic(leg.mic))
    _hold(score is not None, f"{where}: found an unknown venue, expected one of {', '.join(request.venues) or 'none'}")
    assert score is not None
    _hold(score.up, f"{where}: found a venue that is down, expected one that is up")
    can = score.capabilities
    price = limit if leg.price is None else leg.price
    kind = OrdType.MARKET if price is None else OrdType.LIMIT
    pegged = leg.peg is not None
    takes: tuple[tuple[bool, str], ...] = (
        (not pegged or leg.peg in can.pegs, f"peg {leg.peg}"),
        (pegged or kind in can.ord_types, f"OrdType(40) {kind.name}"),
        (leg.time_in_force in can.times_in_force, f"TimeInForce(59) {leg.time_in_force.name}"),
        (not leg.min_qty or can.min_qty, "MinQty(110)"),
        (leg.display_qty is None or can.display_qty, "MaxFloor(111)"),
        (not leg.post_only or can.post_only, "post-only orders"),
    )
    for holds, what in takes:
        _hold(holds, f"{where}: found {what}, expected what the venue takes")


def _check_kept(wants: Slice, leg: Leg, where: str) -> None:
    """A leg may be stricter than its slice, never looser: an order that may not rest does not, hidden size stays so."""
    whole = leg.time_in_force is TimeInForce.FOK
    tif = leg.time_in_force
    kept: tuple[tuple[bool, str], ...] = (
        (tif in _NO_LOOSER.get(wants.time_in_force, (tif,)), f"TimeInForce(59) {wants.time_in_force.name}"),
        (not tif.auction or tif is wants.time_in_force, f"TimeInForce(59) {wants.time_in_force.name}"),
        (whole or leg.min_qty >= min(wants.min_qty, leg.qty), f"MinQty(110) {wants.min_qty}"),
        (
            wants.display_qty is None or (leg.display_qty or leg.qty) <= wants.display_qty,
            f"MaxFloor(111) {wants.display_qty}",
        ),
        (
            not wants.post_only or leg.post_only or leg.peg in (Peg.MID, Peg.PRIMARY),
            "an order that only adds liquidity",
        ),
        (wants.peg is None or leg.peg is wants.peg, f"peg {wants.peg}"),
    )
    for holds, what in kept:
        _hold(holds, f"{where}: found other terms, expected {what}, as the slice wants")


_NO_LOOSER: Final = {
    TimeInForce.IOC: (TimeInForce.IOC, TimeInForce.FOK),
    TimeInForce.FOK: (TimeInForce.FOK,),
    TimeInForce.AT_OPEN: (TimeInForce.AT_OPEN,),
    TimeInForce.AT_CLOSE: (TimeInForce.AT_CLOSE,),
}
"""What the legs of a slice may be; all else where it may rest."""


def _check_terms(where: str, one: Slice | Leg) -> None:
    """What holds for the terms of slices and legs alike."""
    _hold(one.price is None or one.price > 0, f"{where}: found price {one.price}, expected more than 0")
    _hold(0 <= one.min_qty <= max(one.qty, 0), f"{where}: found min_qty {one.min_qty}, expected 0 to qty, {one.qty}")
    shown = one.display_qty
    _hold(shown is None or shown > 0, f"{where}: found display_qty {shown}, expected more than 0")


def _check_note(note: str) -> None:
    _hold(bool(note.strip()), "note: found nothing, expected why, for people (law 9)")
    _hold(len(note.splitlines()) == 1, f"note: found {note!r}, expected one line")


def _check_memory(name: str, value: Any) -> None:
    try:
        encode(value)
    except TypeError as error:
        raise AssertionError(f"{name}: found {error}, expected a value that can be recorded") from error


def _hold(holds: bool, text: str) -> None:
    if not holds:
        raise AssertionError(text)


def _px(price: int | None) -> str:
    return "market" if price is None else str(price)
