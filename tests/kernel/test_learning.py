"""Logics that learn: given routes with something to remember, expect it back, and the outcome of every leg once."""

from attrs import frozen

from smartexec.model.enums import Outcome
from smartexec.model.routing import Leg, Route, RouteRequest
from smartexec.model.view import Decision, ParentView, Slice
from tests.kernel.desk import ATS, LIT, Desk, ack, buy, canceled, fill, nanos, quote


@frozen
class Seen:
    """How many lots it was told of."""

    lots: int = 0


def learner(request: RouteRequest) -> Route:
    """All to one venue; remembers what became of earlier legs."""
    known = request.learned if isinstance(request.learned, Seen) else Seen()
    told = sum(one.cum_qty for one in request.outcomes)
    legs = (Leg(LIT, request.qty, price=request.limit),)
    return Route(legs, learned=Seen(known.lots + told))


def forgetful(request: RouteRequest) -> Route:
    """All to one venue; remembers nothing."""
    return Route((Leg(LIT, request.qty, price=request.limit),))


def rest(view: ParentView) -> Decision:
    """Want all that is left."""
    return Decision((Slice(view.leaves_qty, nanos(1000)),) if view.leaves_qty else ())


def test_what_was_learned_of_one_order_is_there_for_the_next() -> None:
    desk = Desk(rest, learner)
    desk.tell(buy("A", 100, 1000))
    assert desk.requests[0].learned is None
    desk.tell(ack("P1.1"), fill("P1.1", 100, 1000))
    desk.tell(buy("B", 50, 1000))
    assert (desk.requests[1].parent_id, desk.requests[1].learned) == ("P2", Seen(0))
    assert [(o.cum_qty, o.outcome) for o in desk.requests[1].outcomes] == [(100, Outcome.FILLED)]


def test_an_outcome_is_told_once_and_not_before_the_leg_is_over() -> None:
    desk = Desk(rest, learner)
    desk.tell(buy("A", 100, 1000, list_id="L1"))
    desk.tell(ack("P1.1"), fill("P1.1", 30, 1000))
    desk.tell(buy("B", 50, 1000, list_id="L2"))
    assert desk.requests[1].outcomes == ()
    desk.tell(canceled("P1.1", 0))
    assert [(o.cum_qty, o.outcome) for o in desk.requests[2].outcomes] == [(30, Outcome.CANCELED)]
    desk.tell(buy("C", 20, 1000, list_id="L3"))
    assert desk.requests[3].outcomes == ()
    assert desk.requests[3].learned == Seen(30)


def test_a_logic_that_learns_nothing_is_told_nothing() -> None:
    desk = Desk(rest, forgetful)
    desk.tell(buy("A", 100, 1000))
    desk.tell(ack("P1.1"), fill("P1.1", 100, 1000))
    desk.tell(buy("B", 50, 1000))
    assert desk.requests[1].outcomes == ()


def test_a_venue_shows_its_own_touch_also_where_it_is_not_the_best() -> None:
    desk = Desk(rest, forgetful)
    desk.tell(quote(999, 1001, LIT, qty=70), quote(998, 1002, ATS, qty=30))
    desk.tell(buy("A", 100, 1000))
    scores = desk.requests[0].venues
    assert [(s.touch, s.touch_qty) for s in scores.values()] == [(nanos(1001), 70), (nanos(1002), 30)]
