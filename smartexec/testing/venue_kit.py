"""The conformance kit of adapters to real venues: scenarios V-01 and on. Simulated ones have a kit of their own."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from smartexec.interfaces.venue import VenueAdapter
from smartexec.model.events import Tick, VenueStatus
from smartexec.model.routing import Capabilities
from smartexec.model.wire import Closed, Http, Opened, Received, Response, WireInput
from smartexec.runtime.reading.checks import MARKET, VENUE, WIRE, wrong
from smartexec.runtime.reading.schema import init_fields
from smartexec.testing.adapter_world import AdapterWorld
from smartexec.testing.alike import check_alike
from smartexec.testing.clocks import wrong_clocks
from smartexec.testing.kit import Kit, needs, scenario
from smartexec.testing.parameters import check_class, check_documented, check_refusals
from smartexec.testing.venue_faults import VenueFaults
from smartexec.testing.venue_orders import VenueOrders
from smartexec.testing.venue_subject import SECOND, executions
from smartexec.testing.views import BID

SECRET: Final = re.compile(r"password|secret|token|key$", re.IGNORECASE)
OTHER: Final = "no-such-channel"
NOT_ITS_OWN: Final = {"smartexec", "builtins", "abc"}
"""Packages of classes above an adapter that are not the author's."""


class VenueKit(VenueOrders, VenueFaults, Kit):
    """Subclass it in a plugin's tests, set `adapter` and `counterparty`, and pytest runs the scenarios."""

    kind = "venue"
    subject = "adapter"

    # -- what it is ----------------------------------------------------------------------------------------------------

    @scenario("V-01")
    def test_v01_declares_itself(self) -> None:
        """It is an attrs class with a name such as "acme-fix", a docstring, a MIC, capabilities, and named channels."""
        one = self.make()
        check_class(self.adapter, VenueAdapter)
        assert isinstance(one.mic, str), f"mic: found {one.mic!r}, expected the venue's MIC"
        assert one.mic, "mic: found nothing, expected the venue's MIC"
        assert isinstance(one.capabilities, Capabilities)
        assert one.capabilities == one.capabilities, "capabilities: found two answers, expected one"
        names = [channel.name for channel in one.channels]
        assert names, "channels: found none, expected those it needs; a simulated venue has a kit of its own"
        assert len(set(names)) == len(names), f"channels: found {names}, expected each name once"
        assert not one.simulated, "simulated: found True, expected False"

    @scenario("V-02")
    def test_v02_documents_its_parameters(self) -> None:
        """Every parameter has a type that can be read, and a docstring below it.

        Bad values and unknown names are refused by name.
        """
        with self._given(self.params) as params:
            check_refusals(self.adapter, params)
        check_documented(self.adapter)

    @scenario("V-03")
    def test_v03_shows_no_secret(self) -> None:
        """What must not be seen is not in its text: passwords, tokens, keys.

        Skipped where no parameter is named so.
        """
        secrets = [one for one in init_fields(self.adapter) if SECRET.search(one.name)]
        needs(secrets, "it has no parameter that is a secret")
        shown = [one.name for one in secrets if one.repr or not one.metadata.get("secret")]
        assert not shown, f"found {', '.join(shown)}, expected field(repr=False, metadata={{'secret': True}})"
        bench = self.bench()
        self.sent(bench)
        for one in secrets:
            value = str(getattr(bench.adapter, one.name))
            told = [str(event) for event in bench.said if len(value) > 3 and value in str(event)]
            assert not told, f"found the value of {one.name} in {told[0]}, expected it nowhere"

    # -- the session ---------------------------------------------------------------------------------------------------

    @scenario("V-04")
    def test_v04_says_when_it_is_up(self) -> None:
        """Before its channels are open it says nothing of being up; once they are, and its logon is done, it does."""
        bench = self.bench(connect=False)
        bench.hand(Tick())
        bench.command(self.order())
        early = bench.up
        assert not early, f"found {bench.said}, expected nothing of being up before a channel is open"
        bench.connect()
        assert bench.up is True, f"found {bench.said} after the channels were opened, expected VenueStatus up"

    @scenario("V-05")
    def test_v05_says_when_it_is_down(self) -> None:
        """A lost channel is a VenueStatus that is down, with a reason; opened again, it is up."""
        bench = self.bench()
        bench.disconnect("cable cut")
        assert bench.up is False, "found no VenueStatus down, expected one"
        bench.connect()
        assert bench.up is True, "found no VenueStatus up after the channels were opened again, expected one"

    @scenario("V-06")
    def test_v06_speaks_the_interface(self) -> None:
        """All it says is of the interface's classes, every field of the exact type (a bool is no quantity)."""
        bench = self.bench()
        order = self.sent(bench)
        bench.execute(order, 30, BID)
        bench.flush()
        bench.exchange(self.cancel("P1.2", "P1.1"))
        for one in (*bench.said, *bench.put, *bench.closes):
            fault = wrong(one, (*VENUE, *MARKET, *WIRE))
            assert not fault, fault

    @scenario("V-07")
    def test_v07_is_not_stirred_by_the_unknown(self) -> None:
        """A response to no request of its own and news of a channel that is none of its own change nothing.

        Another channel is opened, brings garbage, what the venue says on the adapter's own, and is lost. Nothing is
        said and nothing sent; what comes on its own channel afterwards is told.
        """
        bench = self.bench()
        order = self.sent(bench)
        bench.execute(order, 20, BID)
        wire = bench.wire()
        said, put = len(bench.said), len(bench.put)
        for one in self._unknown(wire):
            bench.hand(one)
            assert not bench.said[said:], f"found {bench.said[said:]} after {one}, expected nothing"
            assert not bench.put[put:], f"found {bench.put[put:]} sent after {one}, expected nothing"
        bench.hand(Tick())
        told = [one for one in bench.said[said:] if not isinstance(one, VenueStatus)]
        assert not told, f"found {told} after a tick, expected nothing"
        bench.deliver(wire)
        found = set(executions(bench))
        assert found == {("E0", 20, BID)}, f"found {found} of its own channel, expected the execution"

    def _unknown(self, wire: list[Received | Response]) -> Iterator[WireInput]:
        """Yield what is none of an adapter's business, besides what is."""
        for channel in self.make().channels:
            if isinstance(channel, Http):
                yield Response(channel.name, "no-such-request", 200, b"{}")
        yield Opened(OTHER)
        yield from (Received(OTHER, one) for one in (b"{}", b"\x00\n"))
        yield from (Received(OTHER, one.data) for one in wire)
        yield Response(OTHER, "no-such-request", 200, b"{}")
        yield Closed(OTHER, "cable cut")

    # -- law and order -------------------------------------------------------------------------------------------------

    @scenario("V-40")
    def test_v40_says_when_it_wants_the_time(self) -> None:
        """`next_tick` is a time in the future or None; after a tick it is later, so that time goes on."""
        bench = self.bench()
        for _ in range(50):
            due = bench.adapter.next_tick()
            assert due is None or type(due) is int, f"next_tick: found {due!r}, expected ns or None"
            if due is None:
                return
            bench.now = max(bench.now, due)
            bench.hand(Tick())
            after = bench.adapter.next_tick()
            assert after is None or after > bench.now, f"next_tick: found {after} at {bench.now}, expected later"

    @scenario("V-41")
    def test_v41_takes_the_time_it_is_given(self, tmp_path: Path) -> None:
        """It asks no clock: the same inputs give the same bytes, whenever and wherever they come (law 6).

        Tried with clocks that are wrong by centuries and note who reads them, and in another process with another hash
        seed.
        """
        first = list(script(self))
        with wrong_clocks({cls.__module__.partition(".")[0] for cls in self.adapter.__mro__} - NOT_ITS_OWN) as read:
            again = list(script(self))
        assert not read, f"found {read[0]}, expected the time that `handle` is given"
        assert first == again, f"found {again} when the clocks were wrong, expected {first}"
        check_alike(self, script, tmp_path)

    @scenario("V-42")
    @pytest.mark.parametrize("seed", range(10))
    def test_v42_agrees_with_the_venue_after_a_bad_day(self, seed: int) -> None:
        """A day with an engine: orders, executions, cancels, lost and doubled messages, disconnections. At its end,
        healed, the engine and the venue agree on every execution, and no law is broken.

        Skipped where the venue answers no status requests: nothing could find what was lost.
        """
        needs(self.make().capabilities.order_status, "the venue answers no status requests")
        world = AdapterWorld.made(self.make(), self.counterparty(), self.instruments[0], seed)
        world.day()
        found = world.faults_found()
        assert not found, "; ".join(found)


def script(kit: VenueKit) -> list[object]:
    """Give what an adapter says and sends on an ordinary day, and a minute and a half later."""
    bench = kit.bench()
    order = kit.sent(bench)
    bench.execute(order, 30, BID)
    bench.flush()
    bench.exchange(kit.cancel("P1.2", "P1.1"))
    bench.wait(90 * SECOND)
    return [*bench.said, *bench.put]
