"""Over-booking (law 2): given a granted budget, expect no more live than it allows, the rest gone once filled, and
what comes back beyond the order with the house, never with a client.
"""

import pytest

from smartexec.kernel.settings import Routing, Settings
from smartexec.model.instrument import Instrument
from smartexec.model.routing import Leg, Route, RouteRequest
from smartexec.model.view import Decision, ParentView, Slice
from tests.kernel.desk import (
    ATS,
    LIT,
    Desk,
    Said,
    ack,
    alerts,
    bust,
    buy,
    cancel,
    canceled,
    cancels,
    fill,
    nanos,
    pending,
    sends,
    taken,
    trades,
)

GRANTED = Settings(routing=Routing(overbook={"parallel": 20}))


def both(request: RouteRequest) -> Route:
    """Half to each venue, and as much of the budget at the second."""
    half = request.qty // 2
    legs = (
        Leg(LIT, half, price=request.limit),
        Leg(ATS, request.qty - half + request.overbook_qty, price=request.limit),
    )
    return Route(legs)


def rest(view: ParentView) -> Decision:
    """Want all that is left."""
    return Decision((Slice(view.leaves_qty, nanos(1000)),) if view.leaves_qty else ())


def booked_twice() -> Desk:
    """100 wanted, 50 live at one venue and 70 at the other, both acknowledged."""
    desk = Desk(rest, both, settings=GRANTED)
    desk.checked = False  # the desk's own law 2 knows no budget
    assert desk.tell(buy("A", 100, 1000)) == [
        taken("O1"),
        sends("P1.1", "BUY", 50, 1000),
        sends("P1.2", "BUY", 70, 1000, ATS),
    ]
    assert desk.requests[0].overbook_qty == 20
    desk.tell(ack("P1.1"), ack("P1.2", ATS))
    return desk


def house(desk: Desk) -> list[tuple[str, int]]:
    return [(r.account, r.qty) for r in desk.engine.blotter.allocations if r.order is None and r.qty]


def test_without_a_budget_a_leg_beyond_the_quantity_is_refused() -> None:
    desk = Desk(rest, lambda r: Route((Leg(LIT, r.qty + 20, price=r.limit),)))
    assert desk.tell(buy("A", 100, 1000)) == [taken("O1"), alerts("warning", "child order not sent")]
    assert desk.requests[0].overbook_qty == 0


def test_more_than_the_budget_is_refused() -> None:
    desk = Desk(rest, lambda r: Route((Leg(LIT, r.qty + r.overbook_qty + 1, price=r.limit),)), settings=GRANTED)
    assert desk.tell(buy("A", 100, 1000)) == [taken("O1"), alerts("warning", "child order not sent")]


def test_a_partial_fill_leaves_the_rest_live() -> None:
    desk = booked_twice()
    assert desk.tell(fill("P1.1", 30, 1000)) == []
    assert desk.shares == {"A": 30}


def test_what_is_too_much_goes_once_less_is_left_than_the_budget() -> None:
    desk = booked_twice()
    desk.tell(fill("P1.1", 50, 1000))
    assert desk.tell(fill("P1.2", 40, 1000, ATS)) == [cancels("P1.2")]  # 30 live, 10 wanted: at most 10 beyond


def test_a_fill_of_all_cancels_the_rest_and_a_race_goes_to_the_house() -> None:
    desk = booked_twice()
    desk.tell(fill("P1.2", 70, 1000, ATS))
    said = desk.tell(fill("P1.1", 30, 1000))
    assert trades("O1", 100, 1000, 100, 0) in said
    assert cancels("P1.1") in said
    assert desk.tell(fill("P1.1", 20, 1000)) == [alerts("warning", "over-booked")]
    assert (desk.lots, house(desk)) == ({"A": 100}, [("house", 20)])
    assert desk.states == {"P1": "ended"}


def test_a_fill_at_a_better_price_is_the_clients_though_more_is_live_than_they_want() -> None:
    desk = booked_twice()
    assert desk.tell(fill("P1.2", 60, 999, ATS)) == []
    assert (desk.shares, house(desk)) == ({"A": 60}, [])


def test_what_comes_in_the_place_of_a_busted_house_execution_is_the_houses_too() -> None:
    desk = booked_twice()
    desk.tell(fill("P1.2", 70, 1000, ATS), fill("P1.1", 30, 1000), fill("P1.1", 20, 1000, exec_id="E"))
    desk.tell(bust("P1.1", "E"))
    desk.tell(fill("P1.1", 20, 1000))
    assert house(desk) == [("house", 20), ("house", -20), ("house", 20)]


def test_beyond_the_budget_it_is_an_error() -> None:
    desk = booked_twice()
    desk.tell(fill("P1.1", 50, 1000))
    desk.tell(fill("P1.2", 50, 1000, ATS))
    desk.tell(fill("P1.2", 20, 1000, ATS), fill("P1.2", 5, 1000, ATS))
    assert house(desk) == [("house", 20), ("error", 5)]


def test_a_member_that_leaves_ends_the_over_booking_first() -> None:
    desk = booked_twice()
    assert desk.tell(buy("B", 10, 1000)) == [taken("O2")]  # more wanted: 110, 120 live
    said: list[Said] = desk.tell(cancel("B"))
    assert said == [cancels("P1.2"), pending("O2")]
    assert desk.requests[-1].overbook_qty == 20  # it was not asked again
    assert ("CANCELED", "O2", 0) in desk.tell(canceled("P1.2", mic=ATS))
    assert desk.requests[-1].overbook_qty == 20  # 50 live, 50 to place, B is gone: the budget is there again


@pytest.mark.parametrize("lot", [1, 10])
def test_the_budget_is_in_whole_lots_of_what_is_left(lot: int) -> None:
    desk = Desk(rest, both, settings=GRANTED, instrument=Instrument("XYZ", lot=lot))
    desk.checked = False
    desk.tell(buy("A", 130, 1000))
    assert desk.requests[0].overbook_qty == 26 // lot * lot
