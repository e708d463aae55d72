"""A whole run out of tiny plugins: a still market, a venue that fills what it gets, a strategy that sends all.

The engine, the loop, the records and the registry are the real ones.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from attrs import define, field, frozen
from attrs.validators import gt

from smartexec.api import (
    Capabilities,
    Context,
    Decision,
    ExecType,
    ExecutionReport,
    Journal,
    JournalError,
    Leg,
    Liquidity,
    MarketDataFeed,
    NewOrder,
    OrderSource,
    OrdStatus,
    ParentView,
    Phase,
    PhaseChange,
    Quote,
    Route,
    RouteRequest,
    RoutingLogic,
    SendOrder,
    Side,
    Sink,
    Slice,
    Strategy,
    TimeInForce,
    VenueAdapter,
    hookimpl,
)
from smartexec.registry import Registry
from tests.hooks.kit import module, registry

START = 1_767_623_400_000_000_000
"""2026-01-05T14:30:00Z."""
SECOND = 1_000_000_000
PX = 1_000_000_000

CONFIG = """
[run]
name = "tiny"
seed = 7
start = 2026-01-05T14:30:00Z
end = 2026-01-05T14:31:00Z

[plugins]
allow = ["acme-plugins"]

[instruments.ABC]
tick = "0.01"

[market_data]
plugin = "still"

[orders]
plugin = "few"

[[venues]]
plugin = "giver"
mic = "GIVE"

[strategies.ALL]
delay = "1s"

[routing]
default = "first"

[netting]
enabled = false

[risk]
unlimited = "a test"

[journal]
plugin = "memory-file"

[[sinks]]
plugin = "csv"
"""


@define
class Still(MarketDataFeed):
    """A quote a second."""

    name: ClassVar[str] = "still"
    bid: str = "9.99"
    count: int = 60
    gap: int = 0
    """Raise after so many events, if not 0."""

    def events(self) -> Iterator[tuple[int, Any]]:
        yield START, PhaseChange("ABC", "", Phase.CONTINUOUS)
        for number in range(self.count):
            if self.gap and number >= self.gap:
                raise RuntimeError("line is dead")
            yield START + number * SECOND, Quote("ABC", "", 9_990_000_000, 500, 10_010_000_000, 500)

    def digest(self) -> str:
        return f"still {self.bid} {self.count} {self.gap}"


@define
class Few(OrderSource):
    """Some orders of two clients, one of them a nonsense."""

    name: ClassVar[str] = "few"
    count: int = 6
    bad: bool = False
    reports: list[Any] = field(init=False, factory=list)

    def start(self, context: Context) -> None:
        if self.bad:
            context.fault("orders row 3: found 'x', expected a number")

    def events(self) -> Iterator[tuple[int, Any]]:
        for number in range(self.count):
            params: Any = (("lots", "5"),) if number % 3 else ()
            yield (
                START + (number + 1) * SECOND,
                NewOrder("OMS", f"c{number}", "ABC", Side.BUY, 100 + number, "ALL", f"A{number % 2}", params=params),
            )
        if self.bad:
            yield (
                START + 20 * SECOND,
                NewOrder("OMS", "bad", "ABC", Side.BUY, 1, "ALL", "A0", params=(("lots", "many"),)),
            )

    def report(self, command: Any, now: int) -> None:
        self.reports.append(command)


@define(slots=False)
class Giver(VenueAdapter):
    """Fills every order whole at its limit, a millisecond later."""

    name: ClassVar[str] = "giver"
    simulated: ClassVar[bool] = True
    mic: str = "GIVE"
    breaks_after: int = 0
    """Raise on the so-many-th order, if not 0."""

    def __attrs_post_init__(self) -> None:
        self.due: list[tuple[int, ExecutionReport]] = []
        self.sent = 0

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities()

    def handle(self, event: Any, now: int) -> Iterable[Any]:
        if isinstance(event, SendOrder):
            self.sent += 1
            if self.breaks_after and self.sent >= self.breaks_after:
                raise ValueError("wire is cut")
            self.due.append((now + 1_000_000, self._fill(event)))
        out = [report for time, report in self.due if time <= now]
        self.due = [(time, report) for time, report in self.due if time > now]
        return out

    def _fill(self, order: SendOrder) -> ExecutionReport:
        return ExecutionReport(
            mic=self.mic,
            cl_ord_id=order.cl_ord_id,
            exec_type=ExecType.TRADE,
            ord_status=OrdStatus.FILLED,
            exec_id=f"X{self.sent}",
            cum_qty=order.order_qty,
            last_qty=order.order_qty,
            last_px=order.price or 10 * PX,
            liquidity=Liquidity.REMOVED,
        )

    def next_tick(self) -> int | None:
        return min((time for time, _ in self.due), default=None)


@frozen
class Memory:
    """State of a strategy: how often it was asked."""

    asked: int


@frozen
class All(Strategy):
    """Send everything, after a while."""

    name: ClassVar[str] = "ALL"
    state_type: ClassVar[type | None] = Memory
    lots: int = field(default=10, validator=gt(0))
    delay: int = field(default=0, metadata={"unit": "ns"})
    fails: bool = False

    def decide(self, view: ParentView) -> Decision:
        if self.fails:
            raise ZeroDivisionError("no lots")
        asked = view.state.asked + 1 if isinstance(view.state, Memory) else 1
        if view.now < view.start + self.delay:
            return Decision((), view.start + self.delay, note="too early", state=Memory(asked))
        return Decision((Slice(view.leaves_qty, view.market.ask),), note=f"asked {asked}", state=Memory(asked))


@frozen
class First(RoutingLogic):
    """The first venue."""

    name: ClassVar[str] = "first"

    def route(self, request: RouteRequest) -> Route:
        mic = next(mic for mic, venue in request.venues.items() if venue.up)
        return Route((Leg(mic, request.qty, price=request.slice.price, time_in_force=TimeInForce.DAY),), note="first")


@define
class MemoryFile(Journal):
    """Records in one MessagePack file."""

    name: ClassVar[str] = "memory-file"
    _path: Path = field(init=False, factory=Path)
    _header: bytes = field(init=False, default=b"")
    _records: list[tuple[int, bytes]] = field(init=False, factory=list)
    _writes: bool = field(init=False, default=False)

    def create(self, run: Path, header: bytes) -> None:
        self._path, self._header, self._writes = run / "journal.bin", header, True

    def open(self, run: Path) -> bytes:
        self._path, self._writes = run / "journal.bin", False
        if not self._path.exists():
            raise JournalError(f"{self._path}: found no file, expected a journal")
        self._header, self._records = msgspec.msgpack.decode(
            self._path.read_bytes(), type=tuple[bytes, list[tuple[int, bytes]]]
        )
        return self._header

    def append(self, seq: int, payload: bytes) -> None:
        self._records.append((seq, payload))

    def commit(self) -> None:
        self._path.write_bytes(msgspec.msgpack.encode((self._header, self._records)))

    def records(self) -> Iterator[tuple[int, bytes]]:
        return iter(self._records)

    def close(self) -> None:
        if self._writes:
            self.commit()


@define
class PlainCsv(Sink):
    """CSV files."""

    name: ClassVar[str] = "csv"
    _folder: Path = field(init=False, factory=Path)

    def open(self, folder: Path) -> None:
        self._folder = folder

    def write(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        with (self._folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([columns, *rows])


def plugins() -> Registry:
    """The registry of the tiny plugins."""

    @hookimpl
    def smartexec_strategies() -> Any:
        return [All]

    @hookimpl
    def smartexec_routing_logics() -> Any:
        return [First]

    @hookimpl
    def smartexec_venues() -> Any:
        return [Giver]

    @hookimpl
    def smartexec_order_sources() -> Any:
        return [Few]

    @hookimpl
    def smartexec_market_data_feeds() -> Any:
        return [Still]

    @hookimpl
    def smartexec_journals() -> Any:
        return [MemoryFile]

    @hookimpl
    def smartexec_sinks() -> Any:
        return [PlainCsv]

    hooks = [smartexec_strategies, smartexec_routing_logics, smartexec_venues, smartexec_order_sources]
    hooks += [smartexec_market_data_feeds, smartexec_journals, smartexec_sinks]
    return registry(module(**{hook.__name__: hook for hook in hooks}))


def config(folder: Path, text: str = CONFIG, **changes: str) -> Path:
    """Write the configuration, with `old -> new` replaced for each change given as (old=new) pairs of lines."""
    for old, new in changes.items():
        text = text.replace(f"[{old}]", f"[{old}]\n{new}")
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path
