"""Law 8: given limits and kill switches, expect what is not sent, what is cancelled, and what still passes."""

from collections.abc import Mapping

import pytest

from smartexec.kernel.settings import Limits, Risk, Settings
from smartexec.model.enums import KillLevel, Phase, Wake
from smartexec.model.events import KillSwitch
from smartexec.model.view import Decision, ParentView, Slice
from tests.kernel.desk import (
    ATS,
    CENT,
    LIT,
    XYZ,
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
    idle,
    pending,
    phase,
    print_,
    quote,
    replace,
    sell,
    sends,
    taken,
)

SCOPES = {
    "firm": lambda limits: Risk(firm=limits),
    "strategy": lambda limits: Risk(strategies={"S": limits}),
    "venue": lambda limits: Risk(venues={LIT: limits}),
    "instrument": lambda limits: Risk(instruments={XYZ: limits}),
}
OTHERS = {
    "strategy": lambda limits: Risk(strategies={"T": limits}),
    "venue": lambda limits: Risk(venues={ATS: limits}),
    "instrument": lambda limits: Risk(instruments={"ABC": limits}),
}
BROKEN: Mapping[str, Limits] = {
    "max_order_qty": Limits(max_order_qty=99),
    "max_order_notional": Limits(max_order_notional=100 * 1000 * CENT - 1),
    "collar_bps": Limits(collar_bps=10),
    "max_participation_pct": Limits(max_participation_pct=10),
}
KEPT: Mapping[str, Limits] = {
    "max_order_qty": Limits(max_order_qty=100),
    "max_order_notional": Limits(max_order_notional=100 * 1002 * CENT),
    "collar_bps": Limits(collar_bps=20),
    "max_participation_pct": Limits(max_participation_pct=10, participation_floor_qty=100),
}
SENT = sends("P1.1", "BUY", 100, 1002)


def guarded(risk: Risk, **more: object) -> Desk:
    return Desk(settings=Settings(risk=risk), **more)  # type: ignore[arg-type]


def refusals(desk: Desk) -> list[str]:
    return [text.split(": ", 1)[1] for row in desk.engine.blotter.decisions for text in row.refused]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("guard", BROKEN)
def test_guard_refuses_at_every_scope(guard: str, scope: str) -> None:
    """An order of 100 at 1002, 20 basis points above the midpoint of 1000, worth 1,002.00, where nothing traded."""
    desk = guarded(SCOPES[scope](BROKEN[guard]))
    assert desk.tell(buy("A", 100, 1002)) == [
        taken("O1"),
        alerts("warning", "child order not sent"),
    ]
    assert refusals(desk) == [guard]


@pytest.mark.parametrize("guard", KEPT)
def test_guard_passes_what_is_just_within(guard: str) -> None:
    assert guarded(Risk(firm=KEPT[guard])).tell(buy("A", 100, 1002))[1:] == [SENT]


@pytest.mark.parametrize("scope", OTHERS)
@pytest.mark.parametrize("guard", BROKEN)
def test_guard_of_another_scope_does_not_matter(guard: str, scope: str) -> None:
    assert guarded(OTHERS[scope](BROKEN[guard])).tell(buy("A", 100, 1002))[1:] == [SENT]


@pytest.mark.parametrize("tight", ["firm", "venues"])
def test_tightest_limit_wins(tight: str) -> None:
    loose, strict = Limits(max_order_qty=1000), Limits(max_order_qty=50)
    firm = strict if tight == "firm" else loose
    desk = guarded(Risk(firm=firm, venues={LIT: loose if tight == "firm" else strict}))
    desk.tell(buy("A", 100, 1002))
    assert refusals(desk) == ["max_order_qty"]


@pytest.mark.parametrize("halted", [Phase.HALTED, Phase.CLOSED, Phase.AUCTION])
def test_nothing_is_sent_where_there_is_no_trading(halted: Phase) -> None:
    desk = Desk()
    desk.tell(phase(halted, LIT))
    assert desk.tell(buy("A", 100, 1002)) == [
        taken("O1"),
        alerts("warning", "child order not sent"),
    ]


def test_collar_of_a_sell_is_below_the_midpoint() -> None:
    risk = Risk(firm=Limits(collar_bps=10))
    assert guarded(risk).tell(sell("A", 100, 999))[1:] == [sends("P1.1", "SELL", 100, 999)]
    assert guarded(risk).tell(sell("A", 100, 998))[1:] == [alerts("warning", "child order not sent")]


def test_collar_without_a_midpoint_goes_by_the_last_trade() -> None:
    desk = guarded(Risk(firm=Limits(collar_bps=10)))
    desk.tell(quote(None, 1001), print_(10, 1002))
    assert desk.tell(buy("A", 100, 1003))[1:] == [sends("P1.1", "BUY", 100, 1003)]


def test_collar_without_any_price_refuses() -> None:
    desk = guarded(Risk(firm=Limits(collar_bps=10)), market=False)
    desk.tell(phase())
    assert desk.tell(buy("A", 100, 1003))[1:] == [alerts("warning", "child order not sent")]


def test_participation_counts_what_is_open_and_done() -> None:
    """10% of 2,000 traded is 200: the second 100 are the last."""
    steps = iter((100, 200, 201))
    desk = Desk(
        lambda v: Decision((Slice(next(steps), v.limit),) if v.market.volume else ()),
        settings=Settings(risk=Risk(firm=Limits(max_participation_pct=10))),
        wakes=frozenset({Wake.TRADE}),
    )
    desk.tell(buy("A", 1000, 1002))
    assert desk.tell(print_(2000, 1000)) == [sends("P1.1", "BUY", 100, 1002)]
    assert desk.tell(print_(1, 1000)) == [sends("P1.2", "BUY", 100, 1002)]
    assert desk.tell(print_(1, 1000)) == [alerts("warning", "child order not sent")]


# -- the throttle ----------------------------------------------------------------------------------------------------


def ones(view: ParentView) -> Decision:
    """Four orders of 100."""
    return Decision(tuple(Slice(100, view.limit, slot=name) for name in "abcd"))


def test_throttle_holds_what_is_too_much_and_sends_it_later() -> None:
    desk = Desk(ones, settings=Settings(risk=Risk(firm=Limits(max_msgs_per_s=2))))
    said = desk.tell(buy("A", 400, 1000))
    assert [s for s in said if s[0] == "send"] == [
        sends("P1.1", "BUY", 100, 1000),
        sends("P1.2", "BUY", 100, 1000),
    ]
    assert [s for s in desk.wait(1) if s[0] == "send"] == [
        sends("P1.3", "BUY", 100, 1000),
        sends("P1.4", "BUY", 100, 1000),
    ]


def test_throttle_lets_cancels_pass() -> None:
    desk = Desk(ones, settings=Settings(risk=Risk(firm=Limits(max_msgs_per_s=2))))
    desk.tell(buy("A", 400, 1000))
    assert desk.tell(cancel("A")) == [
        cancels("P1.2"),
        cancels("P1.1"),
        pending("O1"),
    ]


def test_throttle_of_one_venue_takes_nothing_from_the_firm() -> None:
    """The venue's bucket is empty after one message: what it refuses must not empty the firm's."""
    desk = guarded(Risk(firm=Limits(max_msgs_per_s=3), venues={LIT: Limits(max_msgs_per_s=1)}))
    for who in ("A", "B", "C", "D"):
        desk.tell(buy(who, 100, 1000, params=(("who", who),)))
    firm = desk.engine.guards._buckets["firm"]
    assert firm.tokens == 2 * 10**9


# -- kill switches ---------------------------------------------------------------------------------------------------

KILLS = [
    (KillLevel.FIRM, ""),
    (KillLevel.STRATEGY, "S"),
    (KillLevel.VENUE, LIT),
    (KillLevel.INSTRUMENT, XYZ),
]


def kill(level: KillLevel, name: str, *, on: bool = True, cancel: bool = True) -> KillSwitch:
    return KillSwitch(level, name, on=on, cancel=cancel)


@pytest.mark.parametrize(("level", "name"), KILLS)
def test_kill_cancels_what_is_live_and_stops_what_is_new(level: KillLevel, name: str) -> None:
    desk = Desk()
    desk.tell(buy("A", 100, 1000))
    assert desk.tell(kill(level, name)) == [
        alerts("error", "kill switch on by unnamed"),
        cancels("P1.1"),
    ]
    said: list[Said] = [*desk.tell(canceled("P1.1")), *desk.tell(buy("B", 100, 1000)), *desk.wait(5)]
    assert [s for s in said if s[0] == "send"] == []


@pytest.mark.parametrize(
    ("level", "name"),
    [(KillLevel.STRATEGY, "T"), (KillLevel.VENUE, ATS), (KillLevel.INSTRUMENT, "ABC")],
)
def test_kill_of_another_leaves_it_alone(level: KillLevel, name: str) -> None:
    desk = Desk()
    desk.tell(buy("A", 100, 1000))
    assert desk.tell(kill(level, name)) == [alerts("error", "kill switch on by unnamed")]
    assert desk.tell(buy("B", 100, 1000))[1:] == [sends("P1.2", "BUY", 100, 1000)]


def test_kill_of_a_client_withdraws_its_orders_only() -> None:
    desk = Desk()
    desk.tell(buy("A", 100, 1000), buy("B", 300, 1000))
    assert desk.tell(kill(KillLevel.CLIENT, "A")) == [
        alerts("error", "kill switch on by unnamed"),
        cancels("P1.1"),
        pending("O1"),
    ]
    assert desk.tell(canceled("P1.1")) == [
        ends("O1", "CANCELED"),
        sends("P1.2", "BUY", 300, 1000),
    ]


def test_kill_of_a_client_refuses_its_new_orders() -> None:
    desk = Desk()
    desk.tell(kill(KillLevel.CLIENT, "A"))
    assert desk.tell(buy("A", 100, 1000)) == [ends("O1", "REJECTED")]
    assert desk.tell(buy("B", 100, 1000))[1:] == [sends("P1.1", "BUY", 100, 1000)]


def test_kill_is_latched_until_switched_off() -> None:
    desk = Desk()
    desk.tell(kill(KillLevel.FIRM, ""))
    desk.tell(buy("A", 100, 1000))
    assert [s for s in desk.wait(60) if s[0] == "send"] == []
    desk.tell(kill(KillLevel.FIRM, "", on=False))
    assert desk.wait(1) == [sends("P1.1", "BUY", 100, 1000)]


def test_kill_of_the_firm_needs_no_name() -> None:
    """A name at firm level is no reason to let anything through."""
    desk = Desk()
    desk.tell(kill(KillLevel.FIRM, "desk 3"))
    assert [s for s in desk.tell(buy("A", 100, 1000)) if s[0] == "send"] == []


def test_kill_without_cancel_stops_only_what_is_new() -> None:
    desk = Desk()
    desk.tell(buy("A", 100, 1000))
    assert desk.tell(kill(KillLevel.FIRM, "", cancel=False)) == [alerts("error", "kill switch on by unnamed")]


def test_kill_lets_the_client_cancel() -> None:
    desk = Desk()
    desk.tell(buy("A", 100, 1000))
    desk.tell(ack("P1.1"), kill(KillLevel.FIRM, "", cancel=False))
    assert desk.tell(cancel("A")) == [cancels("P1.1"), pending("O1")]


# -- limits of clients -----------------------------------------------------------------------------------------------


def test_client_limits_are_checked_on_arrival() -> None:
    desk = Desk(idle, settings=Settings(risk=Risk(clients={"A": Limits(max_order_qty=100)})))
    assert desk.tell(buy("A", 101)) == [ends("O1", "REJECTED")]
    assert desk.tell(buy("B", 101)) == [taken("O2")]


def test_client_limits_are_checked_when_an_order_is_made_larger() -> None:
    desk = Desk(idle, settings=Settings(risk=Risk(clients={"A": Limits(max_order_qty=100)})))
    desk.tell(buy("A", 100))
    assert desk.tell(replace("A", 101)) == [
        ("refuse", "O1", "OTHER"),
        alerts("warning", "ReplaceRequest refused"),
    ]


def test_client_notional_needs_a_price() -> None:
    limit = Limits(max_order_notional=100 * 1000 * CENT)
    desk = Desk(all_at_once, settings=Settings(risk=Risk(clients={"A": limit})))
    assert desk.tell(buy("A", 101, 1000)) == [ends("O1", "REJECTED")]
