"""Scenarios of sinks with channels, K-17 and on: delivered late, cut off, killed, fed with garbage.

A sink that has none is tried with what it is handed only; the other scenarios are skipped.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any, ClassVar, Final

from smartexec.interfaces.context import Context
from smartexec.interfaces.sink import Rows, Sink
from smartexec.model.commands import ClientCancelReject, ClientCommand, ClientReport
from smartexec.model.enums import CxlRejReason, ExecType, OrdRejReason, OrdStatus
from smartexec.model.ids import NANOS_PER_SECOND
from smartexec.model.instrument import Instrument
from smartexec.model.wire import Closed, Opened, Received, TcpServer
from smartexec.runtime.reading.schema import build
from smartexec.testing.kit import needs, scenario
from smartexec.testing.reference_world import SYMBOL, TICK
from smartexec.testing.views import START
from smartexec.testing.wired_bench import SinkPeer, Told, WiredBench, check_output, day

SECOND: Final = NANOS_PER_SECOND
GOODBYE: Final = 120 * SECOND
"""A sink that has said goodbye wants no more ticks after this long."""
GARBAGE: Final = (
    b"", b"\n", b"\x00\xff\xfe garbage \x80\n", b"{\n", b"-1\n", b"GET / HTTP/1.1\r\n\r\n",
    b"8=FIX.4.4\x019=5\x0135=A\x01", b"8=FIX.4.4\x019=99999999\x01", b"x" * 70_000,
)  # fmt: skip
DEATHS: Final[tuple[Callable[[WiredBench, Told], None], ...]] = (
    WiredBench.die_before_commit,
    WiredBench.die_before_bytes_leave,
    WiredBench.turn,
)
"""What the last turn before a restart came to."""


class WiredSinks:
    """What the author of a sink says of its channels, and the scenarios of them."""

    sink: ClassVar[type[Sink]]
    """The class under test."""
    params: ClassVar[Mapping[str, Any]] = {}
    """Its parameters, where it needs any, as a configuration has them."""

    def peers(self) -> Sequence[SinkPeer]:
        """Make the other ends of its channels, fresh ones: none for a sink that has no channels."""
        return ()

    def started(self) -> Sink:
        """Make the sink as a configuration file would, and start it in the reference world."""
        made = build(self.sink, self.params, self.sink.name)
        made.start(Context({SYMBOL: Instrument(SYMBOL, tick=TICK)}))
        return made

    @contextmanager
    def bench(self, folder: Path) -> Iterator[WiredBench]:
        """Make a sink with its peers; skips where it has none."""
        peers = self.peers()
        needs(peers, "it has no channels")
        folder.mkdir(exist_ok=True)
        made = WiredBench(self.started, peers, folder, START)
        try:
            yield made
        finally:
            made.close()

    def expected(self, folder: Path) -> list[list[str]]:
        """Give what each peer is told of a day on which nothing goes wrong."""
        with self.bench(folder / "calm") as bench:
            bench.connect()
            for told in day():
                bench.turn(told)
            bench.wait(10 * SECOND)
            return [peer.got for peer in bench.peers]

    @staticmethod
    def check_said(one: Sink, what: ClientCommand | Rows, now: int) -> None:
        """Hand something over, and check what the sink says."""
        for said in one.handle(what, now) or ():
            check_output(said)

    # -- what it takes -------------------------------------------------------------------------------------------------

    @scenario("K-17")
    def test_k17_takes_all_that_it_is_handed(self) -> None:
        """Reports of every ExecType(150) and OrdStatus(39), cancel rejects for every reason, with any text, of orders
        that nobody knows, and the rows of a day raise nothing, also where nobody is connected.
        """
        one = self.started()
        for command in _reports():
            self.check_said(one, command, START)
        for told in day():
            for what in told.what:
                if not isinstance(what, Rows) or what.table in one.follows:
                    self.check_said(one, what, told.now)
        one.close()

    @scenario("K-18")
    def test_k18_names_its_channels(self) -> None:
        """After its start it gives the channels that its peers are for, each name once, the same whenever it is asked.

        Skipped where `peers` gives none.
        """
        peers = self.peers()
        needs(peers, "it has no channels")
        one = self.started()
        names = [channel.name for channel in one.channels]
        assert len({*names}) == len(names), f"channels: found {names}, expected each name once"
        assert list(one.channels) == list(one.channels), "channels: found two answers, expected one"
        found = {peer.channel for peer in peers}
        assert found <= {*names}, f"channels: found {names}, expected those of the peers, {sorted(found)}"
        one.close()

    # -- what arrives --------------------------------------------------------------------------------------------------

    @scenario("K-19")
    def test_k19_tells_its_peers(self, tmp_path: Path) -> None:
        """Each peer is told something of a day, and nothing twice; another such day is told in the same words.

        Skipped where `peers` gives none.
        """
        told = self.expected(tmp_path)
        for got in told:
            assert got, "found a peer that was told nothing, expected something of the day"
            assert not _twice(got), f"found {_twice(got)} twice, expected each once"
        (tmp_path / "again").mkdir()
        assert self.expected(tmp_path / "again") == told, "found other words on another such day, expected the same"

    @scenario("K-20")
    def test_k20_tells_a_peer_that_was_away(self, tmp_path: Path) -> None:
        """A peer that was away all day, or is cut off again and again, is told all of it when it is back.

        Skipped where `peers` gives none.
        """
        wanted = self.expected(tmp_path)
        for name, cuts in (("away", ()), ("cut", range(0, len(day()), 3))):
            with self.bench(tmp_path / name) as bench:
                for number, told in enumerate(day()):
                    if number in cuts:
                        bench.disconnect()
                        bench.turn(told)
                        bench.connect()
                    else:
                        bench.turn(told)
                bench.wait(60 * SECOND)
                bench.connect()
                bench.wait(60 * SECOND)
                _check_told(bench, wanted, name)

    @scenario("K-21")
    def test_k21_a_restart_loses_and_doubles_nothing(self, tmp_path: Path) -> None:
        """Killed after any turn, before or after it could make that turn durable, with peers connected or away, it
        tells them each thing once. A killed process keeps what was committed, and is told all turns again.

        Skipped where `peers` gives none.
        """
        wanted = self.expected(tmp_path)
        for name, (connected, shift) in enumerate(product((True, False), range(len(DEATHS)))):
            with self.bench(tmp_path / str(name)) as bench:
                for number, told in enumerate(day()):
                    if connected:
                        bench.connect()
                    DEATHS[(number + shift) % len(DEATHS)](bench, told)
                    bench.restart()
                bench.connect()
                bench.wait(60 * SECOND)
                _check_told(bench, wanted, "killed after every turn")

    # -- what may go wrong ---------------------------------------------------------------------------------------------

    @scenario("K-22")
    def test_k22_garbage_harms_nobody(self, tmp_path: Path) -> None:
        """Whatever comes in, from strangers or from peers, raises nothing; once it is over, peers are told everything.

        Skipped where `peers` gives none.
        """
        wanted = self.expected(tmp_path)
        with self.bench(tmp_path / "garbage") as bench:
            servers = [one.name for one in bench.sink.channels if isinstance(one, TcpServer)]
            for number, told in enumerate(day()):
                bench.turn(told)
                for name in [f"{server}/9{number}" for server in servers]:
                    bench.hand(Opened(name, "192.0.2.1"))
                    bench.hand(Received(name, GARBAGE[number % len(GARBAGE)]))
                    bench.hand(Closed(name, "gone"))
            bench.connect()
            for peer, garbage in product([peer for peer in bench.peers if peer.channel not in servers], GARBAGE):
                bench.hand(Received(peer.channel, garbage))
            bench.wait(SECOND)
            bench.disconnect()
            bench.wait(60 * SECOND)
            bench.connect()
            bench.wait(60 * SECOND)
            _check_told(bench, wanted, "after garbage")

    @scenario("K-23")
    def test_k23_says_goodbye(self, tmp_path: Path) -> None:
        """Asked to leave, with peers connected or away, it wants no more ticks within two minutes, and closes what the
        transport or a peer opens then.

        Skipped where `peers` gives none.
        """
        for name, connected in (("connected", True), ("away", False)):
            with self.bench(tmp_path / name) as bench:
                bench.turn(day()[0])
                if connected:
                    bench.connect()
                bench.leave()
                bench.wait(GOODBYE)
                bench.disconnect()
                due = bench.sink.next_tick()
                assert due is None, f"next_tick: found {due}, expected None after the goodbye"
                bench.connect()
                bench.wait(GOODBYE)
                assert not bench.open, f"found {bench.open} open, expected it closed after the goodbye"


def _check_told(bench: WiredBench, wanted: list[list[str]], when: str) -> None:
    for peer, all_ in zip(bench.peers, wanted, strict=True):
        assert not _twice(peer.got), f"{when}: found {_twice(peer.got)} twice, expected each once"
        lost = [one for one in all_ if one not in peer.got]
        assert not lost, f"{when}: found nothing of {lost}, expected it told"
        more = [one for one in peer.got if one not in all_]
        assert not more, f"{when}: found {more}, expected what is told on a calm day"


def _twice(got: Sequence[str]) -> list[str]:
    return [one for one, count in Counter(got).items() if count > 1]


def _reports() -> Iterator[ClientCommand]:
    """Yield a report of every kind, on orders whose rows never come."""
    for number, (exec_type, status) in enumerate(product(ExecType, OrdStatus)):
        yield ClientReport(
            "OMS", f"X{number}", "C1", exec_type, status, 100, 40, 60, 10**11, 40, 10**11, f"A9{number}", "A1",
            text='why: "é"\n|=\x01',
        )  # fmt: skip
    for reason in OrdRejReason:
        yield ClientReport("OMS", "X", "C2", ExecType.REJECTED, OrdStatus.REJECTED, 1, 0, 0, 0, ord_rej_reason=reason)
    for why, status in product(CxlRejReason, OrdStatus):
        yield ClientCancelReject("OMS", "NONE", "C3", "nobody's", status, why, text='why: "é"\n|=\x01')
