"""Booking: given executions, busts and corrections, expect allocation rows: (account, lots, price, money in cents)."""

from smartexec.kernel.settings import Allocation, Settings, Timing
from smartexec.model.events import EndOfDay
from smartexec.model.view import Decision, ParentView, Slice
from tests.kernel.desk import (
    Desk,
    alerts,
    bust,
    busts,
    buy,
    cancel,
    canceled,
    correct,
    expired,
    fill,
    sell,
    sends,
    trades,
)


def half(view: ParentView) -> Decision:
    """Keep something back, so that the parent stays open."""
    return Decision((Slice(max(0, view.leaves_qty - 100), view.limit),))


def booked(timing: Timing = Timing.AT_COMPLETION, **more: object) -> Desk:
    return Desk(settings=Settings(allocation=Allocation(timing, **more)))  # type: ignore[arg-type]


def test_at_completion_books_one_average_price() -> None:
    """100 at 1000 and 200 at 1001.5: 1001 for both."""
    desk = booked()
    desk.tell(buy("A", 200, 1002), buy("B", 100, 1002))
    assert desk.tell(fill("P1.1", 100, 1000)) == []
    assert desk.tell(fill("P1.1", 200, 1001.5)) == [
        trades("O1", 200, 1001, 200, 0),
        trades("O2", 100, 1001, 100, 0),
    ]
    assert desk.rows == [
        ("A", 200, 1001, 200_200),
        ("B", 100, 1001, 100_100),
    ]


def test_on_fill_books_every_execution_at_its_price() -> None:
    desk = booked(Timing.ON_FILL)
    desk.tell(buy("A", 200, 1002), buy("B", 100, 1002))
    assert desk.tell(fill("P1.1", 30, 1000)) == [
        trades("O1", 20, 1000, 20, 180),
        trades("O2", 10, 1000, 10, 90),
    ]
    assert desk.tell(fill("P1.1", 270, 1001)) == [
        trades("O1", 180, 1001, 200, 0),
        trades("O2", 90, 1001, 100, 0),
    ]


def test_cents_that_rounding_leaves_over_go_to_the_remainder_account() -> None:
    """Three members, one share each at 10.005: 10.00 each, half to even; the parent paid 30.02 (30.015)."""
    desk = booked(remainder_account="pennies")
    desk.tell(buy("A", 1, 1002), buy("B", 1, 1002), buy("C", 1, 1002))
    desk.tell(fill("P1.1", 3, 1000.5))
    assert desk.rows == [
        ("A", 1, 1000.5, 1000),
        ("B", 1, 1000.5, 1000),
        ("C", 1, 1000.5, 1000),
        ("pennies", 0, 0, 2),
    ]


def test_average_of_three_thirds_is_printed_rounded_and_pays_in_full() -> None:
    desk = booked()
    desk.tell(buy("A", 3, 1002))
    desk.tell(fill("P1.1", 2, 1000), fill("P1.1", 1, 1001))
    assert desk.rows == [("A", 3, 1000.3333333, 3001)]


def test_rounding_lot_moves_lots_between_members_at_completion() -> None:
    """150 of 300 wanted: 75 each exactly, but lots of 50: 100 and 50."""
    desk = booked(rounding_lot=50)
    desk.tell(buy("A", 150, 1002, expire_time=desk.now + 10**9), buy("B", 150, 1002, expire_time=desk.now + 10**9))
    desk.tell(fill("P1.1", 150, 1000))
    desk.wait(1)
    desk.tell(canceled("P1.1", cum_qty=150))
    assert sorted(desk.lots.values()) == [50, 100]


def test_min_qty_gives_nothing_to_who_would_get_less() -> None:
    """30 of 330: A would get 3, less than 10 and less than all it wanted."""
    desk = booked(min_qty=10)
    end = desk.now + 10**9
    desk.tell(buy("A", 33, 1002, expire_time=end), buy("B", 297, 1002, expire_time=end))
    desk.tell(fill("P1.1", 30, 1000))
    desk.wait(1)
    desk.tell(canceled("P1.1", cum_qty=30))
    assert desk.lots == {"A": 0, "B": 30}


def test_house_order_shares_only_what_clients_leave() -> None:
    desk = booked()
    desk.tell(buy("H", 300, 1002, house=True), buy("A", 100, 1002))
    desk.tell(fill("P1.1", 90, 1000))
    assert desk.shares == {"H": 0, "A": 90}
    desk.tell(fill("P1.1", 90, 1000))
    assert desk.shares == {"H": 80, "A": 100}


def test_member_that_leaves_is_booked_at_its_average_to_date() -> None:
    desk = Desk(half)
    desk.tell(buy("A", 200, 1002), buy("B", 200, 1002))
    desk.tell(fill("P1.1", 100, 1000))
    desk.tell(fill("P1.1", 100, 1001))
    desk.tell(cancel("A"))
    for number in range(1, 4):
        desk.tell(canceled("P1.1", number), canceled("P1.2", number))
    assert desk.rows == [("A", 100, 1000.5, 100_050)]


def test_completed_member_is_booked_while_others_go_on() -> None:
    """B has its one lot before A has all of its 100."""
    desk = booked()
    desk.tell(buy("A", 100, 1002), buy("B", 1, 1002))
    desk.tell(fill("P1.1", 100, 1000))
    assert desk.lots == {"A": 0, "B": 1}
    desk.tell(fill("P1.1", 1, 1000))
    assert desk.lots == {"A": 100, "B": 1}


# -- beyond the order ------------------------------------------------------------------------------------------------


def test_fill_beyond_the_order_goes_to_the_error_account() -> None:
    desk = booked()
    desk.tell(buy("A", 100, 1002))
    assert desk.tell(fill("P1.1", 130, 1000)) == [
        alerts("error", "execution beyond the order"),
        trades("O1", 100, 1000, 100, 0),
    ]
    assert sorted(desk.rows) == [("A", 100, 1000, 100_000), ("error", 30, 1000, 30_000)]


def test_fill_after_the_end_goes_to_the_error_account() -> None:
    desk = booked()
    desk.tell(buy("A", 100, 1002))
    desk.tell(fill("P1.1", 100, 1000))
    assert desk.tell(fill("P1.1", 10, 1000)) == [
        alerts("error", "execution beyond the order"),
    ]
    assert desk.states == {"P1": "ended"}


def test_fill_on_an_unknown_order_goes_to_the_error_account() -> None:
    desk = booked()
    assert desk.tell(fill("other", 10, 1000)) == [
        alerts("error", "execution on an unknown order"),
    ]
    assert desk.rows == [("error", 10, 1000, 10_000)]
    assert desk.engine.blotter.allocations[0].parent is None


def test_fill_worse_than_every_limit_goes_to_the_error_account() -> None:
    """Law 3: no client is filled outside its limit, whatever the venue does; the client still wants its lots."""
    desk = booked()
    desk.tell(buy("A", 100, 1002))
    assert desk.tell(fill("P1.1", 40, 1003)) == [
        alerts("error", "execution beyond the order"),
        sends("P1.2", "BUY", 40, 1002),
    ]
    assert desk.rows == [("error", 40, 1003, 40_120)]


def test_duplicate_fill_is_booked_once() -> None:
    desk = booked()
    desk.tell(buy("A", 100, 1002))
    once = fill("P1.1", 40, 1000, exec_id="E")
    desk.tell(once, once)
    assert desk.shares == {"A": 40}
    assert desk.engine.blotter.duplicates == 1


def test_same_execution_with_other_content_is_kept_and_said() -> None:
    desk = booked()
    desk.tell(buy("A", 100, 1002))
    desk.tell(fill("P1.1", 40, 1000, exec_id="E"))
    said = desk.tell(fill("P1.1", 50, 1000, exec_id="E"))
    assert said[0] == alerts("error", "ExecID(17) E again with other content")
    assert desk.shares == {"A": 40}


def test_same_exec_id_at_another_venue_is_another_execution() -> None:
    desk = booked()
    desk.tell(buy("A", 100, 1002))
    desk.tell(fill("P1.1", 40, 1000, exec_id="E"))
    desk.tell(fill("P1.1", 40, 1000, exec_id="E", trade_date="20231113"))
    assert desk.shares == {"A": 80}


# -- busts and corrections -------------------------------------------------------------------------------------------


def test_bust_before_booking_takes_the_lots_back() -> None:
    desk = booked()
    desk.tell(buy("A", 200, 1002), buy("B", 100, 1002))
    desk.tell(fill("P1.1", 30, 1000, exec_id="E"), fill("P1.1", 30, 1001))
    desk.tell(bust("P1.1", "E"))
    assert desk.shares == {"A": 20, "B": 10}
    assert desk.rows == []


def test_bust_after_booking_on_fill_reverses_the_rows() -> None:
    desk = booked(Timing.ON_FILL)
    desk.tell(buy("A", 200, 1002), buy("B", 100, 1002))
    desk.tell(fill("P1.1", 30, 1000, exec_id="E"))
    assert desk.tell(bust("P1.1", "E"))[:3] == [
        alerts("warning", "ExecID(17) E TRADE_CANCEL"),
        busts("O1", 20, 1000, 0, 200),
        busts("O2", 10, 1000, 0, 100),
    ]
    assert desk.rows == [
        ("A", 20, 1000, 20_000),
        ("B", 10, 1000, 10_000),
        ("A", -20, 1000, -20_000),
        ("B", -10, 1000, -10_000),
    ]
    assert [r.ref for r in desk.engine.blotter.allocations] == [0, 0, 1, 2]


def test_bust_after_the_end_reverses_and_never_reopens() -> None:
    desk = booked()
    desk.tell(buy("A", 100, 1002))
    desk.tell(fill("P1.1", 60, 1000, exec_id="E"), fill("P1.1", 40, 1002))
    assert desk.states == {"P1": "ended"}
    desk.tell(bust("P1.1", "E"))
    assert desk.rows == [
        ("A", 100, 1000.8, 100_080),
        ("A", -100, 1000.8, -100_080),
        ("A", 40, 1002, 40_080),
    ]
    assert desk.states == {"P1": "ended"}
    assert desk.lots == {"A": 40}


def test_correction_is_a_bust_and_a_new_execution() -> None:
    desk = booked(Timing.ON_FILL)
    desk.tell(buy("A", 100, 1002))
    desk.tell(fill("P1.1", 60, 1000, exec_id="E"))
    desk.tell(correct("P1.1", "E", 50, 1001))
    assert desk.rows == [
        ("A", 60, 1000, 60_000),
        ("A", -60, 1000, -60_000),
        ("A", 50, 1001, 50_050),
    ]
    assert desk.lots == {"A": 50}


def test_correction_of_the_price_after_the_end_changes_the_average() -> None:
    desk = booked()
    desk.tell(buy("A", 100, 1002))
    desk.tell(fill("P1.1", 50, 1000, exec_id="E"), fill("P1.1", 50, 1001))
    desk.tell(correct("P1.1", "E", 50, 999))
    assert desk.rows == [
        ("A", 100, 1000.5, 100_050),
        ("A", -100, 1000.5, -100_050),
        ("A", 100, 1000, 100_000),
    ]


def test_correction_of_the_price_after_the_end_changes_the_rows_on_fill() -> None:
    desk = booked(Timing.ON_FILL)
    desk.tell(buy("A", 60, 1002), buy("B", 40, 1002))
    desk.tell(fill("P1.1", 100, 1000, exec_id="E"))
    desk.tell(correct("P1.1", "E", 100, 999))
    assert desk.rows == [
        ("A", 60, 1000, 60_000),
        ("B", 40, 1000, 40_000),
        ("A", -60, 1000, -60_000),
        ("A", 60, 999, 59_940),
        ("B", -40, 1000, -40_000),
        ("B", 40, 999, 39_960),
    ]
    assert desk.tell(bust("P1.1", "Ey"))[0] == alerts("warning", "ExecID(17) Ey TRADE_CANCEL")
    assert desk.lots == {"A": 0, "B": 0}


def test_correction_to_a_price_outside_a_limit_takes_the_lots_to_the_error_account() -> None:
    desk = booked(Timing.ON_FILL)
    desk.tell(buy("A", 100, 1002))
    desk.tell(fill("P1.1", 100, 1000, exec_id="E"))
    desk.tell(correct("P1.1", "E", 100, 1003))
    assert desk.rows[1:] == [("A", -100, 1000, -100_000), ("error", 100, 1003, 100_300)]


def test_bust_that_comes_twice_is_booked_once() -> None:
    desk = booked()
    desk.tell(buy("A", 100, 1002))
    desk.tell(fill("P1.1", 60, 1000, exec_id="E"))
    once = bust("P1.1", "E")
    desk.tell(once, once)
    assert desk.shares == {"A": 0}


def test_bust_of_what_went_to_the_error_account_reverses_it() -> None:
    desk = booked()
    desk.tell(fill("other", 10, 1000, exec_id="E"))
    desk.tell(bust("other", "E"))
    assert desk.rows == [("error", 10, 1000, 10_000), ("error", -10, 1000, -10_000)]


def test_bust_wakes_the_strategy_which_trades_again() -> None:
    desk = booked()
    desk.tell(buy("A", 100, 1002))
    desk.tell(fill("P1.1", 60, 1000, exec_id="E"))
    desk.tell(expired("P1.1"))
    assert desk.tell(bust("P1.1", "E"))[-1][0] == "send"


def test_cross_is_booked_at_once_in_both_timings() -> None:
    for timing in Timing:
        desk = booked(timing)
        desk.tell(buy("A", 100), sell("B", 100))
        assert desk.rows == [("A", 100, 1000, 100_000), ("B", 100, 1000, 100_000)]


def test_bust_of_a_correction_that_comes_before_the_correction() -> None:
    """The bust says no quantity, so that it has to wait for what it undoes."""
    desk = booked(Timing.ON_FILL)
    desk.tell(buy("A", 300, 1002))
    desk.tell(fill("P1.1", 100, 1000, exec_id="E1"))
    desk.tell(bust("P1.1", "E1y"))
    assert desk.lots == {"A": 100}
    desk.tell(correct("P1.1", "E1", 100, 1001))
    assert desk.lots == {"A": 0}
    assert desk.engine.blotter.children["P1.1"].unverified
    assert alerts("error", "TRADE_CANCEL of ExecID(17) E1y, which never came") not in desk.tell(EndOfDay(final=True))


def test_bust_of_what_never_comes_is_said_at_the_end_of_the_day() -> None:
    desk = booked(Timing.ON_FILL)
    desk.tell(buy("A", 300, 1002))
    desk.tell(bust("P1.1", "E9"))
    assert alerts("error", "TRADE_CANCEL of ExecID(17) E9, which never came") in desk.tell(EndOfDay(final=True))


DAY = 86_400


def test_execution_without_trade_date_that_comes_again_after_midnight_is_booked_once() -> None:
    desk = booked(Timing.ON_FILL)
    desk.tell(buy("A", 300, 1002))
    desk.tell(fill("P1.1", 100, 1000, exec_id="E1", cum_qty=100))
    desk.wait(DAY)
    assert desk.tell(fill("P1.1", 100, 1000, exec_id="E1", cum_qty=100)) == []
    assert desk.lots == {"A": 100}
    assert desk.engine.blotter.duplicates == 1


def test_correction_without_trade_date_that_comes_again_after_midnight_is_booked_once() -> None:
    desk = booked(Timing.ON_FILL)
    desk.tell(buy("A", 300, 1002))
    desk.tell(fill("P1.1", 100, 1000, exec_id="E1"))
    desk.tell(correct("P1.1", "E1", 100, 1001))
    rows = desk.rows
    desk.wait(DAY)
    desk.tell(correct("P1.1", "E1", 100, 1001))
    assert desk.rows == rows


def test_exec_id_used_again_under_another_trade_date_is_another_execution() -> None:
    desk = booked(Timing.ON_FILL)
    desk.tell(buy("A", 300, 1002))
    for date in ("20231114", "20231115"):
        desk.tell(fill("P1.1", 100, 1000, exec_id="E1", trade_date=date))
    assert desk.lots == {"A": 200}


def test_client_that_is_done_is_told_so_though_the_house_shares_the_rest_of_the_execution() -> None:
    """150 lots: the client's 100 complete it, 50 are the house's, whose epoch is another one."""
    desk = booked()
    desk.tell(buy("A", 100, 1002), buy("H", 200, 1002, house=True))
    assert desk.tell(fill("P1.1", 150, 1001)) == [trades("O1", 100, 1001, 100, 0)]
    assert desk.rows == [("A", 100, 1001, 100_100)]
