"""In doubt: given what is lost on the way, expect questions, what is done with the answers, and nothing sent twice."""

import pytest

from smartexec.kernel.settings import Routing, Settings
from smartexec.model.enums import ExecType, KillLevel, OrdStatus, Wake
from smartexec.model.events import EndOfDay, KillSwitch, OrderCancelReject, OrderState, Resolve, VenueStatus
from smartexec.model.routing import Capabilities
from tests.kernel.desk import (
    LIT,
    Desk,
    ack,
    alerts,
    buy,
    cancel,
    canceled,
    cancels,
    ends,
    expired,
    fill,
    nanos,
    pending,
    queries,
    refused,
    report,
    sends,
    status,
    trades,
)

ASKED = alerts("warning", "no answer from the venue")


def sent(**capabilities: bool) -> Desk:
    """A desk whose one child P1.1, 100 at 1000, is on its way."""
    settings = Settings(routing=Routing(in_doubt_wait=2 * 10**9))
    desk = Desk(settings=settings, venues={LIT: Capabilities(**capabilities)})  # type: ignore[arg-type]
    assert desk.tell(buy("A", 100, 1000))[1:] == [sends("P1.1", "BUY", 100, 1000)]
    return desk


def test_order_without_answer_is_asked_for_and_never_sent_again() -> None:
    desk = sent()
    assert desk.wait(1.9) == []
    assert desk.wait(0.1) == [
        queries("P1.1"),
        ASKED,
    ]
    assert desk.wait(60) == [queries("P1.1")] * 4


def test_questions_back_off() -> None:
    """After 2 s, then 4, 8, 16 ... more."""
    desk = sent()
    assert [second for second in range(1, 65) if queries("P1.1") in desk.wait(1)] == [2, 6, 14, 30, 62]


def test_acknowledged_order_is_not_asked_for() -> None:
    desk = sent()
    desk.tell(ack("P1.1"))
    assert desk.wait(60) == []


def test_venue_that_cannot_be_asked_is_said() -> None:
    assert sent(order_status=False).wait(2) == [ASKED]


def test_lost_acknowledgement_is_made_good_by_the_status() -> None:
    desk = sent()
    desk.wait(2)
    assert desk.tell(status("P1.1", OrdStatus.NEW, cum=0)) == []
    assert desk.wait(60) == []


def test_lost_cancel_is_sent_again_once_the_venue_says_that_the_order_is_live() -> None:
    desk = sent()
    desk.tell(ack("P1.1"))
    assert desk.tell(cancel("A")) == [cancels("P1.1"), pending("O1")]
    assert desk.wait(2) == [queries("P1.1"), ASKED]
    assert desk.tell(status("P1.1", OrdStatus.NEW, cum=0)) == []
    assert desk.wait(4) == [queries("P1.1")]
    assert desk.tell(status("P1.1", OrdStatus.NEW, cum=0)) == [cancels("P1.1", 2)]
    assert desk.tell(canceled("P1.1", 2)) == [ends("O1", "CANCELED")]


def test_lost_confirmation_of_a_cancel_is_made_good_by_the_status() -> None:
    desk = sent()
    desk.tell(ack("P1.1"))
    desk.tell(cancel("A"))
    desk.wait(2)
    assert desk.tell(status("P1.1", OrdStatus.CANCELED, cum=0)) == [ends("O1", "CANCELED")]


@pytest.mark.parametrize("is_", [OrdStatus.CANCELED, OrdStatus.EXPIRED, OrdStatus.FILLED])
def test_cancel_refused_because_the_order_is_over_asks_how(is_: OrdStatus) -> None:
    """Another cancel would get the same answer, over and over."""
    desk = sent()
    desk.tell(ack("P1.1"))
    desk.tell(cancel("A"))
    assert desk.tell(refused("P1.1", is_=is_)) == []
    assert desk.wait(2) == [queries("P1.1"), ASKED]


def test_cancel_refused_because_it_is_filled_waits_for_the_fill() -> None:
    desk = sent()
    desk.tell(ack("P1.1"))
    desk.tell(cancel("A"))
    desk.tell(refused("P1.1", is_=OrdStatus.FILLED))
    assert desk.tell(fill("P1.1", 100, 1000)) == [
        trades("O1", 100, 1000, 100, 0),
        ("refuse", "O1", "TOO_LATE"),
    ]
    assert desk.wait(60) == []


# -- lost fills ------------------------------------------------------------------------------------------------------


def lost_fill() -> Desk:
    """40 were filled at 999 and the report was lost: the venue cancels with CumQty(14) 40."""
    desk = sent()
    desk.tell(ack("P1.1"))
    desk.tell(cancel("A"))
    assert desk.tell(canceled("P1.1", cum_qty=40)) == []
    assert desk.engine.blotter.parents[0].open_qty == 40
    return desk


def test_cumulative_quantity_keeps_open_what_was_not_reported() -> None:
    desk = lost_fill()
    assert desk.tell(fill("P1.1", 40, 999)) == [
        trades("O1", 40, 999, 40, 60),
        ends("O1", "CANCELED", 40),
    ]


def test_lost_fill_is_booked_as_the_difference_at_the_second_answer() -> None:
    desk = lost_fill()
    desk.wait(2)
    assert desk.tell(status("P1.1", OrdStatus.CANCELED, 40, 999)) == []
    desk.wait(4)
    assert desk.tell(status("P1.1", OrdStatus.CANCELED, 40, 999)) == [
        alerts("warning", "CumQty(14) 40 where 0 was reported"),
        trades("O1", 40, 999, 40, 60),
        ends("O1", "CANCELED", 40),
    ]


def test_true_fill_that_comes_later_takes_the_difference_s_place() -> None:
    desk = lost_fill()
    for wait in (2, 4):
        desk.wait(wait)
        desk.tell(status("P1.1", OrdStatus.CANCELED, 40, 999))
    desk.tell(fill("P1.1", 40, 998))
    assert desk.lots == {"A": 40}
    assert sum(money for _, _, _, money in desk.rows) == 40 * 998  # type: ignore[misc]


def test_fill_lost_between_others_is_seen_by_the_cumulative_quantity() -> None:
    desk = sent()
    desk.tell(fill("P1.1", 30, 1000, cum_qty=70))
    child = desk.engine.blotter.child_orders[0]
    assert (child.cum_qty, child.venue_cum, child.counted) == (30, 70, 70)


# -- unknown to the venue --------------------------------------------------------------------------------------------


def test_unknown_order_stays_in_doubt() -> None:
    desk = sent()
    desk.wait(2)
    assert desk.tell(status("P1.1", OrdStatus.REJECTED)) == [
        alerts("error", "unknown to the venue, whose word is no proof"),
    ]
    assert desk.engine.blotter.parents[0].open_qty == 100


def test_unknown_order_is_released_by_a_venue_whose_word_is_proof() -> None:
    desk = sent(authoritative_unknown=True)
    desk.wait(2)
    assert desk.tell(status("P1.1", OrdStatus.REJECTED)) == [
        alerts("warning", "the venue never had it"),
        sends("P1.2", "BUY", 100, 1000),
    ]


def test_unknown_order_that_was_acknowledged_stays_in_doubt() -> None:
    desk = sent(authoritative_unknown=True)
    desk.tell(ack("P1.1"), cancel("A"))
    desk.wait(2)
    assert desk.tell(status("P1.1", OrdStatus.REJECTED))[0][1] == "error"
    assert desk.engine.blotter.parents[0].open_qty == 100


def test_venue_that_comes_up_is_asked_again_from_the_start() -> None:
    desk = sent()
    desk.wait(30)
    desk.tell(VenueStatus(LIT, up=False))
    desk.tell(VenueStatus(LIT, up=True))
    assert queries("P1.1") in desk.wait(2)


def test_venue_that_comes_up_is_asked_for_all_it_has_and_what_was_missed_is_booked() -> None:
    desk = sent()
    desk.tell(ack("P1.1"))
    desk.tell(VenueStatus(LIT, up=False))
    assert desk.wait(60) == []
    desk.tell(VenueStatus(LIT, up=True))
    assert desk.wait(2) == [queries("P1.1")]  # no alert: nothing is in doubt
    desk.tell(status("P1.1", OrdStatus.PARTIALLY_FILLED, cum=40, avg=1000))
    assert (desk.lots, desk.wait(4)) == ({"A": 0}, [queries("P1.1")])  # executions may still be under way
    desk.tell(status("P1.1", OrdStatus.PARTIALLY_FILLED, cum=40, avg=1000))
    assert desk.engine.blotter.children["P1.1"].cum_qty == 40
    assert desk.wait(600) == []


def test_venue_that_comes_up_and_answers_nothing_is_asked_again() -> None:
    desk = sent()
    desk.tell(ack("P1.1"))
    desk.tell(VenueStatus(LIT, up=True))
    assert desk.wait(6) == [queries("P1.1"), queries("P1.1")]
    desk.tell(status("P1.1", OrdStatus.NEW, cum=0))
    assert desk.wait(600) == []


def test_venue_that_comes_up_and_cannot_be_asked_is_not() -> None:
    desk = sent(order_status=False)
    desk.tell(ack("P1.1"))
    desk.tell(VenueStatus(LIT, up=True))
    assert desk.wait(60) == []


# -- an operator's word ----------------------------------------------------------------------------------------------


def test_resolve_ends_what_is_in_doubt() -> None:
    desk = sent()
    assert desk.tell(Resolve("P1.1", 0)) == [
        alerts("warning", "resolved by unnamed"),
        sends("P1.2", "BUY", 100, 1000),
    ]


def test_resolve_books_what_was_executed() -> None:
    desk = sent()
    assert desk.tell(Resolve("P1.1", 100, nanos(999) or 0, user="ops", reason="phone")) == [
        alerts("warning", "resolved by ops"),
        trades("O1", 100, 999, 100, 0),
        alerts("warning", "CumQty(14) 100 where 0 was reported"),
    ]


def test_resolve_without_a_price_books_nothing() -> None:
    """An execution at no price cannot be paid for."""
    desk = sent()
    assert desk.tell(Resolve("P1.1", 100)) == [
        alerts("error", "resolve refused"),
    ]
    assert desk.rows == []
    assert desk.engine.blotter.parents[0].open_qty == 100


def test_resolve_of_less_than_is_booked_is_refused() -> None:
    desk = sent()
    desk.tell(fill("P1.1", 40, 1000))
    assert desk.tell(Resolve("P1.1", 10, nanos(1000) or 0)) == [
        alerts("error", "resolve refused"),
    ]


def test_resolve_of_an_unknown_order_is_said() -> None:
    assert sent().tell(Resolve("other", 0)) == [alerts("warning", "resolve of an unknown child order")]


def test_fill_after_a_resolve_is_booked() -> None:
    desk = sent()
    desk.tell(Resolve("P1.1", 0))
    desk.tell(fill("P1.1", 30, 1000))
    assert desk.shares == {"A": 30}


# -- the end of the day ----------------------------------------------------------------------------------------------


def test_final_end_of_day_books_what_is_known_and_ends_everything() -> None:
    desk = sent()
    desk.tell(fill("P1.1", 40, 1000))
    assert desk.tell(EndOfDay()) == [cancels("P1.1")]
    assert desk.tell(EndOfDay(final=True)) == [
        alerts("error", "in doubt at the end of the day"),
        trades("O1", 40, 1000, 40, 60),
        ends("O1", "EXPIRED", 40),
    ]
    assert desk.states == {"P1": "ended"}


def test_fill_after_the_final_end_of_day_goes_to_the_error_account() -> None:
    desk = sent()
    desk.tell(EndOfDay(), EndOfDay(final=True))
    desk.tell(fill("P1.1", 40, 1000))
    assert desk.rows == [("error", 40, 1000, 40_000)]


# -- venues with running totals --------------------------------------------------------------------------------------


def test_running_totals_are_booked_as_differences() -> None:
    """CumQty(14) 40 at 1000, then 100 at 999.4 on average: the second 60 were at 999."""
    desk = sent()
    desk.tell(OrderState(LIT, "P1.1", 40, nanos(1000) or 0, OrdStatus.PARTIALLY_FILLED))
    desk.tell(OrderState(LIT, "P1.1", 40, nanos(1000) or 0, OrdStatus.PARTIALLY_FILLED))
    desk.tell(OrderState(LIT, "P1.1", 100, nanos(999.4) or 0, OrdStatus.FILLED))
    assert [(e.last_qty, e.last_px) for e in desk.engine.blotter.executions] == [(40, nanos(1000)), (60, nanos(999))]
    assert desk.lots == {"A": 100}


def test_running_total_that_says_more_wakes_the_strategy() -> None:
    desk = Desk()
    desk.tell(buy("A", 100, 1000))
    desk.views.clear()
    desk.tell(OrderState(LIT, "P1.1", 0, 0, OrdStatus.NEW))
    desk.tell(OrderState(LIT, "P1.1", 40, nanos(1000) or 0, OrdStatus.PARTIALLY_FILLED))
    assert [(v.woken_by, v.cum_qty) for v in desk.views] == [(Wake.FILL, 40)]


def test_expiry_without_acknowledgement_ends_the_order() -> None:
    desk = sent()
    desk.tell(cancel("A"))
    assert desk.tell(expired("P1.1")) == [ends("O1", "CANCELED")]


def test_status_that_a_cancel_is_pending_is_no_cancel() -> None:
    """Nor is the cancel sent again, however often the venue says that it is working on it."""
    desk = sent()
    desk.tell(ack("P1.1"))
    desk.tell(cancel("A"))
    for _ in range(4):
        desk.wait(20)
        assert desk.tell(status("P1.1-1", OrdStatus.PENDING_CANCEL, cum=0)) == []
    child = desk.engine.blotter.children["P1.1"]
    assert (child.counted, child.ord_status) == (100, OrdStatus.PENDING_CANCEL)
    assert desk.tell(status("P1.1-1", OrdStatus.CANCELED, cum=0)) == [ends("O1", "CANCELED")]


@pytest.mark.parametrize("is_", [OrdStatus.PENDING_REPLACE, OrdStatus.PENDING_CANCEL])
def test_status_that_a_replace_is_pending_is_no_replace(is_: OrdStatus) -> None:
    desk = sent()
    desk.tell(ack("P1.1"))
    child = desk.engine.blotter.children["P1.1"]
    assert not desk.engine.sender.replace(child, 60, nanos(1000))
    for _ in range(4):
        desk.wait(20)
        desk.tell(status("P1.1-1", is_, cum=0))
    assert (child.counted, child.order_qty, child.cl_ord_id) == (100, 100, "P1.1")
    desk.tell(status("P1.1-1", OrdStatus.NEW, cum=0))
    assert (child.order_qty, child.cl_ord_id) == (60, "P1.1-1")


def rejected_cancel() -> Desk:
    """A desk whose one child is live, and its cancel refused."""
    desk = sent()
    desk.tell(ack("P1.1"))
    desk.tell(cancel("A"))
    assert desk.tell(refused("P1.1")) == []
    return desk


@pytest.mark.parametrize("level", [KillLevel.FIRM, KillLevel.VENUE])
def test_kill_switch_cancels_again_what_a_venue_refused_to_cancel(level: KillLevel) -> None:
    desk = rejected_cancel()
    said = desk.tell(KillSwitch(level, LIT if level is KillLevel.VENUE else "", user="test"))
    assert cancels("P1.1", 2) in said
    assert cancels("P1.1", 3) not in desk.tell(KillSwitch(level, "", user="test"))  # that one has no answer yet
    assert desk.tell(canceled("P1.1", 2)) == [ends("O1", "CANCELED")]


def test_end_of_day_cancels_again_what_a_venue_refused_to_cancel() -> None:
    assert cancels("P1.1", 2) in rejected_cancel().tell(EndOfDay())


def test_trimming_does_not_insist() -> None:
    desk = rejected_cancel()
    desk.tell(buy("B", 10, 1000))
    assert desk.engine.blotter.children["P1.1"].aliases == ["P1.1", "P1.1-1"]


def test_what_another_venue_says_of_a_child_is_not_of_it() -> None:
    desk = sent()
    desk.tell(ack("P1.1"))
    desk.tell(cancel("A"))
    child = desk.engine.blotter.children["P1.1"]
    state = OrderState("XATS", "P1.1", 40, nanos(1000) or 0, OrdStatus.CANCELED)
    assert desk.tell(state) == [alerts("error", "state with CumQty(14) 40 of an unknown order")]
    reject = OrderCancelReject("XATS", "P1.1-1", "P1.1", OrdStatus.NEW)
    assert desk.tell(reject) == [alerts("warning", "cancel reject on an unknown request")]
    assert (child.cum_qty, child.counted, [r.rejected for r in child.requests or ()]) == (0, 100, [False])


@pytest.mark.parametrize(("qty", "at", "gone"), [(60, 999, False), (100, 1001, True), (120, 1000, True)])
def test_restatement_gives_quantity_and_price(qty: int, at: float, gone: bool) -> None:
    """A price that is worse than asked, or a larger quantity, is cancelled."""
    desk = sent()
    desk.tell(ack("P1.1"))
    restated = report("P1.1", ExecType.RESTATED, OrdStatus.NEW, order_qty=qty, price=nanos(at))
    assert (cancels("P1.1") in desk.tell(restated)) is gone
    child = desk.engine.blotter.children["P1.1"]
    assert (child.order_qty, child.price, child.key) == (qty, nanos(at), nanos(at))


def test_replace_is_taken_as_the_venue_took_it() -> None:
    desk = sent()
    desk.tell(ack("P1.1"))
    child = desk.engine.blotter.children["P1.1"]
    assert not desk.engine.sender.replace(child, 60, nanos(999))
    desk.tell(report("P1.1-1", ExecType.REPLACED, OrdStatus.NEW, order_qty=70, price=nanos(998)))
    assert (child.order_qty, child.price, child.frozen) == (70, nanos(998), True)
