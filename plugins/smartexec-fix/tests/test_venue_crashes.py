"""Processes that die at any point of a turn, and wires that are cut: no order reaches the venue twice, no execution is
missed, and nothing that reached the venue is said to have never left.

The runtime here is the least there is: fold, journal, commands, archive, bytes, in the order of a live session.
"""

from collections import deque
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import fix_messages as fix
from attrs import define, field
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from venue_peer import CHANNEL, MIC, ONE, PRICE, Venue

from smartexec.api import (
    CancelOrder,
    Close,
    Closed,
    Context,
    ExecType,
    ExecutionReport,
    Opened,
    OrdStatus,
    OrdType,
    QueryOrder,
    Received,
    ReplaceOrder,
    Send,
    SendOrder,
    Side,
    Tick,
    TimeInForce,
)
from smartexec.testing import Bench
from smartexec_fix.venues.dialect import Dialect
from smartexec_fix.venues.venue import FixVenue
from smartexec_fix.wire.message import parse

POINTS = ("", "", "", "", "fold", "journal", "commands", "archive")
"""Behind what a process dies; "" = it does not."""
DIALECTS = (
    Dialect(),
    Dialect(rate=2, waiting=3, patience=100 * fix.SECOND),
    Dialect(cancel_on_disconnect=True, id_length=12, id_alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", id_prefix="X"),
)


class Died(Exception):
    """The process is gone."""


@define(eq=False)
class Turn:
    """A record of the journal."""

    seq: int
    now: int
    events: list[Any]
    commands: list[Any]


@define(eq=False)
class Process:
    """One life of the adapter, and the journal that outlives it."""

    folder: Path
    dialect: Dialect
    version: str
    journal: list[Turn] = field(factory=list)
    gone: list[bytes] = field(factory=list)
    """What was made durable: it has left, or was lost at the last moment."""
    adapter: FixVenue = field(init=False)
    now: int = fix.START

    def __attrs_post_init__(self) -> None:
        self.born()

    def born(self) -> None:
        ids = fix.settings("US", "VENUE", version=self.version, heartbeat=1000 * fix.SECOND)
        self.adapter = FixVenue(mic=MIC, hosts=("127.0.0.1:1",), session=ids, dialect=self.dialect)
        self.adapter.start(Context({ONE.symbol: ONE}))
        self.adapter.remember(self.folder, "off")
        for turn in self.journal:
            for one in (*turn.events, *turn.commands):
                self.adapter.recall(one, turn.now, turn.seq)

    def step(self, inputs: list[Any], commands: list[Any], dies: str) -> list[Any]:
        """One step: give what leaves."""
        wanted: list[Any] = []
        events = self._hand(inputs, wanted)
        self._perhaps(dies, "fold")
        seq = self._record(events, commands)
        self._perhaps(dies, "journal")
        answers = self._hand(commands, wanted)
        self._perhaps(dies, "commands")
        if answers:
            seq = self._record(answers, [])
        self.adapter.commit(seq)
        self.gone += [one.data for one in wanted if isinstance(one, Send)]
        self._perhaps(dies, "archive")
        return wanted

    def _hand(self, inputs: list[Any], wanted: list[Any]) -> list[Any]:
        events = []
        for one in inputs:
            for said in self.adapter.handle(one, self.now):
                (wanted if isinstance(said, Send | Close) else events).append(said)
        return events

    def _record(self, events: list[Any], commands: list[Any]) -> int:
        seq = 10 * (len(self.journal) + 1)
        self.journal.append(Turn(seq, self.now, events, commands))
        return seq

    def _perhaps(self, dies: str, at: str) -> None:
        if dies == at:
            raise Died

    def die(self) -> None:
        archive = self.adapter._archive
        assert archive is not None
        archive.close()
        self.born()

    def told(self) -> list[Any]:
        """All events that are known for good."""
        return [one for turn in self.journal for one in turn.events]

    def asked(self, kind: type) -> list[Any]:
        """All commands of a class that are known for good."""
        return [one for turn in self.journal for one in turn.commands if isinstance(one, kind)]


class Crashes(RuleBasedStateMachine):
    """A process, a venue, a wire."""

    @initialize(dialect=st.sampled_from(DIALECTS), version=st.sampled_from(["FIX.4.2", "FIX.4.4"]))
    def begin(self, dialect: Dialect, version: str) -> None:
        self.folder = TemporaryDirectory()
        self.process = Process(Path(self.folder.name), dialect, version)
        peer = type("Peer", (Venue,), {"version": version})
        self.bench = Bench(self.process.adapter, peer())
        self.peer = self.bench.peer
        self.wire: deque[bytes] = deque()
        self.open = False
        self.count = 0
        self.reconnect("", True)

    # -- what happens --------------------------------------------------------------------------------------------------

    @rule(dies=st.sampled_from(POINTS), answered=st.booleans())
    def reconnect(self, dies: str, answered: bool) -> None:
        """The wire is cut and back; the answer to the logon may be under way for long."""
        self._cut()
        self._connect(dies)
        if answered:
            self._take(2, dies)

    @rule()
    def away(self) -> None:
        """An order while there is no connection."""
        self._cut()
        self.order("", 1)
        self.reconnect("", True)

    @rule(dies=st.sampled_from(POINTS), many=st.integers(1, 3))
    def order(self, dies: str, many: int) -> None:
        orders = []
        for _ in range(many):
            self.count += 1
            terms = (ONE.symbol, Side.BUY, 100, OrdType.LIMIT, PRICE, TimeInForce.DAY)
            orders.append(SendOrder(MIC, f"P{self.count}.1", *terms))
        self._step([], orders, dies)

    @rule(dies=st.sampled_from(POINTS), which=st.integers(0, 5), replaces=st.booleans())
    def request(self, dies: str, which: int, replaces: bool) -> None:
        sent = self.process.asked(SendOrder)
        if not sent:
            return
        self.count += 1
        order, name = sent[which % len(sent)], f"R{self.count}"
        if replaces:
            request: Any = ReplaceOrder(MIC, name, order.cl_ord_id, ONE.symbol, Side.BUY, 150, PRICE)
        else:
            request = CancelOrder(MIC, name, order.cl_ord_id, ONE.symbol, Side.BUY)
        self._step([], [request], dies)

    @rule(which=st.integers(0, 5), qty=st.integers(1, 60))
    def execute(self, which: int, qty: int) -> None:
        if live := self.bench.live():
            self.bench.execute(live[which % len(live)], qty, PRICE)
            self.bench.execute(live[0], qty, PRICE)
            self._report()

    @rule(dies=st.sampled_from(POINTS), many=st.integers(1, 4))
    def hear(self, dies: str, many: int) -> None:
        self._take(many, dies)

    @rule(seconds=st.integers(0, 2), dies=st.sampled_from(POINTS))
    def wait(self, seconds: int, dies: str) -> None:
        self.process.now += seconds * fix.SECOND
        self._step([Tick()], [], dies)

    # -- plumbing ------------------------------------------------------------------------------------------------------

    def _connect(self, dies: str = "") -> None:
        self.open = True
        self._step([Opened(CHANNEL)], [], dies)

    def _take(self, many: int, dies: str = "") -> None:
        self._step([Received(CHANNEL, self.wire.popleft()) for _ in range(min(many, len(self.wire)))], [], dies)

    def _step(self, inputs: list[Any], commands: list[Any], dies: str) -> None:
        try:
            leaves = self.process.step(inputs, commands, dies)
        except Died:
            self._cut(told=False)
            self.process.die()
            self._connect()
            self._take(2)
            return
        for one in leaves:
            if isinstance(one, Close):
                self._cut(told=False)
            elif self.open:
                self._arrives(one)

    def _arrives(self, sent: Send) -> None:
        for one in self.peer.read(sent, self.process.now):
            if isinstance(one, Received):
                self.wire.append(one.data)
            else:
                self.bench.reached.append(one)
                self.bench._take(self._ours(one))
        self._report()

    def _ours(self, command: Any) -> Any:
        """The venue knows orders by the names that it was given."""
        return command

    def _report(self) -> None:
        reports, self.bench.inbound = self.bench.inbound, []
        for report in reports:
            self.wire.extend(one.data for one in self.peer.write(report, self.process.now) if self.open)

    def _cut(self, told: bool = True) -> None:
        was, self.open = self.open, False
        self.wire.clear()
        self.peer.closed(CHANNEL)
        if was and told:
            self._step([Closed(CHANNEL, "cut")], [], "")

    # -- what must hold ------------------------------------------------------------------------------------------------

    def _reached(self) -> list[str]:
        return [one.cl_ord_id for one in self.bench.reached if isinstance(one, SendOrder)]

    def _theirs(self, ours: str) -> str:
        return self.process.adapter._ids.theirs(ours, self.process.now)

    @invariant()
    def no_order_arrives_twice(self) -> None:
        if hasattr(self, "bench"):
            assert len(self._reached()) == len(set(self._reached()))

    @invariant()
    def what_arrived_is_not_said_to_have_never_left(self) -> None:
        if hasattr(self, "bench"):
            ends = (ExecType.REJECTED, ExecType.CANCELED)
            never = [one for one in self.process.told() if isinstance(one, ExecutionReport) and one.exec_type in ends]
            names = {one.orig_cl_ord_id or one.cl_ord_id for one in never if "never left" in one.text}
            assert not names & {self.process.adapter._ids.ours(one) for one in self._reached()}

    def teardown(self) -> None:
        """Left in peace, every execution is known, and every order has an answer."""
        if not hasattr(self, "bench"):
            return
        try:
            self._heal()
            told = [one for one in self.process.told() if isinstance(one, ExecutionReport)]
            known = {one.exec_id for one in told if one.exec_type is ExecType.TRADE}
            assert known == {one.exec_id for one in self.bench.executions}
            answered = {name for one in told for name in (one.cl_ord_id, one.orig_cl_ord_id)}
            assert {one.cl_ord_id for one in self.process.asked(SendOrder)} <= answered
            arrived = {self.process.adapter._ids.ours(one) for one in self._reached()}
            unknown = {one.cl_ord_id for one in told if one.exec_type is ExecType.ORDER_STATUS
                       and one.ord_status is OrdStatus.REJECTED}  # fmt: skip
            assert not unknown & arrived
        finally:
            archive = self.process.adapter._archive
            assert archive is not None
            archive.close()
            self.folder.cleanup()

    def _has_told_what_never_left(self) -> None:
        """Nobody need be asked about orders that were not made durable, and no other is said to have never left."""
        ids = self.process.adapter._ids
        gone = {ids.ours(one.text(11)) for one in map(parse, self.process.gone) if one.msg_type == b"D"}
        orders = {one.cl_ord_id for one in self.process.asked(SendOrder)}
        told = [one for one in self.process.told() if isinstance(one, ExecutionReport) and "never left" in one.text]
        assert orders - gone == {one.orig_cl_ord_id or one.cl_ord_id for one in told}

    def _heal(self) -> None:
        for _ in range(4):
            self.process.now += 60 * fix.SECOND
            if not self.open:
                self._connect()
            self._step([Tick()], [], "")
            while self.wire:
                self._take(4)
        self._has_told_what_never_left()
        for order in self.process.asked(SendOrder):
            self.process.now += fix.SECOND
            self._step([], [QueryOrder(MIC, order.cl_ord_id, ONE.symbol, Side.BUY)], "")
            while self.wire:
                self._take(4)


Crashes.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestCrashes = Crashes.TestCase
