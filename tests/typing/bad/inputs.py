"""Order sources and market-data feeds with mistakes."""

from collections.abc import Iterator
from datetime import datetime

from attrs import define

from smartexec.api import ClientEvent, MarketDataFeed, MarketEvent, NewOrder, OrderSource, Quote, Side


@define
class Untimed(OrderSource):
    """Says no times."""

    name = "untimed"

    def events(self) -> Iterator[ClientEvent]:  # E: override / IncompatibleMethodOverride
        yield NewOrder("desk", "A", "AAA", "BUY", 100.0, "TWAP")  # E: arg-type / ArgumentType


@define
class Plain(OrderSource):
    """Gives dictionaries at dates, and takes reports without their time."""

    name = "plain"

    def events(self) -> Iterator[tuple[int, ClientEvent]]:
        yield datetime.now(), NewOrder("desk", "A", "AAA", Side.BUY, 100, "TWAP")  # E: misc / ReturnType
        yield 1, {"symbol": "AAA"}  # E: misc / ReturnType

    def report(self, command: ClientEvent) -> None:  # E: override / IncompatibleMethodOverride
        return None


@define
class Half(MarketDataFeed):
    """Cannot say which data it has."""

    name = "half"

    def events(self) -> Iterator[tuple[int, MarketEvent]]:
        yield 1, Quote("AAA", "", 99.5, 100, None, None)  # E: arg-type / ArgumentType


feed = Half()  # E: abstract / AbstractUsage
