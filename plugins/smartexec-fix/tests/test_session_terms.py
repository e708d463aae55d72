"""The terms of a logon, and numbers that are none: what is refused, and in which words."""

import fix_messages as fix
import pytest

from smartexec_fix.session import gap
from smartexec_fix.session.outputs import App, HangUp, Output, Up, Wire
from smartexec_fix.session.session import Session
from smartexec_fix.wire.message import Message, encode, parse


def texts(outputs: list[Output]) -> list[str]:
    """MsgType(35) and Text(58) of what is sent; what else there is, by its name."""
    return [
        f"{read.msg_type.decode()} {read.text(58)}".strip()
        if isinstance(one, Wire) and (read := parse(one.data))
        else type(one).__name__
        for one in outputs
    ]


def opened(**more: object) -> Session:
    session = fix.session(**more)  # type: ignore[arg-type]
    session.opened(fix.at(0))
    return session


def terms(heartbeat: str = "30", *body: tuple[int, str], seq: int = 1) -> bytes:
    return fix.message("A", seq, (98, "0"), (108, heartbeat), *body)


@pytest.mark.parametrize("heartbeat", ["-1", "86401", "9" * 18])
def test_heartbeats_that_nobody_can_keep_are_refused(heartbeat: str) -> None:
    session = opened()
    said = texts(session.received(terms(heartbeat), fix.at(0)))
    assert said == [f"5 found HeartBtInt(108) {heartbeat}, expected 0 to 86400", "HangUp"]
    assert not session.logged_on
    assert session.store.next_in == 1


@pytest.mark.parametrize("heartbeat", ["0", "86400"])
def test_heartbeats_at_the_limits_are_taken(heartbeat: str) -> None:
    assert texts(opened().received(terms(heartbeat), fix.at(0))) == ["A", "Up"]


def test_peer_that_expects_more_than_was_sent_is_told_so() -> None:
    session = opened(next_expected=True)
    said = texts(session.received(terms("30", (789, "77")), fix.at(0)))
    assert said == [
        "5 found NextExpectedMsgSeqNum(789) 77, expected 1 at the most: was state lost?",
        "HangUp",
    ]


def test_gap_before_a_logon_is_named_by_789_and_not_asked_for_once_more() -> None:
    session = opened(next_expected=True)
    session.store.next_in = 3
    answer, up = session.received(terms("30", (789, "1"), seq=5), fix.at(0))
    assert isinstance(answer, Wire)
    assert parse(answer.data).text(789) == "3"
    assert isinstance(up, Up)


def test_789_without_a_gap_is_the_number_behind_the_logon() -> None:
    (answer, *_) = opened(next_expected=True).received(terms("30", (789, "1")), fix.at(0))
    assert isinstance(answer, Wire)
    assert parse(answer.data).text(789) == "2"


@pytest.mark.parametrize("seq", [b"abc", b"1.5", b"-1", b"", b"9" * 30, b"9" * 5_000, None])
@pytest.mark.parametrize("begin", ["FIX.4.4", "FIX.4.2"])
@pytest.mark.parametrize("kind", ["D", "0", "2", "8"])
def test_number_that_is_none_ends_the_session(seq: bytes | None, begin: str, kind: str) -> None:
    session = opened()
    session.received(fix.logon(), fix.at(0))
    fields = [(34, seq)] if seq is not None else []
    fields += [(49, b"THEM"), (52, fix.stamp(fix.at(0))), (56, b"US")]
    said = texts(session.received(encode(begin.encode(), kind.encode(), fields), fix.at(0)))
    assert said == ["5 MsgSeqNum(34) is missing or no number", "HangUp"]
    assert session.store.next_in == 2


@pytest.mark.parametrize("frame", [fix.order(1), fix.message("2", 1, (7, "1"), (16, "0")), fix.message("0", 1)])
def test_nothing_is_taken_before_the_answer_to_our_logon(frame: bytes) -> None:
    session = opened(initiator=True)
    (end,) = session.received(frame, fix.at(0))
    assert isinstance(end, HangUp)
    assert "expected a logon first" in end.reason
    assert session.store.next_in == 1


def test_what_waits_beyond_a_gap_is_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gap, "MOST_BYTES", 10_000)
    waits = gap.Gap(1_000)
    for seq in range(10, 30):
        waits.wait(seq, Message(b"FIX.4.4", b"D", [(58, b"x" * 3_000)]))
    held = [seq for seq in range(10, 30) if waits.next(seq) is not None]
    assert held == [10, 11, 12]
    waits.wait(30, Message(b"FIX.4.4", b"D", [(58, b"x" * 3_000)]))  # there is room again
    assert waits.next(30) is not None


def test_messages_that_did_not_fit_come_again() -> None:
    session = opened(queue=1)
    session.received(fix.logon(), fix.at(0))
    for seq in (3, 4):
        session.received(fix.order(seq, f"c{seq}"), fix.at(0))
    taken = session.received(fix.order(2, "c2"), fix.at(0))
    assert [one.message.text(11) for one in taken if isinstance(one, App)] == ["c2", "c3"]
    assert texts(session.received(fix.order(5), fix.at(0))) == ["2"]
