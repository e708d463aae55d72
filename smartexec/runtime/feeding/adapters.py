"""The venue adapters of a run: hands them what happens, checks what they say, takes down who is at fault.

What is sound in an answer is folded first, wherever it stands: it may be fills, which are facts. An adapter that
raises, or says what the interface does not know, is out of the run: what is live there stays in doubt.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from smartexec.errors import VenueProtocolError
from smartexec.interfaces.venue import VenueAdapter
from smartexec.model.events import VenueStatus
from smartexec.model.wire import Close, WireOutput
from smartexec.runtime.feeding.sequencer import NEVER, Owner, nobody
from smartexec.runtime.reading.checks import MARKET, VENUE, WIRE, pull, shown, told, wrong

Hearer = tuple[int, Callable[..., Any], Callable[[], Any]]
"""A simulated venue: its number, `handle` and `next_tick`."""
_WIRED: Final = (*VENUE, *MARKET, *WIRE)


class Adapters:
    """The adapters by number, in the order of the configuration."""

    def __init__(
        self,
        venues: Mapping[str, VenueAdapter],
        fold: Callable[[int, Any], None],
        fault: Callable[[str], None],
        owner: Owner = nobody,
        act: Callable[[int, WireOutput], None] | None = None,
    ) -> None:
        """`fold` takes (time, event); `act` does on the wire what the adapter of a number wants: None = no wire."""
        self.venues = list(venues.values())
        self.index = {mic: number for number, mic in enumerate(venues)}
        self.ticks = [NEVER] * len(self.venues)
        """When each wants the time."""
        self.said = [0] * len(self.venues)
        """Events that each has said; whoever counts sets it back."""
        self.dead: set[int] = set()
        self._kinds = VENUE if act is None else _WIRED
        self._fold, self._fault, self._owner, self._act = fold, fault, owner, act
        self._hearers: dict[str, list[Hearer]] = {}

    def tell(self, number: int, event: Any, now: int) -> None:
        """Hand over a command, news of a channel or the time; fold what it says. One that is down hears nothing."""
        if number not in self.dead:
            self._ask(number, lambda: self.venues[number].handle(event, now), now)

    def _ask(self, number: int, ask: Callable[[], Iterable[Any]], now: int) -> None:
        said: Sequence[Any] = ()
        due, broke = None, None
        try:
            said, broke = pull(ask())
            due = self.venues[number].next_tick()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            broke = broke or error
        self.hear(number, said, due, broke, now)

    def leave(self, number: int, now: int) -> None:
        """Let an adapter say goodbye."""
        if number not in self.dead:
            self._ask(number, lambda: self.venues[number].leave(now), now)

    def refresh(self, number: int, now: int) -> None:
        """Ask an adapter when it wants the time."""
        due, broke = None, None
        try:
            due = self.venues[number].next_tick()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            broke = error
        self.hear(number, (), due, broke, now)

    def hear(self, number: int, said: Sequence[Any], due: Any, broke: BaseException | None, now: int) -> int:
        """Fold what an adapter said; note and give when it wants the time."""
        nonsense = ""
        for one in said:
            fault = wrong(one, self._kinds)
            nonsense = nonsense or fault
            if not fault:
                self._take(number, one, now)
        self.said[number] += len(said)
        if broke is None and due is not None and type(due) is not int:
            nonsense = nonsense or f"next_tick: found {shown(due)}, expected ns or None"
        self.ticks[number] = NEVER if due is None or nonsense else due
        if isinstance(broke, VenueProtocolError) and self._act is not None and not nonsense:
            self._offended(number, str(broke))
        elif nonsense or broke is not None:
            self.down(number, now, nonsense or f"found {told(broke)}, expected events")  # type: ignore[arg-type]
        return self.ticks[number]

    def down(self, number: int, now: int, what: str) -> None:
        """Take a venue whose adapter is at fault out of the run; what is live there stays in doubt."""
        venue = self.venues[number]
        text = f"adapter {venue.name}{self._owner('venue', venue.name)}: {what}"
        self._fault(f"venue {venue.mic}: {text}")
        self.dead.add(number)
        self.ticks[number] = NEVER
        self._hearers.clear()
        self._fold(now, VenueStatus(venue.mic, False, text))

    def hears(self, mic: str, now: int) -> list[Hearer]:
        """Find out, once per market, which simulated venues hear it."""
        known = self._hearers.get(mic)
        if known is not None:
            return known
        heard: list[Hearer] = []
        for number, venue in enumerate(self.venues):
            try:
                if venue.simulated and number not in self.dead and venue.hears(mic):
                    heard.append((number, venue.handle, venue.next_tick))
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                self.down(number, now, f"found {told(error)}, expected whether it hears {mic!r}")
        self._hearers[mic] = heard
        return heard

    def _take(self, number: int, one: Any, now: int) -> None:
        if self._act is not None and type(one) in WIRE:
            self._act(number, one)
        else:
            self._fold(now, one)

    def _offended(self, number: int, text: str) -> None:
        """Begin anew with a peer that broke its protocol."""
        venue = self.venues[number]
        self._fault(f"venue {venue.mic}: {text}")
        for channel in venue.channels:
            assert self._act is not None
            self._act(number, Close(channel.name, text))
