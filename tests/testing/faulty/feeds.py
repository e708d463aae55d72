"""Market-data feeds with one fault each, beside a healthy one, and their conformance classes."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from attrs import define, evolve, field

from smartexec.api import ConfigError, Context, MarketDataFeed, MarketEvent, Phase, PhaseChange, Quote, Trade
from smartexec.testing import START, FeedKit

Timed = tuple[int, MarketEvent]
CENT = 10_000_000
LINES = "Q 1 9999 300 10001 200\nT 2 10001 100\nQ 3 0 0 10001 100\nT 4 9999 50\nT 4 9998 50\nT 5 9998 50\nT 6 9999 50\n"
BAD = "Q 7 many 1 2 3\nT 8\nX 9\n"


@define
class Healthy(MarketDataFeed):
    """Quotes and trades of a text file: kind, second, prices in cents and sizes in each line."""

    name = "healthy"

    path: str
    """File, relative to the configuration."""
    _context: Context = field(init=False, factory=Context)

    @property
    def file(self) -> Path:
        return self._context.base / self.path

    def start(self, context: Context) -> None:
        self._context = context
        if not self.file.is_file():
            raise ConfigError(f"market_data.path: found no file {self.file}, expected one")

    def events(self) -> Iterator[Timed]:
        yield START, PhaseChange("TEST", "", Phase.CONTINUOUS)
        with self.file.open() as stream:
            for number, line in enumerate(stream, 1):
                try:
                    yield self.row(*line.split())
                except (ValueError, KeyError, TypeError):
                    self.fault(f"{self.path} row {number}: found {line.strip()!r}, expected a quote or a trade")

    def fault(self, text: str) -> None:
        self._context.fault(text)

    def row(self, kind: str, second: str, *cells: str) -> Timed:
        numbers = [int(cell) for cell in cells]
        return START + int(second) * 10**9, {"Q": self.quote, "T": self.trade}[kind](*numbers)

    def quote(self, bid: int, bid_qty: int, ask: int, ask_qty: int) -> Quote:
        return Quote("TEST", "", bid * CENT if bid else None, bid_qty, ask * CENT if ask else None, ask_qty)

    def trade(self, px: int, qty: int) -> Trade:
        return Trade("TEST", "", px * CENT, qty)

    def digest(self) -> str:
        return sha256(self.file.read_bytes()).hexdigest()


class Written(FeedKit):
    """How all of them are given their input."""

    def make(self, folder: Path, lines: str = LINES) -> Any:
        (folder / "market.txt").write_text(lines)
        return self.absent(folder)

    def other(self, folder: Path) -> Any:
        return self.make(folder, LINES + "T 9 9999 50\n")

    def broken(self, folder: Path) -> tuple[Any, int]:
        return self.make(folder, LINES + BAD), 3

    def absent(self, folder: Path) -> Any:
        return self.feed("market.txt")  # type: ignore[call-arg]


class TestHealthy(Written):
    feed = Healthy


@define
class CountsFromMidnight(Healthy):
    """Gives the trades of a second a nanosecond of the first one before: M-05 must catch it."""

    name = "counts-from-midnight"

    def row(self, kind: str, second: str, *cells: str) -> Timed:
        at, event = super().row(kind, second, *cells)
        return at - (10**9 if cells[0] == "9998" else 0), event


class TestCountsFromMidnight(Written):
    feed = CountsFromMidnight


@define
class IteratesOverASet(Healthy):
    """Yields the events of a second in the order of a set of texts: M-06 must catch it, hashes differ by process."""

    name = "iterates-over-a-set"

    def events(self) -> Iterator[Timed]:
        found = list(super().events())
        for at in dict.fromkeys(at for at, _ in found):
            texts = {str(event): event for now, event in found if now == at}
            yield from ((at, texts[text]) for text in set(texts))


class TestIteratesOverASet(Written):
    feed = IteratesOverASet

    def make(self, folder: Path, lines: str = LINES) -> Any:
        return super().make(folder, lines + "".join(f"T 20 {10_000 + number} 50\n" for number in range(20)))


@define
class DigestsItsName(Healthy):
    """Identifies its data by the name of the file: M-07 must catch it."""

    name = "digests-its-name"

    def digest(self) -> str:
        return sha256(self.path.encode()).hexdigest()


class TestDigestsItsName(Written):
    feed = DigestsItsName


@define
class SpeaksOfAll(Healthy):
    """Yields the whole file, also of instruments that are not in the run: M-08 must catch it."""

    name = "speaks-of-all"

    def trade(self, px: int, qty: int) -> Trade:
        return evolve(super().trade(px, qty), symbol="OTHER")


class TestSpeaksOfAll(Written):
    feed = SpeaksOfAll
    phases = "that of the other instruments is not known"


@define
class ShowsNothingAtZero(Healthy):
    """Says a side that is empty as a price of 0: M-09 must catch it."""

    name = "shows-nothing-at-zero"

    def quote(self, bid: int, bid_qty: int, ask: int, ask_qty: int) -> Quote:
        return Quote("TEST", "", bid * CENT, bid_qty, ask * CENT, ask_qty)


class TestShowsNothingAtZero(Written):
    feed = ShowsNothingAtZero


@define
class NeverOpens(Healthy):
    """Says no trading phase: M-10 must catch it."""

    name = "never-opens"

    def events(self) -> Iterator[Timed]:
        return ((at, event) for at, event in super().events() if not isinstance(event, PhaseChange))


class TestNeverOpens(Written):
    feed = NeverOpens


@define
class DropsBadRows(Healthy):
    """Passes over what it cannot read: M-11 must catch it."""

    name = "drops-bad-rows"

    def fault(self, text: str) -> None:
        return


class TestDropsBadRows(Written):
    feed = DropsBadRows


@define
class LeavesItsFileOpen(Healthy):
    """Keeps its file open until somebody reads it to the end: M-12 must catch it."""

    name = "leaves-its-file-open"

    def events(self) -> Iterator[Timed]:
        yield START, PhaseChange("TEST", "", Phase.CONTINUOUS)
        stream = self.file.open()
        for line in stream:
            yield self.row(*line.split())
        stream.close()


class TestLeavesItsFileOpen(Written):
    feed = LeavesItsFileOpen


@define
class WantsAnEnd(Healthy):
    """Counts on the last line to be whole: M-13 must catch it."""

    name = "wants-an-end"

    def events(self) -> Iterator[Timed]:
        if not self.file.read_text().endswith("\n"):
            raise EOFError("no end")
        return super().events()


class TestWantsAnEnd(Written):
    feed = WantsAnEnd
