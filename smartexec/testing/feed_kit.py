"""The conformance kit of market-data feeds: scenarios M-01 and on."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

import attrs
import pytest

from smartexec.errors import ConfigError
from smartexec.interfaces.market_data import MarketDataFeed
from smartexec.model.enums import Phase
from smartexec.model.market import BookAdd, BookExecute, BookReduce, PhaseChange, Quote, Trade
from smartexec.testing.elsewhere import elsewhere
from smartexec.testing.inputs import (
    Inputs,
    Timed,
    check_abandoned,
    check_absent,
    check_again,
    check_timed,
    names_a_row,
)
from smartexec.testing.kit import Kit, needs, scenario
from smartexec.testing.parameters import check_class, check_documented, check_refusals

MARKET: Final = (Quote, Trade, PhaseChange, BookAdd, BookReduce, BookExecute)
CUTS: Final = (0.0, 0.1, 0.5, 0.9, 1.0)
"""Where files are cut off, as parts of their length; the last byte is missing at 1."""


class FeedKit(Inputs, Kit):
    """Subclass it in a plugin's tests, set `feed` and say what it reads (`Inputs`), and pytest runs the scenarios."""

    kind = "market-data feed"
    subject = "feed"

    feed: ClassVar[type[MarketDataFeed]]
    """The class under test."""
    phases: ClassVar[str] = ""
    """Why it says no trading phase: "" = it does, before the first quote or trade."""

    def other(self, folder: Path) -> Any:
        """Write other good input into the folder, or take other parameters, and build the feed."""
        raise NotImplementedError(f"{type(self).__name__}.other: found none, expected a feed of other data")

    # -- what it is ----------------------------------------------------------------------------------------------------

    @scenario("M-01")
    def test_m01_declares_itself(self) -> None:
        """It is an attrs class with a docstring and a name like lean-ticks."""
        check_class(self.feed, MarketDataFeed)

    @scenario("M-02")
    def test_m02_documents_its_parameters(self) -> None:
        """Every parameter has a type that can be read, and a docstring below it.

        Skipped where there is no source to read docstrings from.
        """
        check_documented(self.feed)

    @scenario("M-03")
    def test_m03_refuses_bad_parameters_by_name(self) -> None:
        """A parameter that is no value of its type, and one that it does not have, are refused with their names."""
        check_refusals(self.feed, self.params)

    @scenario("M-04")
    def test_m04_names_input_that_is_missing(self, tmp_path: Path) -> None:
        """Input that is not there is a ConfigError that names it, not a traceback.

        Skipped where `absent` gives none.
        """
        check_absent(self, tmp_path)

    # -- what it yields ------------------------------------------------------------------------------------------------

    @scenario("M-05")
    def test_m05_yields_events_in_order_of_time(self, tmp_path: Path) -> None:
        """Events are (ns UTC, event), no time before the one before it, every field exactly of its type."""
        check_timed(self.events(tmp_path), MARKET)

    @scenario("M-06")
    def test_m06_yields_the_same_again(self, tmp_path: Path) -> None:
        """A second instance, and one in another process with another hash seed, give the same events: a replay reads
        them again.
        """
        check_again(self, tmp_path)

    @scenario("M-07")
    def test_m07_identifies_its_data(self, tmp_path: Path) -> None:
        """Its digest is the same before and after it was read, and of a second instance; another one of other data.

        Where it reads no file it is also the same in another process with another hash seed.
        """
        one = self.started(tmp_path, self.make(tmp_path))
        first = one.digest()
        events = list(one.events())
        again = self.started(tmp_path, attrs.evolve(one)).digest()
        assert isinstance(first, str), f"found {first!r}, expected text"
        assert first, "found no digest, expected text"
        assert (one.digest(), again) == (first, first), f"found {one.digest()} and {again}, expected {first} each time"
        if not any(tmp_path.iterdir()):
            there = elsewhere(self, print_data_digest, tmp_path).strip()
            assert there == first, f"found {there} in another process, expected {first}"
        folder = tmp_path / "other"
        folder.mkdir()
        other = self.started(folder, self.other(folder))
        assert list(other.events()) != events, "found the same events of other data, expected others: see other()"
        assert other.digest() != first, f"found {first} of other data too, expected another digest"

    @scenario("M-08")
    def test_m08_knows_its_instruments(self, tmp_path: Path) -> None:
        """Every event is of an instrument of the run."""
        known = [one.symbol for one in self.instruments]
        strange = {event.symbol for _, event in self.events(tmp_path)} - set(known)
        assert not strange, f"found events of {', '.join(sorted(strange))}, expected only {', '.join(known)}"

    @scenario("M-09")
    def test_m09_says_what_can_be_true(self, tmp_path: Path) -> None:
        """Prices and sizes are positive; a side that shows nothing is None with quantity 0; only orders that the book
        holds are reduced or executed, and by no more than they have.
        """
        _check_true(self.events(tmp_path))

    @scenario("M-10")
    def test_m10_says_the_phase_first(self, tmp_path: Path) -> None:
        """No quote or trade comes before the first trading phase of its symbol: without one nothing trades.

        Skipped where `phases` says why there is none.
        """
        needs(not self.phases, self.phases)
        told: set[str] = set()
        for at, event in self.events(tmp_path):
            if isinstance(event, PhaseChange):
                assert event.phase is not Phase.UNKNOWN, f"found {event} at {at}, expected a phase that is known"
                told.add(event.symbol)
            elif isinstance(event, Quote | Trade):
                assert event.symbol in told, f"found {event} at {at}, expected the trading phase before it"

    @scenario("M-11")
    def test_m11_says_what_it_leaves_out(self, tmp_path: Path) -> None:
        """Each bad row is said once, with its file and row; the good ones come all the same.

        Skipped where `broken` gives none.
        """
        given = self.broken(tmp_path)
        needs(given is not None, "broken() gives none: its input cannot be bad")
        assert given is not None
        one, bad = given
        faults: list[str] = []
        events = list(self.started(tmp_path, one, faults).events())
        check_timed(events, MARKET)
        _check_true(events)
        rows = [line for line in faults if names_a_row(line, tmp_path)]
        assert len(rows) == bad, f"found {len(rows)} lines with file and row, {faults}, expected {bad}"
        assert any(isinstance(event, Quote | Trade) for _, event in events), (
            "found no quote or trade, expected the good"
        )

    @scenario("M-12")
    def test_m12_can_be_left_half_way(self, tmp_path: Path) -> None:
        """Who stops asking for events leaves nothing open behind, and a second instance gives them all."""
        check_abandoned(self, tmp_path)

    @scenario("M-13")
    @pytest.mark.parametrize("part", CUTS)
    def test_m13_survives_a_damaged_end(self, part: float, tmp_path: Path) -> None:
        """A file that breaks off is a ConfigError when it is started, or what came before it breaks off counts.

        Skipped where it reads no file.
        """
        one = self.make(tmp_path)
        files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
        needs(files, "it reads no file")
        whole = len(list(self.started(tmp_path, attrs.evolve(one)).events()))
        for path in files:
            data = path.read_bytes()
            path.write_bytes(data[: min(len(data) - 1, int(len(data) * part))])
            cut = attrs.evolve(one)
            refusal = self._refusal(tmp_path, cut)
            if refusal:
                assert path.name in refusal, f"found {refusal}, expected the name of the file"
            else:
                events = list(cut.events())
                check_timed(events, MARKET)
                _check_true(events)
                assert part < 1 or len(events) >= whole // 2, f"found {len(events)} events, expected most of {whole}"
            path.write_bytes(data)

    def _refusal(self, folder: Path, one: Any) -> str:
        """Start a feed; give the text of the ConfigError, "" if there is none."""
        try:
            self.started(folder, one)
        except ConfigError as error:
            return str(error)
        return ""


def print_data_digest(kit: FeedKit, folder: Path) -> None:
    """Tell a feed's digest, as another process has it."""
    print(kit.started(folder, kit.make(folder)).digest())


def _check_true(events: list[Timed]) -> None:
    book: dict[tuple[str, str, int], int] = {}
    for at, event in events:
        _CHECKS[type(event)](event, f"found {event} at {at}", book)


Book = dict[tuple[str, str, int], int]
"""Lots by symbol, MIC and order."""


def _quote(event: Quote, found: str, book: Book) -> None:
    for px, qty in ((event.bid, event.bid_qty), (event.ask, event.ask_qty)):
        sound = qty == 0 if px is None else px > 0 and qty > 0
        assert sound, f"{found}, expected a positive price and size on each side, or None and 0"


def _trade(event: Trade, found: str, book: Book) -> None:
    assert event.px > 0, f"{found}, expected a positive price"
    assert event.qty > 0, f"{found}, expected a positive size"


def _phase(event: PhaseChange, found: str, book: Book) -> None:
    """Any phase may be true."""


def _add(event: BookAdd, found: str, book: Book) -> None:
    assert event.px > 0, f"{found}, expected a positive price"
    assert event.qty > 0, f"{found}, expected a positive size"
    key = (event.symbol, event.mic, event.ref)
    assert not book.get(key), f"{found}, expected an order that is not in the book"
    book[key] = event.qty


def _take(event: BookReduce | BookExecute, found: str, book: Book) -> None:
    key = (event.symbol, event.mic, event.ref)
    held = book.get(key, 0)
    assert 0 < event.qty <= held, f"{found}, expected between 1 and the {held} lots that the order has"
    book[key] = held - event.qty


_CHECKS: Final[Mapping[type, Callable[[Any, str, Book], None]]] = {
    Quote: _quote,
    Trade: _trade,
    PhaseChange: _phase,
    BookAdd: _add,
    BookReduce: _take,
    BookExecute: _take,
}
