"""A venue adapter over HTTP and a WebSocket, and a simulated one."""

from collections.abc import Iterable, Iterator, Sequence

from attrs import define, field

from smartexec import api
from smartexec.api import hookimpl


@define(eq=False, kw_only=True)
class Rest(api.VenueAdapter):
    """Orders out over HTTP, news in over a WebSocket."""

    name = "rest"

    mic: str
    """MIC."""
    url: str
    """Address."""
    token: str = field(repr=False, metadata={"secret": True})
    """Secret."""

    _open: dict[str, api.SendOrder] = field(init=False, factory=dict[str, api.SendOrder])

    @property
    def capabilities(self) -> api.Capabilities:
        return api.Capabilities(replace=api.ReplaceMode.NONE, ord_types=frozenset({api.OrdType.LIMIT}))

    @property
    def channels(self) -> Sequence[api.Channel]:
        return [api.Http("http", self.url), api.WebSocket("feed", self.url, headers=(("Token", self.token),))]

    def start(self, context: api.Context) -> None:
        for symbol in context.instruments:
            context.fault(f"{symbol}: nothing known")

    def handle(self, event: api.VenueInput, now: int) -> Iterable[api.VenueOutput]:
        match event:
            case api.SendOrder():
                return self._order(event)
            case api.Response():
                return self._answer(event, now)
            case api.Opened() | api.Closed():
                return [api.VenueStatus(self.mic, isinstance(event, api.Opened))]
            case _:
                return ()

    def _order(self, order: api.SendOrder) -> Iterator[api.Request]:
        self._open[order.cl_ord_id] = order
        yield api.Request("http", order.cl_ord_id, "POST", "/orders", order.symbol.encode())

    def _answer(self, answer: api.Response, now: int) -> Iterator[api.VenueOutput]:
        order = self._open.pop(answer.ref, None)
        if order is not None and answer.status < 300:
            yield api.ExecutionReport(self.mic, order.cl_ord_id, api.ExecType.NEW, api.OrdStatus.NEW, text=str(now))


@define(eq=False, kw_only=True)
class Simulated(api.VenueAdapter):
    """Takes everything and executes nothing."""

    name = "simulated"
    simulated = True

    mic: str
    """MIC."""
    _due: int | None = field(init=False, default=None)

    @property
    def capabilities(self) -> api.Capabilities:
        return api.Capabilities(kind=api.VenueKind.DARK, pegs=frozenset({api.Peg.MID}))

    def handle(self, event: api.VenueInput, now: int) -> list[api.VenueOutput]:
        self._due = now + 1
        return []

    def hears(self, mic: str) -> bool:
        return mic == ""

    def next_tick(self) -> int | None:
        return self._due


@hookimpl.venues
def smartexec_venues() -> Iterable[type[api.VenueAdapter]]:
    return [Rest, Simulated]
