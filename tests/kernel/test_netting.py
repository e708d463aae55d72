"""Netting: given opposing orders and a market, expect crosses at the midpoint, or none."""

import pytest

from smartexec.kernel.settings import Aggregation, Netting, NettingScope, SameOwner, Settings
from smartexec.model.enums import Phase
from smartexec.model.events import Event
from smartexec.model.view import Decision, ParentView, Slice
from tests.kernel.desk import (
    CENT,
    SECOND,
    START,
    Desk,
    ack,
    buy,
    cancel,
    canceled,
    cancels,
    ends,
    fill,
    idle,
    pending,
    phase,
    quote,
    sell,
    sends,
    taken,
    trades,
)


def crosses(desk: Desk) -> list[tuple[int, float]]:
    return [(x.qty, x.px / 10**7) for x in desk.engine.blotter.crosses]


def test_net_500_buy_200_sell_then_300_from_the_market() -> None:
    """The seed case: 200 cross at the midpoint, the market gives 300, the buyer has 500 and the seller 200."""
    desk = Desk()
    assert desk.tell(buy("A", 500, 1002), sell("B", 200)) == [
        taken("O1"),
        taken("O2"),
        trades("O1", 200, 1000, 200, 300),
        trades("O2", 200, 1000, 200, 0),
        sends("P1.1", "BUY", 300, 1002),
    ]
    assert desk.tell(fill("P1.1", 300, 1001)) == [
        trades("O1", 300, 1001, 500, 0),
    ]
    assert desk.lots == {"A": 500, "B": 200}
    assert desk.states == {"P1": "ended", "P2": "ended"}


def test_net_all_of_both_sides_sends_nothing() -> None:
    desk = Desk()
    assert desk.tell(buy("A", 500), sell("B", 500)) == [
        taken("O1"),
        taken("O2"),
        trades("O1", 500, 1000, 500, 0),
        trades("O2", 500, 1000, 500, 0),
    ]


def test_net_half_tick_midpoint_is_exact() -> None:
    desk = Desk(idle)
    desk.tell(quote(1000, 1001))
    desk.tell(buy("A", 100), sell("B", 100))
    assert crosses(desk) == [(100, 1000.5)]


def test_net_same_owner_is_offset() -> None:
    """No fill: leaves go down on both sides, and who is done that way ends as cancelled."""
    desk = Desk()
    assert desk.tell(buy("A", 500, 1002, owner="own"), sell("B", 200, owner="own")) == [
        taken("O1"),
        taken("O2"),
        ends("O2", "CANCELED"),
        sends("P1.1", "BUY", 300, 1002),
    ]
    assert [o.offset_qty for o in desk.engine.blotter.orders] == [200, 200]


def test_net_same_owner_is_left_alone_where_so_configured() -> None:
    desk = Desk(idle, settings=Settings(netting=Netting(same_owner=SameOwner.NONE)))
    desk.tell(buy("A", 500, owner="own"), sell("B", 200, owner="own"))
    assert crosses(desk) == []
    assert [o.offset_qty for o in desk.engine.blotter.orders] == [0, 0]


@pytest.mark.parametrize("refuser", ["A", "B"])
def test_net_needs_the_consent_of_both(refuser: str) -> None:
    desk = Desk(idle)
    desk.tell(buy("A", 500, no_cross=refuser == "A"), sell("B", 200, no_cross=refuser == "B"))
    assert crosses(desk) == []


def test_net_disabled_crosses_nothing() -> None:
    desk = Desk(idle, settings=Settings(netting=Netting(enabled=False)))
    desk.tell(buy("A", 500), sell("B", 200))
    assert crosses(desk) == []


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        pytest.param(quote(1000, 1000), quote(999, 1001), id="locked"),
        pytest.param(quote(1001, 1000), quote(999, 1001), id="crossed"),
        pytest.param(quote(None, 1001), quote(999, 1001), id="no-bid"),
        pytest.param(quote(999, None), quote(999, 1001), id="no-ask"),
        pytest.param(phase(Phase.HALTED), phase(), id="halted"),
        pytest.param(phase(Phase.AUCTION), phase(), id="auction"),
        pytest.param(phase(Phase.UNKNOWN), phase(), id="unknown"),
    ],
)
def test_net_waits_for_a_valid_market(bad: Event, good: Event) -> None:
    desk = Desk(idle)
    desk.tell(bad)
    assert desk.tell(buy("A", 500), sell("B", 200)) == [taken("O1"), taken("O2")]
    assert desk.tell(good) == [
        trades("O1", 200, 1000, 200, 300),
        trades("O2", 200, 1000, 200, 0),
    ]


def test_net_waits_for_a_fresh_quote() -> None:
    """The same touch again, six seconds later, is news: the one before had become too old."""
    desk = Desk(idle)
    desk.wait(6)
    assert desk.tell(buy("A", 500), sell("B", 200)) == [taken("O1"), taken("O2")]
    desk.tell(quote(999, 1001))
    assert crosses(desk) == [(200, 1000)]


def test_net_a_venue_quote_does_not_refresh_the_tape() -> None:
    desk = Desk(idle)
    desk.wait(6)
    desk.tell(quote(990, 991, mic="XLIT"))
    desk.tell(buy("A", 500), sell("B", 200))
    assert crosses(desk) == []


@pytest.mark.parametrize(
    ("bid_limit", "ask_limit", "expected"),
    [
        (1000, 1000, [(200, 1000)]),
        (999, None, []),
        (None, 1001, []),
        (1001, 999, [(200, 1000)]),
    ],
)
def test_net_only_inside_both_limits(
    bid_limit: float | None, ask_limit: float | None, expected: list[tuple[int, float]]
) -> None:
    desk = Desk(idle)
    desk.tell(buy("A", 500, bid_limit), sell("B", 200, ask_limit))
    assert crosses(desk) == expected


def test_net_only_members_whose_limit_admits_the_midpoint() -> None:
    desk = Desk(idle)
    desk.tell(buy("A", 300, 999), buy("B", 100, 1001), sell("C", 200))
    assert desk.lots == {"A": 0, "B": 100, "C": 100}


def test_net_shares_pro_rata_by_member() -> None:
    desk = Desk(idle)
    desk.tell(buy("A", 300), buy("B", 100), sell("C", 200))
    assert desk.lots == {"A": 150, "B": 50, "C": 200}


def test_net_scope_due_crosses_only_what_is_wanted_now() -> None:
    def some(view: ParentView) -> Decision:
        return (
            Decision((Slice(min(50, view.leaves_qty), view.limit),))
            if view.cum_qty + view.crossed_qty == 0
            else Decision()
        )

    desk = Desk(some, settings=Settings(netting=Netting(scope=NettingScope.DUE)))
    desk.tell(buy("A", 500), sell("B", 200))
    assert crosses(desk) == [(50, 1000)]


def test_net_leaves_a_member_alone_whose_cancel_is_pending() -> None:
    desk = Desk()
    desk.tell(buy("A", 500, 1000))
    assert desk.tell(cancel("A")) == [
        cancels("P1.1"),
        pending("O1"),
    ]
    assert desk.tell(sell("B", 200, 1001, no_cross=False)) == [
        taken("O2"),
        sends("P2.1", "SELL", 200, 1001),
    ]
    assert crosses(desk) == []


def test_net_leaves_pools_alone() -> None:
    """No parent crosses before it starts."""
    desk = Desk(idle, settings=Settings(aggregation=Aggregation(window=SECOND)))
    desk.tell(buy("A", 500), sell("B", 200, effective_time=START + 10 * SECOND))
    desk.wait(9)
    assert crosses(desk) == []
    desk.tell(quote(999, 1001))
    desk.wait(1)
    assert crosses(desk) == [(200, 1000)]


def test_net_what_is_live_cannot_cross() -> None:
    """The buyer's 500 rest at 1000 where a seller at 1001 cannot meet them: both rest."""
    desk = Desk()
    desk.tell(buy("A", 500, 1000))
    desk.tell(ack("P1.1"))
    assert desk.tell(sell("B", 200, 1001)) == [
        taken("O2"),
        sends("P2.1", "SELL", 200, 1001),
    ]


def test_net_self_match_cancels_the_resting_child_and_crosses_after_confirmation() -> None:
    desk = Desk()
    desk.tell(buy("A", 500, 1000))
    desk.tell(ack("P1.1"))
    said = desk.tell(sell("B", 200, 1000))
    assert said == [
        taken("O2"),
        cancels("P1.1"),
    ]
    assert desk.tell(canceled("P1.1")) == [
        trades("O1", 200, 1000, 200, 300),
        trades("O2", 200, 1000, 200, 0),
        sends("P1.2", "BUY", 300, 1000),
    ]


def test_net_self_match_without_consent_sends_nothing() -> None:
    desk = Desk()
    desk.tell(buy("A", 500, 1000, no_cross=True))
    desk.tell(ack("P1.1"))
    assert desk.tell(sell("B", 200, 1000)) == [
        taken("O2"),
    ]


def test_net_a_cross_starts_a_new_epoch() -> None:
    """Weights before the cross 300 to 100; B takes no part in it, so they are 100 to 100 after."""
    desk = Desk(lambda view: Decision((Slice(min(view.leaves_qty, 100), 1002 * CENT),)))
    desk.tell(buy("A", 300), buy("B", 100, no_cross=True))
    desk.tell(fill("P1.1", 40, 1001))
    assert desk.shares == {"A": 30, "B": 10}
    desk.tell(sell("C", 180, 1000))
    desk.tell(fill("P1.1", 60, 1001))
    assert [len(p.epochs) for p in desk.engine.blotter.parents] == [2, 0]
    assert desk.lots["C"] == 180
    assert desk.shares == {"A": 60, "B": 40, "C": 0}
