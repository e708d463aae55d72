"""What a session answers to what, a row each, from the FIX session protocol. Crossing and dying: test_session_pair."""

from typing import Any

import fix_messages as fix
import pytest

from smartexec_fix.session.outputs import App, Down, Free, HangUp, Output, Up, Wire
from smartexec_fix.session.session import Session
from smartexec_fix.wire.message import parse

SHOWN = (7, 16, 36, 43, 45, 58, 98, 108, 112, 123, 141, 371, 372, 373)


def said(outputs: list[Output]) -> list[str]:
    """What came out, in short: MsgType with its number and the fields that matter, or what else it is."""
    lines = []
    for one in outputs:
        if isinstance(one, Wire):
            read = parse(one.data)
            fields = [f"{tag}={value.decode()}" for tag, value in read.fields if tag in SHOWN]
            lines.append(" ".join([f"{read.msg_type.decode()}#{read.text(34)}", *fields]))
        elif isinstance(one, App):
            lines.append(f"app {one.message.text(11)}")
        elif isinstance(one, Up | Free | Down):
            lines.append(type(one).__name__.lower())
        elif isinstance(one, HangUp):
            lines.append("hang up")
    return lines


def up(**more: Any) -> Session:
    """A session that is logged on; the peer's next number is 2."""
    session = fix.session(**more)
    session.opened(fix.at(0))
    assert said(session.received(fix.logon(), fix.at(0)))[-1] == "up"
    return session


def test_logon_is_answered_with_the_peers_heartbeat_interval() -> None:
    session = fix.session()
    session.opened(fix.at(0))
    assert said(session.received(fix.logon(), fix.at(0))) == ["A#1 98=0 108=30", "up"]
    assert session.next_tick() == fix.at(30)


def test_initiator_logs_on_by_itself() -> None:
    session = fix.session(initiator=True, heartbeat=10 * fix.SECOND)
    assert said(session.opened(fix.at(0))) == ["A#1 98=0 108=10"]
    assert said(session.received(fix.logon(), fix.at(0))) == ["up"]


def test_logon_from_beyond_a_gap_is_answered_and_the_gap_asked_for() -> None:
    session = fix.session()
    session.opened(fix.at(0))
    assert said(session.received(fix.logon(5), fix.at(0))) == ["A#1 98=0 108=30", "2#2 7=1 16=0", "up"]


def test_gap_that_is_filled_up_to_a_logon_is_not_waited_for_any_more() -> None:
    session = fix.session()
    session.store.next_in = 3
    session.opened(fix.at(0))
    assert said(session.received(fix.logon(6), fix.at(0)))[-2] == "2#2 7=3 16=0"
    assert said(session.received(fix.message("4", 3, (123, "Y"), (36, "6")), fix.at(1))) == []
    assert session.store.next_in == 7
    assert said(session.received(fix.order(9), fix.at(1))) == ["2#3 7=7 16=0"]


def test_reset_in_a_logon_begins_anew_on_both_sides() -> None:
    session = up()
    session.store.next_in, session.store.next_out = 40, 50
    assert said(session.received(fix.logon(1, (141, "Y")), fix.at(0))) == ["A#1 98=0 108=30 141=Y", "up"]
    assert (session.store.next_in, session.store.next_out) == (2, 2)


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ([fix.order(2)], ["app c1"]),
        ([fix.order(4), fix.order(5)], ["2#2 7=2 16=0"]),
        ([fix.order(3, "b"), fix.order(2, "a")], ["2#2 7=2 16=0", "app a", "app b"]),
        ([fix.order(1)], ["5#2 58=MsgSeqNum too low, expecting 2 but received 1", "hang up"]),
        ([fix.message("D", 1, (43, "Y"), (122, "20260105-14:29:00"), *fix.ORDER)], []),
        ([fix.message("D", 1, (43, "Y"), *fix.ORDER)], ["3#2 45=1 58=Required tag missing 371=122 372=D 373=1"]),
        (
            [fix.message("D", 1, (43, "Y"), (122, "20260105-14:31:00"), *fix.ORDER)],
            ["3#2 45=1 58=SendingTime accuracy problem 372=D 373=10", "5#3"],
        ),
        (
            [fix.order(2, when=-121)],
            ["3#2 45=2 58=SendingTime accuracy problem 372=D 373=10", "5#3"],
        ),
        ([fix.order(2, sender="OTHER")], ["3#2 45=2 58=CompID problem 372=D 373=9", "5#3"]),
        ([fix.message("0", 2, begin="FIX.4.2")], ["5#2 58=Incorrect BeginString"]),
        ([fix.message("1", 2, (112, "are you there"))], ["0#2 112=are you there"]),
        ([fix.message("5", 2)], ["5#2", "hang up"]),
        ([fix.message("zz", 2)], ["3#2 45=2 58=Invalid MsgType 372=zz 373=11"]),
        ([fix.message("4", 2, (123, "Y"), (36, "9")), fix.order(9)], ["app c1"]),
        ([fix.message("4", 7, (36, "9")), fix.order(9)], ["app c1"]),
        (
            [fix.message("4", 2, (36, "1"))],
            ["3#2 45=2 58=Value is incorrect (out of range) for this tag 372=4 373=5"],
        ),
        ([fix.message("D", 2, (11, "x"))], ["3#2 45=2 58=Required tag missing 371=40 372=D 373=1"]),
        ([fix.message("3", 2, (45, "1"))], []),
        ([fix.logon(2)], ["hang up"]),
    ],
)  # fmt: skip
def test_what_is_answered(frames: list[bytes], expected: list[str]) -> None:
    session = up()
    assert [line for frame in frames for line in said(session.received(frame, fix.at(0)))] == expected


def test_logout_from_beyond_a_gap_loses_nothing_of_the_gap() -> None:
    session = up()
    assert said(session.received(fix.message("5", 9), fix.at(0))) == ["5#2", "hang up"]
    assert session.store.next_in == 2


def test_application_messages_are_sent_again_and_others_filled() -> None:
    session = up()
    session.send(b"8", [(58, b"one")], fix.at(0))
    session.tick(fix.at(30))
    session.send(b"8", [(58, b"two")], fix.at(31))
    again = session.received(fix.message("2", 2, (7, "1"), (16, "0"), when=31), fix.at(31))
    assert said(again) == ["4#1 43=Y 36=2 123=Y", "8#2 43=Y 58=one", "4#3 43=Y 36=4 123=Y", "8#4 43=Y 58=two"]


def test_stale_messages_are_never_sent_again() -> None:
    session = up(stale=frozenset({"D"}))
    session.send(b"D", [(11, b"late")], fix.at(0))
    session.send(b"F", [(11, b"cancel")], fix.at(0))
    again = session.received(fix.message("2", 2, (7, "2"), (16, "0")), fix.at(0))
    assert said(again) == ["4#2 43=Y 36=3 123=Y", "F#3 43=Y"]


def test_silent_peer_is_asked_then_given_up() -> None:
    session = up()
    told: list[str] = []
    for second in range(1, 80):
        told += [f"{second}: {line}" for line in said(session.tick(fix.at(second)))]
    assert told[:3] == ["30: 0#2", "36: 1#3 112=TEST", "72: hang up"]


def test_peer_that_speaks_is_not_asked() -> None:
    session = up()
    for n in range(2, 20):
        now = 20 * (n - 1)
        session.tick(fix.at(now))
        assert said(session.received(fix.message("0", n, when=now), fix.at(now))) == []
    assert not any("1#" in line for line in said(session.tick(fix.at(20 * 18 + 30))))


def test_logon_that_is_not_answered_is_given_up() -> None:
    session = fix.session(initiator=True)
    session.opened(fix.at(0))
    assert session.next_tick() == fix.at(10)
    assert said(session.tick(fix.at(10))) == ["hang up"]


def test_messages_for_a_peer_that_is_being_logged_on_follow_at_once() -> None:
    session = fix.session(initiator=True)
    session.opened(fix.at(0))
    assert said(session.send(b"D", [(11, b"c1")], fix.at(0))) == []
    assert said(session.received(fix.logon(), fix.at(0))) == ["D#2", "up"]


def test_what_the_peer_expects_next_is_sent_without_being_asked_for() -> None:
    session = fix.session(next_expected=True)
    session.opened(fix.at(0))
    session.send(b"8", [(58, b"one")], fix.at(0))
    outputs = session.received(fix.logon(1, (789, "1")), fix.at(0))
    assert said(outputs) == ["A#2 98=0 108=30", "8#1 43=Y 58=one", "up"]


def test_numbers_begin_anew_as_the_policies_say() -> None:
    for policy, event in (
        ("reset_on_logout", lambda session: session.received(fix.message("5", 2), fix.at(0))),
        ("reset_on_disconnect", lambda session: session.lost(fix.at(0), "cut")),
    ):
        session = up(**{policy: True})
        event(session)
        assert (session.store.next_in, session.store.next_out) == (1, 1), policy
    session = fix.session(reset_on_logon=True, initiator=True)
    session.store.next_in = session.store.next_out = 9
    assert said(session.opened(fix.at(0))) == ["A#1 98=0 108=30 141=Y"]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("FIX.4.1", "3#2 45=2 58=Required tag missing (112)"),
        ("FIX.4.2", "3#2 45=2 58=Required tag missing 371=112 372=1 373=1"),
    ],
)
def test_rejects_say_what_their_version_has_fields_for(version: str, expected: str) -> None:
    session = fix.session(version=version)
    session.opened(fix.at(0))
    session.received(fix.logon(begin=version), fix.at(0))
    assert said(session.received(fix.message("1", 2, begin=version), fix.at(0))) == [expected]
