"""A FIX client: one session over one TCP connection, for examples and tests. asyncio.

It connects again whenever it is cut off, and remembers its session in a file, so that neither a cut connection nor a
killed process, of either side, loses or doubles a message. What it sends while it is away goes out once it is back.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from time import time_ns
from types import TracebackType
from typing import Final, Self, TypeVar

from attrs import define, field

from smartexec.api import NANOS_PER_SECOND, Close, Closed, Opened, Received, Send, Side, Tick, WireInput
from smartexec_fix.session.application import Application
from smartexec_fix.session.initiator import Done, Initiator
from smartexec_fix.session.outputs import App, Down, Up
from smartexec_fix.session.sessions import session_of
from smartexec_fix.session.settings import SessionSettings
from smartexec_fix.session.store import Archive, MemoryStore
from smartexec_fix.wire.log import MessageLog
from smartexec_fix.wire.message import Field, Message
from smartexec_fix.wire.stamps import stamp

CHANNEL: Final = "client"
T = TypeVar("T")
Number = int | str | Decimal
"""A quantity or a price, as it is written on the wire."""
_PARAMETER_TYPES: Final = {bool: 13, int: 1, float: 6, Decimal: 6}
"""StrategyParameterType(959); all else is a String (14)."""
_OF_ORDER: Final = (1, 54, 55, 38, 40, 44)
"""Fields of an order that its cancels and replaces name again."""
_OF_CANCEL: Final = (1, 54, 55, 38)


@define(eq=False)
class FixClient:
    """One session that we open. `async with FixClient(...) as client:` connects; leaving it cuts the connection."""

    host: str
    port: int
    settings: SessionSettings
    """We are the sender."""
    store: Path | None = None
    """File with the session's memory; None = it forgets with the process."""
    log: Path | None = None
    """File for people: every message, one line each; None = none."""
    tls: ssl.SSLContext | None = None
    """The connection is TLS, and verified as this says; None = it is plain."""
    retry: float = 0.1
    """Seconds between attempts to connect."""
    sync: str = "normal"
    """How hard the memory presses to the disk: full, normal or off; all outlive a killed process."""
    faults: list[str] = field(init=False, factory=list)
    """What went wrong, one line each."""
    up: asyncio.Event = field(init=False, factory=asyncio.Event)
    """Set while both sides are logged on."""
    _engine: Initiator = field(init=False)
    _archive: Archive | None = field(init=False, default=None)
    _task: asyncio.Task[None] | None = field(init=False, default=None)
    _timer: asyncio.TimerHandle | None = field(init=False, default=None)
    _writer: asyncio.StreamWriter | None = field(init=False, default=None)
    _inbox: asyncio.Queue[Message | None] = field(init=False, factory=asyncio.Queue)
    _orders: dict[str, dict[int, bytes]] = field(init=False, factory=dict)
    """By ClOrdID(11), the fields of what was sent under it."""
    _left: bool = field(init=False, default=False)
    _not_before: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        name = f"{self.settings.sender_comp_id}-{self.settings.target_comp_id}"
        self._archive = None if self.store is None else Archive(self.store, sync=self.sync)
        memory = MemoryStore() if self._archive is None else self._archive.session(name)
        session = session_of(self.settings, memory, initiator=True)
        self._engine = Initiator(session, CHANNEL, self.faults.append, MessageLog(self.log), name)

    # -- the session ---------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name=f"FIX client {self._engine.name}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def logon(self, timeout: float = 10.0) -> None:
        """Wait until both sides are logged on; TimeoutError if they are not within so many seconds."""
        await self._within(timeout, self.up.wait(), "a logon")

    async def logout(self, timeout: float = 5.0) -> None:
        """Say goodbye and wait until the connection is closed; messages that came before can still be read."""
        self._left = True
        self._do(self._engine.leave(time_ns()))
        if self._task is not None and self._writer is not None:
            await self._within(timeout, asyncio.shield(self._task), "the end of the connection")
        await self.close()

    async def close(self) -> None:
        """Cut the connection without a word, and let go of the files."""
        self._left = True
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._timer is not None:
            self._timer.cancel()
        if self._archive is not None:
            self._archive.close()
            self._archive = None
        self._engine.log.close()

    # -- what we say ---------------------------------------------------------------------------------------------------

    def send(self, msg_type: str, fields: Iterable[tuple[int, object]]) -> None:
        """Send an application message; while nobody is logged on it waits. Values are bytes, or written with `str`."""
        if self._left:
            raise ConnectionError(f"FIX client {self._engine.name}: found the session left, expected it open")
        body = [(tag, value if isinstance(value, bytes) else str(value).encode()) for tag, value in fields]
        self._do(self._engine.send(self._engine.name, msg_type.encode(), body, time_ns()))

    def send_order(
        self,
        cl_ord_id: str,
        symbol: str,
        side: Side,
        qty: Number,
        price: Number | None = None,
        strategy: str | int = "",
        *,
        params: Mapping[str, object] | None = None,
        account: str = "",
        more: Iterable[tuple[int, object]] = (),
    ) -> None:
        """Send NewOrderSingle(D): a limit order if it has a Price(44).

        `strategy` is TargetStrategy(847), `params` its NoStrategyParameters(957), a duration as
        text with its unit, "20s"; `more` are other fields.
        """
        made: list[tuple[int, object]] = [(1, account)] if account else []
        made += [(55, symbol), (54, side.value), (38, qty), (40, 1 if price is None else 2)]
        made += [(44, price)] if price is not None else []
        made += [(847, strategy)] if strategy != "" else []
        self._order("D", cl_ord_id, [*made, *_parameters(params or {}), *more])

    def replace(
        self,
        cl_ord_id: str,
        orig_cl_ord_id: str,
        *,
        qty: Number | None = None,
        price: Number | None = None,
        more: Iterable[tuple[int, object]] = (),
    ) -> None:
        """Send OrderCancelReplaceRequest(G) for an order of ours: `qty` is its new total; None = as it was."""
        new = {38: qty, 44: price}
        fields = [
            (tag, value if new.get(tag) is None else new[tag]) for tag, value in self._of(orig_cl_ord_id, _OF_ORDER)
        ]
        self._order("G", cl_ord_id, [(41, orig_cl_ord_id), *fields, *more])

    def cancel(self, cl_ord_id: str, orig_cl_ord_id: str, *, more: Iterable[tuple[int, object]] = ()) -> None:
        """Send OrderCancelRequest(F) for an order; one that this process has not sent needs its fields in `more`."""
        self._order("F", cl_ord_id, [(41, orig_cl_ord_id), *self._of(orig_cl_ord_id, _OF_CANCEL), *more])

    def ask(self, cl_ord_id: str, *, more: Iterable[tuple[int, object]] = ()) -> None:
        """Send OrderStatusRequest(H) for an order; one that this process has not sent needs its fields in `more`."""
        self.send("H", [(11, cl_ord_id), *self._of(cl_ord_id, (55, 54)), *more])

    def _order(self, msg_type: str, cl_ord_id: str, fields: list[tuple[int, object]]) -> None:
        """Send an order or a request, and remember what a later one names again."""
        if Application(self.settings.version).old and msg_type != "F":
            fields.append((21, 1))
        made: list[tuple[int, object]] = [(11, cl_ord_id), *fields, (60, stamp(time_ns(), self.settings.decimals))]
        kept = {tag: str(value).encode() if not isinstance(value, bytes) else value for tag, value in made}
        self._orders.setdefault(cl_ord_id, kept)
        self.send(msg_type, made)

    def _of(self, cl_ord_id: str, tags: Iterable[int]) -> list[Field]:
        known = self._orders.get(cl_ord_id, {})
        return [(tag, known[tag]) for tag in tags if tag in known]

    # -- what we hear --------------------------------------------------------------------------------------------------

    async def message(self, timeout: float = 10.0) -> Message:
        """Give the next application message; TimeoutError if none comes within so many seconds, ConnectionError if none
        will: the session was left."""
        message = await self._within(timeout, self._inbox.get(), "a message")
        if message is None:
            self._inbox.put_nowait(None)
            raise ConnectionError(f"FIX client {self._engine.name}: found the session left, expected a message")
        return message

    async def __aiter__(self) -> AsyncIterator[Message]:
        """Yield application messages, each once and in order, until the session is left."""
        while (message := await self._inbox.get()) is not None:
            yield message
        self._inbox.put_nowait(None)

    async def _within(self, timeout: float, wanted: Awaitable[T], expected: str) -> T:
        try:
            return await asyncio.wait_for(wanted, timeout)
        except TimeoutError:
            found = self.faults[-1] if self.faults else "nothing"
            raise TimeoutError(f"FIX client {self._engine.name}: found {found}, expected {expected}") from None

    # -- the connection ------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        """Connect, and again whenever the connection is lost, until the session is left."""
        try:
            while not self._left:
                await asyncio.sleep(max(0.0, (self._not_before - time_ns()) / NANOS_PER_SECOND))
                try:
                    reader, self._writer = await asyncio.open_connection(self.host, self.port, ssl=self.tls)
                except OSError as error:
                    self.faults[:] = [*self.faults[-99:], f"{self.host}:{self.port}: {error}"]
                else:
                    await self._connected(reader)
                await asyncio.sleep(self.retry)
        finally:
            self._inbox.put_nowait(None)

    async def _connected(self, reader: asyncio.StreamReader) -> None:
        """One connection, to its end."""
        reason = "the connection is closed"
        try:
            self._hear(Opened(CHANNEL))
            while data := await reader.read(65_536):
                self._hear(Received(CHANNEL, data))
        except OSError as error:
            reason = str(error)
        finally:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
            self._hear(Closed(CHANNEL, reason))

    def _hear(self, event: WireInput | Tick) -> None:
        self._do(self._engine.handle(event, time_ns()))

    def _do(self, wanted: Iterable[Done]) -> None:
        """Make durable what the session keeps; only then its bytes leave, and its messages are handed out."""
        done = list(wanted)
        if self._archive is not None:
            self._archive.commit()
        for one in done:
            if isinstance(one, Send | Close):
                self._act(one)
            elif isinstance(one.what, App):
                self._inbox.put_nowait(one.what.message)
            elif isinstance(one.what, Up):
                self.up.set()
            elif isinstance(one.what, Down):
                self.up.clear()
        self._wake()

    def _act(self, one: Send | Close) -> None:
        if isinstance(one, Close):
            self._not_before = one.until or 0
        if self._writer is not None and isinstance(one, Send):
            if not self._writer.is_closing():
                self._writer.write(one.data)
        elif self._writer is not None:
            self._writer.close()

    def _wake(self) -> None:
        """Hand the time over when the session wants it."""
        if self._timer is not None:
            self._timer.cancel()
        due = self._engine.next_tick()
        if due is not None:
            seconds = max(0.001, (due - time_ns()) / NANOS_PER_SECOND)
            self._timer = asyncio.get_running_loop().call_later(seconds, self._hear, Tick())


def _parameters(params: Mapping[str, object]) -> list[tuple[int, object]]:
    """NoStrategyParameters(957) with its entries; none if there are none."""
    fields: list[tuple[int, object]] = [(957, len(params))] if params else []
    for name, value in params.items():
        text = {True: "Y", False: "N"}[value] if isinstance(value, bool) else value
        fields += [(958, name), (959, _PARAMETER_TYPES.get(type(value), 14)), (960, text)]
    return fields
