"""Market-data feed `dbn`: Databento's DBN files (order by order, best quote, or trades) of one instrument.

What an event does is in `dbn_replay`, the records are `dbn_rows`, the decoder is `dbn_file`. A bad record is left out
and said; the rest goes on.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, Final

from attrs import define, field
from attrs.validators import ge, in_, min_len

from smartexec.api import NANOS_PER_SECOND, ConfigError, Context, MarketDataFeed, MarketEvent
from smartexec_files import data_file, dbn_file
from smartexec_files.dbn_replay import REPLAYS, OrderReplay, PriceReplay, Tape
from smartexec_files.dbn_rows import Message, parse
from smartexec_files.faults import BadValueError, Faults, quote
from smartexec_files.in_order import in_order
from smartexec_files.units import decimal_text

_EPOCH: Final = date(1970, 1, 1)
_ALWAYS: Final = (0, 1 << 63)
Event = list[tuple[int, Message]]
"""(Number of the record, record)."""
Replay = PriceReplay | OrderReplay


@define
class Dbn(MarketDataFeed):
    """DBN files of version 1 to 3, zstd or not, of the schemas mbo, mbp-1, tbbo and trades.

    A snapshot empties the book first and is dated at the event after it, where that is earlier than its `ts_recv`. The
    files do not tell the trading phase: it is taken to be an auction while the book is locked or crossed, else
    continuous. Needs databento-dbn (the extra `dbn`).
    """

    name: ClassVar[str] = "dbn"

    paths: tuple[str, ...] = field(validator=min_len(1))
    """Files of one schema in order of time, relative to the config file."""
    symbol: str = field(validator=min_len(1))
    """Symbol(55) of the events."""
    mic: str = field(validator=min_len(1))
    """MIC of the events, XCME for GLBX.MDP3."""
    raw_symbol: str = ""
    """The instrument by the files' own symbol, looked up in their metadata; "" = `symbol`."""
    instrument_id: int = field(default=0, validator=ge(0))
    """The instrument by its number, whatever the metadata say; 0 = by `raw_symbol`."""
    publisher_id: int = field(default=0, validator=ge(0))
    """Only this publisher's records, for data sets of several venues; 0 = all."""
    ts: str = field(default="event", validator=in_(("event", "recv")))
    """Time of the events: the exchange's ("event") or that of the capture ("recv")."""
    _context: Context = field(init=False, factory=Context)
    _schema: str = field(init=False, default="")
    _ids: list[dict[int, list[tuple[int, int]]]] = field(init=False, factory=list)
    """By file: the instrument's numbers, each with the times from and until which it holds, ns."""

    def start(self, context: Context) -> None:
        """Check decoder, files and symbol; ConfigError names the one that cannot be used."""
        self._context = context
        dbn_file.load()
        known = [(path, dbn_file.metadata(path)) for path in self._paths()]
        for path, metadata in known:
            schema = str(metadata.schema)
            if schema not in REPLAYS or schema != str(known[0][1].schema):
                expected = f"one of {', '.join(REPLAYS)}, the same in all files"
                raise ConfigError(f"market_data.paths: found schema {schema} in {path.name}, expected {expected}")
        self._schema = str(known[0][1].schema)
        self._ids = [self._numbers(path, metadata.mappings) for path, metadata in known]

    def _paths(self) -> list[Path]:
        return [self._context.base / path for path in self.paths]

    def _numbers(self, path: Path, mappings: dict[str, list[dict[str, Any]]]) -> dict[int, list[tuple[int, int]]]:
        if self.instrument_id:
            return {self.instrument_id: [_ALWAYS]}
        wanted = self.raw_symbol or self.symbol
        numbers: dict[int, list[tuple[int, int]]] = {}
        for interval in mappings.get(wanted, ()):
            if str(interval["symbol"]).isdigit():
                days = _nanos(interval["start_date"]), _nanos(interval["end_date"])
                numbers.setdefault(int(interval["symbol"]), []).append(days)
        if not numbers:
            key = "raw_symbol" if self.raw_symbol else "symbol"
            has = ", ".join(sorted(mappings)) or "none: give instrument_id"
            raise ConfigError(f"market_data.{key}: found {quote(wanted)}, expected one of {path.name}'s: {has}")
        return numbers

    def events(self) -> Iterator[tuple[int, MarketEvent]]:
        """Yield what each event did, all times in ns UTC."""
        replay = REPLAYS[self._schema](Tape(self.symbol, self.mic))
        floor = 0
        for path, ids in zip(self._paths(), self._ids, strict=True):
            faults = Faults(self._context.fault, path.name)
            timed = _dated(_grouped(self._messages(path, ids, faults), replay.by_event))
            for number, (at, event) in in_order(timed, _at, _show, faults):
                if at < floor:
                    faults.row(number, BadValueError(f"time {_show(at)}", f"not before the last file's {_show(floor)}"))
                    continue
                floor = at
                yield from ((at, said) for said in _play(replay, event, faults))
            faults.close()
        if missing := replay.sum_up():
            Faults(self._context.fault, self._paths()[-1].name).line(missing)

    def _messages(
        self, path: Path, ids: dict[int, list[tuple[int, int]]], faults: Faults
    ) -> Iterator[tuple[int, Message]]:
        for number, record in dbn_file.records(path, faults):
            days = ids.get(record.instrument_id)
            if days is None or (self.publisher_id and int(record.publisher_id) != self.publisher_id):
                continue
            try:
                if not hasattr(record, "action"):
                    raise BadValueError(type(record).__name__, f"a record of {self._schema}")
                message = parse(record, self.ts)
            except BadValueError as error:
                faults.row(number, error)
                continue
            if any(first <= record.ts_recv < end for first, end in days):
                yield number, message

    def digest(self) -> str:
        """SHA-256 of the files, and the parameters."""
        said = (self.symbol, self.mic, self.raw_symbol, self.instrument_id, self.publisher_id, self.ts)
        return f"{data_file.digest(self._paths())} {said}"


def _nanos(day: date) -> int:
    """Midnight UTC of a day."""
    return (day - _EPOCH).days * 86_400 * NANOS_PER_SECOND


def _grouped(messages: Iterator[tuple[int, Message]], by_event: bool) -> Iterator[Event]:
    """Put together what belongs to one event, else each record is one; a snapshot, whole, is one too."""
    event: Event = []
    for number, m in messages:
        before = event[-1][1] if event else None
        if before and (before.snapshot != m.snapshot or (not m.snapshot and (before.last or not by_event))):
            yield event
            event = []
        event.append((number, m))
    if event:
        yield event


def _dated(events: Iterator[Event]) -> Iterator[tuple[int, tuple[int, Event]]]:
    """Date each event: as its last record, but a snapshot no later than the event after it."""
    held: Event = []
    for event in events:
        at = event[-1][1].at
        if held:
            yield held[0][0], (min(held[-1][1].at, at), held)
            held = []
        if event[0][1].snapshot:
            held = event
        else:
            yield event[0][0], (at, event)
    if held:
        yield held[0][0], (held[-1][1].at, held)


def _play(replay: Replay, event: Event, faults: Faults) -> Iterator[MarketEvent]:
    if event[0][1].snapshot:
        yield from replay.start()
    number = event[0][0]
    yield from replay.step([m for _, m in event], lambda error: faults.row(number, error))


def _at(timed: tuple[int, Event]) -> int:
    return timed[0]


def _show(at: int) -> str:
    return decimal_text(at, 9)
