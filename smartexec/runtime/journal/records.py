"""Records of the journal: how they are encoded, chained and read back. Knows no storage and no clock.

A record is `[seq, now, kind, body]` in MessagePack. Kinds are the class names of events, "settle" (the advice that a
turn asked for, and the running digest of all commands so far) and "end" (the trailer). Events of recorded feeds are
not stored: they are read again from the feed, and gaps in `seq` say how many come before a record. Each payload is
`digest(previous digest + record) + record`.
"""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from hashlib import blake2b
from typing import Any, Final

import msgspec
from attrs import evolve, field, frozen

from smartexec.errors import JournalError
from smartexec.interfaces.journal import Journal
from smartexec.kernel.advisor import Fault
from smartexec.kernel.tally import Tally
from smartexec.model.commands import Command
from smartexec.model.enums import Wake
from smartexec.model.events import (
    EndOfDay,
    Event,
    ExecutionReport,
    KillSwitch,
    OrderCancelReject,
    OrderState,
    Resolve,
    Tick,
    VenueStatus,
)
from smartexec.model.instrument import Instrument
from smartexec.model.market import PhaseChange, Quote, Trade
from smartexec.model.orders import CancelRequest, NewOrder, RejectedOrder, ReplaceRequest
from smartexec.model.routing import Capabilities, Route
from smartexec.model.statistics import Statistics
from smartexec.model.view import Decision

CHAIN_BYTES: Final = 16
VERSION: Final = 1
"""Of the encoding."""
_EVENTS: Final[tuple[type, ...]] = (
    *(NewOrder, CancelRequest, ReplaceRequest, RejectedOrder),
    *(ExecutionReport, OrderCancelReject, OrderState, VenueStatus),
    *(Tick, KillSwitch, Resolve, EndOfDay),
    *(Quote, Trade, PhaseChange),
)
_ADVICE: Final[Mapping[type, str]] = {Decision: "decision", Route: "route", Fault: "fault"}


@frozen
class Header:
    """What a journal begins with: enough to refold it without any strategy, router or venue."""

    version: int
    smartexec: str
    plugins: tuple[tuple[str, str, str, str], ...]
    """(kind, name, distribution, version) of each plugin class that could be used."""
    config: str
    """Digest of the configuration file."""
    base: str
    """Folder against which it names files."""
    feeds: tuple[str, ...]
    instruments: dict[str, Instrument]
    venues: dict[str, Capabilities]
    strategies: dict[str, tuple[str, ...]]
    """Name -> what wakes it."""
    routers: tuple[str, ...]
    statistics: dict[str, Statistics] = field(factory=dict)
    """By symbol: what was known of its trading when the run began."""
    tallies: dict[str, dict[str, Tally]] = field(factory=dict)
    """By symbol and MIC: what the scorecard began with."""
    learned: dict[str, dict[str, Any]] = field(factory=dict)
    """By routing logic and symbol: what it had learned before, as plain data."""

    @property
    def wakes(self) -> dict[str, frozenset[Wake]]:
        return {name: frozenset(Wake(w) for w in wakes) for name, wakes in self.strategies.items()}


@frozen
class Memory:
    """attrs classes of what a plugin wants remembered; None = it remembers nothing, or plain data."""

    state: type | None = None
    learned: type | None = None


NO_MEMORY: Final = Memory()


@frozen
class Advice:
    """An answer of a plugin, as it was asked for."""

    plugin: str
    parent_id: str
    kind: str
    """decision, route or fault."""
    body: bytes


@frozen
class Settle:
    """What a turn asked plugins, and the digest of all commands up to its end."""

    advice: tuple[Advice, ...]
    commands: bytes


@frozen
class End:
    """The trailer: a journal without one was cut off."""

    commands: bytes
    tables: dict[str, str]
    """Table -> digest of its rows."""


@frozen
class Record:
    """One record, decoded."""

    seq: int
    now: int
    kind: str
    body: Any = field(default=None)
    chain: bytes = b""
    """Digest that binds it to all before it."""


class _Frame(msgspec.Struct, array_like=True, frozen=True):
    seq: int
    now: int
    kind: str
    body: msgspec.Raw


def _to_plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    raise TypeError(f"found {type(value).__name__}, expected attrs values, numbers, text and collections of them")


def _from_plain(kind: type, value: Any) -> Any:
    if kind is object:  # `state` of a decision: any plain data
        return value
    if kind is Fraction:
        return Fraction(value)
    raise TypeError(f"found {kind.__name__}, expected a type that can be read back")


_encoder: Final = msgspec.msgpack.Encoder(enc_hook=_to_plain, order="deterministic")
encode: Final = _encoder.encode
"""Encode attrs values and plain data; equal values give equal bytes. TypeError where something cannot be."""

encode_header: Final = msgspec.msgpack.Encoder().encode
"""Encode a header: it holds sets of enumerations, which have no order."""

_BODIES: Final[Mapping[str, type]] = {**{cls.__name__: cls for cls in _EVENTS}, "settle": Settle, "end": End}
_DECODERS: Final[Mapping[str, Any]] = {
    kind: msgspec.msgpack.Decoder(cls, dec_hook=_from_plain) for kind, cls in _BODIES.items()
}
_ANSWERS: Final[Mapping[str, Any]] = {
    kind: msgspec.msgpack.Decoder(cls, dec_hook=_from_plain) for cls, kind in _ADVICE.items()
}
_FRAMES: Final = msgspec.msgpack.Decoder(_Frame)
_HEADERS: Final = msgspec.msgpack.Decoder(Header)


def make_advice(plugin: str, parent_id: str, answer: Decision | Route | Fault) -> Advice:
    """Encode an answer; TypeError if its state cannot be recorded."""
    return Advice(plugin, parent_id, _ADVICE[type(answer)], encode(answer))


def read_advice(advice: Advice, memory: Memory = NO_MEMORY) -> Any:
    """Decode an answer. What it wants remembered is plain data, or of the types of `memory` where it can be read so."""
    answer = _ANSWERS[advice.kind].decode(advice.body)
    typed: dict[str, Any] = {}
    for name, kind in (("state", memory.state), ("learned", memory.learned)):
        kept = getattr(answer, name, None)
        if kept is not None and kind is not None:
            typed[name] = as_type(kept, kind)
    return evolve(answer, **typed) if typed else answer


def to_builtins(value: Any) -> Any:
    """Give attrs values as plain data that JSON can hold."""
    return msgspec.to_builtins(value, str_keys=True, enc_hook=_to_plain)


def as_type(plain: Any, kind: type) -> Any:
    """Give plain data back as what a plugin wanted remembered; msgspec.ValidationError if it is no such thing."""
    return msgspec.convert(plain, kind, str_keys=True, dec_hook=_from_plain)


class CommandDigest:
    """The running digest of all commands, in order."""

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=CHAIN_BYTES)

    def add(self, commands: Iterable[Command]) -> None:
        for command in commands:
            self._hash.update(type(command).__name__.encode())
            self._hash.update(encode(command))

    def value(self) -> bytes:
        return self._hash.digest()


class Writer:
    """Encodes and chains records into a journal."""

    def __init__(self, journal: Journal, last: bytes = b"") -> None:
        """`last`: digest of the record that the journal ends with, where it is gone on with."""
        self._append = journal.append
        self.commit = journal.commit
        self._per_commit = journal.turns_per_commit
        self._turns = 0
        self._last = last
        self.count = 0

    def write(self, seq: int, now: int, kind: str, body: Event | Settle | End) -> None:
        """Append a record; durable after `commit`."""
        record = encode((seq, now, kind, body))
        self._last = chain(self._last, record)
        self._append(seq, self._last + record)
        self.count += 1

    def event(self, seq: int, now: int, event: Event) -> None:
        """Append an event under its kind."""
        self.write(seq, now, type(event).__name__, event)

    def turn(self) -> None:
        """End a turn: commit, if it is the last of its group. Only then may its commands leave (law 7)."""
        self._turns += 1
        if self._turns >= self._per_commit:
            self._turns = 0
            self.commit()


def chain(last: bytes, record: bytes) -> bytes:
    """Give the digest that binds a record to all before it."""
    return blake2b(last + record, digest_size=CHAIN_BYTES).digest()


def read_header(data: bytes) -> Header:
    """Decode a header; JournalError if it is none, or of an encoding that is not known."""
    try:
        header = _HEADERS.decode(data)
    except (msgspec.MsgspecError, ValueError) as error:
        raise JournalError(f"journal header: found {error}, expected a header of smartexec") from error
    if header.version != VERSION:
        raise JournalError(f"journal header: found encoding {header.version}, expected {VERSION}")
    return header


def read_records(stored: Iterable[tuple[int, bytes]], torn: list[str]) -> Iterator[Record]:
    """Check the chain and decode. A bad last record is left out and said in `torn`; any other is a JournalError."""
    last = b""
    fault = ""
    for seq, payload in stored:
        if fault:
            raise JournalError(fault)
        digest, record = payload[:CHAIN_BYTES], payload[CHAIN_BYTES:]
        if digest != chain(last, record):
            fault = f"journal record {seq}: found a digest that does not follow from the record before, expected it to"
            continue
        last = digest
        yield _decode(seq, record, last)
    if fault:
        torn.append(f"{fault}; it is the last one: cut off")


def _decode(seq: int, record: bytes, chain: bytes) -> Record:
    try:
        frame = _FRAMES.decode(record)
        if frame.seq != seq:
            raise JournalError(f"journal record {seq}: found the record of seq {frame.seq}, expected its own")
        return Record(frame.seq, frame.now, frame.kind, _DECODERS[frame.kind].decode(frame.body), chain)
    except (msgspec.MsgspecError, KeyError) as error:
        raise JournalError(f"journal record {seq}: found {error}, expected a known kind and its fields") from error
