"""The book of a Binance market from its depth stream and a REST snapshot. Knows no files and no events.

Source: Binance API documents, "How to manage a local order book correctly", spot and futures: changes that came before
the snapshot are kept and applied after it as far as they are newer; from then on each must follow on the one before.
"""

from attrs import define, field

from smartexec_files.binance_rows import Depth, Levels, Snapshot
from smartexec_files.faults import BadValueError
from smartexec_files.ladder import Ladder


@define
class DepthBook:
    """Both sides, and the number of the update they are at."""

    bids: Ladder = field(factory=lambda: Ladder(1))
    asks: Ladder = field(factory=lambda: Ladder(-1))
    at: int | None = None
    """Number of the last update; None: there is no book, a snapshot is awaited."""
    gaps: int = 0
    """Times that an update was missing."""
    _early: list[Depth] = field(factory=list)
    _loose: bool = False
    """The next change is the first after a snapshot, which it may overlap."""

    def load(self, snapshot: Snapshot) -> None:
        """Start from a snapshot and the newer of the changes that came before it. Raises BadValueError as `apply`."""
        early, self._early = self._early, []
        self.bids, self.asks = Ladder(1), Ladder(-1)
        self._put(snapshot.bids, snapshot.asks)
        self.at, self._loose = snapshot.last, True
        for depth in early:
            self.apply(depth)

    def apply(self, depth: Depth) -> None:
        """Apply a change. Raises BadValueError if one before it is missing: there is no book until a new snapshot."""
        if self.at is None:
            self._early.append(depth)
            return
        if depth.last <= self.at:
            return
        if not self._follows(depth, self.at):
            found, self.at = self.at, None
            self.gaps += 1
            self._early = [depth]
            raise BadValueError(f"updates {depth.first} to {depth.last} after {found}", "those that follow it")
        self.at, self._loose = depth.last, False
        self._put(depth.bids, depth.asks)

    def _put(self, bids: Levels, asks: Levels) -> None:
        """Set what is there at each price."""
        for ladder, levels in ((self.bids, bids), (self.asks, asks)):
            for px, qty in levels:
                ladder.put(px, qty)

    def _follows(self, depth: Depth, at: int) -> bool:
        if self._loose:  # spot: first <= at + 1 <= last; futures, whose numbers have holes: before <= at < last
            return depth.first <= at + 1 or (depth.before is not None and depth.before <= at)
        return depth.first == at + 1 if depth.before is None else depth.before == at

    def touch(self) -> tuple[int | None, int, int | None, int]:
        """Bid, its quantity, ask, its quantity; nothing while there is no book."""
        return (None, 0, None, 0) if self.at is None else (*self.bids.best(), *self.asks.best())
