"""DBN feed: small files written here with the encoder of databento-dbn."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import databento_dbn as dbn
import pytest

from smartexec.api import (
    BookAdd,
    BookExecute,
    BookReduce,
    ConfigError,
    Context,
    MarketEvent,
    Phase,
    PhaseChange,
    Quote,
    Side,
    Trade,
)
from smartexec_files import dbn_file
from smartexec_files.dbn import Dbn

DAY = 1_704_067_200_000_000_000  # 2024-01-01 00:00 UTC
PX = 1_000_000_000
LAST, SNAPSHOT = 0x80, 0x20
CONTINUOUS = PhaseChange("ES", "XCME", Phase.CONTINUOUS)
SIDES: dict[str, Any] = {"A": dbn.Side.ASK, "B": dbn.Side.BID, "N": dbn.Side.NONE}


def mbo(
    at: int, action: str, side: str = "N", px: float = 0, qty: int = 0, ref: int = 0, flags: int = LAST, number: int = 7
) -> bytes:
    actions = {a.value: a for a in dbn.Action.variants()}
    price = int(px * PX) if px else dbn.UNDEF_PRICE
    return bytes(
        dbn.MBOMsg(1, number, DAY + at, ref, price, qty, actions[action], SIDES[side], DAY + at + 100, flags=flags)
    )


def metadata(schema: Any = dbn.Schema.MBO, days: tuple[date, date] = (date(2024, 1, 1), date(2024, 1, 2))) -> bytes:
    interval = SimpleNamespace(start_date=days[0], end_date=days[1], symbol="7")
    mapping: Any = SimpleNamespace(raw_symbol="ESH4", intervals=[interval])
    raw, number = (getattr(dbn.SType, name) for name in ("RAW_SYMBOL", "INSTRUMENT_ID"))
    return dbn.Metadata("GLBX.MDP3", DAY, raw, number, schema, symbols=["ESH4"], mappings=[mapping]).encode()


def play(
    folder: Path,
    records: Iterable[bytes],
    faults: list[str] | None = None,
    head: bytes | None = None,
    **parameters: Any,
) -> list[tuple[int, MarketEvent]]:
    (folder / "es.dbn").write_bytes((metadata() if head is None else head) + b"".join(records))
    feed = Dbn(("es.dbn",), "ES", "XCME", "ESH4", **parameters)
    feed.start(Context(base=folder, fault=([] if faults is None else faults).append))
    return [(at - DAY, event) for at, event in feed.events()]


def add(ref: int, side: Side, px: float, qty: int) -> BookAdd:
    return BookAdd("ES", "XCME", ref, side, int(px * PX), qty)


def quote(bid: float, bid_qty: int, ask: float, ask_qty: int) -> Quote:
    half = [int(px * PX) if px else None for px in (bid, ask)]
    return Quote("ES", "XCME", half[0], bid_qty, half[1], ask_qty)


BOOK = [mbo(1, "A", "B", 99, 5, 11), mbo(2, "A", "A", 101, 3, 12), mbo(3, "A", "A", 101, 4, 13)]


def test_orders_and_their_cancels(tmp_path: Path) -> None:
    records = [*BOOK, mbo(4, "C", "A", 101, 1, 12), mbo(5, "C", "A", 101, 2, 12), mbo(6, "R")]
    assert play(tmp_path, records) == [
        (1, add(11, Side.BUY, 99, 5)),
        (1, CONTINUOUS),
        (1, quote(99, 5, 0, 0)),
        (2, add(12, Side.SELL, 101, 3)),
        (2, quote(99, 5, 101, 3)),
        (3, add(13, Side.SELL, 101, 4)),
        (3, quote(99, 5, 101, 7)),
        (4, BookReduce("ES", "XCME", 12, 1)),
        (4, quote(99, 5, 101, 6)),
        (5, BookReduce("ES", "XCME", 12, 2)),
        (5, quote(99, 5, 101, 4)),
        (6, BookReduce("ES", "XCME", 11, 5)),
        (6, BookReduce("ES", "XCME", 13, 4)),
        (6, quote(0, 0, 0, 0)),
    ]


@pytest.mark.parametrize(
    ("px", "qty", "events"),
    [
        (101, 2, [BookReduce("ES", "XCME", 12, 1), quote(99, 5, 101, 6)]),  # smaller: keeps its place
        (101, 3, []),
        (101, 8, [BookReduce("ES", "XCME", 12, 3), add(12, Side.SELL, 101, 8), quote(99, 5, 101, 12)]),
        (100, 3, [BookReduce("ES", "XCME", 12, 3), add(12, Side.SELL, 100, 3), quote(99, 5, 100, 3)]),
    ],
)
def test_modify(tmp_path: Path, px: float, qty: int, events: list[MarketEvent]) -> None:
    assert play(tmp_path, [*BOOK, mbo(9, "M", "A", px, qty, 12)])[7:] == [(9, event) for event in events]


def test_modify_of_an_unknown_order_adds_it(tmp_path: Path) -> None:
    assert play(tmp_path, [mbo(9, "M", "A", 101, 2, 12)])[0] == (9, add(12, Side.SELL, 101, 2))


def test_filled_orders_are_executed_and_the_print_follows(tmp_path: Path) -> None:
    trade = [
        mbo(9, "T", "B", 101, 5, 0, 0),
        mbo(9, "F", "A", 101, 3, 12, 0),
        mbo(9, "F", "A", 101, 2, 13, 0),
        mbo(9, "C", "A", 101, 3, 12, 0),
        mbo(9, "M", "A", 101, 1, 13),
    ]
    assert play(tmp_path, [*BOOK, *trade])[7:] == [
        (9, BookExecute("ES", "XCME", 12, 3)),
        (9, BookExecute("ES", "XCME", 13, 2)),
        (9, BookReduce("ES", "XCME", 13, 1)),
        (9, Trade("ES", "XCME", 101 * PX, 5, Side.BUY)),
        (9, quote(99, 5, 101, 1)),
    ]


def test_print_beyond_the_fills_met_hidden_size(tmp_path: Path) -> None:
    trade = [
        mbo(9, "T", "B", 101, 5, 0, 0),
        mbo(9, "F", "A", 101, 3, 12, 0),
        mbo(9, "C", "A", 101, 3, 12),
    ]
    assert play(tmp_path, [*BOOK, *trade])[8:10] == [
        (9, Trade("ES", "XCME", 101 * PX, 3, Side.BUY)),
        (9, Trade("ES", "XCME", 101 * PX, 2, Side.BUY, hidden=True)),
    ]


def test_iceberg_shows_its_next_part(tmp_path: Path) -> None:
    trade = [mbo(9, "T", "B", 101, 5, 0, 0), mbo(9, "F", "A", 101, 5, 12, 0), mbo(9, "M", "A", 101, 2, 12)]
    assert play(tmp_path, [*BOOK, *trade])[7:] == [
        (9, BookExecute("ES", "XCME", 12, 3)),
        (9, add(12, Side.SELL, 101, 2)),
        (9, Trade("ES", "XCME", 101 * PX, 3, Side.BUY)),
        (9, Trade("ES", "XCME", 101 * PX, 2, Side.BUY, hidden=True)),
        (9, quote(99, 5, 101, 6)),
    ]


def test_order_that_becomes_the_aggressor_is_withdrawn_not_executed(tmp_path: Path) -> None:
    trade = [mbo(9, "T", "B", 101, 2, 11, 0), mbo(9, "F", "B", 101, 2, 11, 0), mbo(9, "F", "A", 101, 2, 13, 0)]
    assert play(tmp_path, [*BOOK, *trade, mbo(9, "C", "B", 99, 2, 11, 0), mbo(9, "M", "A", 101, 2, 13)])[7:] == [
        (9, BookReduce("ES", "XCME", 11, 2)),
        (9, BookExecute("ES", "XCME", 13, 2)),
        (9, Trade("ES", "XCME", 101 * PX, 2, Side.BUY)),
        (9, quote(99, 3, 101, 5)),
    ]


def test_crossed_book_is_an_auction_until_it_is_not(tmp_path: Path) -> None:
    uncross = [
        mbo(5, "T", "N", 101, 3, 0, 0),
        mbo(5, "F", "N", 101, 3, 12, 0),
        mbo(5, "F", "N", 101, 3, 14, 0),
        mbo(5, "C", "A", 101, 3, 12, 0),
        mbo(5, "C", "B", 102, 3, 14),
    ]
    assert play(tmp_path, [*BOOK[:2], mbo(4, "A", "B", 102, 3, 14), *uncross])[5:] == [
        (4, add(14, Side.BUY, 102, 3)),
        (4, PhaseChange("ES", "XCME", Phase.AUCTION)),
        (5, BookReduce("ES", "XCME", 12, 3)),
        (5, BookReduce("ES", "XCME", 14, 3)),
        (5, Trade("ES", "XCME", 101 * PX, 3, auction=True)),
        (5, CONTINUOUS),
        (5, quote(99, 5, 0, 0)),
    ]


def test_snapshot_empties_the_book(tmp_path: Path) -> None:
    shown = [mbo(200, "A", "B", 98, 1, 21, SNAPSHOT), mbo(300, "A", "A", 103, 1, 22, SNAPSHOT)]
    late = [mbo(500, "C", "B", 98, 1, 21), mbo(501, "A", "B", 97, 1, 23)]
    assert play(tmp_path, [BOOK[0], *shown, *late])[3:] == [
        (400, BookReduce("ES", "XCME", 11, 5)),
        (400, add(21, Side.BUY, 98, 1)),
        (400, add(22, Side.SELL, 103, 1)),
        (400, quote(98, 1, 103, 1)),
        (500, BookReduce("ES", "XCME", 21, 1)),
        (500, quote(0, 0, 103, 1)),
        (501, add(23, Side.BUY, 97, 1)),
        (501, quote(97, 1, 103, 1)),
    ]


def test_snapshot_is_no_later_than_what_follows(tmp_path: Path) -> None:
    """It was captured at 130, the event after it happened at 50."""
    shown = [mbo(30, "A", "B", 98, 1, 21, SNAPSHOT)]
    assert [at for at, _ in play(tmp_path, [*shown, mbo(50, "C", "B", 98, 1, 21)])] == [50] * 5


def test_other_instruments_publishers_and_days_are_passed_over(tmp_path: Path) -> None:
    late = metadata(days=(date(2024, 1, 2), date(2024, 1, 3)))
    assert play(tmp_path, [mbo(1, "A", "B", 99, 5, 11, number=8)]) == []
    assert play(tmp_path, BOOK, publisher_id=2) == []
    assert play(tmp_path, BOOK, head=late) == []
    assert play(tmp_path, [mbo(1, "A", "B", 99, 5, 11, number=8)], instrument_id=8)[0][1] == add(11, Side.BUY, 99, 5)


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (mbo(9, "A", "B", 99, 5, 11), "found order 11 added again, expected a new order id"),
        (mbo(9, "A", "B", 0, 5, 14), "found no price, size 5, expected both positive"),
        (mbo(9, "A", "B", 98, 0, 14), "found price 98000000000 (1e-9), size 0, expected both positive"),
        (mbo(9, "A", "N", 98, 1, 14), 'found side "N", expected A or B'),
        (mbo(-9, "A", "B", 98, 1, 14), "found time 1704067199.999999991, expected not before the last row's"),
    ],
)
def test_bad_record_is_left_out_and_said(tmp_path: Path, record: bytes, text: str) -> None:
    faults: list[str] = []
    assert play(tmp_path, [*BOOK, record], faults) == play(tmp_path, BOOK)
    assert len(faults) == 1
    assert faults[0].startswith("es.dbn row 4: ")
    assert text in faults[0]


def test_cancels_of_strangers_are_counted(tmp_path: Path) -> None:
    faults: list[str] = []
    play(tmp_path, [*BOOK, mbo(9, "C", "A", 101, 1, 99)], faults)
    assert faults == ["es.dbn as a whole: found 1 cancels of orders the book never showed, expected known ones"]


def test_file_that_breaks_off(tmp_path: Path) -> None:
    faults: list[str] = []
    assert play(tmp_path, [*BOOK, BOOK[0][:20]], faults) == play(tmp_path, BOOK)
    assert faults == ["es.dbn record 4: found a broken file (20 bytes of a record), expected its end"]


def test_record_that_makes_the_decoder_panic_ends_the_file(tmp_path: Path) -> None:
    """A definition of the length of an order message; a panic is no `Exception` of Python's."""
    faults: list[str] = []
    bad = bytes([BOOK[0][0], dbn.RType.INSTRUMENT_DEF.value, *BOOK[0][2:]])
    assert play(tmp_path, [*BOOK, bad, *BOOK], faults) == play(tmp_path, BOOK)
    assert len(faults) == 1
    assert faults[0].startswith("es.dbn record 4: found a broken file (Malformed ")
    assert "\n" not in faults[0]


def test_best_quotes_and_trades(tmp_path: Path) -> None:
    def record(at: int, action: Any, bid_qty: int) -> bytes:
        level: Any = dbn.BidAskPair(99 * PX, dbn.UNDEF_PRICE, bid_qty, 0)
        return bytes(dbn.MBP1Msg(1, 7, DAY + at, 99 * PX, 2, action, SIDES["A"], 0, DAY + at, levels=level))

    records = [record(1, dbn.Action.TRADE, 5), record(2, dbn.Action.CANCEL, 3), record(3, dbn.Action.ADD, 3)]
    assert play(tmp_path, records, head=metadata(dbn.Schema.MBP_1)) == [
        (1, CONTINUOUS),
        (1, quote(99, 5, 0, 0)),
        (1, Trade("ES", "XCME", 99 * PX, 2, Side.SELL)),
        (2, quote(99, 3, 0, 0)),
    ]


def test_what_cannot_be_read_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "es.dbn").write_bytes(metadata())
    (tmp_path / "bbo.dbn").write_bytes(metadata(dbn.Schema.OHLCV_1D))
    (tmp_path / "text.dbn").write_text("no DBN file")
    for feed, text in (
        (Dbn(("none.dbn",), "ES", "XCME"), "(No such file or directory), expected a DBN file, zstd or not"),
        (Dbn(("text.dbn",), "ES", "XCME"), "expected a DBN file, zstd or not"),
        (
            Dbn(("bbo.dbn",), "ESH4", "XCME"),
            "found schema ohlcv-1d in bbo.dbn, expected one of mbo, mbp-1, tbbo, trades",
        ),
        (Dbn(("es.dbn",), "ES", "XCME"), 'market_data.symbol: found "ES", expected one of es.dbn\'s: ESH4'),
    ):
        with pytest.raises(ConfigError) as caught:
            feed.start(Context(base=tmp_path))
        assert text in str(caught.value)
        assert "\n" not in str(caught.value)
    monkeypatch.setattr(dbn_file, "import_module", _missing)
    with pytest.raises(ConfigError, match=r'found no databento-dbn, expected the extra "smartexec-files\[dbn\]"'):
        Dbn(("es.dbn",), "ESH4", "XCME").start(Context(base=tmp_path))


def _missing(name: str) -> None:
    raise ImportError(name)


def test_digest_covers_files_and_parameters(tmp_path: Path) -> None:
    play(tmp_path, BOOK)
    feeds = [Dbn(("es.dbn",), "ESH4", mic) for mic in ("XCME", "XCME", "XOFF")]
    for feed in feeds:
        feed.start(Context(base=tmp_path))
    first, same, other = (feed.digest() for feed in feeds)
    assert first == same != other
    play(tmp_path, BOOK[:2])
    assert feeds[0].digest() != first
