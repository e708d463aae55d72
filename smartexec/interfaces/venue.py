"""A venue adapter turns commands into what a venue understands, and what the venue says into events. Sans-IO."""

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from smartexec.interfaces.wired import Wired
from smartexec.model.commands import VenueCommand
from smartexec.model.events import Tick, VenueEvent
from smartexec.model.market import MarketEvent
from smartexec.model.routing import Capabilities
from smartexec.model.wire import WireInput, WireOutput

VenueInput = VenueCommand | MarketEvent | WireInput | Tick
VenueOutput = VenueEvent | MarketEvent | WireOutput


class VenueAdapter(Wired):
    """Base of all venue adapters: an attrs class whose init fields are its parameters; one of them is `mic`.

    Time is an argument. Delays (latency, network) are the adapter's: it keeps what is not due yet and gives it out
    when `handle(Tick(), now)` is called at `next_tick()`. Only simulated venues are handed market events, only
    adapters with `channels` hear of the wire. A peer that breaks its protocol is a `VenueProtocolError`: all channels
    of the adapter are closed and opened again. Any other exception takes the adapter out of the run.
    """

    name: ClassVar[str]
    """What `[[venues]] plugin = "..."` names."""
    simulated: ClassVar[bool] = False
    mic: str

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What the venue can do."""

    @abstractmethod
    def handle(self, event: VenueInput, now: int) -> Iterable[VenueOutput]:
        """Take a command, a market event, news of a channel or the time; give what the venue says at `now`, and what
        is to be done on the channels."""

    def hears(self, mic: str) -> bool:
        """Whether a simulated venue wants the market events of `mic` ("" = the consolidated tape)."""
        return True
