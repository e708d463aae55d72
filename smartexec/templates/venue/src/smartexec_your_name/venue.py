"""your-name: a venue that speaks JSON over TCP. No socket here: bytes and times in, bytes out.

Reports are numbered. One that was heard before is left out; where one is missing, all from it on are asked for again,
and none is told until it has come. Orders are never sent again: the market has moved since.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Final, TypeVar

from attrs import define, field
from attrs.validators import gt, min_len
from smartexec import api

LINE: Final = "line"  # name of the channel
LONGEST: Final = 65_536  # bytes of a message
LATER: Final = 60 * api.NANOS_PER_SECOND  # until a logon that was refused is tried again
T = TypeVar("T")
Said = Mapping[str, Any]


@define(eq=False, kw_only=True)
class YourName(api.VenueAdapter):
    """Trade at a venue that speaks numbered JSON lines over TCP."""

    name = "your-name"

    mic: str = field(validator=min_len(1))
    """ISO 10383 code of the venue."""
    host: str = field(validator=min_len(1))
    """Its address, "HOST:PORT"."""
    account: str = field(validator=min_len(1))
    """Account(1) that logs on."""
    heartbeat: int = field(default=5 * api.NANOS_PER_SECOND, validator=gt(0), metadata={"unit": "ns"})
    """After so much silence the venue is asked if it is there; after as much again the line is closed."""

    _up: bool = field(init=False, default=False)
    _due: int | None = field(init=False, default=None)  # when silence is long enough; None while the line is closed
    _asked: bool = field(init=False, default=False)  # if it is there
    _buffer: bytes = field(init=False, default=b"")
    _next: int = field(init=False, default=1)  # number of the report that is expected
    _missed: int = field(init=False, default=0)  # number from which reports were asked for again

    @property
    def capabilities(self) -> api.Capabilities:
        return api.Capabilities()

    @property
    def channels(self) -> Sequence[api.Channel]:
        return (api.Tcp(LINE, (self.host,)),)

    def next_tick(self) -> int | None:
        return self._due

    def handle(self, event: api.VenueInput, now: int) -> Iterable[api.VenueOutput]:
        if getattr(event, "channel", LINE) != LINE:
            return ()
        if isinstance(event, api.Opened | api.Received):
            self._due, self._asked = now + self.heartbeat, False
        return self._WORK[type(event)](self, event, now) if type(event) in self._WORK else ()

    def _say(self, kind: str, **body: Any) -> Iterator[api.Send]:
        yield api.Send(LINE, json.dumps({"type": kind, **body}).encode() + b"\n")

    def _order(self, order: api.SendOrder, _: int) -> Iterator[api.Send]:
        price = None if order.price is None else f"{Decimal(order.price) / api.PX_SCALE:f}"
        terms = {"side": order.side.name, "qty": order.order_qty, "price": price, "tif": order.time_in_force.name}
        return self._say("order", id=order.cl_ord_id, symbol=order.symbol, **terms) if self._up else iter(())

    def _cancel(self, cancel: api.CancelOrder, _: int) -> Iterator[api.Send]:
        return self._say("cancel", id=cancel.cl_ord_id, of=cancel.orig_cl_ord_id) if self._up else iter(())

    def _query(self, query: api.QueryOrder, _: int) -> Iterator[api.Send]:
        return self._say("query", id=query.cl_ord_id) if self._up else iter(())

    def _opened(self, _: api.Opened, now: int) -> Iterator[api.Send]:
        return self._say("logon", account=self.account)

    def _closed(self, event: api.Closed, _: int) -> Iterator[api.VenueStatus]:
        self._up, self._due, self._buffer, self._missed = False, None, b"", 0
        yield api.VenueStatus(self.mic, False, event.reason)

    def _tick(self, _: api.Tick, now: int) -> Iterator[api.Send | api.Close]:
        if self._due is not None and now >= self._due:
            self._due, self._asked = None if self._asked else now + self.heartbeat, not self._asked
            yield from self._say("heartbeat") if self._asked else [api.Close(LINE, "the venue is silent")]

    def _received(self, event: api.Received, now: int) -> Iterator[api.VenueOutput]:
        *lines, self._buffer = (self._buffer + event.data).split(b"\n")
        for line in lines:
            try:
                yield from self._message(json.loads(line), now)
            except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError) as error:
                raise api.VenueProtocolError(f"{self.mic}: found {line[:200]!r}, expected a message") from error
        if len(self._buffer) > LONGEST:
            raise api.VenueProtocolError(f"{self.mic}: found no end of a message, expected {LONGEST} bytes at most")

    def _message(self, said: Said, now: int) -> Iterator[api.VenueOutput]:
        number = _of(said, "number", self._next)
        if number == self._next:
            yield from self._MESSAGES[_of(said, "type", "")](self, said, now)
            self._next += "number" in said
        if max(number, _of(said, "next", 0)) > self._next != self._missed:
            self._missed = self._next
            yield from self._say("resend", number=self._next)

    def _alive(self, said: Said, _: int) -> Iterator[api.VenueStatus]:
        self._next = min(self._next, _of(said, "next", 0))  # a venue that is behind has begun its numbers anew
        if not self._up:
            self._up = True
            yield api.VenueStatus(self.mic, True)

    def _refused(self, said: Said, now: int) -> Iterator[api.VenueStatus | api.Close]:
        reason = f"logon refused: {_of(said, 'text', '')}"
        yield api.VenueStatus(self.mic, False, reason)
        yield api.Close(LINE, reason, now + LATER)  # it is no better in a second

    def _report(self, said: Said, _: int) -> Iterator[api.ExecutionReport]:
        yield api.ExecutionReport(
            self.mic, _of(said, "id", ""), api.ExecType[said["kind"]], api.OrdStatus[said["status"]],
            exec_id=_of(said, "exec", ""), exec_ref_id=_of(said, "ref", ""), orig_cl_ord_id=_of(said, "of", ""),
            order_qty=_of(said, "size", 0), cum_qty=_of(said, "filled", 0), avg_px=_px(said.get("average", "0")),
            last_qty=_of(said, "qty", 0), last_px=_px(said.get("px")) or 0, text=_of(said, "text", ""),
        )  # fmt: skip

    def _refusal(self, said: Said, _: int) -> Iterator[api.OrderCancelReject]:
        status = api.OrdStatus[said["status"]]
        yield api.OrderCancelReject(self.mic, _of(said, "id", ""), _of(said, "of", ""), status, _of(said, "text", ""))

    def _quote(self, said: Said, _: int) -> Iterator[api.Quote]:
        sides = (_px(said["bid"]), _of(said, "bid_qty", 0), _px(said["ask"]), _of(said, "ask_qty", 0))
        yield api.Quote(_of(said, "symbol", ""), self.mic, *sides)

    def _phase(self, said: Said, _: int) -> Iterator[api.PhaseChange]:
        yield api.PhaseChange(_of(said, "symbol", ""), self.mic, api.Phase[said["phase"]])

    _WORK: ClassVar[Mapping[type, Callable[[Any, Any, int], Iterable[api.VenueOutput]]]] = {
        api.SendOrder: _order, api.CancelOrder: _cancel, api.QueryOrder: _query,
        api.Opened: _opened, api.Closed: _closed, api.Received: _received, api.Tick: _tick,
    }  # fmt: skip
    _MESSAGES: ClassVar[Mapping[str, Callable[[Any, Said, int], Iterator[api.VenueOutput]]]] = {
        "logon": _alive, "heartbeat": _alive, "refused": _refused, "report": _report, "refusal": _refusal,
        "quote": _quote, "phase": _phase,
    }  # fmt: skip


def _of(said: Said, key: str, default: T) -> T:
    """Give a value of a message, which must be of the type of the default."""
    value: T = said.get(key, default)
    if type(value) is not type(default):
        raise TypeError(f"{key} {value!r}")
    return value


def _px(text: str | None) -> int | None:
    return None if text is None else int(Decimal(text) * api.PX_SCALE)
