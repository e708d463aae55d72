"""Reopened children: given a bust of an order that was done, expect it under its slot again, or cancelled."""

from smartexec.model.view import Decision, ParentView, Slice
from tests.kernel.desk import Desk, ack, bust, buy, cancels, fill, nanos


def changing(wanted: list[int]) -> Desk:
    """A desk with 40 of 100 live as P1.1; what is wanted after that is the last of `wanted`."""

    def strategy(view: ParentView) -> Decision:
        return Decision((Slice(wanted[-1], nanos(1000)),)) if wanted[-1] else Decision()

    desk = Desk(strategy)
    desk.tell(buy("A", 100, 1000))
    desk.tell(ack("P1.1"))
    return desk


def test_order_that_comes_back_when_its_slot_is_gone_is_cancelled() -> None:
    wanted = [40]
    desk = changing(wanted)
    wanted.append(0)
    desk.tell(fill("P1.1", 40, 1000, exec_id="E1"))
    assert cancels("P1.1") in desk.tell(bust("P1.1", "E1"))


def test_order_that_comes_back_counts_for_its_slot() -> None:
    """P1.2 has taken its place: the slot has twice what it wants."""
    desk = changing([40])
    desk.tell(fill("P1.1", 40, 1000, exec_id="E1"))
    assert cancels("P1.1") in desk.tell(bust("P1.1", "E1"))
    assert list(desk.engine.blotter.parents[0].slots["main"].legs) == ["P1.2", "P1.1"]
