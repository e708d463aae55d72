"""Two sessions over a wire that is cut at any moment, and processes that die: every application message arrives once,
in order, whatever happens. Random steps, and a model that is nothing but two lists.
"""

from collections import deque

import fix_messages as fix
import pytest
from attrs import define, field
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from smartexec_fix.session import resend
from smartexec_fix.session.outputs import App, HangUp, Output, Wire
from smartexec_fix.session.session import Session
from smartexec_fix.session.store import Store
from smartexec_fix.wire import built_in
from smartexec_fix.wire.framing import Framer
from smartexec_fix.wire.message import Field

BODY: list[Field] = [(21, b"1"), *((tag, value.encode()) for tag, value in fix.ORDER)]
VERSIONS = ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")


@define(eq=False)
class Crashing(Store):
    """A memory whose changes are lost unless they were committed, as a process that dies loses them."""

    kept: dict[int, bytes] = field(factory=dict)
    saved: tuple[int, int, int] = (1, 1, 0)
    unsaved: dict[int, bytes] = field(factory=dict)

    def keep(self, seq: int, frame: bytes) -> None:
        self.unsaved[seq] = frame

    def sent(self, first: int, last: int):  # type: ignore[no-untyped-def]
        merged = {**self.kept, **self.unsaved}
        return [(seq, merged[seq]) for seq in range(first, last + 1) if seq in merged]

    def reset(self, now: int) -> None:
        self.next_in = self.next_out = 1
        self.created = now
        self.kept, self.unsaved = {}, {}

    def commit(self) -> None:
        self.kept.update(self.unsaved)
        self.unsaved.clear()
        self.saved = (self.next_in, self.next_out, self.created)

    def die(self) -> None:
        self.unsaved.clear()
        self.next_in, self.next_out, self.created = self.saved


@define(eq=False)
class End:
    """One end: its session, what its application has sent and got, and what is on its way to it."""

    name: str
    other: str
    initiator: bool
    version: str
    store: Crashing = field(factory=Crashing)
    session: Session = field(init=False)
    framer: Framer = field(init=False, factory=Framer)
    inbox: deque[bytes] = field(init=False, factory=deque)
    """Bytes that are on their way to it."""
    got: list[str] = field(init=False, factory=list)
    """What is known to its application for good."""
    fresh: list[str] = field(init=False, factory=list)
    """What it was told since the last commit."""
    sent: list[str] = field(init=False, factory=list)
    said: list[str] = field(init=False, factory=list)
    """What it wanted sent since the last commit."""

    def __attrs_post_init__(self) -> None:
        self.born()

    def born(self) -> None:
        made = fix.settings(self.name, self.other, version=self.version, heartbeat=10 * fix.SECOND)
        self.session = Session(made, built_in.of(self.version), self.store, initiator=self.initiator)
        self.framer = Framer()

    def commit(self) -> None:
        self.store.commit()
        self.got += self.fresh
        self.sent += self.said
        self.fresh, self.said = [], []

    def die(self) -> None:
        self.store.die()
        self.fresh, self.said = [], []
        self.born()


class Pair(RuleBasedStateMachine):
    """An initiator and an acceptor. What is asked for is sent again in portions of two or three messages."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(resend, "PORTION", 300)

    @initialize(version=st.sampled_from(VERSIONS))
    def begin(self, version: str) -> None:
        self.now = fix.START
        self.one = End("ONE", "TWO", True, version)
        self.two = End("TWO", "ONE", False, version)
        self.wire = False
        self.count = 0

    def _do(self, end: End, outputs: list[Output]) -> None:
        """Take down what an end has to say; its bytes leave once it has committed, as in the live loop."""
        leaving: list[bytes] = []
        hangs_up = False
        for one in outputs:
            if isinstance(one, App):
                end.fresh.append(one.message.text(58))
            elif isinstance(one, Wire):
                leaving.append(one.data)
            elif isinstance(one, HangUp):
                hangs_up = True
        end.commit()
        other = self.two if end is self.one else self.one
        if self.wire:
            other.inbox.extend(leaving)
        if hangs_up:
            self._cut(end)

    def _cut(self, first: End | None = None) -> None:
        self.wire = False
        for end in (self.one, self.two):
            end.inbox.clear()
            end.framer = Framer()
            if end.session.connected:
                self._do(end, end.session.lost(self.now, "cut"))

    def _deliver(self, end: End, frames: int = 1) -> None:
        for _ in range(frames):
            if end.inbox and self.wire:
                for frame in end.framer.feed(end.inbox.popleft()):
                    if self.wire:
                        self._do(end, end.session.received(frame, self.now))

    # -- what happens --------------------------------------------------------------------------------------------------

    @precondition(lambda self: not self.wire)
    @rule()
    def connect(self) -> None:
        self.wire = True
        self._do(self.two, self.two.session.opened(self.now))
        self._do(self.one, self.one.session.opened(self.now))

    @rule()
    def cut(self) -> None:
        self._cut()

    @rule(first=st.booleans(), frames=st.integers(1, 6))
    def deliver(self, first: bool, frames: int) -> None:
        self._deliver(self.one if first else self.two, frames)

    @rule(first=st.booleans(), many=st.integers(1, 4))
    def say(self, first: bool, many: int) -> None:
        end = self.one if first else self.two
        for _ in range(many):
            self.count += 1
            text = f"{end.name}{self.count}"
            outputs = end.session.send(b"D", [*BODY, (58, text.encode())], self.now)
            end.said.append(text)
            self._do(end, outputs)

    @rule(first=st.booleans())
    def die_before_anything_leaves(self, first: bool) -> None:
        """A message is taken, or one is wanted sent, and the process dies before its commit."""
        end = self.one if first else self.two
        if end.inbox and self.wire:
            for frame in end.framer.feed(end.inbox.popleft()):
                end.session.received(frame, self.now)
        end.session.send(b"D", [*BODY, (58, b"never said")], self.now)
        end.die()
        self._cut()

    @rule(seconds=st.sampled_from([0.02, 1, 9, 13, 30]))
    def wait(self, seconds: float) -> None:
        self.now += int(seconds * fix.SECOND)
        for end in (self.one, self.two):
            if end.session.connected:
                self._do(end, end.session.tick(self.now))

    @rule(first=st.booleans(), begin=st.integers(1, 30), length=st.integers(-1, 10), times=st.integers(1, 3))
    def ask(self, first: bool, begin: int, length: int, times: int) -> None:
        """Ask for a range that may have been heard, or never sent; more than one at a time."""
        end = self.one if first else self.two
        if end.session.logged_on:
            for number in range(times):
                at = begin + number * (length + 1)
                last = 0 if length < 0 else at + length
                end.session._send(b"2", [(7, b"%d" % at), (16, b"%d" % last)], self.now)
            self._do(end, end.session._done())

    @rule(first=st.booleans())
    def log_out(self, first: bool) -> None:
        end = self.one if first else self.two
        if end.session.logged_on:
            self._do(end, end.session.logout(self.now, "good night"))

    # -- what must hold ------------------------------------------------------------------------------------------------

    @invariant()
    def nothing_arrives_twice_or_out_of_order(self) -> None:
        for end, other in ((self.one, self.two), (self.two, self.one)):
            assert end.got == other.sent[: len(end.got)]

    def teardown(self) -> None:
        """Left in peace, everything arrives."""
        try:
            if hasattr(self, "one"):
                self._rest()
        finally:
            self.patch.undo()

    def _rest(self) -> None:
        for _ in range(6):
            self.now += 60 * fix.SECOND
            if not self.wire:
                self.connect()
            for _ in range(400):
                self._deliver(self.one)
                self._deliver(self.two)
                self.wait(0.02)
                if not self.wire or not (self.one.inbox or self.two.inbox):
                    break
        for end, other in ((self.one, self.two), (self.two, self.one)):
            assert end.got == other.sent


Pair.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestPair = Pair.TestCase
