"""Scenarios of faults between an adapter and its venue, V-30 and on: lost, doubled, late, cut up, garbled."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from smartexec.errors import VenueProtocolError
from smartexec.model.commands import VenueCommand
from smartexec.model.enums import Phase
from smartexec.model.events import ExecutionReport, VenueEvent, VenueStatus
from smartexec.model.market import PhaseChange, Quote
from smartexec.model.wire import Http, Received, Request, Response, Send, Tcp, WireInput
from smartexec.testing.counterparty import Counterparty
from smartexec.testing.kit import needs, scenario
from smartexec.testing.venue_subject import ENDS, SECOND, VenueSubject, cum_qty, executions, sayable
from smartexec.testing.views import ASK, BID

NO_ANSWERS: Final = ((500, b"<html>oops"), (502, b""), (200, b"<html>"), (200, b"[1]"), (200, b'{"status": "?"}'))
"""Status and body of HTTP responses that say nothing of what was asked."""
GARBAGE: Final = (
    b"\x00", b"\xff\xfe garbage \x80", b"{", b"[]", b"null", b'{"type": 1}', b"8=FIX.4.4\x019=5\x01", b"x" * 70_000,
)  # fmt: skip


class VenueFaults(VenueSubject):
    """What may go wrong."""

    @scenario("V-30")
    def test_v30_sends_nothing_stale(self) -> None:
        """An order given while the channels are down does not leave when they are open again: the market has moved."""
        bench = self.bench()
        bench.disconnect()
        bench.command(self.order())
        bench.connect()
        bench.wait(5 * SECOND)
        assert not bench.orders, f"found {list(bench.orders)} at the venue, expected nothing"

    @scenario("V-31")
    def test_v31_a_missing_answer_is_no_answer(self) -> None:
        """With no answer for a minute, and requests that time out, it invents no end of the order; what comes later is
        told. The order stays in doubt, and the kernel asks."""
        bench = self.bench()
        bench.command(self.order())
        late = bench.wire()
        bench.time_out()
        bench.wait(60 * SECOND)
        ends = [one for one in bench.of(ExecutionReport) if one.exec_type in ENDS]
        assert not ends, f"found {ends}, expected nothing: the order may be live"
        if bench.up is False:
            bench.connect()
        order = bench.orders["P1.1"]
        bench.execute(order, 10, BID)
        bench.deliver([one for one in late if isinstance(one, Received)])
        bench.flush()
        assert ("E0", 10, BID) in executions(bench), f"found {bench.said}, expected the execution that came late"

    @scenario("V-32")
    def test_v32_lost_executions_are_found(self) -> None:
        """Executions that were reported while the channels were down are known after a reconnection and a query."""
        needs(self.make().capabilities.order_status, "the venue answers no status requests")
        bench = self.bench()
        order = self.sent(bench)
        bench.disconnect()
        bench.execute(order, 60, BID)
        bench.inbound.clear()
        bench.connect()
        bench.exchange(self.query("P1.1"))
        assert cum_qty(bench, "P1.1") == 60, f"CumQty(14): found {cum_qty(bench, 'P1.1')}, expected 60"

    @scenario("V-33")
    def test_v33_resent_executions_are_the_same(self) -> None:
        """What the venue sends again after a reconnection keeps its ExecID.

        Skipped where the protocol does not resend.
        """
        bench = self.bench()
        order = self.sent(bench)
        bench.execute(order, 20, BID)
        reports = list(bench.inbound)
        bench.flush()
        bench.disconnect()
        bench.connect()
        with sayable():
            bench.deliver(bench.peer.resend(reports, bench.now))
        found = set(executions(bench))
        assert found == {("E0", 20, BID)}, f"found {found}, expected one execution, however often it is told"

    @scenario("V-34")
    def test_v34_survives_a_sequence_reset(self) -> None:
        """When the venue begins its sequence numbers anew, trading goes on.

        Skipped where the protocol has none.
        """
        bench = self.bench()
        self.sent(bench)
        with sayable():
            bench.deliver(bench.peer.reset(bench.now))
        if bench.up is False:
            bench.connect()
        order = self.sent(bench, "P2.1")
        bench.execute(order, 5, BID)
        bench.flush()
        assert executions(bench)[-1] == ("E0", 5, BID)

    @scenario("V-35")
    def test_v35_bytes_may_come_in_any_pieces(self) -> None:
        """A stream cut into single bytes, or come at once, says the same.

        Skipped where no channel is a stream: HTTP and WebSocket hand over whole messages.
        """
        streams = {channel.name for channel in self.make().channels if isinstance(channel, Tcp)}
        needs(streams, "no channel is a stream of bytes")
        told: list[list[str]] = []
        for cut in (_whole, _byte_by_byte, _at_once):
            bench = self.bench()
            bench.command(self.order())
            bench.execute(bench.orders["P1.1"], 30, BID)
            bench.command(self.cancel("P1.2", "P1.1"))
            bench.deliver(cut(bench.wire(), streams))
            told.append([str(one) for one in bench.said])
        assert told[0] == told[1], f"found {told[1]} byte by byte, expected {told[0]}"
        assert told[0] == told[2], f"found {told[2]} at once, expected {told[0]}"

    @scenario("V-36")
    def test_v36_garbage_does_no_harm(self) -> None:
        """Garbage on any channel invents no event and raises nothing but VenueProtocolError.

        After a reconnection all is as before. General garbage is tried, bare and as a line, and the counterparty's own.
        """
        channels = [channel for channel in self.make().channels if not isinstance(channel, Http)]
        junk = [*GARBAGE, *(one + b"\n" for one in GARBAGE)]
        tried: list[Received | Response] = [Received(channel.name, one) for channel in channels for one in junk]
        for one in [*tried, *self.counterparty().malformed()]:
            bench = self.bench()
            self.sent(bench)
            before = len(bench.said)
            try:
                bench.hand(one)
            except VenueProtocolError:
                bench.disconnect("the peer broke its protocol")
            told = [event for event in bench.said[before:] if not isinstance(event, VenueStatus)]
            assert not told, f"found {told} after {one}, expected nothing"
            bench.disconnect()
            bench.connect()
            assert bench.up, f"found it down after {one} and a reconnection, expected it up"
            order = self.sent(bench, "P2.1")
            bench.execute(order, 5, BID)
            bench.flush()
            assert executions(bench)[-1:] == [("E0", 5, BID)]

    @scenario("V-37")
    def test_v37_garbage_in_a_response_does_no_harm(self) -> None:
        """An HTTP response that is no sense, or a 5xx, leaves the order in doubt: it is neither accepted nor refused.

        Skipped where no channel is HTTP.
        """
        names = {channel.name for channel in self.make().channels if isinstance(channel, Http)}
        needs(names, "no channel is HTTP")
        for status, data in NO_ANSWERS:
            bench = self.bench()
            bench.command(self.order())
            for asked in bench.waiting:
                with suppress(VenueProtocolError):
                    bench.hand(Response(asked.channel, asked.ref, status, data))
            told = [one for one in bench.said if not isinstance(one, VenueStatus)]
            assert not told, f"found {told} after HTTP {status} {data!r}, expected nothing"

    @scenario("V-38")
    def test_v38_notices_a_silent_peer(self) -> None:
        """A peer that says nothing for long is asked, or its channel closed; one that does not answer is not up.

        The counterparty falls silent. Within its `silence()` something must leave or the channel be closed; as long
        again later the channel must be closed or the session told as down. Heartbeats of the adapter's own, which it
        sends whatever it hears, are no question. A peer that is to send heartbeats and is not asked may be taken for
        gone at once.

        Skipped where the transport sees to it.
        """
        bench = self.bench()
        with sayable():
            silence = bench.peer.silence()
        bench.peer = Silent()
        before = len(bench.put)
        bench.wait(silence)
        assert len(bench.put) > before or bench.closes, (
            f"found nothing after {silence} ns of silence, expected a question"
        )
        bench.wait(silence)
        assert bench.closes or not bench.up, (
            f"found it up after {2 * silence} ns of silence, expected its channel closed, or VenueStatus down"
        )

    @scenario("V-39")
    def test_v39_market_data_are_told(self) -> None:
        """A quote comes through to the last digit, also one with a side that is missing.

        Skipped where it brings no market data.
        """
        bench, mic = self.bench(), self.make().mic
        symbol = self.instruments[0].symbol
        for quote in (Quote(symbol, mic, BID, 300, ASK, 200), Quote(symbol, mic, None, 0, ASK + 5_000_000, 1)):
            with sayable():
                bench.deliver(bench.peer.quote(quote, bench.now))
            assert bench.of(Quote)[-1:] == [quote], f"found {bench.of(Quote)}, expected {quote}"

    @scenario("V-43")
    def test_v43_phases_are_told(self) -> None:
        """A halt, and continuous trading after it, come through.

        Skipped where it brings no trading phases.
        """
        bench, symbol = self.bench(), self.instruments[0].symbol
        for phase in (Phase.HALTED, Phase.CONTINUOUS):
            with sayable():
                bench.deliver(bench.peer.phase(PhaseChange(symbol, bench.adapter.mic, phase), bench.now))
            found = [(one.symbol, one.phase) for one in bench.of(PhaseChange)][-1:]
            assert found == [(symbol, phase)], f"found {bench.of(PhaseChange)}, expected {phase}"


class Silent(Counterparty):
    """A peer that hears nothing and says nothing."""

    def read(self, wanted: Send | Request, now: int) -> Iterable[VenueCommand | WireInput]:
        return ()

    def write(self, report: VenueEvent, now: int) -> Iterable[Received | Response]:
        return ()


def _whole(wire: Iterable[Received | Response], streams: set[str]) -> list[Received | Response]:
    return list(wire)


def _byte_by_byte(wire: Iterable[Received | Response], streams: set[str]) -> list[Received | Response]:
    out: list[Received | Response] = []
    for one in wire:
        if isinstance(one, Received) and one.channel in streams:
            out += [Received(one.channel, one.data[i : i + 1]) for i in range(len(one.data))]
        else:
            out.append(one)
    return out


def _at_once(wire: Iterable[Received | Response], streams: set[str]) -> list[Received | Response]:
    out: list[Received | Response] = []
    for one in wire:
        last = out[-1] if out else None
        if isinstance(one, Received) and isinstance(last, Received) and one.channel == last.channel in streams:
            out[-1] = Received(one.channel, last.data + one.data)
        else:
            out.append(one)
    return out
