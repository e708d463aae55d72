"""Orders at a venue, message by message: what leaves, what the answers mean, and what becomes of odd ones."""

from typing import Any

import pytest
from venue_desk import adapter, cancel, desk, got, order, query, replace, report, says
from venue_peer import CHANNEL

from smartexec.api import (
    ExecType,
    ExecutionReport,
    Liquidity,
    Opened,
    OrderCancelReject,
    OrdStatus,
    Send,
    VenueStatus,
)
from smartexec_fix.venues.dialect import Dialect
from smartexec_fix.wire.built_in import of
from smartexec_fix.wire.message import parse

REJECTED = (ExecType.REJECTED, OrdStatus.REJECTED)
UNKNOWN = (ExecType.ORDER_STATUS, OrdStatus.REJECTED)


def kinds(events: list[Any]) -> list[Any]:
    return [(one.exec_type, one.ord_status) if isinstance(one, ExecutionReport) else type(one) for one in events]


# -- what leaves -------------------------------------------------------------------------------------------------------


def test_requests_name_the_last_accepted_order_and_the_venues_own_id() -> None:
    bench = desk()
    bench.exchange(order())
    bench.exchange(replace("P1.1-1", "P1.1", 80))
    bench.exchange(replace("P1.1-2", "P1.1-1", 60))
    bench.exchange(cancel("P1.1-3", "P1.1-2"))
    changed, gone = got(bench, "G")[-1], got(bench, "F")[0]
    assert [changed.text(tag) for tag in (11, 41, 37, 38, 40, 44, 59)] == [
        "P1.1-2", "P1.1-1", "O-P1.1", "60", "2", "100", "0",
    ]  # fmt: skip
    assert [gone.text(tag) for tag in (11, 41, 37, 38)] == ["P1.1-3", "P1.1-2", "O-P1.1", "60"]
    chain = [(one.cl_ord_id, one.orig_cl_ord_id, one.exec_type) for one in bench.of(ExecutionReport)]
    assert chain == [
        ("P1.1", "", ExecType.NEW),
        ("P1.1-1", "P1.1", ExecType.REPLACED),
        ("P1.1-2", "P1.1-1", ExecType.REPLACED),
        ("P1.1-3", "P1.1-2", ExecType.CANCELED),
    ]


def test_what_4_2_requires_is_there() -> None:
    bench = desk("FIX.4.2")
    bench.exchange(order())
    assert got(bench, "D")[0].text(21) == "1"


def test_while_the_venue_is_away_everything_is_refused_at_once() -> None:
    bench = desk(connect=False)
    for one in (order(), cancel(), replace(), query()):
        bench.command(one)
    assert kinds(bench.said) == [VenueStatus, REJECTED, OrderCancelReject, OrderCancelReject]
    assert all("never left" in one.text for one in bench.said[1:])
    bench.connect()
    assert bench.peer.got == []  # type: ignore[attr-defined]


def test_between_logon_and_its_answer_nothing_waits() -> None:
    one = adapter()
    said = [*one.handle(Opened(CHANNEL), 0), *one.handle(order(), 0)]
    assert [parse(out.data).msg_type for out in said if isinstance(out, Send)] == [b"A"]
    assert kinds([out for out in said if isinstance(out, ExecutionReport)]) == [REJECTED]


def test_an_order_that_was_lost_with_the_connection_is_never_sent_again() -> None:
    bench = desk()
    bench.exchange(order("P0.1"))
    for one in bench.adapter.handle(order("P1.1"), bench.now):
        assert isinstance(one, Send)  # it is lost on its way
    for one in bench.adapter.handle(cancel("P0.1-1", "P0.1"), bench.now):
        assert isinstance(one, Send)
    bench.disconnect()
    bench.connect()  # the venue misses both, and asks
    assert [one.text(11) for one in got(bench, "D")] == ["P0.1"]
    assert [one.text(11) for one in got(bench, "F")] == ["P0.1-1"]
    bench.exchange(order("P2.1"))
    assert [one.text(11) for one in got(bench, "D")] == ["P0.1", "P2.1"]
    bench.exchange(query("P1.1"))
    assert kinds(bench.said[-1:]) == [UNKNOWN]


def test_within_a_connection_orders_are_sent_again_as_the_protocol_wants() -> None:
    bench = desk()
    list(bench.adapter.handle(order("P0.1"), bench.now))  # lost in the middle of a connection
    bench.exchange(order("P1.1"))  # beyond the gap: a gap fill would swallow it
    assert [one.text(11) for one in got(bench, "D")] == ["P0.1", "P1.1"]
    assert [(one.cl_ord_id, one.exec_type) for one in bench.of(ExecutionReport)] == [
        ("P0.1", ExecType.NEW),
        ("P1.1", ExecType.NEW),
    ]


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["3", "j"])
def test_a_message_that_the_venue_refuses_is_a_refusal_of_its_order(kind: str) -> None:
    bench = desk()
    bench.command(order())
    bench.inbound.clear()
    bench.command(order("P2.1"))
    bench.inbound.clear()
    seq = got(bench, "D")[0].text(34)
    more = [(372, "D"), (380, "0")] if kind == "j" else [(372, "D"), (373, "5"), (371, "40")]
    (told,) = says(bench, kind, (45, seq), (58, "no such type"), *more)
    assert (told.cl_ord_id, *kinds([told])) == ("P1.1", REJECTED)
    assert "no such type" in told.text


def test_a_request_that_the_venue_refuses_is_a_cancel_reject() -> None:
    bench = desk()
    bench.exchange(order())
    bench.command(cancel())
    bench.inbound.clear()
    (told,) = says(bench, "j", (372, "F"), (379, "P1.1-1"), (380, "4"), (58, "not now"))
    assert (told.cl_ord_id, told.orig_cl_ord_id) == ("P1.1-1", "P1.1")
    assert "not now" in told.text


def test_a_refused_message_of_an_order_that_is_live_changes_nothing() -> None:
    faults: list[str] = []
    bench = desk(faults=faults)
    bench.exchange(order())
    assert says(bench, "j", (372, "D"), (379, "P1.1"), (380, "0"), (58, "late")) == []
    assert says(bench, "3", (45, "999"), (58, "what?")) == []
    assert ["late" in faults[0], "what?" in faults[1]] == [True, True]


def test_an_unknown_order_in_an_answer_to_a_query_is_no_rejection() -> None:
    bench = desk()
    bench.exchange(order())
    for more in ({"f103": "5"}, {"f790": "Q1"}):
        (told,) = says(bench, "8", *report(f150="8", f39="8", f14="0", f151="0", f32="", f31="", **more))
        assert kinds([told]) == [UNKNOWN]
    bench.command(query())
    bench.inbound.clear()
    (told,) = says(bench, "j", (372, "H"), (379, "P1.1"), (380, "1"))
    assert kinds([told]) == [UNKNOWN]


# -- executions --------------------------------------------------------------------------------------------------------


def test_an_execution_on_an_unknown_order_is_told_and_questioned() -> None:
    bench = desk()
    (told,) = says(bench, "8", *report(f11="OLD-7"))
    assert (told.cl_ord_id, told.exec_type, told.last_qty) == ("OLD-7", ExecType.TRADE, 30)
    (asked,) = got(bench, "Q")
    assert [asked.text(tag) for tag in (37, 17, 127, 55, 54, 32, 31)] == ["O1", "E1", "D", "TEST", "1", "30", "100"]
    quiet = desk(dialect=Dialect(dont_know=False))
    assert len(says(quiet, "8", *report(f11="OLD-7"))) == 1
    assert got(quiet, "Q") == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"f31": "ten"}, "cannot be read"),
        ({"f32": "0"}, "expected both to be positive"),
        ({"f32": "0.5"}, "expected at most 0 decimals"),
        ({"f39": "Z"}, "OrdStatus(39): found 'Z'"),
        ({"f150": "?"}, "ExecType(150): found '?'"),
        ({"f17": ""}, "ExecID(17): found nothing"),
        ({"f150": "H"}, "ExecRefID(19): found nothing"),
    ],
)
def test_a_report_that_cannot_be_read_is_said_refused_and_asked_about(change: dict[str, str], found: str) -> None:
    faults: list[str] = []
    bench = desk(faults=faults)
    bench.exchange(order())
    told = says(bench, "8", *report(**change))
    assert told == []
    assert any(found in one for one in faults) or found == "cannot be read"
    assert any("cannot be read" in one for one in faults)
    assert got(bench, "j")
    assert [one.text(11) for one in got(bench, "H")] == ["P1.1"]


def test_a_report_that_the_dictionary_refuses_is_read_all_the_same() -> None:
    bench = desk()
    bench.adapter._link.session.dictionary = of("FIX.4.4")  # type: ignore[attr-defined]
    bench.exchange(order())
    (told,) = says(bench, "8", *report(f151=""))  # LeavesQty(151) is required
    assert (told.exec_type, told.exec_id, told.last_qty) == (ExecType.TRADE, "E1", 30)


def test_groups_that_nobody_knows_are_no_fault_without_a_dictionary_of_the_venue() -> None:
    bench = desk()
    bench.exchange(order())
    before = len(bench.put)
    (told,) = says(bench, "8", *report(), (1116, "2"), (1117, "A"), (1117, "B"))
    assert (told.exec_id, bench.put[before:]) == ("E1", [])


def test_prices_keep_every_digit_and_averages_are_rounded() -> None:
    bench = desk()
    bench.exchange(order())
    (told,) = says(bench, "8", *report(f31="100.123456789", f6="100.33333333333333", f44="99.5"))
    assert (told.last_px, told.avg_px, told.price) == (100_123_456_789, 100_333_333_333, 99_500_000_000)
    (told,) = says(bench, "8", *report(f17="E2", f31="100.12345678951"))
    assert told.last_px == 100_123_456_790


def test_quantities_are_in_the_instruments_decimals() -> None:
    bench = desk()
    (sent,) = bench.adapter.handle(order("P1.1", symbol="COIN", order_qty=150_000_000), bench.now)
    assert isinstance(sent, Send)
    assert parse(sent.data).text(38) == "1.5"
    (told,) = says(bench, "8", *report(f55="COIN", f38="1.5", f32="0.00000001", f14="0.00000001"))
    assert (told.order_qty, told.last_qty, told.cum_qty) == (150_000_000, 1, 1)


@pytest.mark.parametrize(
    ("fields", "date"),
    [
        ({"f75": "20260102"}, "20260102"),
        ({"f60": "20260104-23:59:59.999"}, "20260104"),
        ({"f60": ""}, "20260105"),
    ],
)
def test_the_trade_date_does_not_depend_on_when_it_is_heard(fields: dict[str, str], date: str) -> None:
    bench = desk()
    (told,) = says(bench, "8", *report(**fields))
    assert told.trade_date == date


def test_a_bust_of_an_earlier_day_has_no_date_of_its_own() -> None:
    bench = desk()
    (told,) = says(bench, "8", *report(f150="H", f17="B1", f19="E1", f32="", f31=""))
    assert (told.exec_type, told.exec_ref_id, told.trade_date) == (ExecType.TRADE_CANCEL, "E1", "")


def test_exec_trans_type_says_in_4_2_what_exec_type_says_later() -> None:
    bench = desk("FIX.4.2")
    bench.exchange(order())
    for trans, kind in (("0", ExecType.TRADE), ("1", ExecType.TRADE_CANCEL), ("2", ExecType.TRADE_CORRECT)):
        ref = "" if trans == "0" else "E0"
        (told,) = says(bench, "8", *report(f20=trans, f150="1", f17=f"E{trans}", f19=ref))
        assert (told.exec_type, told.exec_ref_id) == (kind, ref)
    (told,) = says(bench, "8", *report(f20="3", f150="1", f17="0", f32="0", f31="0"))
    assert (told.exec_type, told.ord_status, told.cum_qty) == (ExecType.ORDER_STATUS, OrdStatus.PARTIALLY_FILLED, 30)


@pytest.mark.parametrize(
    ("kind", "status", "cum", "told"),
    [
        ("L", "0", "0", (ExecType.ORDER_STATUS, OrdStatus.NEW)),
        ("7", "7", "30", (ExecType.ORDER_STATUS, OrdStatus.PARTIALLY_FILLED)),
        ("B", "B", "100", (ExecType.ORDER_STATUS, OrdStatus.DONE_FOR_DAY)),
        ("5", "5", "0", (ExecType.REPLACED, OrdStatus.NEW)),
        ("5", "5", "100", (ExecType.REPLACED, OrdStatus.FILLED)),
        ("8", "0", "0", (ExecType.ORDER_STATUS, OrdStatus.NEW)),
    ],
)
def test_rare_types_and_statuses_are_what_they_mean(kind: str, status: str, cum: str, told: Any) -> None:
    bench = desk()
    bench.exchange(order())
    events = says(bench, "8", *report(f150=kind, f39=status, f14=cum, f32="", f31=""))
    assert kinds(events) == [told]


def test_a_report_without_cl_ord_id_is_found_by_order_id() -> None:
    bench = desk()
    bench.exchange(order())
    (told,) = says(bench, "8", *report(f11="", f37="O-P1.1"))
    assert (told.cl_ord_id, got(bench, "Q")) == ("P1.1", [])


def test_liquidity_and_fees_are_where_the_dialect_says() -> None:
    own = Dialect(liquidity_tag=9730, liquidity={"A": "added", "R": "removed"}, fee_tag=137, rebates_positive=True)
    bench = desk(dialect=own)
    bench.exchange(order())
    fees = [(136, "2"), (137, "0.25"), (138, "USD"), (137, "-0.1"), (138, "USD")]
    (told,) = says(bench, "8", *report(f9730="A"), *fees)
    assert (told.liquidity, told.fee) == (Liquidity.ADDED, -150_000_000)
    (told,) = says(bench, "8", *report(f17="E2", f9730="?"))
    assert (told.liquidity, told.fee) == (Liquidity.NONE, 0)
