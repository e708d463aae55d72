"""Long answers to a peer that has missed much: in portions, all that is new behind them, whatever comes between."""

from collections.abc import Iterator
from typing import Any

import fix_messages as fix
import pytest
from test_session_rules import said, up

from smartexec_fix.session.outputs import HangUp, Output, Wire
from smartexec_fix.session.resend import PAUSE, PORTION
from smartexec_fix.session.sender import MOST_ANSWERS
from smartexec_fix.session.session import Session
from smartexec_fix.wire.message import parse

COUNT = 2_000
"""Reports that were sent: numbers 2 to 2001."""


def busy(kind: bytes = b"8", count: int = COUNT, **more: Any) -> Session:
    """A session that has sent much."""
    session = up(**more)
    for _ in range(count):
        session.send(kind, [(58, b"x" * 100)], fix.at(0))
    return session


def asks(session: Session, seq: int, first: int, last: int, when: float = 1) -> list[Output]:
    """The peer asks for a range."""
    return session.received(fix.message("2", seq, (7, str(first)), (16, str(last)), when=when), fix.at(when))


def rest(session: Session, since: float = 1) -> Iterator[list[Output]]:
    """What comes with time, as long as it is a matter of portions."""
    now = fix.at(since)
    while (due := session.next_tick()) is not None and due <= now + PAUSE:
        now = due
        yield session.tick(now)


def numbers(outputs: list[Output]) -> list[str]:
    return [line.split()[0] for line in said(outputs)]


def flat(turns: Iterator[list[Output]] | list[list[Output]]) -> list[Output]:
    return [one for turn in turns for one in turn]


def reports(first: int, last: int) -> list[str]:
    return [f"8#{seq}" for seq in range(first, last + 1)]


def test_long_answer_goes_in_portions_and_what_is_new_waits_behind_it() -> None:
    session = busy()
    turns = [asks(session, 2, 1, 0)]
    assert said(session.send(b"8", [(37, b"new")], fix.at(1))) == []
    assert said(session.received(fix.message("1", 3, (112, "there?"), when=1), fix.at(1))) == []
    assert not session.free
    turns += rest(session)
    sizes = [sum(len(one.data) for one in turn if isinstance(one, Wire)) for turn in turns]
    assert max(sizes) < 1.5 * PORTION  # the fields that make a duplicate of it, and what has waited
    assert len(turns) > 4
    assert said(turns[0])[0] == "4#1 43=Y 36=2 123=Y"
    assert numbers(flat(turns))[1:] == [*reports(2, 2_002), "0#2003", "free"]
    assert session.free
    new = [parse(one.data) for one in turns[-1] if isinstance(one, Wire)][-2]
    assert new.get(43) is None
    assert new.text(52) > "20260105-14:30:01.050"  # it is of when it leaves, not of when it was made
    again = list(session.store.sent(2_002, 2_002))
    assert [parse(frame).text(52) for _, frame in again] == [new.text(52)]


def test_each_question_is_answered_whole() -> None:
    session = busy()
    told = asks(session, 2, 2, 1_001) + asks(session, 3, 1_002, 2_001) + asks(session, 4, 9_999, 0)
    session.send(b"8", [(58, b"new")], fix.at(1))
    told += flat(rest(session))
    assert numbers(told) == [*reports(2, 2_002), "free"]


def test_question_that_has_all_that_is_left_of_another_takes_its_place() -> None:
    session = busy()
    first = asks(session, 2, 2, 0)
    told = asks(session, 3, 2, 0) + flat(rest(session))
    assert numbers(first + told) == [*reports(2, len(first) + 1), *reports(2, 2_001), "free"]


def test_peer_that_asks_and_asks_is_hung_up_on() -> None:
    session = busy()
    asks(session, 2, 2, 2_001)
    for number in range(3, 2 + MOST_ANSWERS):
        assert asks(session, number, number, number) == []
    assert said(asks(session, 2 + MOST_ANSWERS, 500, 500)) == ["hang up"]


@pytest.mark.parametrize("who", ["we", "the peer", "the schedule"])
def test_before_a_goodbye_all_is_said(who: str) -> None:
    session = busy(reset_on_logout=True)
    told = asks(session, 2, 2, 0)
    session.send(b"8", [(58, b"new")], fix.at(1))
    if who == "the schedule":
        session._ends = fix.at(1)
        told += session.tick(fix.at(1))
    elif who == "we":
        told += session.logout(fix.at(1))
    else:
        told += session.received(fix.message("5", 3, when=1), fix.at(1))
    assert numbers(told)[: COUNT + 2] == [*reports(2, 2_002), "5#2003"]


def test_cut_connection_forgets_the_answer_and_the_peer_asks_anew() -> None:
    session = busy()
    asks(session, 2, 2, 0)
    session.send(b"8", [(58, b"new")], fix.at(1))
    session.lost(fix.at(1), "cut")
    session.opened(fix.at(2))
    assert numbers(session.received(fix.logon(3, when=2), fix.at(2))) == ["A#2003", "up"]
    told = asks(session, 4, 2_001, 0, when=2)
    assert numbers(told) == [*reports(2_001, 2_002), "4#2003"]


def test_numbers_that_begin_anew_meanwhile_take_what_waits_along() -> None:
    session = busy()
    asks(session, 2, 2, 0)
    session.send(b"8", [(58, b"new")], fix.at(1))
    told = session.received(fix.logon(1, (141, "Y"), when=1), fix.at(1))
    assert said(told) == ["A#1 98=0 108=30 141=Y", "8#2 58=new", "up"]
    assert numbers(asks(session, 2, 2, 0)) == ["8#2"]


def test_messages_from_beyond_a_gap_do_not_outlive_the_numbers() -> None:
    session = up()
    session.received(fix.order(5, "old"), fix.at(0))
    session.received(fix.logon(1, (141, "Y")), fix.at(0))
    told = [line for seq in (2, 3, 4, 5) for line in said(session.received(fix.order(seq, f"c{seq}"), fix.at(0)))]
    assert told == ["app c2", "app c3", "app c4", "app c5"]


def test_answer_of_stale_orders_only_is_one_gap_fill_at_once() -> None:
    session = busy(b"D", 5_000, stale=frozenset({"D"}))
    assert said(asks(session, 2, 1, 0)) == ["4#1 43=Y 36=5002 123=Y"]
    assert session.free


def test_store_that_cannot_be_read_costs_this_connection_only(monkeypatch: pytest.MonkeyPatch) -> None:
    session = busy()
    asks(session, 2, 2, 0)

    def broken(*_: object) -> Any:
        raise OSError("disk is gone")

    monkeypatch.setattr(type(session.store), "sent", broken)
    (one,) = flat(rest(session))
    assert one == HangUp("found OSError: disk is gone, expected to send again what was asked for")


def test_peer_that_talks_from_beyond_a_gap_is_heard() -> None:
    session = busy()
    asks(session, 2, 2, 0)
    for second in range(2, 80, 2):
        outputs = session.received(fix.message("0", 10 + second, when=second), fix.at(second))
        outputs += session.tick(fix.at(second))
        assert not any(isinstance(one, HangUp) for one in outputs)
