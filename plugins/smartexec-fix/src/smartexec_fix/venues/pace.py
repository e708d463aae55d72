"""What waits until the venue takes more: so many messages in any second, cancels first, questions last, nothing for
long."""

from collections import deque
from collections.abc import Callable, Iterator

from attrs import define, field

from smartexec.api import NANOS_PER_SECOND, CancelOrder, QueryOrder, ReplaceOrder, SendOrder, VenueCommand
from smartexec_fix.venues.dialect import Dialect


@define(eq=False)
class Pace:
    """The messages to one venue. With no rate in its dialect nothing ever waits."""

    dialect: Dialect
    _sent: deque[int] = field(init=False)
    _first: deque[tuple[int, VenueCommand]] = field(init=False, factory=deque)
    """Cancels."""
    _rest: deque[tuple[int, VenueCommand]] = field(init=False, factory=deque)
    _questions: deque[tuple[int, VenueCommand]] = field(init=False, factory=deque)

    def __attrs_post_init__(self) -> None:
        self._sent = deque(maxlen=self.dialect.rate or 1)

    @property
    def waiting(self) -> list[str]:
        """ClOrdIDs(11) of orders and requests that have not left."""
        return [one.cl_ord_id for _, one in (*self._first, *self._rest)]

    def full(self, command: VenueCommand) -> bool:
        """Whether no more orders and replaces may wait. Cancels and queries always may: there is one for an order."""
        if not isinstance(command, SendOrder | ReplaceOrder):
            return False
        return bool(self._rest) and len(self._rest) >= self.dialect.waiting

    def add(self, command: VenueCommand, now: int) -> None:
        """Let a command wait for its turn."""
        queue = {CancelOrder: self._first, QueryOrder: self._questions}.get(type(command), self._rest)
        queue.append((now, command))

    def drop(self, wanted: set[str]) -> list[VenueCommand]:
        """Take out orders and requests that have not left, by ClOrdID(11)."""
        return self._take_out(lambda _, one: one.cl_ord_id in wanted)

    def clear(self) -> list[VenueCommand]:
        """Take out all."""
        queues = (self._first, self._rest, self._questions)
        gone = [one for queue in queues for _, one in queue]
        for queue in queues:
            queue.clear()
        return gone

    def stale(self, now: int) -> list[VenueCommand]:
        """Take out orders and replaces that have waited too long."""
        limit = now - self.dialect.patience
        if not self._rest or self._rest[0][0] >= limit:
            return []
        return self._take_out(lambda at, _: at < limit)

    def ready(self, now: int) -> Iterator[VenueCommand]:
        """Yield what may leave now, in its order."""
        while (queue := self._first or self._rest or self._questions) and self._may(now):
            if self.dialect.rate:
                self._sent.append(now)
            yield queue.popleft()[1]

    def next(self) -> int | None:
        """When something that waits may leave, ns UTC; None = nothing waits."""
        if not (self._first or self._rest or self._questions):
            return None
        return self._sent[0] + NANOS_PER_SECOND if self._sent else 0

    def _take_out(self, which: Callable[[int, VenueCommand], bool]) -> list[VenueCommand]:
        gone = [one for at, one in self._rest if which(at, one)]
        self._rest = deque(pair for pair in self._rest if not which(*pair))
        return gone

    def _may(self, now: int) -> bool:
        full = self.dialect.rate and len(self._sent) == self.dialect.rate
        return not full or now - self._sent[0] >= NANOS_PER_SECOND
