"""Venue adapters with mistakes."""

from collections.abc import Iterator

from attrs import define

from smartexec import api

Said = list[api.VenueOutput]


@define(eq=False, kw_only=True)
class YieldsText(api.VenueAdapter):
    """Says what is no event."""

    name = "yields-text"

    mic: str
    """MIC."""

    @property
    def capabilities(self) -> api.Capabilities:
        return api.Capabilities(ord_types={api.OrdType.LIMIT}, make_fee=0.001)  # E: arg-type / ArgumentType

    @property
    def channels(self) -> list[str]:  # E: override / IncompatibleMethodOverride
        return ["line"]

    def handle(self, event: api.VenueInput, now: int) -> Iterator[api.VenueOutput]:
        yield "filled"  # E: misc / ReturnType
        yield api.Send("line", "text")  # E: arg-type / ArgumentType
        name = f"{event.cl_ord_id}"  # E: union-attr / AttributeAccessIssue
        yield api.ExecutionReport(self.mic, name, "NEW", api.OrdStatus.NEW)  # E: arg-type / ArgumentType
        yield api.SendOrder  # E: misc / ReturnType


@define(eq=False, kw_only=True)
class Awaits(api.VenueAdapter):
    """Is no coroutine's business, and says nothing of what it can do."""

    name = "awaits"

    mic: str
    """MIC."""

    async def handle(self, event: api.VenueInput, now: int) -> Said:  # E: override / IncompatibleMethodOverride
        return []

    def next_tick(self) -> float | None:  # E: override / IncompatibleMethodOverride
        return None


adapter = Awaits(mic="XAAA")  # E: abstract / AbstractUsage
