"""Law 3, the demand curve: given members with different limits in one parent, expect what may be live at each price."""

from smartexec.model.enums import ReplaceMode
from smartexec.model.events import EndOfDay
from smartexec.model.routing import Capabilities
from smartexec.model.view import Decision, ParentView, Slice
from tests.kernel.desk import (
    LIT,
    Desk,
    ack,
    buy,
    cancel,
    canceled,
    cancels,
    fill,
    nanos,
    pending,
    refused,
    replaced,
    replaces,
    sell,
    sends,
    taken,
)


def priced(view: ParentView) -> Decision:
    """Each class of limits at its own price, under a slot of its own."""
    return Decision(tuple(Slice(qty, limit, slot=str(limit)) for limit, qty in view.demand))


def at(*prices: float) -> list[Decision]:
    return [Decision((Slice(300, nanos(p)),)) for p in prices]


def test_one_slice_at_the_worst_limit_is_clipped_to_who_admits_it() -> None:
    """100 of A at 1000, 200 of B at 998: at 1000 only A's 100 may be live."""
    desk = Desk(lambda view: Decision((Slice(300, view.limit),)))
    assert desk.tell(buy("A", 100, 1000), buy("B", 200, 998)) == [
        taken("O1"),
        taken("O2"),
        sends("P1.1", "BUY", 100, 1000),
    ]
    assert desk.engine.blotter.parents[0].slots["main"].clipped_by


def test_each_class_at_its_own_price() -> None:
    desk = Desk(priced)
    assert desk.tell(buy("A", 100, 1000), buy("B", 200, 998)) == [
        taken("O1"),
        taken("O2"),
        sends("P1.1", "BUY", 100, 1000),
        sends("P1.2", "BUY", 200, 998),
    ]


def test_each_class_at_its_own_price_for_sellers() -> None:
    desk = Desk(priced)
    assert desk.tell(sell("A", 100, 1000), sell("B", 200, 1002)) == [
        taken("O1"),
        taken("O2"),
        sends("P1.1", "SELL", 100, 1000),
        sends("P1.2", "SELL", 200, 1002),
    ]


def test_member_without_limit_admits_everything() -> None:
    desk = Desk(priced)
    assert desk.tell(buy("A", 100), buy("B", 200, 998))[2:] == [
        sends("P1.1", "BUY", 100, None),
        sends("P1.2", "BUY", 200, 998),
    ]


def test_room_at_a_better_price_is_what_the_worse_has_left() -> None:
    """300 wanted at 998, where all 300 are admitted, but 100 are live at 1000 already."""
    desk = Desk(lambda view: Decision((Slice(100, nanos(1000), slot="a"), Slice(300, nanos(998), slot="b"))))
    assert desk.tell(buy("A", 100, 1000), buy("B", 200, 998))[2:] == [
        sends("P1.1", "BUY", 100, 1000),
        sends("P1.2", "BUY", 200, 998),
    ]


def test_fill_at_the_worst_price_goes_to_who_admits_it() -> None:
    desk = Desk(priced)
    desk.tell(buy("A", 100, 1000), buy("B", 200, 998))
    desk.tell(fill("P1.1", 60, 1000))
    assert desk.shares == {"A": 60, "B": 0}


def test_fill_at_a_better_price_is_capped_for_who_is_needed_elsewhere() -> None:
    """60 at 998 on the cheap child: pro rata A would have 20, but A's 100 are all committed at 1000."""
    desk = Desk(priced)
    desk.tell(buy("A", 100, 1000), buy("B", 200, 998))
    desk.tell(fill("P1.2", 60, 998))
    assert desk.shares == {"A": 0, "B": 60}


def test_fill_at_a_better_price_than_its_child_s_is_shared_by_all_it_can() -> None:
    """60 at 997 on the child at 1000: both admit 997, and A's 80 still carry the 40 left at 1000."""
    desk = Desk(priced)
    desk.tell(buy("A", 100, 1000), buy("B", 200, 998))
    desk.tell(fill("P1.1", 60, 997))
    assert desk.shares == {"A": 20, "B": 40}


def test_pending_replace_reserves_at_the_worse_of_its_prices() -> None:
    """The child moves from 1000 to 998: until that is confirmed 1000 is reserved."""
    want = iter(at(1000, 998))
    last: list[Decision] = []

    def walk(view: ParentView) -> Decision:
        last[:] = [next(want, last[0] if last else Decision())]
        return last[0]

    desk = Desk(walk, venues={LIT: Capabilities(replace=ReplaceMode.KEEPS_PRIORITY)})
    desk.tell(buy("A", 300, 1000))
    desk.tell(ack("P1.1"))
    desk.engine.blotter.wake(desk.engine.blotter.parents[0], desk.views[0].woken_by)
    assert desk.tell() == [
        replaces("P1.1", 300, 998),
    ]
    assert [c.key for c in desk.engine.blotter.child_orders] == [nanos(1000)]
    assert desk.tell(replaced("P1.1")) == []
    assert [c.key for c in desk.engine.blotter.child_orders] == [nanos(998)]


def test_refused_replace_falls_back_to_the_price_it_has() -> None:
    desk = Desk(venues={LIT: Capabilities(replace=ReplaceMode.KEEPS_PRIORITY)})
    desk.tell(buy("A", 300, 998))
    desk.tell(ack("P1.1"))
    desk.tell(buy("B", 100, 1000))
    keys = [c.key for c in desk.engine.blotter.child_orders]
    desk.tell(refused("P1.1"))
    assert [c.key for c in desk.engine.blotter.child_orders] == keys


def test_cancel_of_the_permissive_member_takes_its_price_down() -> None:
    """A leaves: the child at 1000 must go, B's at 998 stays where it is."""
    desk = Desk(priced)
    desk.tell(buy("A", 100, 1000), buy("B", 200, 998))
    desk.tell(ack("P1.1"), ack("P1.2"))
    assert desk.tell(cancel("A")) == [
        cancels("P1.1"),
        pending("O1"),
    ]
    assert desk.tell(canceled("P1.1"))[0][:2] == ("CANCELED", "O1")


def test_cancel_of_the_strict_member_leaves_the_permissive_alone() -> None:
    desk = Desk(priced)
    desk.tell(buy("A", 100, 1000), buy("B", 200, 998))
    desk.tell(ack("P1.1"), ack("P1.2"))
    assert desk.tell(cancel("B")) == [
        cancels("P1.2"),
        pending("O2"),
    ]


def test_average_breaches_no_limit() -> None:
    """Fills at 1000 (only A admits it) and 996 (both): B pays 996, not the average of all."""
    desk = Desk(lambda view: Decision((Slice(100, nanos(1000)),)))
    desk.tell(buy("A", 200, 1000), buy("B", 200, 998))
    desk.tell(fill("P1.1", 50, 1000))
    desk.tell(fill("P1.1", 50, 996))
    desk.tell(EndOfDay(), EndOfDay(final=True))
    assert desk.rows == [
        ("A", 50, 1000, 50_000),
        ("A", 21, 996, 20_916),
        ("B", 29, 996, 28_884),
    ]
