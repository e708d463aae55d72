"""Scenarios of order sources with channels, O-13 and on: orders in, reports out, cut off, killed, fed with garbage.

A source that reads its orders has none; the scenarios are skipped then.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path
from typing import Any, ClassVar, Final

import attrs

from smartexec.interfaces.order_source import OrderSource
from smartexec.model.commands import ClientCancelReject, ClientCommand, ClientReport
from smartexec.model.enums import CxlRejReason, ExecType, OrdRejReason, OrdStatus, Side
from smartexec.model.ids import NANOS_PER_SECOND
from smartexec.model.instrument import Instrument
from smartexec.model.orders import CancelRequest, NewOrder, ReplaceRequest
from smartexec.model.wire import Closed, Opened, Received, TcpServer
from smartexec.testing.kit import needs, scenario
from smartexec.testing.source_bench import BYTES, COMMIT, JOURNAL, Died, Heard, SourceBench, SourcePeer
from smartexec.testing.views import START

SECOND: Final = NANOS_PER_SECOND
GOODBYE: Final = 120 * SECOND
"""A source that has said goodbye wants no more ticks after this long."""
CONNECTS: Final = "no clients connect to it"
READS_NOTHING: Final = "clients connect to it: it reads nothing"
GARBAGE: Final = (
    b"", b"\n", b"\x00\xff\xfe garbage \x80\n", b"{\n", b"-1 x\n", b"0 NEW\n", b"GET / HTTP/1.1\r\n\r\n",
    b"8=FIX.4.4\x019=5\x0135=A\x01", b"8=FIX.4.4\x019=99999999\x01", b"x" * 70_000,
)  # fmt: skip
DEATHS: Final = (JOURNAL, COMMIT, BYTES, "")
"""Where the turn before a restart has come to; "" = to its end."""
Step = tuple[Callable[[SourceBench, SourcePeer], None], bool]
"""What is done with a client, and whether the client does it: it asks for something."""
_PX: Final = 10 * NANOS_PER_SECOND


class WiredSources:
    """What the author of an order source says of its clients, and the scenarios of them."""

    source: ClassVar[type[OrderSource]]
    """The class under test."""
    instruments: ClassVar[Sequence[Instrument]]
    """Of the run; orders are for the first."""
    strategy: ClassVar[str] = "TWAP"
    """That clients' orders name."""

    def peers(self) -> Sequence[SourcePeer]:
        """Make its clients, fresh ones: none for a source that reads its orders."""
        return ()

    @contextmanager
    def _bench(self, folder: Path, *, whole: bool = True) -> Iterator[SourceBench]:
        """Make a source with its clients; skips where it has none."""
        peers = self.peers()
        needs(peers, CONNECTS)
        folder.mkdir(exist_ok=True)
        yield SourceBench(lambda: self._fresh(folder), peers, folder, START, whole)

    def _fresh(self, folder: Path) -> OrderSource:
        kit: Any = self
        made: OrderSource = kit.started(folder, kit.make(folder))
        return made

    def _script(self, place: int) -> Sequence[Step]:
        """Give the steps of a client's day: orders, executions, a replace, a cancel, one that comes too late. Clients
        ask for the same; their executions, by the client's place, are not."""
        one = self.instruments[0]
        qty, price = one.lot * 100, one.tick * 1_000

        def order(name: str, limit: int | None) -> Step:
            def ask(bench: SourceBench, peer: SourcePeer) -> None:
                bench.ask(peer, NewOrder(peer.source, name, one.symbol, Side.BUY, qty, self.strategy, price=limit))

            return ask, True

        def fill(name: str, part: int) -> Step:
            return lambda bench, peer: bench.fill(peer, name, one.lot * part, _PX), False

        def replace(name: str, orig: str) -> Step:
            new = one.lot * 80
            return lambda bench, peer: bench.ask(peer, ReplaceRequest(peer.source, name, orig, new, price)), True

        def cancel(name: str, orig: str) -> Step:
            return lambda bench, peer: bench.ask(peer, CancelRequest(peer.source, name, orig)), True

        return (
            order("c1", price), order("c2", None), fill("c1", 30 - place), replace("r1", "c1"), fill("r1", 20),
            order("c3", price), cancel("x2", "c2"), fill("r1", 30 + place), cancel("x1", "r1"), cancel("x9", "c9"),
            fill("c3", 10),
        )  # fmt: skip

    def _expected(self, place: int) -> list[Heard]:
        """Give what a client is told of that day."""
        lot = self.instruments[0].lot
        new, part, done, off = OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED, OrdStatus.FILLED, OrdStatus.CANCELED
        first = 30 - place
        return [
            Heard("c1", new),
            Heard("c2", new),
            Heard("c1", part, first * lot, first * lot),
            Heard("r1", part, first * lot),
            Heard("r1", part, (first + 20) * lot, 20 * lot),
            Heard("c3", new),
            Heard("x2", off),
            Heard("r1", done, 80 * lot, (60 - first) * lot),
            Heard("x1", done),
            Heard("x9", OrdStatus.REJECTED),
            Heard("c3", part, 10 * lot, 10 * lot),
        ]

    def _day(self, bench: SourceBench) -> Iterator[tuple[int, Callable[[], None], bool]]:
        """Yield the steps of all clients' days: number, what is done, whether the client does it. Each client is a step
        behind the one before it, so that what is told to the wrong one is out of place."""
        scripts = [self._script(place) for place in range(len(bench.peers))]
        length = len(scripts[0])
        turns = [(time - place, place) for time in range(length + len(scripts)) for place in range(len(scripts))]
        steps = [(scripts[place][at], bench.peers[place]) for at, place in turns if 0 <= at < length]
        for number, ((step, asks), peer) in enumerate(steps):
            yield number, lambda step=step, peer=peer: step(bench, peer), asks  # type: ignore[misc]

    # -- what it does --------------------------------------------------------------------------------------------------

    @scenario("O-13")
    def test_o13_names_its_channels(self, tmp_path: Path) -> None:
        """After its start it gives the channels that its clients are for, each name once, the same whenever it is
        asked; it owns what its clients' orders are called.

        Skipped where `peers` gives none.
        """
        peers = self.peers()
        needs(peers, CONNECTS)
        one = self._fresh(tmp_path)
        names = [channel.name for channel in one.channels]
        assert len({*names}) == len(names), f"channels: found {names}, expected each name once"
        assert list(one.channels) == list(one.channels), "channels: found two answers, expected one"
        missing = [peer.channel for peer in peers if peer.channel not in names]
        assert not missing, f"channels: found {names}, expected {missing[0]} of a client too"
        strange = [peer.source for peer in peers if not one.owns(peer.source)]
        assert not strange, f"owns: found {strange[0]!r} not owned, expected the source of a client to be"
        assert not one.owns("nobody"), "owns: found 'nobody' owned, expected the sources of clients only"

    @scenario("O-14")
    def test_o14_takes_orders_and_tells_what_becomes_of_them(self, tmp_path: Path) -> None:
        """What a client asks for is given as it meant it, once and in order, and what becomes of it is told to that
        client, once and in order: orders, a replace, cancels, executions, refusals. Clients use the same ClOrdIDs(11).

        Skipped where `peers` gives none.
        """
        with self._bench(tmp_path / "calm") as bench:
            self._whole_day(bench)
            self._check(bench, "on a calm day")
            for peer in bench.peers:
                self._check_asked([event for event in bench.asked if event.source == peer.source])

    @scenario("O-15")
    def test_o15_takes_bytes_in_any_pieces(self, tmp_path: Path) -> None:
        """A byte at a time, all is as if it had come whole.

        Skipped where `peers` gives none.
        """
        with self._bench(tmp_path / "bytes", whole=False) as bench:
            self._whole_day(bench)
            self._check(bench, "a byte at a time")

    @scenario("O-16")
    def test_o16_tells_a_client_that_was_away(self, tmp_path: Path) -> None:
        """A client that is cut off again and again, in the middle of what it asks for, and is away whenever its orders
        trade, is told everything, once and in order; what it has asked for is taken once.

        Skipped where `peers` gives none.
        """
        with self._bench(tmp_path / "cut") as bench:
            for _, step, asks in self._day(bench):
                bench.disconnect()
                step()
                if asks:
                    bench.connect()
                    bench.wait(SECOND)
            bench.connect()
            bench.wait(SECOND)
            self._check(bench, "cut off again and again")

    @scenario("O-17")
    def test_o17_a_restart_loses_and_doubles_nothing(self, tmp_path: Path) -> None:
        """Killed in every turn, before the journal has it, before its own commit, before bytes leave, or after it, it
        takes everything once and tells it once. A killed process keeps what was committed, and is told again what the
        journal has.

        Skipped where `peers` gives none.
        """
        for shift in range(len(DEATHS)):
            with self._bench(tmp_path / str(shift)) as bench:
                bench.connect()
                for number, step, asks in self._day(bench):
                    bench.dies = DEATHS[(number + shift) % len(DEATHS)]
                    before = len(bench.past)
                    with suppress(Died):
                        step()
                    bench.restart()
                    if number % 3 == 0:
                        bench.restart()
                    bench.connect()
                    bench.wait(SECOND)
                    if not asks and len(bench.past) == before:
                        step()  # an execution that nobody knows of: it is told again
                self._check(bench, f"killed {DEATHS[shift] or 'after it'} and so on, in every turn")

    # -- what may go wrong ---------------------------------------------------------------------------------------------

    @scenario("O-18")
    def test_o18_garbage_harms_nobody(self, tmp_path: Path) -> None:
        """Whatever comes in, from strangers or on a client's own channel, raises nothing and asks for nothing;
        everybody else goes on, and so does that client once it is back.

        Skipped where `peers` gives none.
        """
        with self._bench(tmp_path / "garbage") as bench:
            bench.connect()
            servers = [one.name for one in bench.source.channels if isinstance(one, TcpServer)]
            for number, step, _ in self._day(bench):
                step()
                for server in servers:
                    stranger = f"{server}/9{number}"
                    bench.hand(Opened(stranger, "192.0.2.1"), Received(stranger, GARBAGE[number % len(GARBAGE)]))
                    bench.hand(Closed(stranger, "gone"))
                own = bench.channels[number % len(bench.channels)]
                bench.hand(Received(own, GARBAGE[number % len(GARBAGE)]))
                bench.disconnect()
                bench.connect()
            self._check(bench, "among garbage")

    @scenario("O-19")
    def test_o19_takes_reports_of_all_kinds(self, tmp_path: Path) -> None:
        """Reports of every ExecType(150) and OrdStatus(39), and cancel rejects for every reason, raise nothing, of
        known and unknown orders, with any text, whether their client is connected or not.

        Skipped where `peers` gives none.
        """
        with self._bench(tmp_path / "reports") as bench:
            bench.connect()
            for (step, _), peer in product(self._script(0)[:2], bench.peers):
                step(bench, peer)
            for _ in range(2):
                for peer in bench.peers:
                    for command in all_reports(peer.source, "c1"):
                        list(bench.source.report(command, bench.now) or ())
                    for command in all_reports("nobody", "nobody's"):
                        list(bench.source.report(command, bench.now) or ())
                bench.disconnect()

    @scenario("O-20")
    def test_o20_says_goodbye(self, tmp_path: Path) -> None:
        """Asked to leave, with clients connected or away, it asks for nothing more and wants no more ticks within two
        minutes.

        Skipped where `peers` gives none.
        """
        for name, connected in (("connected", True), ("away", False)):
            with self._bench(tmp_path / name) as bench:
                bench.connect()
                next(self._day(bench))[1]()
                if not connected:
                    bench.disconnect()
                before = len(bench.asked)
                bench.leave()
                bench.wait(GOODBYE)
                bench.disconnect()
                due = bench.source.next_tick()
                assert due is None, f"next_tick: found {due}, expected None after the goodbye"
                assert len(bench.asked) == before, f"found {bench.asked[-1]}, expected nothing after the goodbye"

    # -- checks --------------------------------------------------------------------------------------------------------

    def _whole_day(self, bench: SourceBench) -> None:
        bench.connect()
        for _, step, _ in self._day(bench):
            step()
        bench.wait(SECOND)

    def _check(self, bench: SourceBench, when: str) -> None:
        """Check what all clients were told, and that each thing was asked for once."""
        for place, peer in enumerate(bench.peers):
            wanted = self._expected(place)
            assert peer.got == wanted, f"{when}: found client {peer.source} told {peer.got}, expected {wanted}"
            asked = [event.cl_ord_id for event in bench.asked if event.source == peer.source]
            names = ["c1", "c2", "r1", "c3", "x2", "x1", "x9"]
            assert asked == names, f"{when}: found {asked} asked for by {peer.source}, expected {names}"

    def _check_asked(self, found: Sequence[Any]) -> None:
        """Check that what came in is what was meant."""
        one = self.instruments[0]
        for event in found:
            if isinstance(event, NewOrder):
                price = None if event.cl_ord_id == "c2" else one.tick * 1_000
                wanted: Any = NewOrder(
                    event.source, event.cl_ord_id, one.symbol, Side.BUY, one.lot * 100, self.strategy, price=price
                )
                free = ("account", "params", "owner", "currency")
                event = attrs.evolve(event, **{name: getattr(wanted, name) for name in free})
            else:
                orig = {"r1": "c1", "x2": "c2", "x1": "r1", "x9": "c9"}[event.cl_ord_id]
                wanted = type(event)(event.source, event.cl_ord_id, orig)
                if isinstance(event, ReplaceRequest):
                    wanted = ReplaceRequest(event.source, "r1", "c1", one.lot * 80, one.tick * 1_000)
            assert event == wanted, f"found {event}, expected {wanted}"


def all_reports(source: str, cl_ord_id: str) -> Iterator[ClientCommand]:
    """Yield a report of every kind."""
    for exec_type, status in product(ExecType, OrdStatus):
        yield ClientReport(source, "O1", cl_ord_id, exec_type, status, 100, 40, 60, 10**11, 40, 10**11, "X1", "X0")
    for reason in OrdRejReason:
        yield ClientReport(
            source, "O1", cl_ord_id, ExecType.REJECTED, OrdStatus.REJECTED, 100, 0, 0, 0,
            ord_rej_reason=reason, text='why: "é"\n|=\x01',
        )  # fmt: skip
    for why, status in product(CxlRejReason, OrdStatus):
        yield ClientCancelReject(source, "O1", f"{cl_ord_id}-C", cl_ord_id, status, why, text='why: "é"\n|=\x01')
