"""Aggregation: given client orders, expect which of them share a parent, and when it starts and ends."""

import pytest

from smartexec.kernel.settings import Aggregation, Settings
from smartexec.model.enums import Side, Wake
from smartexec.model.events import EndOfDay
from smartexec.model.instrument import Instrument
from tests.kernel.desk import (
    SECOND,
    START,
    XYZ,
    Desk,
    ack,
    alerts,
    buy,
    cancel,
    canceled,
    cancels,
    ends,
    fill,
    idle,
    order,
    sends,
    taken,
)


def desk_with(**aggregation: object) -> Desk:
    return Desk(idle, settings=Settings(aggregation=Aggregation(**aggregation)))  # type: ignore[arg-type]


def test_orders_alike_share_a_parent_that_starts_at_once() -> None:
    desk = Desk()
    assert desk.tell(buy("A", 300), buy("B", 100)) == [
        taken("O1"),
        taken("O2"),
        sends("P1.1", "BUY", 400, None),
    ]
    assert desk.parents == ["P1", "P1"]


@pytest.mark.parametrize(
    "other",
    [
        {"strategy": "T"},
        {"params": (("slices", 3),)},
        {"list_id": "basket"},
        {"currency": "EUR"},
        {"expire_time": START + 60 * SECOND},
        {"side": Side.SELL},
    ],
    ids=str,
)
def test_orders_that_differ_have_parents_of_their_own(other: dict[str, object]) -> None:
    desk = Desk(idle, strategies={"T": idle})
    side = other.pop("side", Side.BUY)
    assert isinstance(side, Side)
    desk.tell(buy("A", 300, no_cross=True), order(side, "B", 100, None, other))
    assert desk.parents == ["P1", "P2"]


def test_orders_with_other_limits_owners_and_accounts_share() -> None:
    desk = Desk(idle)
    desk.tell(buy("A", 300, 1000), buy("B", 100, 1001, owner="b"), buy("C", 100))
    assert desk.parents == ["P1", "P1", "P1"]


def test_window_pools_orders_before_the_parent_starts() -> None:
    desk = Desk(settings=Settings(aggregation=Aggregation(window=SECOND)))
    assert desk.tell(buy("A", 300)) == [taken("O1")]
    desk.wait(0.5)
    assert desk.tell(buy("B", 100)) == [taken("O2")]
    assert desk.wait(0.5) == [
        sends("P1.1", "BUY", 400, None),
    ]
    assert desk.views[0].start == START + SECOND


def test_window_pools_those_who_join_later_too() -> None:
    desk = desk_with(window=SECOND)
    desk.tell(buy("A", 300))
    desk.wait(1)
    desk.tell(buy("B", 100))
    assert [v.order_qty for v in desk.views] == [300]
    desk.wait(1)
    assert [v.order_qty for v in desk.views] == [300, 400]


def test_effective_time_holds_the_parent_back() -> None:
    desk = Desk()
    assert desk.tell(buy("A", 300, effective_time=START + 10 * SECOND)) == [taken("O1")]
    assert desk.wait(9.9) == []
    assert desk.wait(0.1) == [
        sends("P1.1", "BUY", 300, None),
    ]


def test_bucket_makes_near_times_equal() -> None:
    minute = 60 * SECOND
    desk, first = desk_with(bucket=minute), START - START % minute + 10 * minute
    desk.tell(buy("A", 300, expire_time=first), buy("B", 100, expire_time=first + minute - 1))
    desk.tell(buy("C", 100, expire_time=first + minute))
    assert desk.parents == ["P1", "P1", "P2"]
    assert desk.views[0].end == first


def test_join_open_adds_to_the_parent_that_has_started() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000))
    assert desk.tell(buy("B", 100, 1000)) == [
        taken("O2"),
        sends("P1.2", "BUY", 100, 1000),
    ]


def test_join_open_off_makes_a_new_parent() -> None:
    desk = Desk(settings=Settings(aggregation=Aggregation(join_open=False)))
    desk.tell(buy("A", 300, 1000))
    assert desk.tell(buy("B", 100, 1000)) == [
        taken("O2"),
        sends("P2.1", "BUY", 100, 1000),
    ]


def test_join_starts_an_epoch_and_leaves_what_was_shared() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000))
    desk.tell(fill("P1.1", 200, 1000))
    desk.tell(buy("B", 100, 1000))
    desk.tell(fill("P1.1", 100, 1000))
    assert desk.shares == {"A": 250, "B": 50}
    assert [e.number for e in desk.engine.blotter.parents[0].epochs] == [1, 2]


def test_parent_that_has_ended_is_not_joined() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000))
    desk.tell(fill("P1.1", 300, 1000))
    desk.tell(buy("B", 100, 1000))
    assert desk.parents == ["P1", "P2"]


def test_parent_that_is_closing_is_not_joined() -> None:
    """An order that may still trade must not end with a parent whose time is over."""
    minute = 60 * SECOND
    desk = Desk(settings=Settings(aggregation=Aggregation(bucket=minute)))
    end = START - START % minute + 2 * minute
    desk.tell(buy("A", 300, 1000, expire_time=end))
    desk.wait((end - START) / SECOND)
    assert desk.states == {"P1": "closing"}
    assert desk.tell(buy("B", 100, 1000, expire_time=end + 30 * SECOND)) == [
        taken("O2"),
        sends("P2.1", "BUY", 100, 1000),
    ]


def test_expiry_cancels_what_is_live_and_ends_after_confirmation() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000, expire_time=START + 5 * SECOND))
    desk.tell(ack("P1.1"))
    assert desk.wait(5) == [
        cancels("P1.1"),
    ]
    assert desk.tell(canceled("P1.1")) == [
        ends("O1", "EXPIRED"),
    ]
    assert desk.states == {"P1": "ended"}


def test_expiry_books_what_is_done_first() -> None:
    desk = Desk(idle)
    desk.tell(buy("A", 300, expire_time=START + 5 * SECOND))
    assert desk.wait(5) == [
        ends("O1", "EXPIRED"),
    ]


def test_session_close_expires_orders_without_expire_time() -> None:
    desk = Desk(idle, instrument=Instrument(XYZ, close=START + 5 * SECOND))
    desk.tell(buy("A", 300))
    assert desk.wait(5) == [
        ends("O1", "EXPIRED"),
    ]


def test_order_over_before_its_parent_starts_has_no_parent() -> None:
    desk = Desk(settings=Settings(aggregation=Aggregation(window=SECOND)))
    desk.tell(buy("A", 300), buy("B", 100))
    assert desk.tell(cancel("A")) == [
        ends("O1", "CANCELED"),
    ]
    assert desk.wait(1) == [
        sends("P1.1", "BUY", 100, None),
    ]
    assert desk.parents == ["", "P1"]


def test_pool_that_is_empty_starts_no_parent() -> None:
    desk = Desk(settings=Settings(aggregation=Aggregation(window=SECOND)))
    desk.tell(buy("A", 300))
    desk.tell(cancel("A"))
    assert desk.wait(2) == []
    assert desk.parents == [""]


def test_pool_expires_with_the_day() -> None:
    desk = Desk(settings=Settings(aggregation=Aggregation(window=SECOND)))
    desk.tell(buy("A", 300))
    assert desk.tell(EndOfDay()) == [
        ends("O1", "EXPIRED"),
    ]
    assert desk.parents == [""]


def test_list_makes_peers_of_parents() -> None:
    desk = Desk(idle)
    desk.tell(buy("A", 300, list_id="pair", no_cross=True))
    desk.tell(buy("B", 100, list_id="pair", params=(("leg", 2),), no_cross=True))
    assert [[(p.parent_id, p.leaves_qty) for p in v.peers] for v in desk.views] == [[], [("P1", 300)]]


def test_execution_wakes_the_peers_that_ask_for_it_though_its_own_strategy_does_not() -> None:
    desk = Desk(wakes=frozenset({Wake.PEER}))
    desk.tell(buy("A", 300, 1000, list_id="pair"), buy("B", 100, 1000, list_id="pair", params=(("leg", 2),)))
    desk.views.clear()
    desk.tell(fill("P1.1", 50, 1000))
    assert [(v.parent_id, v.woken_by) for v in desk.views] == [("P2", Wake.PEER)]


def test_execution_that_completes_a_parent_wakes_its_peers() -> None:
    desk = Desk(wakes=frozenset({Wake.FILL, Wake.PEER}))
    desk.tell(buy("A", 300, 1000, list_id="pair"), buy("B", 100, 1000, list_id="pair", params=(("leg", 2),)))
    desk.views.clear()
    desk.tell(fill("P1.1", 300, 1000))
    assert [(v.parent_id, v.woken_by) for v in desk.views] == [("P2", Wake.PEER)]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (buy("A", 0), "OrderQty(38)"),
        (buy("A", 100, 1000.5), "Price(44)"),
        (buy("A", 100, strategy="none"), "strategy"),
        (buy("A", 100, expire_time=START), "ExpireTime(126)"),
        (buy("", 100), "ClOrdID(11)"),
    ],
)
def test_refused_order_is_an_order_without_parent(bad: object, why: str) -> None:
    desk = Desk()
    assert desk.tell(bad) == [  # type: ignore[arg-type]
        ends("O1", "REJECTED"),
    ]
    assert desk.engine.blotter.orders[0].text.startswith(why)
    assert desk.parents == [""]


def test_end_of_day_stops_everything() -> None:
    desk = Desk()
    desk.tell(buy("A", 300, 1000))
    assert desk.tell(EndOfDay()) == [
        cancels("P1.1"),
    ]
    assert desk.tell(EndOfDay(final=True)) == [
        alerts("error", "in doubt at the end of the day"),
        ends("O1", "EXPIRED"),
    ]
