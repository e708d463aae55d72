"""The FIX session, sans-IO: frames and time in, bytes and application messages out. FIX session protocol 1.0 to 1.1.

It mirrors what QuickFIX does where the specification leaves a choice, and the acceptance scripts look. What it must
remember across a crash is in its store; what it sends goes through `sender`; what it says is in `admin`.
"""

from collections.abc import Callable, Mapping
from typing import Final

from attrs import define, field

from smartexec_fix.session import admin
from smartexec_fix.session.gap import Gap
from smartexec_fix.session.outputs import App, Down, Free, HangUp, Note, Output, Up
from smartexec_fix.session.pulse import Beat
from smartexec_fix.session.schedule import Schedule
from smartexec_fix.session.sender import HEARTBEAT, LOGON, LOGOUT, REJECT, RESEND, RESET, TEST, Sender
from smartexec_fix.session.settings import SECOND
from smartexec_fix.session.standing import ORIGINAL, before_its_time, number, standing
from smartexec_fix.session.terms import announced, unacceptable
from smartexec_fix.wire.checking import MSG_TYPE, REQUIRED, SENDING_TIME, TEXTS, WRONG_VALUE, Fault, Rules, check
from smartexec_fix.wire.message import Field, Garbled, Message, parse

ANSWERS: Final = (LOGON, LOGOUT, REJECT)  # what may come in answer to a logon of ours
SEQ, POSS_DUP = 34, 43


class _Ended(Exception):
    """The connection is to be closed at once: its HangUp."""


@define(eq=False)
class Session(Sender):
    """One session, from one logon to the next and across connections."""

    initiator: bool
    schedule: Schedule | None = None
    """When it is open; None = always."""
    _sent_logout: int | None = field(init=False, default=None)
    _sent_reset: bool = field(init=False, default=False)
    _opened: int = field(init=False, default=0)
    _ends: int = field(init=False, default=0)
    """When it is closing time, ns UTC; 0 = never."""
    _gap: Gap = field(init=False)
    _rules: Rules = field(init=False)
    _takers: Mapping[bytes, Callable[[Message, int], None]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        one = self.settings
        self._gap = Gap(one.queue)
        self._rules = Rules(one.fields_have_values, one.fields_in_order, one.user_defined)
        self._takers = {
            LOGON: self._on_logon,
            LOGOUT: self._on_logout,
            HEARTBEAT: self._on_heartbeat,
            TEST: self._on_test,
            RESEND: self._on_resend,
            REJECT: self._on_reject,
            RESET: self._on_reset,
        }

    # -- from outside --------------------------------------------------------------------------------------------------

    def opened(self, now: int) -> list[Output]:
        """A connection is there: an initiator logs on, if it is time."""
        self.connected, self._opened = True, now
        self._pulse.begin(now, self.settings.heartbeat)
        if self._closed(now):
            assert self.schedule is not None
            self._out.append(HangUp("the session is closed now", self.schedule.opens(now), expected=True))
        elif self.initiator:
            self._logon(now)
        return self._done()

    def received(self, frame: bytes, now: int) -> list[Output]:
        """Take a frame. One that is garbled is ignored, but for a first one, which ends the connection."""
        try:
            message = parse(frame)
        except Garbled as error:
            self._out.append(Note(f"garbled: {error}"))
            if not self.logged_on and not self.initiator:
                self._out.append(HangUp("the first message is garbled"))
            return self._done()
        self._guarded(message, now)
        return self._done()

    def lost(self, now: int, reason: str) -> list[Output]:
        """The connection is gone."""
        if self.connected:
            was_up = self.logged_on
            self.connected = self.logged_on = self._sent_logon = self._sent_reset = False
            self._sent_logout = None
            self._gap.clear()
            self._forget_waiting()
            if self.settings.reset_on_disconnect:
                self.store.reset(now)
            if was_up:
                self._out.append(Down(reason))
        return self._done()

    def send(self, msg_type: bytes, fields: list[Field], now: int) -> list[Output]:
        """Send an application message. While nobody is logged on it is kept, and sent when the peer asks for it."""
        self._send(msg_type, fields, now)
        return self._done()

    def logout(self, now: int, text: str = "") -> list[Output]:
        """Say goodbye; the connection is closed once the peer has answered, or does not in time."""
        if self.logged_on and self._sent_logout is None:
            self._say_logout(now, text)
        elif self.connected and not self.logged_on:
            self._out.append(HangUp(text or "not logged on"))
        return self._done()

    def tick(self, now: int) -> list[Output]:
        """Do what is due: heartbeats, test requests, time-outs."""
        if self.connected:
            self._time(now)
        return self._done()

    def next_tick(self) -> int | None:
        """When `tick` is wanted, ns UTC."""
        if not self.connected:
            return None
        if not self.logged_on:
            return self._opened + self.settings.logon_timeout
        due = [] if (beat := self._pulse.next()) is None else [beat]
        if self._sent_logout is not None:
            due.append(self._sent_logout + self.settings.logout_timeout)
        elif self._ends:
            due.append(self._ends)
        if self._answers:
            due.append(self._answers[0].due)
        return min(due, default=None)

    def _closed(self, now: int) -> bool:
        """Whether it is outside the schedule. With a new period the numbers begin anew."""
        period = None if self.schedule is None else self.schedule.period(now)
        self._ends = 0 if period is None else period[1]
        if self.schedule is not None and period is None:
            return True
        if period is not None and 0 < self.store.created < period[0]:
            self.store.reset(now)
        self.store.created = self.store.created or now
        return False

    def _anew(self, now: int) -> None:
        super()._anew(now)
        self._gap.clear()

    # -- time ----------------------------------------------------------------------------------------------------------

    def _time(self, now: int) -> None:
        if not self.logged_on:
            if now - self._opened >= self.settings.logon_timeout:
                self._out.append(HangUp("no logon in time"))
        elif self._ends and now >= self._ends and self._sent_logout is None:
            self._say_logout(now, "the session is over")
        elif self._sent_logout is not None and now - self._sent_logout >= self.settings.logout_timeout:
            self._out.append(HangUp("no answer to the logout in time"))
        elif self._answers and now >= self._answers[0].due:
            self._out += [Free()] if self._go_on(now) else []
        else:
            beat = self._pulse.due(now)
            if beat is Beat.LOST:
                self._out.append(HangUp("nothing heard for 2.4 heartbeats"))
            elif beat is not None:
                self._send(*((TEST, [(112, b"TEST")]) if beat is Beat.TEST else (HEARTBEAT, [])), now)

    # -- a message -----------------------------------------------------------------------------------------------------

    def _guarded(self, message: Message, now: int) -> None:
        try:
            self._next(message, now)
            while (queued := self._gap.next(self.store.next_in)) is not None:
                self._next_queued(queued, now)
        except _Ended as error:
            self._out.append(error.args[0])
        except Exception as error:  # a fault of ours: this connection pays for it, not all that there are
            self._out.append(HangUp(f"found {type(error).__name__} at {message}, expected to understand it"))

    def _next_queued(self, message: Message, now: int) -> None:
        if message.msg_type in (LOGON, RESEND):
            self.store.next_in += 1  # they were answered when they came
            self._gap.heard(self.store.next_in - 1)
        else:
            self._next(message, now)

    def _next(self, message: Message, now: int) -> None:
        if not self.logged_on and message.msg_type not in (ANSWERS if self._sent_logon else (LOGON,)):
            raise _Ended(HangUp(f"found MsgType(35) {message.msg_type.decode('latin-1')!r}, expected a logon first"))
        if number(message) is None:
            if self.logged_on:
                self._say_logout(now, "MsgSeqNum(34) is missing or no number")
            raise _Ended(HangUp(f"found MsgSeqNum(34) {message.text(SEQ)[:20]!r}, expected a number"))
        if message.begin_string != self.settings.begin_string:
            self._say_logout(now, "Incorrect BeginString")
            self._count(message)
            return
        fault = check(message, self.dictionary, self._rules)
        if fault is not None:
            self._refuse(message, fault, now)
            return
        self._takers.get(message.msg_type, self._on_app)(message, now)

    def _verify(self, message: Message, now: int, *, high: bool = True, low: bool = True) -> bool:
        """Check time, identity and sequence; act on what is wrong and give False."""
        seq = number(message) or 0
        fault = standing(message, self.settings, now)
        if fault is not None:
            self._refuse(message, fault, now)
            self._say_logout(now)
            return False
        self._pulse.hear(now)
        if high and seq > self.store.next_in:
            self._too_high(message, seq, now)
            return False
        if low and seq < self.store.next_in:
            self._too_low(message, seq, now)
            return False
        if high or low:
            self._gap.heard(seq)
        return True

    def _too_high(self, message: Message, seq: int, now: int) -> None:
        first = self.store.next_in
        self._gap.wait(seq, message)
        told = message.msg_type == LOGON and self.settings.next_expected and message.get(789) is not None
        if self._gap.asks(first, seq) and not told:  # else our NextExpectedMsgSeqNum(789) has asked for it
            self._send(RESEND, [(7, b"%d" % first), (16, self.settings.to_the_end)], now)

    def _too_low(self, message: Message, seq: int, now: int) -> None:
        if message.get(POSS_DUP) != b"Y":
            text = f"MsgSeqNum too low, expecting {self.store.next_in} but received {seq}"
            self._say_logout(now, text)
            raise _Ended(HangUp(text))
        if message.msg_type == RESET:
            return
        if message.get(ORIGINAL) is None:
            self._refuse(message, Fault(REQUIRED, ORIGINAL), now)
        elif before_its_time(message):
            self._refuse(message, Fault(SENDING_TIME), now)
            self._say_logout(now)

    def _count(self, message: Message) -> None:
        """Count a message as taken, if it is the one expected; one from beyond a gap is sent again with the gap."""
        if number(message) == self.store.next_in:
            self.store.next_in += 1

    # -- by type -------------------------------------------------------------------------------------------------------

    def _on_app(self, message: Message, now: int) -> None:
        if self._verify(message, now):
            self.store.next_in += 1
            self._out.append(App(message))

    def _on_heartbeat(self, message: Message, now: int) -> None:
        self.store.next_in += self._verify(message, now)

    def _on_test(self, message: Message, now: int) -> None:
        if self._verify(message, now):
            self._send(HEARTBEAT, [(112, message.get(112) or b"")], now)
            self.store.next_in += 1

    def _on_reject(self, message: Message, now: int) -> None:
        if self._verify(message, now):
            self.store.next_in += 1
            self._out.append(Note(f"rejected by the peer: {message}"))

    def _on_reset(self, message: Message, now: int) -> None:
        fill = message.get(123) == b"Y"
        if not self._verify(message, now, high=fill, low=fill):
            return
        new = int(message.get(36) or 0)
        if new > self.store.next_in:
            self.store.next_in = new
            self._gap.heard(new - 1)
        elif new < self.store.next_in:
            self._refuse(message, Fault(WRONG_VALUE), now)

    def _on_resend(self, message: Message, now: int) -> None:
        if not self._verify(message, now, high=False, low=False):
            return
        first, last = int(message.get(7) or 0), int(message.get(16) or 0)
        self._answer(first, last, now)
        self._count(message)

    def _on_logout(self, message: Message, now: int) -> None:
        if not self._verify(message, now, high=False, low=False):
            return
        answered, reason = self._sent_logout is not None, message.text(58)
        if not answered:
            self._say_logout(now)
        self._count(message)
        if self.settings.reset_on_logout:
            self.store.reset(now)
        raise _Ended(HangUp(f"logout: {reason or 'no reason given'}", expected=answered or not reason))

    def _on_logon(self, message: Message, now: int) -> None:
        store, asked = self.store, message.get(141) == b"Y"
        if self.logged_on and not asked:
            raise _Ended(HangUp("found a second logon, expected one"))
        if self.initiator and not self._sent_logon and not asked:
            raise _Ended(HangUp("found an answer to a logon before one was sent"))
        fault = standing(message, self.settings, now)
        if fault is not None:
            self._refuse(message, fault, now)
            self._say_logout(now)
            return
        refused = unacceptable(message, self.settings, store.next_out, initiator=self.initiator)
        if refused is not None:
            if not refused.intruder:  # who is nobody is told nothing
                self._say_logout(now, refused.reason)
            raise _Ended(refused)
        if (asked and not self._sent_reset) or (not self.initiator and not asked and self.settings.reset_on_logon):
            self._anew(now)
        if not self._verify(message, now, high=False):
            return
        answers = not self.initiator or (asked and not self._sent_reset)
        self.logged_on = True
        if answers:
            seconds = int(message.get(108) or 0)
            self._pulse.interval = seconds * SECOND
            next_in = announced(message, self.settings, store.next_in)
            body = admin.logon(self.settings, seconds, reset=asked, next_in=next_in)
            self._send(LOGON, body, now)
        self._sent_logon, self._sent_reset = True, False
        seq = number(message) or 0
        self._release(now)
        if seq > store.next_in and not asked:
            self._too_high(message, seq, now)
        else:
            store.next_in += 1
        self._peer_expects(message, now)
        self._out.append(Up())  # last: whoever hears it sends what has waited, with later numbers

    def _peer_expects(self, message: Message, now: int) -> None:
        """Send what the peer's NextExpectedMsgSeqNum(789) says that it lacks."""
        wants = int(message.get(789) or 0) if self.settings.next_expected else 0
        last = self.store.next_out - (2 if not self.initiator else 1)
        if 0 < wants <= last:
            self._answer(wants, last, now)

    # -- to the peer ---------------------------------------------------------------------------------------------------

    def _logon(self, now: int) -> None:
        reset = self.settings.reset_on_logon
        if reset:
            self.store.reset(now)
        self._sent_logon, self._sent_reset = True, reset
        next_in = self.store.next_in if self.settings.next_expected else None
        body = admin.logon(self.settings, self.settings.heartbeat // SECOND, reset=reset, next_in=next_in, login=True)
        self._send(LOGON, body, now)

    def _say_logout(self, now: int, text: str = "") -> None:
        self._finish(now)
        self._send(LOGOUT, [(58, text.encode())] if text else [], now)
        self._sent_logout = now

    def _refuse(self, message: Message, fault: Fault, now: int) -> None:
        """Send a Reject(3), and count the message as taken if it was the one expected."""
        if message.msg_type not in (LOGON, RESET):
            self._count(message)
        if not self.logged_on:
            raise _Ended(HangUp(str(fault)))
        self._out.append(Note(f"refused, {fault}: {message}"))
        body = admin.reject(self.settings, message, fault, TEXTS[fault.reason], named=fault.reason != MSG_TYPE)
        self._send(REJECT, body, now, route=message)
