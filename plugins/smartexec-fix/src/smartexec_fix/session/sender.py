"""What a session sends: each message numbered and kept, sent again when asked for, held back while it must wait."""

from typing import Final

from attrs import define, evolve, field, frozen

from smartexec_fix.session.envelope import enveloped
from smartexec_fix.session.outputs import HangUp, Output, Wire
from smartexec_fix.session.pulse import Pulse
from smartexec_fix.session.resend import PAUSE, Resend, resend
from smartexec_fix.session.settings import SessionSettings
from smartexec_fix.session.standing import ORIGINAL
from smartexec_fix.session.store import Store
from smartexec_fix.wire.dictionary import Dictionary
from smartexec_fix.wire.message import Field, Message
from smartexec_fix.wire.stamps import stamp

LOGON, LOGOUT, HEARTBEAT, TEST, RESEND, REJECT, RESET = b"A", b"5", b"0", b"1", b"2", b"3", b"4"
ADMIN: Final = frozenset({LOGON, LOGOUT, HEARTBEAT, TEST, RESEND, REJECT, RESET})


MOST_ANSWERS: Final = 100
"""Ranges that may be asked for before they are sent: who asks for more is not listening."""


@frozen
class Waiting:
    """A message that has its number, but has not left; number 0 = the numbers have begun anew since."""

    seq: int
    msg_type: bytes
    body: list[Field]
    route: Message | None


@define(eq=False)
class Sender:
    """Our half of a session. Its outputs are collected until they are asked for."""

    settings: SessionSettings
    dictionary: Dictionary
    store: Store
    connected: bool = field(init=False, default=False)
    logged_on: bool = field(init=False, default=False)
    """Whether the peer's logon was taken."""
    _out: list[Output] = field(init=False, factory=list)
    _sent_logon: bool = field(init=False, default=False)
    _held: list[Waiting] = field(init=False, factory=list)
    """What waits for the answer to our logon, or for the end of what is sent again."""
    _answers: list[Resend] = field(init=False, factory=list)
    """What the peer has asked for and not got yet, in its order."""
    _fence: int = field(init=False, default=1 << 62)
    """MsgSeqNum(34) up to which what is stale is not sent again."""
    _pulse: Pulse = field(init=False, factory=Pulse)

    @property
    def free(self) -> bool:
        """Whether a message would leave at once: both are logged on, and nothing is being sent again."""
        return self.logged_on and not self._answers

    def _send(self, msg_type: bytes, body: list[Field], now: int, *, route: Message | None = None) -> None:
        """Send a message with the next number, now or when its turn comes."""
        self.store.created = self.store.created or now
        seq = self._numbered()
        frame = self._kept(seq, msg_type, body, now, route)
        if self._answers:
            self._held.append(Waiting(seq, msg_type, body, route))
        elif self.connected and (self.logged_on or msg_type in ADMIN):
            self._wire(frame, now)
        elif self._sent_logon:
            self._held.append(Waiting(seq, msg_type, body, route))

    def _numbered(self) -> int:
        seq = self.store.next_out
        self.store.next_out += 1
        return seq

    def _kept(self, seq: int, msg_type: bytes, body: list[Field], now: int, route: Message | None) -> bytes:
        """Make the frame of a message that is sent for the first time; one that may be asked for is kept."""
        frame = enveloped(self.settings, self.dictionary, msg_type, body, seq, now, route)
        if msg_type not in ADMIN:
            self.store.keep(seq, frame)
        return frame

    def _wire(self, frame: bytes, now: int) -> None:
        self._out.append(Wire(frame))
        self._pulse.sent = now

    # -- what is sent again --------------------------------------------------------------------------------------------

    def _answer(self, first: int, last: int, now: int) -> None:
        """Send a range again, after those that were asked for before."""
        new = resend(self.store, self.settings, first, last, self._fence)
        if new.over:
            return
        self._answers = [one for one in self._answers if not new.covers(one)] + [new]
        if len(self._answers) > MOST_ANSWERS:
            self._out.append(HangUp(f"asks for {MOST_ANSWERS} ranges before it has got one"))
        elif len(self._answers) == 1:
            self._go_on(now)

    def _go_on(self, now: int) -> bool:
        """Send a portion of what was asked for, and once all of it was sent what has waited; whether that is so."""
        answer = self._answers[0]
        try:
            for seq, msg_type, fields in answer.portion(self.store, self.settings, now):
                self._wire(self._repeated(seq, msg_type, fields, now), now)
        except Exception as error:  # a fault of ours: this connection pays for it, not all that there are
            self._answers.clear()
            self._out.append(
                HangUp(f"found {type(error).__name__}: {error}, expected to send again what was asked for")
            )
            return False
        if answer.over:
            self._answers.remove(answer)
        if self._answers:
            self._answers[0].due = now + PAUSE
            return False
        self._release(now)
        return True

    def _repeated(self, seq: int, msg_type: bytes, body: list[Field], now: int) -> bytes:
        """Make the frame of a message that has its number already."""
        if msg_type == RESET:
            body = [*body, (ORIGINAL, stamp(now, self.settings.decimals))]
        return enveloped(self.settings, self.dictionary, msg_type, body, seq, now, None)

    def _finish(self, now: int) -> None:
        """Send all at once that was asked for, and what has waited for it: the last word follows."""
        while self._answers:
            self._go_on(now)

    # -- what waits ----------------------------------------------------------------------------------------------------

    def _release(self, now: int) -> None:
        """Send what has waited, as of now."""
        held, self._held = self._held, []
        for one in held:
            frame = self._kept(one.seq or self._numbered(), one.msg_type, one.body, now, one.route)
            self._wire(frame, now)

    def _forget_waiting(self) -> None:
        """Let the peer ask anew for what it has not got."""
        self._answers.clear()
        self._held.clear()

    def _anew(self, now: int) -> None:
        """Begin the numbers anew. Of what was asked for nothing is left; messages that wait get new ones."""
        self.store.reset(now)
        self._answers.clear()
        self._held = [evolve(one, seq=0) for one in self._held if one.msg_type not in ADMIN]

    def _done(self) -> list[Output]:
        """Give the outputs so far."""
        out, self._out = self._out, []
        return out
