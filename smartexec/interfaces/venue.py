"""A venue adapter turns commands into what a venue understands, and what the venue says into events. Sans-IO."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from smartexec.interfaces.context import Context
from smartexec.model.commands import VenueCommand
from smartexec.model.events import Tick, VenueEvent
from smartexec.model.market import MarketEvent
from smartexec.model.routing import Capabilities

VenueInput = VenueCommand | MarketEvent | Tick


class VenueAdapter(ABC):
    """Base of all venue adapters: an attrs class whose init fields are its parameters; one of them is `mic`.

    Time is an argument. Delays (latency, network) are the adapter's: it keeps what is not due yet and gives it out
    when `handle(Tick(), now)` is called at `next_tick()`. Only simulated venues are handed market events.
    """

    name: ClassVar[str]
    """What `[[venues]] plugin = "..."` names."""
    simulated: ClassVar[bool] = False
    mic: str

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What the venue can do."""

    def start(self, context: Context) -> None:
        """Get ready. Called once, before anything else."""

    @abstractmethod
    def handle(self, event: VenueInput, now: int) -> Iterable[VenueEvent]:
        """Take a command, a market event or the time; give what the venue says at `now`."""

    def hears(self, mic: str) -> bool:
        """Whether a simulated venue wants the market events of `mic` ("" = the consolidated tape)."""
        return True

    def next_tick(self) -> int | None:
        """When `handle(Tick(), now)` is wanted next, ns; None = not at all."""
        return None
