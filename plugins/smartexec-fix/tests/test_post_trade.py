"""What a post-trade sink says: drop copies, allocations, trade captures, as peers read them off the wire."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from post_trade_day import AT, Desk, ended, execution, rows, session, share

from smartexec.api import ClientReport, Close, ConfigError, Context, ExecType, Opened, OrdStatus
from smartexec_fix.post_trade.captures import Captures
from smartexec_fix.post_trade.sink import FixPostTrade
from smartexec_fix.post_trade.trade_book import TradeBook
from smartexec_fix.session.settings import SECOND
from smartexec_fix.wire.message import Message

EVERYTHING = ("drop-copy", "allocations", "allocation-reports", "trade-captures")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """One session that is sent everything."""
    made = Desk(tmp_path, session("bank", *EVERYTHING))
    yield made
    made.close()


def shares_of(message: Message) -> dict[str, tuple[str, ...]]:
    """NoAllocs(78): IndividualAllocID(467) -> account, quantity, average price, money."""
    entries = message.group(78, 79)
    return {one[467].decode(): tuple(one[tag].decode() for tag in (79, 80, 153, 154)) for one in entries}


def texts(message: Message, *tags: int) -> tuple[str, ...]:
    return tuple(message.text(tag) for tag in tags)


# -- allocations -------------------------------------------------------------------------------------------------------


def test_a_parent_is_told_once_it_has_ended_and_again_when_it_changes(desk: Desk) -> None:
    desk.day()
    told = desk.peer().of("J")
    assert [texts(one, 70, 71, 72, 796) for one in told] == [
        ("20260105-P2", "0", "", ""),
        ("20260105-P1", "0", "", ""),
        ("20260105-P1-A10", "1", "20260105-P1", "2"),
        ("20260105-P1-A14", "1", "20260105-P1-A10", "2"),
    ]
    assert [texts(one, 755, 71, 795, 794, 87) for one in desk.peer().of("AS")] == [
        ("20260105-P2", "0", "", "4", "0"),
        ("20260105-P1", "0", "", "4", "0"),
        ("20260105-P1-A10", "1", "20260105-P1", "4", "0"),
        ("20260105-P1-A14", "1", "20260105-P1-A10", "4", "0"),
    ]


def test_an_allocation_says_orders_executions_and_shares(desk: Desk) -> None:
    desk.day()
    last = desk.peer().of("J")[-1]
    assert texts(last, 54, 55, 53, 75, 626, 857, 381) == ("1", "TEST", "115", "20260105", "1", "1", "11524.5")
    assert shares_of(last) == {
        "P1-O1": ("ACME", "69", "100.213043479", "6914.7"),
        "P1-O2": ("BIRCH", "46", "100.213043479", "4609.8"),
    }
    assert [(one[11], one[37], one[38]) for one in last.group(73, 11)] == [
        (b"C1", b"O1", b"300"), (b"C2", b"O2", b"200"),
    ]  # fmt: skip
    dealt = list(last.group(124, 32))
    assert sum(int(one[32]) for one in dealt) == 115
    assert b"E1" not in [one[17] for one in dealt], "found the execution that was busted"
    exact = sum(Decimal(one[32].decode()) * Decimal(one[31].decode()) for one in dealt) / 115
    assert last.text(6) == str(round(exact, 9))


@pytest.mark.parametrize("tag", [70, 755])
def test_shares_add_up_in_every_version_of_every_parent(desk: Desk, tag: int) -> None:
    desk.day()
    told = [one for one in desk.peer().messages if one.get(tag)]
    assert len(told) == 4
    for one in told:
        parts = list(one.group(78, 79))
        assert sum(int(part[80]) for part in parts) == int(one.text(53))
        assert sum(Decimal(part[154].decode()) for part in parts) == Decimal(one.text(381))


def test_the_average_is_that_of_the_executions_not_of_rounded_shares(desk: Desk) -> None:
    deals = [("E1", "1", "10.000000001"), ("E2", "1", "10.000000002"), ("E3", "1", "10.000000002")]
    desk.told(rows("executions", *(execution(*one) for one in deals)))
    parts = [share("A1", "O1", "ACME", "2", "10.000000001", "20.00"), share("A2", "O2", "BIRCH", "1", "10", "10.00")]
    desk.told(rows("allocations", *parts), ended())
    exact = sum((Fraction(qty) * Fraction(px) for _, qty, px in deals), Fraction(0)) / 3
    (told,) = desk.peer().of("J")
    assert Fraction(told.text(6)) == round(exact * 10**9) / Fraction(10**9) == Fraction("10.000000002")


def test_rows_of_money_are_no_shares_and_what_nobody_may_have_is_the_houses(desk: Desk) -> None:
    desk.told(rows("executions", execution("E1", "3", "10.01")))
    desk.told(
        rows(
            "allocations",
            share("A1", "O1", "ACME", "2", "10.01", "20.02"),
            share("A2", "", "house", "1", "10.01", "10.01"),
            share("A3", "", "rounding", "0", "0", "-0.01"),
        ),
        ended(),
    )
    (told,) = desk.peer().of("J")
    assert texts(told, 53, 381) == ("3", "30.02")
    assert {one[0] for one in shares_of(told).values()} == {"ACME", "house"}
    assert [one.text(571) for one in desk.peer().of("AE")] == ["20260105-A1"], "found the house's reported as a trade"


def test_a_parent_without_an_execution_is_not_told(desk: Desk) -> None:
    desk.told(ended())
    assert desk.peer().got == []


def test_what_is_busted_whole_is_cancelled_and_may_come_again(desk: Desk) -> None:
    first = share("A1", "O1", "ACME", "5", "10", "50.00", exec_id="E1")
    desk.told(rows("executions", execution("E1", "5", "10")), rows("allocations", first), ended())
    undone = share("A2", "O1", "ACME", "-5", "10", "-50.00", exec_id="E1", alloc_ref_id="A1")
    bust = execution("E2", "5", "10", exec_type="TRADE_CANCEL", exec_ref_id="E1")
    desk.told(rows("executions", bust), rows("allocations", undone))
    late = share("A3", "", "house", "4", "11", "44.00", exec_id="E3")
    desk.told(rows("executions", execution("E3", "4", "11")), rows("allocations", late))
    assert [texts(one, 70, 71, 72, 53, 6) for one in desk.peer().of("J")] == [
        ("20260105-P1", "0", "", "5", "10"),
        ("20260105-P1-A2", "2", "20260105-P1", "5", "10"),
        ("20260105-P1-A3", "0", "", "4", "11"),
    ]


def test_quantities_have_the_decimals_of_their_instrument(desk: Desk) -> None:
    desk.told(
        rows("executions", execution("E1", "0.00000003", "64000.5")),
        rows("allocations", share("A1", "O1", "ACME", "0.00000003", "64000.5", "0.00")),
        ended(symbol="BTC"),
    )
    (told,) = desk.peer().of("J")
    assert texts(told, 53, 6, 55) == ("0.00000003", "64000.5", "BTC")


def test_crosses_are_among_the_executions_of_both_sides(desk: Desk) -> None:
    cross = {
        "cross_id": "X1",
        "symbol": "TEST",
        "qty": "7",
        "px": "10.005",
        "buy_parent_id": "P1",
        "sell_parent_id": "P2",
    }
    desk.told(
        rows("crosses", cross),
        rows(
            "allocations",
            share("A1", "O1", "ACME", "7", "10.005", "70.04", cross_id="X1"),
            share("A2", "O2", "BIRCH", "7", "10.005", "70.04", cross_id="X1", parent_id="P2", side="SELL"),
        ),
        ended(),
        ended("P2", side="SELL"),
    )
    told = desk.peer().of("J")
    assert [texts(one, 70, 54, 53, 6) for one in told] == [
        ("20260105-P1", "1", "7", "10.005"), ("20260105-P2", "2", "7", "10.005"),
    ]  # fmt: skip
    assert [[one[17] for one in each.group(124, 32)] for each in told] == [[b"X1"], [b"X1"]]


# -- trade captures ----------------------------------------------------------------------------------------------------


def test_each_share_of_a_client_is_reported_and_taken_back(desk: Desk) -> None:
    desk.day()
    told = [texts(one, 571, 487, 572, 32, 31, 55, 570, 856) for one in desk.peer().of("AE")]
    assert told[2:4] == [
        ("20260105-A3", "0", "", "21", "100.115714286", "TEST", "N", "0"),
        ("20260105-A4", "0", "", "14", "100.115714286", "TEST", "N", "0"),
    ]
    assert told[6:9] == [
        ("20260105-A7", "1", "20260105-A3", "21", "100.115714286", "TEST", "N", "0"),
        ("20260105-A8", "1", "20260105-A4", "14", "100.115714286", "TEST", "N", "0"),
        ("20260105-A9", "0", "", "15", "100.11", "TEST", "N", "0"),
    ]
    (side,) = desk.peer().of("AE")[2].group(552, 54)
    assert (side[54], side[37], side[11], side[1]) == (b"1", b"O1", b"C1", b"ACME")


def test_each_execution_is_reported_and_corrected(tmp_path: Path) -> None:
    desk = Desk(tmp_path, session("clearer", "trade-captures", captures="executions"))
    desk.day()
    told = [texts(one, 571, 487, 572, 30, 32, 31) for one in desk.peer().of("AE")]
    assert ("20260105-XREF-E10", "0", "", "XREF", "25", "100.3") in told
    assert told[-2:] == [
        ("20260105-XREF-E1b", "1", "20260105-XREF-E1", "XREF", "10", "100.13"),
        ("20260105-XREF-E10c", "2", "20260105-XREF-E10", "XREF", "25", "100.31"),
    ]
    desk.close()


def test_a_cross_is_one_report_with_two_sides(tmp_path: Path) -> None:
    desk = Desk(tmp_path, session("clearer", "trade-captures", captures="executions"))
    cross = {"cross_id": "X1", "symbol": "TEST", "qty": "7", "px": "10", "buy_parent_id": "P1", "sell_parent_id": "P2"}
    desk.told(rows("crosses", cross))
    (told,) = desk.peer().of("AE")
    assert texts(told, 571, 32, 31, 552, 75) == ("20260105-X1", "7", "10", "2", AT[:10].replace("-", ""))
    assert [(one[54], one[37]) for one in told.group(552, 54)] == [(b"1", b"P1"), (b"2", b"P2")]
    desk.close()


def test_an_execution_that_nobody_knows_is_reported_at_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path, session("clearer", "trade-captures", captures="executions"))
    desk.told(rows("executions", execution("E9", "5", "10", parent="EXTERNAL")))
    assert [texts(one, 571, 55, 32) for one in desk.peer().of("AE")] == [("20260105-XREF-E9", "[N/A]", "5")]
    desk.close()


# -- drop copies -------------------------------------------------------------------------------------------------------


def test_drop_copies_say_what_clients_were_told(desk: Desk) -> None:
    desk.day()
    told = desk.peer().of("8")
    assert {one.text(797) for one in told} == {"Y"}
    assert [texts(one, 17, 37, 150, 39, 11) for one in told[:3]] == [
        ("20260105-O1-1", "O1", "0", "0", "C1"),
        ("20260105-O2-1", "O2", "0", "0", "C2"),
        ("20260105-O3-1", "O3", "0", "0", "C3"),
    ]
    by_id = {one.text(17): one for one in told}
    assert len(by_id) == len(told), "found an ExecID(17) twice"
    assert texts(by_id["20260105-A7"], 150, 19, 32, 31, 55, 54, 1) == (
        "H", "20260105-A3", "0", "0", "TEST", "1", "ACME",
    )  # fmt: skip
    assert texts(by_id["20260105-O3-1"], 40, 44, 38) == ("2", "99.12", "500")
    assert texts(by_id["20260105-O3-3"], 40, 44, 38) == ("", "", "600"), "found the price from before the replace"


def test_refusals_are_copied_with_what_they_answer(desk: Desk) -> None:
    desk.day()
    (told,) = desk.peer().of("9")
    assert texts(told, 37, 11, 41, 39, 434, 102) == ("NONE", "C6", "nobody's", "8", "1", "1")


def test_a_report_whose_order_is_unknown_is_copied_all_the_same(desk: Desk) -> None:
    desk.told(ClientReport("OMS", "O9", "C9", ExecType.NEW, OrdStatus.NEW, 10, 0, 10, 0))
    (told,) = desk.peer().of("8")
    assert texts(told, 17, 55, 54, 38, 40) == ("20260105-O9-1", "[N/A]", "7", "10", "")


@pytest.mark.parametrize(("version", "kinds"), [("FIX.4.2", "1"), ("FIX.4.3", "F"), ("FIX.5.0SP2", "F")])
def test_every_version_has_its_own_words(tmp_path: Path, version: str, kinds: str) -> None:
    desk = Desk(tmp_path, session("bank", version=version))
    desk.day()
    told = next(one for one in desk.peer().of("8") if one.text(17) == "20260105-A3")
    assert told.text(150) == kinds
    assert told.text(20) == ("0" if version == "FIX.4.2" else "")
    assert told.text(797) == ("Y" if version == "FIX.5.0SP2" else "")
    desk.close()


# -- who is told what --------------------------------------------------------------------------------------------------


def test_a_session_is_told_of_its_accounts_only(tmp_path: Path) -> None:
    desk = Desk(tmp_path, session("custodian", *EVERYTHING, accounts=frozenset({"BIRCH"})))
    desk.day()
    peer = desk.peer()
    assert {one.text(1) for one in peer.of("8")} == {"BIRCH"}
    assert {account for one in peer.of("J") for account, *_ in shares_of(one).values()} == {"BIRCH"}
    assert [texts(one, 53, 124) for one in peer.of("J")] == [("75", ""), ("50", ""), ("46", ""), ("46", "")]
    assert {next(one.group(552, 54))[1] for one in peer.of("AE")} == {b"BIRCH"}
    desk.close()


def test_a_session_of_another_source_is_told_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path, session("other", *EVERYTHING, sources=frozenset({"ELSEWHERE"})))
    desk.day()
    assert desk.peer().got == []
    desk.close()


def test_each_session_gets_what_it_wants_and_no_more(tmp_path: Path) -> None:
    desk = Desk(tmp_path, session("bank", "drop-copy"), session("clearer", "allocations", hosts=("127.0.0.1:1",)))
    desk.day()
    assert {one.msg_type for one in desk.peer(0).messages} == {b"8", b"9"}
    assert {one.msg_type for one in desk.peer(1).messages} == {b"J"}
    desk.close()


@pytest.mark.parametrize(
    ("sessions", "fault"),
    [
        ((session("bank", "allocations", version="FIX.4.2"),), "found 'allocations' with FIX.4.2, expected FIX.4.4"),
        ((session("bank"), session("bank")), "session bank: found it twice"),
        ((session("bank"),), "listen: found nothing"),
        (
            (session("bank", "trade-captures", captures="executions", accounts=frozenset("A")),),
            "captures: found executions with accounts",
        ),
    ],
)
def test_what_cannot_be_is_refused_at_the_start(sessions: tuple[object, ...], fault: str) -> None:
    with pytest.raises(ConfigError, match=fault):
        FixPostTrade(sessions=sessions).start(Context())  # type: ignore[arg-type]


@pytest.mark.parametrize(("version", "tags"), [("FIX.4.4", [54, 37, 11, 1]), ("FIX.5.0SP2", [54, 1, 37, 11])])
def test_sides_have_the_order_of_their_version(version: str, tags: list[int]) -> None:
    book = TradeBook()
    book.order("O1").cl_ord_id = "C1"
    book.take(rows("allocations", share("A1", "O1", "ACME", "5", "10", "50.00")))
    (out,) = Captures(book).tell(session("bank", "trade-captures", version=version), book.take(ended()), "")
    place = [tag for tag, _ in out.fields].index(552)
    assert [tag for tag, _ in out.fields[place + 1 :]] == tags


def test_goodbye_is_said_to_all_and_nobody_is_called_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path, session("bank"), session("clearer", hosts=("127.0.0.1:1",)))
    desk.leave()
    desk.wait(5 * SECOND)
    assert desk.open == []
    (again,) = desk.sink.handle(Opened("clearer"), desk.now)
    assert again == Close("clearer", "the day is over", desk.now + 86_400 * SECOND)
    desk.close()
