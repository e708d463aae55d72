"""Members: given a client's cancel or replace, expect when it takes effect and who shares until then."""

import pytest

from smartexec.model.enums import OrdStatus
from smartexec.model.events import EndOfDay
from smartexec.model.orders import CancelRequest, ReplaceRequest
from smartexec.model.view import Decision, ParentView, Slice
from tests.kernel.desk import (
    Desk,
    ack,
    alerts,
    amended,
    buy,
    cancel,
    canceled,
    cancels,
    ends,
    fill,
    idle,
    pending,
    refuses,
    replace,
    sends,
    trades,
)


def two_legs(view: ParentView) -> Decision:
    """100 live under each of two slots, the rest kept back."""
    half = min(100, view.leaves_qty // 2)
    return Decision((Slice(half, view.limit, slot="a"), Slice(half, view.limit, slot="b")))


def test_cancel_before_anything_is_live_is_confirmed_at_once() -> None:
    desk = Desk(idle)
    desk.tell(buy("A", 300))
    assert desk.tell(cancel("A")) == [
        ends("O1", "CANCELED"),
    ]
    assert desk.states == {"P1": "ended"}


def test_cancel_waits_for_what_is_live() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000))
    desk.tell(ack("P1.1"))
    assert desk.tell(cancel("A")) == [
        cancels("P1.1"),
        pending("O1"),
    ]
    assert desk.tell(canceled("P1.1")) == [
        ends("O1", "CANCELED"),
    ]


def test_cancel_that_leaves_room_is_confirmed_at_once() -> None:
    """200 live of 400: B's 200 carry them when A leaves."""
    desk = Desk(two_legs)
    desk.tell(buy("A", 200, 1000), buy("B", 200, 1000))
    assert desk.tell(cancel("A")) == [
        ends("O1", "CANCELED"),
    ]


def test_cancel_takes_the_newest_child_only() -> None:
    """200 live, 150 left after A: the newer 100 must go, the older stays in its queue."""
    desk = Desk(two_legs)
    desk.tell(buy("A", 250, 1000), buy("B", 150, 1000))
    assert desk.tell(cancel("A")) == [
        cancels("P1.2"),
        pending("O1"),
        cancels("P1.1"),  # the strategy wants 75 there now, and the venue cannot replace
    ]
    assert desk.tell(canceled("P1.2"))[0] == ends("O1", "CANCELED")


def test_fill_before_the_confirmation_is_shared_by_who_leaves() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000), buy("B", 100, 1000))
    desk.tell(cancel("A"))
    desk.tell(fill("P1.1", 40, 1000))
    assert desk.shares == {"A": 30, "B": 10}
    said = desk.tell(canceled("P1.1", cum_qty=40))
    assert said == [
        trades("O1", 30, 1000, 30, 270),
        ends("O1", "CANCELED", 30),
        sends("P1.2", "BUY", 90, 1000),
    ]


def test_fill_after_the_confirmation_goes_to_those_who_stay() -> None:
    """Executed before the cancel, reported after it: B has leaves, A has gone, and what is live now is too much."""
    desk = Desk()
    desk.tell(buy("A", 300, 1000), buy("B", 100, 1000))
    desk.tell(cancel("A"))
    desk.tell(canceled("P1.1"))
    assert desk.tell(fill("P1.1", 40, 1000)) == [
        cancels("P1.2"),
    ]
    assert desk.shares == {"A": 0, "B": 40}


def test_fill_after_everybody_left_goes_to_the_error_account() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000))
    desk.tell(cancel("A"))
    desk.tell(canceled("P1.1"))
    assert desk.tell(fill("P1.1", 40, 1000)) == [
        alerts("error", "execution beyond the order"),
    ]
    assert desk.rows == [("error", 40, 1000, 40_000)]


def test_fill_that_completes_refuses_the_cancel_too_late() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000))
    desk.tell(cancel("A"))
    assert desk.tell(fill("P1.1", 300, 1000)) == [
        trades("O1", 300, 1000, 300, 0),
        refuses("O1", "TOO_LATE"),
    ]


def test_replace_up_is_confirmed_at_once() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000))
    assert desk.tell(replace("A", 400)) == [
        amended("O1", 400),
        sends("P1.2", "BUY", 100, 1000),
    ]


def test_replace_down_waits_for_what_is_live() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000))
    desk.tell(ack("P1.1"))
    assert desk.tell(replace("A", 200)) == [
        cancels("P1.1"),
        pending("O1", "REPLACE"),
    ]
    assert desk.tell(canceled("P1.1")) == [
        amended("O1", 200),
        sends("P1.2", "BUY", 200, 1000),
    ]


def test_replace_below_what_is_done_ends_at_what_is_done() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000))
    desk.tell(fill("P1.1", 250, 1000))
    assert desk.tell(replace("A", 200)) == [
        cancels("P1.1"),
        pending("O1", "REPLACE"),
    ]
    assert desk.tell(canceled("P1.1", cum_qty=250)) == [
        amended("O1", 250),
        trades("O1", 250, 1000, 250, 0),
    ]


def test_replace_to_a_tighter_limit_waits_for_what_is_live_at_the_old() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000))
    desk.tell(ack("P1.1"))
    assert desk.tell(replace("A", at=998)) == [
        cancels("P1.1"),
        pending("O1", "REPLACE"),
    ]
    desk.tell(fill("P1.1", 40, 1000))
    assert desk.shares == {"A": 40}
    assert desk.tell(canceled("P1.1", cum_qty=40)) == [
        amended("O1", 300),
        sends("P1.2", "BUY", 260, 998),
    ]


def test_replace_to_a_looser_limit_is_confirmed_at_once() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 998))
    desk.tell(ack("P1.1"))
    assert desk.tell(replace("A", at=1000)) == [
        amended("O1", 300),
        cancels("P1.1"),
    ]
    assert desk.tell(canceled("P1.1")) == [
        sends("P1.2", "BUY", 300, 1000),
    ]


@pytest.mark.parametrize(("qty", "at"), [(0, None), (-5, None), (None, 1000.5)])
def test_replace_that_is_no_order_is_refused(qty: int | None, at: float | None) -> None:
    desk = Desk(idle)
    desk.tell(buy("A", 300))
    assert desk.tell(replace("A", qty, at)) == [
        refuses("O1", "OTHER"),
        alerts("warning", "ReplaceRequest refused"),
    ]


def test_cancel_of_an_order_that_is_over_is_too_late() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000))
    desk.tell(fill("P1.1", 300, 1000))
    assert desk.tell(cancel("A")) == [
        refuses("O1", "TOO_LATE"),
        alerts("warning", "CancelRequest refused"),
    ]


def test_cancel_of_an_unknown_order_is_refused() -> None:
    assert Desk().tell(cancel("A")) == [
        refuses("NONE", "UNKNOWN_ORDER"),
        alerts("warning", "CancelRequest refused"),
    ]


def test_request_under_an_identifier_used_before_is_refused() -> None:
    desk = Desk(idle)
    desk.tell(buy("A", 300))
    assert desk.tell(cancel("A", name="A")) == [
        refuses("O1", "DUPLICATE"),
        alerts("warning", "CancelRequest refused"),
    ]


def test_second_request_while_one_is_pending_is_refused() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000))
    desk.tell(cancel("A"))
    assert desk.tell(replace("A", 400)) == [
        refuses("O1", "ALREADY_PENDING"),
        alerts("warning", "ReplaceRequest refused"),
    ]


def test_status_of_a_pending_cancel_is_derived() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000))
    desk.tell(cancel("A"))
    assert desk.engine.blotter.orders[0].ord_status is OrdStatus.PENDING_CANCEL


def test_two_cancels_each_wait_for_their_part() -> None:
    """200 live of 400. A's 200 are free at once; B's 200 wait for both children."""
    desk = Desk(two_legs)
    desk.tell(buy("A", 200, 1000), buy("B", 200, 1000))
    assert desk.tell(cancel("A"), cancel("B")) == [
        ends("O1", "CANCELED"),
        cancels("P1.2"),
        cancels("P1.1"),
        pending("O2"),
    ]
    assert desk.tell(canceled("P1.2")) == []
    assert desk.tell(canceled("P1.1")) == [
        ends("O2", "CANCELED"),
    ]


def test_every_request_is_written_down_with_what_came_of_it() -> None:
    desk = Desk(idle)
    desk.tell(buy("A", 100, 1000), replace("A", 80), cancel("A", name="A2"), cancel("B"))
    rows = [(r.request, r.order_qty, r.outcome, r.text) for r in desk.engine.blotter.requests]
    assert [row[:3] for row in rows] == [
        ("REPLACE", 80, "ACCEPTED"),
        ("CANCEL", None, "ACCEPTED"),
        ("CANCEL", None, "REFUSED"),
    ]
    assert all(r.decided is not None for r in desk.engine.blotter.requests)
    assert not desk.engine.blotter.open_requests


@pytest.mark.parametrize("request_", [cancel("A"), replace("A", 200)])
def test_request_that_the_end_of_the_day_overtakes_is_refused_first(request_: CancelRequest | ReplaceRequest) -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000))
    desk.tell(request_)
    said = desk.tell(EndOfDay(final=True))
    assert said[-2:] == [
        refuses("O1", "TOO_LATE"),
        ends("O1", "EXPIRED"),
    ]
    assert [r.outcome for r in desk.engine.blotter.requests] == ["REFUSED"]


def test_request_of_an_order_that_completes_as_its_parent_ends_is_refused() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000))
    desk.tell(replace("A", 200))
    desk.tell(EndOfDay())
    said = desk.tell(fill("P1.1", 300, 1000))
    assert refuses("O1", "TOO_LATE") in said


def test_cancel_behind_a_pending_replace_ends_the_order() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000))
    desk.tell(ack("P1.1"))
    assert desk.tell(replace("A", 200)) == [cancels("P1.1"), pending("O1", "REPLACE")]
    assert desk.tell(cancel("A")) == [pending("O1")]
    assert desk.tell(replace("A", 400, name="A++")) == [
        refuses("O1", "ALREADY_PENDING"),
        alerts("warning", "ReplaceRequest refused"),
    ]
    assert desk.tell(canceled("P1.1")) == [
        amended("O1", 200),
        ends("O1", "CANCELED"),
    ]
    assert [r.outcome for r in desk.engine.blotter.requests] == ["ACCEPTED", "ACCEPTED", "REFUSED"]


def test_cancel_behind_a_replace_that_completes_the_order_is_too_late() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000))
    desk.tell(fill("P1.1", 200, 1000))
    desk.tell(replace("A", 200))
    desk.tell(cancel("A"))
    said = desk.tell(canceled("P1.1", cum_qty=200))
    assert said[-1] == refuses("O1", "TOO_LATE")
    assert amended("O1", 200) in said
    assert desk.lots == {"A+": 200}
