"""A market-data feed yields what markets say."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from smartexec.interfaces.context import Context
from smartexec.model.market import MarketEvent


class MarketDataFeed(ABC):
    """Base of all market-data feeds. A recorded feed must yield the same events every time it is started alike."""

    name: ClassVar[str]

    def start(self, context: Context) -> None:
        """Get ready; a feed that cannot be read at all raises ConfigError."""

    @abstractmethod
    def events(self) -> Iterator[tuple[int, MarketEvent]]:
        """Yield (time in ns, event) in order of time. A bad row is left out and said through `context.fault`."""

    @abstractmethod
    def digest(self) -> str:
        """Identify the data (file digest, or parameters and seed): a replay refuses other data."""
