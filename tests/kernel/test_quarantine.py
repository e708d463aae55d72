"""Law 10: given a plugin that fails, expect its parents safe and everybody else's undisturbed."""

import pytest

from smartexec.kernel.advisor import Fault
from smartexec.kernel.settings import Aggregation, Settings
from smartexec.model.view import Decision, ParentView, Slice
from tests.kernel.desk import (
    SECOND,
    START,
    Desk,
    Said,
    ack,
    alerts,
    all_at_once,
    buy,
    cancel,
    canceled,
    cancels,
    ends,
    fill,
    nanos,
    sends,
    taken,
    trades,
)


def fails_on_fill(view: ParentView) -> Decision | Fault:
    return Fault("BAD", "raised ZeroDivisionError") if view.cum_qty else all_at_once(view)


def desk_with_bad() -> Desk:
    desk = Desk(strategies={"BAD": fails_on_fill})
    desk.tell(buy("A", 300, 1000, strategy="BAD"), buy("B", 100, 1000))
    desk.tell(ack("P1.1"), ack("P2.1"))
    return desk


def test_strategy_that_raises_has_its_live_orders_cancelled() -> None:
    desk = desk_with_bad()
    assert desk.tell(fill("P1.1", 40, 1000)) == [
        alerts("error", "plugin quarantined"),
        cancels("P1.1"),
    ]
    assert desk.states == {"P1": "safe", "P2": "working"}
    assert desk.tell(canceled("P1.1", cum_qty=40)) == []


def test_other_parents_carry_on() -> None:
    desk = desk_with_bad()
    desk.tell(fill("P1.1", 40, 1000))
    assert desk.tell(fill("P2.1", 100, 1000)) == [
        trades("O2", 100, 1000, 100, 0),
    ]
    assert desk.tell(buy("C", 100, 1000)) == [
        taken("O3"),
        sends("P3.1", "BUY", 100, 1000),
    ]


def test_safe_parent_books_what_still_comes_and_lets_members_leave() -> None:
    desk = desk_with_bad()
    desk.tell(fill("P1.1", 40, 1000))
    desk.tell(fill("P1.1", 60, 1000))
    assert desk.shares["A"] == 100
    desk.tell(canceled("P1.1"))
    assert desk.tell(cancel("A")) == [
        trades("O1", 100, 1000, 100, 200),
        ends("O1", "CANCELED", 100),
    ]
    assert desk.states == {"P1": "ended", "P2": "working"}


def test_safe_parent_ends_at_its_time() -> None:
    desk = Desk(lambda _: Fault("S", "raised"))
    desk.tell(buy("A", 300, 1000, expire_time=START + SECOND))
    assert desk.states == {"P1": "safe"}
    assert desk.wait(1) == [
        ends("O1", "EXPIRED"),
    ]


def test_new_order_for_a_quarantined_strategy_is_refused() -> None:
    desk = desk_with_bad()
    desk.tell(fill("P1.1", 40, 1000))
    assert desk.tell(buy("C", 100, strategy="BAD")) == [
        ends("O3", "REJECTED"),
    ]


def test_pool_whose_plugin_was_quarantined_meanwhile_asks_it_nothing() -> None:
    desk = Desk(strategies={"BAD": fails_on_fill}, settings=Settings(aggregation=Aggregation(window=SECOND)))
    desk.tell(buy("A", 300, 1000, strategy="BAD"))
    desk.wait(1)
    desk.tell(buy("C", 300, 1000, strategy="BAD", params=(("other", 1),)))
    desk.tell(fill("P1.1", 40, 1000))
    asked = len(desk.views)
    said: list[Said] = desk.wait(1)
    assert [s for s in said if s[0] == "send"] == []
    assert len(desk.views) == asked


@pytest.mark.parametrize(
    "nonsense",
    [
        Decision((Slice(-1),)),
        Decision((Slice(1.5),)),  # type: ignore[arg-type]
        Decision((Slice(True),)),
        Decision((Slice(100, 10.0),)),  # type: ignore[arg-type]
        Decision((Slice(100, 0),)),
        Decision((Slice(100), Slice(100))),
        Decision((Slice(100, router="none"),)),
        Decision(("slice",)),  # type: ignore[arg-type]
        Decision(wake_at=START),
        Decision(wake_at=START - 1),
    ],
    ids=[
        "negative", "float-qty", "bool-qty", "float-price", "zero-price", "twice", "router", "no-slice", "now", "past",
    ],
)  # fmt: skip
def test_decision_that_is_nonsense_quarantines(nonsense: Decision) -> None:
    desk = Desk(lambda _: nonsense)
    assert desk.tell(buy("A", 100, 1000)) == [
        taken("O1"),
        alerts("error", "plugin quarantined"),
    ]


def test_decision_for_more_than_there_is_is_no_fault() -> None:
    """It is clipped to what is left."""
    desk = Desk(lambda _: Decision((Slice(10**9, nanos(1000)),)))
    assert desk.tell(buy("A", 100, 1000)) == [
        taken("O1"),
        sends("P1.1", "BUY", 100, 1000),
    ]
