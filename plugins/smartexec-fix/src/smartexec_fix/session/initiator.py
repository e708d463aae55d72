"""Our end of a session that we open: one channel, its frames, its session. Sans-IO.

The transport connects again whenever the channel is lost; a peer that takes the connection and no logon is tried again
ever more seldom.
"""

from collections.abc import Callable, Iterator
from typing import Final

from attrs import define, field

from smartexec.api import NANOS_PER_SECOND, Close, Closed, Opened, Received, Send, Tick, WireInput
from smartexec_fix.session.outputs import App, Down, Free, HangUp, Output, Said, Up, Wire
from smartexec_fix.session.session import Session
from smartexec_fix.wire.framing import Framer
from smartexec_fix.wire.log import MessageLog
from smartexec_fix.wire.message import Field

FIRST_RETRY: Final = NANOS_PER_SECOND
LONGEST_RETRY: Final = 30 * NANOS_PER_SECOND
NEVER: Final = (1 << 62) - 1
"""Later than every time, ns; the largest that the runtime takes."""
Done = Send | Close | Said


@define(eq=False)
class Initiator:
    """A session with its channel."""

    session: Session
    channel: str
    fault: Callable[[str], None]
    log: MessageLog = field(factory=MessageLog)
    name: str = ""
    _left: bool = field(init=False, default=False)
    _framer: Framer = field(init=False, factory=Framer)
    _retry: int = field(init=False, default=FIRST_RETRY)
    _garbled: int = field(init=False, default=0)

    def handle(self, event: WireInput | Tick, now: int) -> Iterator[Done]:
        """Take news of the channel, or the time; yield what is to be done on it, and what the peer has to say."""
        if isinstance(event, Received):
            for frame in self._framer.feed(event.data):
                if not self.session.connected:
                    return  # closed meanwhile: what follows is not heard
                self.log.heard(frame, now)
                yield from self._do(self.session.received(frame, now), now)
            if self._framer.garbled > self._garbled:
                self._note(f"{self._framer.garbled - self._garbled} garbled messages: skipped", now)
                self._garbled = self._framer.garbled
        elif isinstance(event, Tick):
            yield from self._do(self.session.tick(now), now)
        elif isinstance(event, Opened):
            self._framer, self._garbled = Framer(), 0
            if self._left:
                yield Close(self.channel, "the day is over", NEVER)
            else:
                yield from self._do(self.session.opened(now), now)
        elif isinstance(event, Closed):
            never_up = self.session.connected and not self.session.logged_on
            yield from self._do(self.session.lost(now, event.reason or "the connection is closed"), now)
            if never_up:
                yield self._later(event.reason, now)

    def send(self, name: str, msg_type: bytes, fields: list[Field], now: int) -> Iterator[Done]:
        """Send an application message; `name` is the session's."""
        assert name == self.name
        return self._do(self.session.send(msg_type, fields, now), now)

    def leave(self, now: int, text: str = "") -> Iterator[Done]:
        """Say goodbye, and do not log on again."""
        self._left = True
        return self._do(self.session.logout(now, text), now)

    def next_tick(self) -> int | None:
        """When the time is wanted, ns UTC."""
        return self.session.next_tick()

    def _later(self, reason: str, now: int) -> Close:
        """Do not try again at once."""
        until, self._retry = now + self._retry, min(LONGEST_RETRY, 2 * self._retry)
        return Close(self.channel, reason, until)

    def _do(self, outputs: list[Output], now: int) -> Iterator[Done]:
        for one in outputs:
            if isinstance(one, Wire):
                self.log.sent(one.data, now)
                yield Send(self.channel, one.data)
            elif isinstance(one, App | Up | Free | Down):
                if isinstance(one, Up):
                    self._retry = FIRST_RETRY
                yield Said(self.name, one)
            elif isinstance(one, HangUp):
                self._note(one.reason, now, serious=not one.expected)
                up = self.session.logged_on
                yield from self._do(self.session.lost(now, one.reason), now)
                yield Close(self.channel, one.reason, one.until) if up or one.until else self._later(one.reason, now)
            else:
                self._note(one.text, now)

    def _note(self, text: str, now: int, *, serious: bool = True) -> None:
        self.log.note(text, now)
        if serious:
            self.fault(f"FIX session {self.name}: {text}")
