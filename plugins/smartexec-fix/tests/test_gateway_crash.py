"""A client, a wire that is cut at any moment, and a gateway that dies between any two of its steps: every order is
taken once, and every report of the broker's journal reaches the client once, in order.
"""

import tempfile
from pathlib import Path

from gateway_room import Client, Fill, Room
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from smartexec.api import CancelRequest, ClientReport, NewOrder, RejectedOrder, ReplaceRequest

POINTS = ("folded", "journalled", "told", "kept")
"""Where it may die: before the journal, before reports are written, before they are kept, before they leave."""
VERSIONS = ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")


class Crashes(RuleBasedStateMachine):
    """One client's day."""

    @initialize(version=st.sampled_from(VERSIONS), cancels=st.booleans())
    def begin(self, version: str, cancels: bool) -> None:
        self.folder = tempfile.TemporaryDirectory()
        client = Client(version=version, more={"heartbeat": 0})
        self.room = Room(Path(self.folder.name), client, of_session={"cancel_on_disconnect": cancels})
        self.count = 0
        self.orders: list[str] = []
        self.asked: list[str] = []

    # -- what happens --------------------------------------------------------------------------------------------------

    @precondition(lambda self: not self.room.connected)
    @rule()
    def connect(self) -> None:
        self.room.connect()
        self.room.flow()

    @rule()
    def cut(self) -> None:
        self.room.cut()

    @rule(most=st.integers(1, 8))
    def flow(self, most: int) -> None:
        self.room.flow(most)

    @rule(at=st.sampled_from(POINTS))
    def die_soon(self, at: str) -> None:
        self.room.dies_at = at

    @rule()
    def die(self) -> None:
        self.room.die()

    @rule(seconds=st.sampled_from([1, 9, 40]))
    def wait(self, seconds: int) -> None:
        self.room.tick(seconds)

    @rule(qty=st.integers(1, 200))
    def order(self, qty: int) -> None:
        self._send("D", self.room.client.order(self._name("c", self.orders), str(qty)))

    @rule(qty=st.integers(0, 50))
    def order_that_is_none(self, qty: int) -> None:
        self._send("D", self.room.client.order(self._name("x", self.orders), f"{qty}.5"))

    @precondition(lambda self: self.orders)
    @rule(place=st.integers(0, 99))
    def cancel(self, place: int) -> None:
        orig = self.orders[place % len(self.orders)]
        self._send("F", self.room.client.request(self._name("f", self.asked), orig))

    @precondition(lambda self: self.orders)
    @rule(place=st.integers(0, 99), qty=st.integers(1, 300))
    def replace(self, place: int, qty: int) -> None:
        orig = self.orders[place % len(self.orders)]
        self._send("G", self.room.client.request(self._name("g", self.asked), orig, str(qty)))

    @rule()
    def mass_cancel(self) -> None:
        if self.room.client.version != "FIX.4.2":
            name = self._name("q", [])
            self._send("q", self.room.client.body([(11, name), (530, "7"), (60, "20260105-14:30:00")]))

    @rule(place=st.integers(0, 99), qty=st.integers(1, 100))
    def fill(self, place: int, qty: int) -> None:
        keys = list(self.room.broker.orders)
        if keys:
            self.room.step(Fill(keys[place % len(keys)], qty))

    def _name(self, letter: str, names: list[str]) -> str:
        self.count += 1
        names.append(f"{letter}{self.count}")
        return names[-1]

    def _send(self, kind: str, body: list[tuple[int, bytes]]) -> None:
        self.room.send(kind, body)
        if self.count % 2:
            self.room.flow()

    # -- what must hold ------------------------------------------------------------------------------------------------

    def _due(self) -> list[tuple[str, str]]:
        """What the client must be told, as the journal has it: (MsgType, ExecID(17) or ClOrdID(11))."""
        due: list[tuple[str, str]] = []
        counts: dict[str, int] = {}
        ours = {event.cl_ord_id for event in self._events(CancelRequest) if event.origin}
        for _, _, _, commands in self.room.broker.journal:
            for one in commands:
                if isinstance(one, ClientReport):
                    counts[one.order_id] = counts.get(one.order_id, 0) + 1
                    due.append(("8", one.exec_id or f"{one.order_id}-{counts[one.order_id]}"))
                elif one.cl_ord_id not in ours:
                    due.append(("9", one.cl_ord_id))
        return due

    def _told(self) -> list[tuple[str, str]]:
        """What the client was told of the journal; what is refused or answered without the broker is left out."""
        got = ((one.msg_type.decode(), one) for one in self.room.client.got)
        pairs = ((kind, one.text(17 if kind == "8" else 11)) for kind, one in got if kind in "89")
        return [pair for pair in pairs if pair[1] != "0"]

    def _events(self, *kinds: type) -> list:  # type: ignore[type-arg]
        turns = self.room.broker.journal
        return [event for _, _, events, _ in turns for event in events if isinstance(event, kinds)]

    @invariant()
    def nothing_is_told_twice_or_out_of_order(self) -> None:
        if hasattr(self, "room"):
            told = self._told()
            assert told == self._due()[: len(told)]

    @invariant()
    def nothing_is_taken_twice(self) -> None:
        if hasattr(self, "room"):
            names = [event.cl_ord_id for event in self._events(NewOrder, RejectedOrder, CancelRequest, ReplaceRequest)]
            assert len(names) == len(set(names))

    def teardown(self) -> None:
        """Left in peace, everything arrives."""
        if not hasattr(self, "room"):
            return
        self.room.dies_at = ""
        for _ in range(4):
            self.room.tick(60)
            if not self.room.connected:
                self.room.connect()
            self.room.flow()
        assert self._told() == self._due()
        assert sorted(event.cl_ord_id for event in self._events(NewOrder, RejectedOrder)) == sorted(self.orders)
        requests = [e.cl_ord_id for e in self._events(CancelRequest, ReplaceRequest) if not e.origin]
        assert sorted(requests) == sorted(self.asked)
        self._agrees()
        archive = self.room.gateway._archive
        assert archive is not None
        archive.close()
        self.folder.cleanup()

    def _agrees(self) -> None:
        """The client's own sums are the broker's."""
        told: dict[str, dict[str, int]] = {}
        for one in self.room.client.got:
            if one.msg_type == b"8" and one.get(32) is not None:
                told.setdefault(one.text(37), {})[one.text(17)] = int(one.text(32))
        sums = {name: sum(fills.values()) for name, fills in told.items()}
        assert sums == {order.order_id: order.cum for order in self.room.broker.orders.values() if order.cum}


Crashes.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestCrashes = Crashes.TestCase
