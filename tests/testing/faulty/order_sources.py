"""Order sources with one fault each, beside a healthy one, and their conformance classes."""

from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any, ClassVar

from attrs import define, evolve, field

from smartexec.api import ClientCommand, ClientEvent, ConfigError, Context, NewOrder, OrderSource, RejectedOrder, Side
from smartexec.testing import START, OrderSourceKit

Timed = tuple[int, ClientEvent]
LINES = "2 S2 TEST BUY 300\n1 S1 TEST BUY 100\n3 S3 TEST SELL 200\n"
BAD = "4 S4 TEST LONG 100\nsoon S5 TEST BUY 100\n6 S6 TEST BUY\n"


@define
class Healthy(OrderSource):
    """Orders of a text file: second, ClOrdID(11), symbol, side and quantity in each line."""

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
            raise ConfigError(f"orders.path: found no file {self.file}, expected one")

    def events(self) -> Iterator[Timed]:
        yield from sorted(self.rows(), key=itemgetter(0))

    def rows(self) -> Iterator[Timed]:
        with self.file.open() as stream:
            for number, line in enumerate(stream, 1):
                found = self.row(number, line.split())
                if found is not None:
                    yield found

    def row(self, number: int, cells: list[str]) -> Timed | None:
        try:
            second, name, symbol, side, qty = cells
            return START + int(second) * 10**9, self.order(name, symbol, Side[side], int(qty))
        except (ValueError, KeyError):
            text = f"{self.path} row {number}: found {cells}, expected second, name, symbol, side and quantity"
            return START, RejectedOrder("FILE", cells[1] if len(cells) > 1 else "", text)

    def order(self, name: str, symbol: str, side: Side, qty: int) -> NewOrder:
        return NewOrder("FILE", name, symbol, side, qty, "TWAP", "ACME")


class Written(OrderSourceKit):
    """How all of them are given their input."""

    def make(self, folder: Path, lines: str = LINES) -> Any:
        (folder / "orders.txt").write_text(lines)
        return self.source("orders.txt")  # type: ignore[call-arg]

    def broken(self, folder: Path) -> tuple[Any, int]:
        return self.make(folder, LINES + BAD), 3

    def absent(self, folder: Path) -> Any:
        return self.source("orders.txt")  # type: ignore[call-arg]


class TestHealthy(Written):
    source = Healthy


@define
class FindsOutLate(Healthy):
    """Opens its file when it is asked for events, and not before: O-04 must catch it."""

    name = "finds-out-late"

    def start(self, context: Context) -> None:
        self._context = context


class TestFindsOutLate(Written):
    source = FindsOutLate


@define
class KeepsTheFilesOrder(Healthy):
    """Yields the rows as they stand in the file, whatever their time: O-05 must catch it."""

    name = "keeps-the-files-order"

    def events(self) -> Iterator[Timed]:
        return self.rows()


class TestKeepsTheFilesOrder(Written):
    source = KeepsTheFilesOrder


@define
class ReadsFloats(Healthy):
    """Reads quantities as numbers of any kind: O-05 must catch it."""

    name = "reads-floats"

    def order(self, name: str, symbol: str, side: Side, qty: int) -> NewOrder:
        return super().order(name, symbol, side, qty / 1)  # type: ignore[arg-type]


class TestReadsFloats(Written):
    source = ReadsFloats


@define
class UsesANameTwice(Healthy):
    """Gives orders the first letter of their ClOrdID(11) as theirs: O-06 must catch it."""

    name = "uses-a-name-twice"

    def order(self, name: str, symbol: str, side: Side, qty: int) -> NewOrder:
        return super().order(name[:1], symbol, side, qty)


class TestUsesANameTwice(Written):
    source = UsesANameTwice


@define
class GoesOnCounting(Healthy):
    """Numbers orders by a count that a second instance goes on with: O-08 must catch it."""

    name = "goes-on-counting"
    count: ClassVar[list[int]] = [0]

    def order(self, name: str, symbol: str, side: Side, qty: int) -> NewOrder:
        self.count[0] += 1
        return super().order(f"{name}-{self.count[0]}", symbol, side, qty)


class TestGoesOnCounting(Written):
    source = GoesOnCounting


@define
class DropsBadRows(Healthy):
    """Passes over what it cannot read: O-09 must catch it."""

    name = "drops-bad-rows"

    def row(self, number: int, cells: list[str]) -> Timed | None:
        found = super().row(number, cells)
        return None if found is not None and isinstance(found[1], RejectedOrder) else found


class TestDropsBadRows(Written):
    source = DropsBadRows


@define
class LeavesItsFileOpen(Healthy):
    """Reads rows from a file that nobody closes: O-10 must catch it."""

    name = "leaves-its-file-open"

    def rows(self) -> Iterator[Timed]:
        lines = [*enumerate(self.file.open(), 1)]
        return (found for number, line in lines if (found := self.row(number, line.split())))


class TestLeavesItsFileOpen(Written):
    source = LeavesItsFileOpen


@define
class KnowsItsOrdersOnly(Healthy):
    """Looks the order of each report up: O-11 must catch it, the engine may tell of one that it refused."""

    name = "knows-its-orders-only"
    _orders: dict[str, NewOrder] = field(init=False, factory=dict)

    def order(self, name: str, symbol: str, side: Side, qty: int) -> NewOrder:
        return self._orders.setdefault(name, super().order(name, symbol, side, qty))

    def report(self, command: ClientCommand, now: int) -> None:
        self._orders[command.cl_ord_id] = evolve(self._orders[command.cl_ord_id])


class TestKnowsItsOrdersOnly(Written):
    source = KnowsItsOrdersOnly


@define
class SpeaksOfAnotherMarket(Healthy):
    """Names its instruments as nobody else does: O-12 must catch it, the engine rejects them all."""

    name = "speaks-of-another-market"

    def order(self, name: str, symbol: str, side: Side, qty: int) -> NewOrder:
        return super().order(name, f"{symbol}.N", side, qty)


class TestSpeaksOfAnotherMarket(Written):
    source = SpeaksOfAnotherMarket
