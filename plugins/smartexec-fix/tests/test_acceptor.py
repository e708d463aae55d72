"""The door: who may come in, who is shown out without a word, and that nobody stays who has nothing to say."""

from ipaddress import ip_network
from typing import Any

import fix_messages as fix
import pytest
from attrs import define, field

from smartexec.api import Closed, Opened, Received, Send, Tick
from smartexec_fix.session.acceptor import MOST_STRANGERS, STRANGERS, STRANGERS_BYTES, Acceptor, Member
from smartexec_fix.session.outputs import App, Down, Said, Up
from smartexec_fix.session.session import Session
from smartexec_fix.session.throttle import Throttle
from smartexec_fix.wire.message import parse


@define(eq=False)
class Door:
    """An acceptor with two sessions, THEM and OTHER."""

    faults: list[str] = field(factory=list)
    acceptor: Acceptor = field(init=False)
    now: float = 0

    def __attrs_post_init__(self) -> None:
        members = {
            name: Member(name, fix.session(them=name, username="u", password="secret" if name == "OTHER" else ""))
            for name in ("THEM", "OTHER")
        }
        self.acceptor = Acceptor("gate", members, self.faults.append, Throttle(3, fix.SECOND))

    def hear(self, event: Any) -> list[Any]:
        return list(self.acceptor.handle(event, fix.at(self.now)))

    def open(self, channel: str, peer: str = "10.0.0.1") -> list[Any]:
        return self.hear(Opened(channel, peer))

    def says(self, channel: str, *frames: bytes) -> list[Any]:
        return self.hear(Received(channel, b"".join(frames)))

    def log_on(self, channel: str = "gate/1", *body: tuple[int, str], **more: Any) -> list[Any]:
        self.open(channel)
        return self.says(channel, fix.logon(1, (553, "u"), *body, **more))


def kinds(done: list[Any]) -> list[str]:
    return [
        parse(one.data).msg_type.decode()
        if isinstance(one, Send)
        else type(one.what if isinstance(one, Said) else one).__name__
        for one in done
    ]


def test_known_session_comes_in() -> None:
    door = Door()
    assert kinds(door.log_on()) == ["A", "Up"]
    done = door.says("gate/1", fix.order(2))
    assert [(one.session, type(one.what)) for one in done] == [("THEM", App)]
    assert door.faults == []


@pytest.mark.parametrize(
    ("frame", "found"),
    [
        (fix.logon(1, (553, "u"), sender="NOBODY"), "found no session 'FIX.4.4' 'NOBODY' to 'US'"),
        (fix.logon(1, (553, "u"), target="WE"), "found no session 'FIX.4.4' 'THEM' to 'WE'"),
        (fix.logon(1, (553, "u"), begin="FIX.4.2"), "found no session 'FIX.4.2'"),
        (fix.order(1), "found MsgType(35) 'D', expected a logon first"),
        (fix.logon(1, (553, "u"))[:-3] + b"00\x01", "the first message is garbled"),
        (b"GET / HTTP/1.1\r\n\r\n" + b"\x018=x\x01" * 20, "the first message is garbled"),
    ],
)
def test_strangers_are_shown_out_without_a_word(frame: bytes, found: str) -> None:
    door = Door()
    door.open("gate/1")
    assert kinds(door.says("gate/1", frame)) == ["Close"]
    assert len(door.faults) == 1
    assert door.faults[0].startswith("FIX connection from 10.0.0.1: ")
    assert found in door.faults[0]
    assert door.says("gate/1", fix.logon(1, (553, "u"))) == []
    assert kinds(door.log_on("gate/2")) == ["A", "Up"]


@pytest.mark.parametrize("body", [[(553, "other")], [(553, "u"), (554, "guess")], [(553, "u")]])
def test_wrong_name_or_password_is_shown_out_and_not_written_down(body: list[tuple[int, str]]) -> None:
    door = Door()
    door.open("gate/1")
    assert kinds(door.says("gate/1", fix.logon(1, *body, sender="OTHER"))) == ["Close"]
    (fault,) = door.faults
    assert "wrong Username(553) or Password(554)" in fault
    assert "guess" not in fault
    assert "secret" not in fault


def test_second_connection_of_a_session_is_closed_and_the_first_stays() -> None:
    door = Door()
    door.log_on()
    assert kinds(door.log_on("gate/2")) == ["Close"]
    assert "is connected already" in door.faults[0]
    assert kinds(door.says("gate/1", fix.order(2))) == ["App"]


def test_session_may_come_again_after_a_loss() -> None:
    door = Door()
    door.log_on()
    assert kinds(door.hear(Closed("gate/1", "cut"))) == ["Down"]
    door.open("gate/2")
    assert kinds(door.says("gate/2", fix.logon(2, (553, "u")))) == ["A", "Up"]


def test_who_does_not_log_on_is_shown_out_in_time() -> None:
    door = Door()
    door.open("gate/1")
    assert door.acceptor.next_tick() == fix.at(0) + STRANGERS
    door.now = STRANGERS / fix.SECOND
    assert kinds(door.hear(Tick())) == ["Close"]
    assert door.acceptor.next_tick() is None


def test_who_comes_too_often_is_shown_out_others_are_not() -> None:
    door = Door()
    for n in range(3):
        assert door.open(f"gate/{n}") == []
    assert kinds(door.open("gate/3")) == ["Close"]
    assert door.open("gate/4", "10.0.0.2") == []
    door.now = 1
    assert door.open("gate/5") == []


def test_nothing_is_kept_of_ten_thousand_who_come_and_go() -> None:
    door = Door()
    for n in range(10_000):
        door.open(f"gate/{n}", f"10.0.{n // 250}.{n % 250}")
        door.hear(Closed(f"gate/{n}", "gone"))
    assert door.acceptor._connections == {}


def test_what_follows_a_hang_up_in_the_same_piece_is_not_heard() -> None:
    door = Door()
    door.log_on()
    done = door.says("gate/1", fix.message("5", 2), fix.order(3), fix.order(4))
    assert kinds(done) == ["5", "Down", "Close"]
    assert door.says("gate/1", fix.order(5)) == []


def test_garbled_messages_of_a_session_are_skipped_and_counted() -> None:
    door = Door()
    door.log_on()
    garbled = fix.order(2)[:-4] + b"999\x01"
    assert kinds(door.says("gate/1", garbled, fix.order(2))) == ["App"]
    assert door.faults == ["FIX session THEM: 1 garbled messages: skipped"]


def test_messages_for_who_is_away_wait() -> None:
    door = Door()
    assert list(door.acceptor.send("THEM", b"8", [(58, b"hello")], fix.at(0))) == []
    assert kinds(door.log_on()) == ["A", "Up"]
    (send,) = door.says("gate/1", fix.message("2", 2, (7, "1"), (16, "1")))
    assert isinstance(send, Send)
    assert b"58=hello" in send.data


def test_leaving_says_goodbye_to_all_and_lets_nobody_in() -> None:
    door = Door()
    door.log_on()
    assert kinds(list(door.acceptor.leave(fix.at(0)))) == ["5"]
    assert kinds(door.open("gate/2")) == ["Close"]
    done = door.says("gate/1", fix.message("5", 2))
    assert kinds(done) == ["Down", "Close"]
    assert isinstance(done[0].what, Down)
    assert door.acceptor.next_tick() is None


def test_up_and_down_name_the_session() -> None:
    door = Door()
    (said,) = [one for one in door.log_on() if isinstance(one, Said)]
    assert (said.session, type(said.what)) == ("THEM", Up)


def test_session_is_entered_from_its_networks_only() -> None:
    door = Door()
    door.acceptor.members["THEM"].networks = (ip_network("10.0.0.0/24"), ip_network("::1/128"))
    for channel, peer in (("gate/1", "10.0.1.1"), ("gate/2", "")):
        door.open(channel, peer)
        assert kinds(door.says(channel, fix.logon(1, (553, "u")))) == ["Close"]
    assert "expected one from its networks" in door.faults[0]
    door.open("gate/3", "::ffff:10.0.0.7")
    assert kinds(door.says("gate/3", fix.logon(1, (553, "u")))) == ["A", "Up"]


def wrong(door: Door, channel: str, peer: str = "10.0.0.1", *body: tuple[int, str]) -> list[Any]:
    """A logon with a wrong password, in a connection of its own."""
    door.open(channel, peer)
    return door.says(channel, fix.logon(1, *(body or ((553, "u"), (554, "guess"))), sender="OTHER", when=door.now))


@pytest.mark.parametrize("more", [[], [(141, "Y")]])
def test_who_does_not_know_the_password_changes_nothing_and_is_told_nothing(more: list[tuple[int, str]]) -> None:
    door = Door()
    store = door.acceptor.members["OTHER"].session.store
    list(door.acceptor.send("OTHER", b"8", [(58, b"kept")], fix.at(0)))
    store.next_in = 50
    assert kinds(wrong(door, "gate/1", "10.0.0.1", (553, "u"), (554, "guess"), *more)) == ["Close"]
    assert (store.next_in, store.next_out, len(list(store.sent(1, 9)))) == (50, 2, 1)


def test_wrong_passwords_are_not_tried_for_ever() -> None:
    door = Door()
    door.open("gate/early")
    for n in range(5):
        door.now = n
        wrong(door, f"gate/{n}")
    door.now = 10
    assert kinds(door.open("gate/6")) == ["Close"]
    assert "gave wrong passwords too often" in door.faults[-1]
    right = fix.logon(1, (553, "u"), (554, "secret"), sender="OTHER", when=9)
    assert kinds(door.says("gate/early", right)) == ["Close"]  # it was connected before it failed
    door.open("gate/7", "10.0.0.2")
    assert kinds(door.says("gate/7", right)) == ["A", "Up"]
    door.now = 61
    assert door.open("gate/8") == []


def test_silence_does_not_take_all_connections() -> None:
    door = Door()
    door.acceptor.logons = Throttle(1_000, fix.SECOND)
    for n in range(MOST_STRANGERS):
        assert door.open(f"gate/{n}") == []
    assert kinds(door.open("gate/more")) == ["Close"]
    assert "too many connections without a logon" in door.faults[-1]
    assert door.open("gate/other", "10.0.0.2") == []
    door.hear(Closed("gate/0", "gone"))
    assert door.open("gate/again") == []


def test_little_is_kept_of_who_has_not_logged_on() -> None:
    door = Door()
    door.open("gate/1")
    head = b"8=FIX.4.4\x019=900000\x0135=A\x01"
    assert door.says("gate/1", head) == []
    assert kinds(door.says("gate/1", b"x" * STRANGERS_BYTES)) == ["Close"]
    assert "no logon in what it sends" in door.faults[-1]


def test_no_more_is_looked_at_of_who_has_not_logged_on() -> None:
    door = Door()
    door.open("gate/1")
    framer = door.acceptor._connections["gate/1"].framer
    assert kinds(door.says("gate/1", b"\x018=" * 20_000)) == ["Close"]
    assert framer.garbled <= STRANGERS_BYTES // 3
    assert door.faults[-1].endswith("the first message is garbled")


def test_what_follows_a_logon_in_the_same_piece_is_heard_however_long_it_is() -> None:
    door = Door()
    door.open("gate/1")
    orders = [fix.order(seq, f"c{seq}") for seq in range(2, 102)]
    done = door.says("gate/1", fix.logon(1, (553, "u")), *orders)
    assert kinds(done) == ["A", "Up", *["App"] * 100]


def test_stranger_cannot_write_a_line_of_its_own_into_the_log() -> None:
    door = Door()
    door.open("gate/1")
    door.says("gate/1", fix.logon(1, (553, "u"), begin="FIX\n2026 INFO all is well"))
    assert door.faults[-1].isprintable()


@pytest.mark.parametrize("body", [(b"9" * 5_000).decode() + "=1", "95=" + "9" * 5_000])
def test_numbers_without_end_cost_a_stranger_its_connection_only(body: str) -> None:
    door = Door()
    door.open("gate/1")
    tag, _, value = f"58=x\x01{body}".partition("=")
    assert kinds(door.says("gate/1", fix.logon(1, (553, "u"), (int(tag), value)))) == ["Close"]
    assert kinds(door.log_on("gate/2")) == ["A", "Up"]


def test_fault_of_ours_costs_one_session_its_connection_and_counts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    door = Door()
    door.log_on()
    session = door.acceptor.members["THEM"].session

    def broken(*_: object) -> None:
        raise KeyError("554=secret")

    monkeypatch.setattr(Session, "_on_app", broken)
    assert kinds(door.says("gate/1", fix.order(2))) == ["Down", "Close"]
    assert "found KeyError" in door.faults[-1]
    assert "secret" not in door.faults[-1]
    assert session.store.next_in == 2
    monkeypatch.undo()
    door.open("gate/2")
    assert kinds(door.says("gate/2", fix.logon(2, (553, "u")))) == ["A", "Up"]
