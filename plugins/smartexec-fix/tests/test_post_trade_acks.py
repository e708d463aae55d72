"""What becomes of what was sent: acknowledgements, refusals, silence; and of what a session would forget."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from post_trade_day import Desk, ended, execution, rows, session, share

from smartexec_fix.session.settings import SECOND

ALLOC = "20260105-P1"
P = ((60, "20260105-15:00:00"), (75, "20260105"))


def trade(desk: Desk, parent: str = "P1") -> None:
    """A parent with one share that has ended."""
    one = share(f"A-{parent}", "O1", "ACME", "5", "10", "50.00", parent_id=parent)
    desk.told(
        rows("executions", execution(f"E-{parent}", "5", "10", parent=parent)), rows("allocations", one), ended(parent)
    )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, session("bank", "allocations", ack_timeout=20 * SECOND))
    trade(made)
    yield made
    made.close()


def status(desk: Desk, name: str = "bank") -> str:
    return desk.sink.status()[name]


@pytest.mark.parametrize(
    ("value", "state"), [("0", "1 accepted"), ("3", "1 received"), ("4", "1 received"), ("1", "1 rejected")]
)
def test_an_acknowledgement_is_kept_and_outlives_a_restart(desk: Desk, value: str, state: str) -> None:
    assert status(desk).endswith("1 to be acknowledged")
    desk.answer(b"P", (70, ALLOC), *P, (87, value))
    assert status(desk).endswith(f"1 to be acknowledged, {state}")
    desk.restart()
    assert status(desk).endswith(f"1 to be acknowledged, {state}")


def test_a_later_word_counts_but_a_receipt_takes_nothing_back(desk: Desk) -> None:
    for value in ("3", "0", "3"):
        desk.answer(b"P", (70, ALLOC), *P, (87, value))
    assert status(desk).endswith("1 accepted")


def test_a_refusal_is_told_with_code_and_text(desk: Desk) -> None:
    desk.answer(b"P", (70, ALLOC), *P, (87, "2"), (88, "0"), (58, "no such\taccount"))
    assert desk.faults == [
        f"FIX session bank: AllocID(70) {ALLOC}: rejected: "
        "AllocStatus(87) 2 account level reject, AllocRejCode(88) 0, no such account"
    ]


def test_an_acknowledgement_of_what_was_never_sent_is_told(desk: Desk) -> None:
    desk.answer(b"P", (70, "?"), *P, (87, "0"))
    assert desk.faults == ["FIX session bank: AllocID(70): found '?', expected one that was sent"]
    assert "accepted" not in status(desk)


def test_a_business_reject_is_a_refusal(desk: Desk) -> None:
    desk.answer(b"j", (372, "J"), (380, "3"), (379, ALLOC), (58, "what is this"))
    assert desk.faults == [
        f"FIX session bank: BusinessRejectRefID(379) {ALLOC}: rejected: BusinessRejectReason(380) 3, what is this"
    ]
    assert status(desk).endswith("1 rejected")


def test_silence_shows_once_its_time_is_over(desk: Desk) -> None:
    desk.wait(19 * SECOND)
    assert "unacknowledged" not in status(desk)
    desk.wait(6 * SECOND)
    assert status(desk).endswith(f"1 unacknowledged, the first {ALLOC} for 20 s")
    desk.answer(b"P", (70, ALLOC), *P, (87, "0"))
    assert "unacknowledged" not in status(desk)


def test_reports_and_captures_are_acknowledged_likewise(tmp_path: Path) -> None:
    desk = Desk(tmp_path, session("bank", "allocation-reports", "trade-captures"))
    trade(desk)
    desk.answer(b"AT", (755, ALLOC), (70, "x"), *P, (87, "0"))
    desk.answer(b"AR", (571, "20260105-A-P1"), (150, "F"), (55, "TEST"), (939, "1"), (751, "4"), (58, "type"))
    assert status(desk).endswith("2 to be acknowledged, 1 accepted, 1 rejected")
    assert desk.faults == [
        "FIX session bank: TradeReportID(571) 20260105-A-P1: rejected: "
        "TrdRptStatus(939) 1, TradeReportRejectReason(751) 4, type"
    ]
    desk.close()


def test_what_nobody_takes_is_refused(desk: Desk) -> None:
    desk.answer(b"H", (11, "C1"), (55, "TEST"), (54, "1"))
    (told,) = desk.peer().of("j")
    assert (told.text(372), told.text(380)) == ("H", "3")


# -- sessions that begin anew ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("killed", [False, True])
def test_what_a_session_would_forget_waits_beside_it(tmp_path: Path, killed: bool) -> None:
    desk = Desk(tmp_path, session("bank", "allocations", reset_on_logon=True), connect=False)
    for parent in ("P1", "P2", "P3"):
        trade(desk, parent)
    assert status(desk).startswith("down, next out 1, 3 waiting")
    if killed:
        desk.restart()
    desk.connect()
    assert desk.peer().got == ["J 20260105-P1", "J 20260105-P2", "J 20260105-P3"]
    trade(desk, "P4")
    desk.disconnect()
    trade(desk, "P5")
    desk.restart()
    desk.connect()
    assert desk.peer().got[3:] == ["J 20260105-P4", "J 20260105-P5"]
    desk.close()


def test_what_comes_after_closing_time_is_told_when_the_session_opens(tmp_path: Path) -> None:
    desk = Desk(tmp_path, session("bank", "allocations", start="14:00:00", end="14:45:00"))
    desk.wait(20 * 60 * SECOND)
    trade(desk)
    assert desk.peer().got == []
    desk.wait(24 * 3600 * SECOND - 20 * 60 * SECOND)
    desk.connect()
    assert desk.peer().got == ["J 20260105-P1"]
    desk.close()


def test_numbers_go_on_with_the_next_run_where_they_have_a_file_of_their_own(tmp_path: Path) -> None:
    one = session("bank", "allocations")
    desk = Desk(tmp_path / "monday", one, store=tmp_path / "numbers.sqlite")
    trade(desk)
    before = desk.peer().session.store.next_in
    desk.close()
    again = Desk(tmp_path / "tuesday", one, connect=False, store=tmp_path / "numbers.sqlite", prefix="T-")
    again.peers = [desk.peer()]
    desk.peer().closed(again.now)
    trade(again)
    again.connect()
    assert desk.peer().got == ["J 20260105-P1", "J T-20260105-P1"]
    assert desk.peer().session.store.next_in > before
    again.close()


def test_a_log_has_what_was_said(tmp_path: Path) -> None:
    desk = Desk(tmp_path, session("bank", "allocations"), logs=tmp_path / "logs")
    trade(desk)
    desk.close()
    text = (tmp_path / "logs" / "bank.log").read_text(encoding="utf-8")
    assert "-> 8=FIX.4.4" in text
    assert "|70=20260105-P1|" in text
