"""Messages per second through the live loop, and what the journal's promise costs: `sync` full, normal and off.

    python benchmarks/live.py --children 2000 [--at-once 1 20] [--repeat 3] [--folder DIR]

A toy adapter turns commands into short texts and short texts into reports; what would be a socket is a list. Its peer
accepts and fills each order. So each child order costs three messages, encoded and decoded, two reports, a decision, a
route, and its part of the turns, which are recorded and committed as `smartexec serve` does.
"""

import argparse
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Final

from attrs import define, field
from desk import ASK, BID, ROUTER, START, First, Now
from meter import Meter

from smartexec.api import (
    Capabilities,
    Channel,
    ExecType,
    ExecutionReport,
    Journal,
    NewOrder,
    Opened,
    OrderSource,
    OrdStatus,
    Phase,
    PhaseChange,
    Quote,
    Received,
    Send,
    SendOrder,
    Side,
    Tcp,
    TimeInForce,
    VenueAdapter,
    VenueInput,
    VenueStatus,
)
from smartexec.kernel.settings import Netting, Routing, Settings
from smartexec.model.instrument import Instrument
from smartexec.runtime.collector import gc_policy
from smartexec.runtime.journal.forget import Forget
from smartexec.runtime.live.live import Live
from smartexec.runtime.live.session import Session
from smartexec.runtime.plan.setup import Setup
from smartexec_files.sqlite_journal import SqliteJournal, Sync

MIC: Final = "TOYS"
LINE: Final = "line"
CLIP: Final = 100
"""Lots per child."""
STEP: Final = 1_000_000
"""From step to step, ns."""
SYNCS: Final = ("none", "off", "normal", "full")
"""What is measured, in this order: `none` keeps no journal, the others are those of the journal `sqlite`."""
KINDS: Final = {b"A": (ExecType.NEW, OrdStatus.NEW), b"F": (ExecType.TRADE, OrdStatus.FILLED)}


@define(eq=False, slots=False)
class ToyVenue(VenueAdapter):
    """Writes `D;ID;QTY;PX`, reads `A;ID` and `F;ID;EXEC;QTY;PX`."""

    name: ClassVar[str] = "toy"
    mic: str = MIC
    symbols: Sequence[str] = ()

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(times_in_force=frozenset({TimeInForce.DAY, TimeInForce.IOC}))

    @property
    def channels(self) -> Sequence[Channel]:
        return (Tcp(LINE, ("localhost:1",)),)

    def handle(self, event: VenueInput, now: int) -> Iterable[Any]:
        if isinstance(event, SendOrder):
            yield Send(LINE, f"D;{event.cl_ord_id};{event.order_qty};{event.price}".encode())
        elif isinstance(event, Received):
            yield self._report(event.data)
        elif isinstance(event, Opened):
            yield VenueStatus(self.mic, up=True)
            for symbol in self.symbols:
                yield PhaseChange(symbol, "", Phase.CONTINUOUS)
                yield Quote(symbol, "", BID, 100_000, ASK, 100_000)

    def _report(self, data: bytes) -> ExecutionReport:
        kind, cl_ord_id, *rest = data.split(b";")
        exec_type, status = KINDS[kind]
        if not rest:
            return ExecutionReport(self.mic, cl_ord_id.decode(), exec_type, status)
        exec_id, qty, px = rest
        return ExecutionReport(
            self.mic, cl_ord_id.decode(), exec_type, status, exec_id.decode(), cum_qty=int(qty), last_qty=int(qty),
            last_px=int(px),
        )  # fmt: skip


@define(eq=False)
class Clients(OrderSource):
    """One order for each instrument, all at the beginning."""

    name: ClassVar[str] = "clients"
    orders: Sequence[NewOrder] = ()

    def events(self) -> Iterator[tuple[int, NewOrder]]:
        return ((START, order) for order in self.orders)


@define(eq=False)
class Peer:
    """The other end of the line."""

    answers: deque[bytes] = field(factory=deque)
    messages: int = 0
    """Both ways."""
    _executions: int = 0

    def take(self, number: int, wanted: object) -> None:
        """Take what the adapter sends; accept and fill it."""
        if isinstance(wanted, Send):
            _, name, qty, px = wanted.data.split(b";")
            self._executions += 1
            self.messages += 1
            self.answers.append(b"A;" + name)
            self.answers.append(b"F;%b;E%d;%b;%b" % (name, self._executions, qty, px))

    def some(self, most: int) -> Iterator[bytes]:
        """Give some answers, oldest first."""
        for _ in range(min(most, len(self.answers))):
            self.messages += 1
            yield self.answers.popleft()


def drive(live: Live, peer: Peer, at_once: int) -> None:
    """Step until nobody has anything to say."""
    now = START
    live.hear(0, Opened(LINE))
    live.step(now)
    while peer.answers:
        now += STEP
        for answer in peer.some(at_once):
            live.hear(0, Received(LINE, answer))
        live.step(now)


def measure(journal: Journal, folder: Path, children: int, parents: int, at_once: int) -> tuple[Meter, Peer, Session]:
    """Trade so many children; give what it took."""
    symbols, each = [f"S{i:03}" for i in range(parents)], children // parents
    orders = [NewOrder("clients", f"C{s}", s, Side.BUY, each * CLIP, Now.name, "A", ASK) for s in symbols]
    venue, peer, faults, meter = ToyVenue(symbols=symbols), Peer(), list[str](), Meter()
    setup = Setup(
        instruments=[Instrument(symbol) for symbol in symbols], venues={MIC: venue.capabilities}, strategies=[Now],
        defaults={Now.name: {"clip": CLIP}}, routers=[First()], unlimited="a benchmark",
        settings=Settings(netting=Netting(enabled=False), routing=Routing(default=ROUTER)),
    )  # fmt: skip
    with gc_policy(), meter.watching():
        session = Session.create(setup, journal, folder)
        live = Live(session, {MIC: venue}, [Clients(orders)], [], START + 10**15, peer.take, faults.append)
        with meter.running():
            drive(live, peer, at_once)
        session.close()
    check(session, faults, each * parents)
    return meter, peer, session


def check(session: Session, faults: list[str], n: int) -> None:
    """Nobody measures what was not done."""
    blotter = session.engine.blotter
    undone = [o for o in blotter.orders if o.ord_status is not OrdStatus.FILLED]
    if len(blotter.child_orders) != n or undone or blotter.working or faults:
        found = f"{len(blotter.child_orders)} children, {len(undone)} orders not filled, faults {faults[:3]}"
        raise SystemExit(f"live: found {found}; expected {n} children, all orders filled, no faults")


def journal_of(sync: str) -> Journal:
    """Make the journal by its name."""
    return Forget() if sync == "none" else SqliteJournal(Sync(sync))


def once(sync: str, at_once: int, options: argparse.Namespace) -> tuple[Meter, Peer, Session]:
    """Measure once, with a journal of its own."""
    with TemporaryDirectory(dir=options.folder) as folder:
        return measure(journal_of(sync), Path(folder), options.children, options.parents, at_once)


def main() -> None:
    """Print one JSON line for each size of step and each journal; `ratio` is to the first journal of that size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--children", type=int, default=2_000)
    parser.add_argument("--parents", type=int, default=20)
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 20], help="messages heard in a step, at most")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each: the fastest counts")
    parser.add_argument("--folder", type=Path, help="where journals are written; a temporary folder if not given")
    options = parser.parse_args()
    for at_once in options.at_once:
        first = 0.0
        for sync in SYNCS:
            tries = [once(sync, at_once, options) for _ in range(options.repeat)]
            meter, peer, session = min(tries, key=lambda one: one[0].wall)
            first = first or meter.wall
            print(
                meter.line(
                    peer.messages, turns=session.turns.count, turns_per_s=round(session.turns.count / meter.wall),
                    ratio=round(meter.wall / first, 2), sync=sync, at_once=at_once, children=options.children,
                    parents=options.parents, repeat=options.repeat,
                ),
                flush=True,
            )  # fmt: skip


if __name__ == "__main__":
    main()
