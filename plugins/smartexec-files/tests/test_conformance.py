"""Every order source, market-data feed, journal and sink of this distribution against its conformance kit."""

import csv
import gzip
import json
import zipfile
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from smartexec.api import Instrument
from smartexec.testing import FeedKit, JournalKit, OrderSourceKit, SinkKit
from smartexec_files.binance import Binance
from smartexec_files.csv_sink import CsvSink
from smartexec_files.dbn import Dbn
from smartexec_files.jsonl_sink import JsonlSink
from smartexec_files.lean_ticks import LeanTicks
from smartexec_files.lobster import Lobster
from smartexec_files.none_journal import NoneJournal
from smartexec_files.order_file import OrderFile
from smartexec_files.parquet_sink import ParquetSink
from smartexec_files.sqlite_journal import SqliteJournal

COLUMNS = "time,source,account,cl_ord_id,symbol,side,order_qty,ord_type,price,strategy,slices,action,orig_cl_ord_id"
ORDERS = """\
2012-06-21T09:31:00-04:00,S,ACME,c2,TEST,SELL,200,MARKET,,VWAP,,,
2012-06-21T09:30:00-04:00,S,ACME,c1,TEST,BUY,100,LIMIT,585.33,TWAP,20,,
2012-06-21T09:31:00-04:00,S,ACME,c3,TEST,,150,,585.34,,,REPLACE,c1
2012-06-21T09:32:00-04:00,S,ACME,c4,TEST,,,,,,,CANCEL,c2
2012-06-21T09:32:00-04:00,T,BIRCH,c1,COIN,BUY,0.00000012,MARKET,,TWAP,5,,
"""
BAD_ORDERS = """\
soon,S,ACME,c5,TEST,BUY,100,MARKET,,TWAP,,,
2012-06-21T09:33:00-04:00,S,ACME,c6,TEST,LONG,100,MARKET,,TWAP,,,
2012-06-21T09:33:00-04:00,S,ACME
2012-06-21T09:33:00-04:00,S,ACME,c7,TEST,,many,,,,,REPLACE,c1
2012-06-21T09:33:00-04:00,S,ACME,c8,TEST,,,,,,,CANCEL,
2012-06-21T09:33:00-04:00,S,"ACME,c9,TEST,BUY,100,MARKET,,TWAP,,,
"""
INSTRUMENTS = (Instrument("TEST", lot=5), Instrument("COIN", qty_decimals=8))


class TestOrderFileCsv(OrderSourceKit):
    source = OrderFile
    instruments = INSTRUMENTS

    def make(self, folder: Path) -> OrderFile:
        (folder / "orders.csv").write_text(f"{COLUMNS}\n{ORDERS}")
        return OrderFile("orders.csv")

    def broken(self, folder: Path) -> tuple[OrderFile, int]:
        (folder / "orders.csv").write_text(f"{COLUMNS}\n{ORDERS}{BAD_ORDERS}")
        return OrderFile("orders.csv"), 6

    def absent(self, folder: Path) -> OrderFile:
        return OrderFile("orders.csv")


def records(text: str) -> list[dict[str, str]]:
    """The orders of a text by column, as a file without empty cells has them."""
    rows = (line.split(",") for line in text.splitlines())
    return [{name: cell for name, cell in zip(COLUMNS.split(","), row, strict=False) if cell} for row in rows]


class TestOrderFileJsonl(OrderSourceKit):
    source = OrderFile
    instruments = INSTRUMENTS

    def make(self, folder: Path) -> OrderFile:
        (folder / "orders.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in records(ORDERS)))
        return OrderFile("orders.jsonl")

    def broken(self, folder: Path) -> tuple[OrderFile, int]:
        good = [json.dumps(row) for row in records(ORDERS)]
        bad = [json.dumps(row) for row in records(BAD_ORDERS)[:5]]
        (folder / "orders.jsonl").write_text("\n".join([*good, "{", "[1]", *bad, '{"time": NaN}']))
        return OrderFile("orders.jsonl"), 8

    def absent(self, folder: Path) -> OrderFile:
        return OrderFile("orders.jsonl")


class TestOrderFileParquet(OrderSourceKit):
    source = OrderFile
    instruments = INSTRUMENTS
    requires = ("pyarrow",)

    def make(self, folder: Path) -> OrderFile:
        return self.written(folder, ORDERS)

    def broken(self, folder: Path) -> tuple[OrderFile, int]:
        return self.written(folder, ORDERS + BAD_ORDERS), 5  # a stray quote is text there

    def absent(self, folder: Path) -> OrderFile:
        return OrderFile("orders.parquet")

    def written(self, folder: Path, text: str) -> OrderFile:
        pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        rows = records(text)
        columns = {name: [row.get(name) for row in rows] for name in COLUMNS.split(",")}
        parquet.write_table(pa.table(columns), folder / "orders.parquet")
        return OrderFile("orders.parquet")


SNAPSHOT = "1010000,200,1000000,18,1020000,100,-9999999999,0\n"
MESSAGES = """\
34200.000000001,1,1,18,1000000,1
34201,1,7,50,1005000,1
34202,2,7,10,1005000,1
34203,4,7,15,1005000,1
34204,5,0,5,1007500,-1
34205,3,7,25,1005000,1
34206,7,0,0,-1,-1
"""
BAD_MESSAGES = "34207,1,8,50,1005000\nsoon,1,8,50,1005000,1\n34207,9,8,50,1005000,1\n34207,1,7,0,1005000,1\n"


class TestLobster(FeedKit):
    feed = Lobster

    def make(self, folder: Path, messages: str = MESSAGES) -> Lobster:
        (folder / "m.csv").write_text(messages)
        (folder / "b.csv").write_text(SNAPSHOT)
        return self.absent(folder)

    def other(self, folder: Path) -> Lobster:
        return self.make(folder, MESSAGES + "34208,1,8,50,1005000,1\n")

    def broken(self, folder: Path) -> tuple[Lobster, int]:
        return self.make(folder, MESSAGES + BAD_MESSAGES), 4

    def absent(self, folder: Path) -> Lobster:
        return Lobster("m.csv", "TEST", "2012-06-21", book_path="b.csv")


class TestLobsterGzip(TestLobster):
    """The same rows, packed, and no snapshot."""

    def make(self, folder: Path, messages: str = MESSAGES) -> Lobster:
        (folder / "m.csv.gz").write_bytes(gzip.compress(messages.encode()))
        return self.absent(folder)

    def absent(self, folder: Path) -> Lobster:
        return Lobster("m.csv.gz", "TEST", "2012-06-21")


TRADES = "34200001,1800100,50,Q,0,0\n34200002,1800100,60,D,0,0\n34200003,1800200,70,N,40,0\n"
BAD_TRADES = "now,1800100,50,Q,0,0\n34200004,180.01,50,Q,0,0\n34200004,1800100,50,?,0,0\n"
QUOTES = "34200001,1800000,200,0,0,N,1,0\n34200001,0,0,1800200,100,P,1,0\n34200002,1800100,100,0,0,Z,1,0\n"
BAD_QUOTES = "34200003,0,0,0,0,N,1,0\n34200004,1800300,1,0,0,N,1,0\n"


class TestLeanTicks(FeedKit):
    feed = LeanTicks

    def make(self, folder: Path, trades: str = TRADES, quotes: str = QUOTES) -> LeanTicks:
        for name, text in (("trade", trades), ("quote", quotes)):
            with zipfile.ZipFile(folder / f"20131008_{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(f"20131008_{name}.csv", text)
        return self.absent(folder)

    def other(self, folder: Path) -> LeanTicks:
        return self.make(folder, TRADES + "34200009,1800100,50,Q,0,0\n")

    def broken(self, folder: Path) -> tuple[LeanTicks, int]:
        return self.make(folder, TRADES + BAD_TRADES, QUOTES + BAD_QUOTES), 5

    def absent(self, folder: Path) -> LeanTicks:
        return LeanTicks("TEST", "20131008_trade.zip", "20131008_quote.zip")


def orders(*events: tuple[int, str, str, int, int, int]) -> bytes:
    """A DBN file of order-level events: (ns after midnight, action, side, price, size, order)."""
    dbn = pytest.importorskip("databento_dbn")
    sides = {"A": dbn.Side.ASK, "B": dbn.Side.BID, "N": dbn.Side.NONE}
    actions = {one.value: one for one in dbn.Action.variants()}
    day, number, last = 1_704_067_200_000_000_000, 7, 0x80
    interval = SimpleNamespace(start_date=date(2024, 1, 1), end_date=date(2024, 1, 2), symbol=str(number))
    mapping = SimpleNamespace(raw_symbol="ESH4", intervals=[interval])
    raw, by_id = dbn.SType.RAW_SYMBOL, dbn.SType.INSTRUMENT_ID
    head = dbn.Metadata("GLBX.MDP3", day, raw, by_id, dbn.Schema.MBO, symbols=["ESH4"], mappings=[mapping])
    records = [
        dbn.MBOMsg(
            1, number, day + at, ref, px * 10**9 if px else dbn.UNDEF_PRICE, qty, actions[action], sides[side],
            day + at + 100, flags=last,
        )
        for at, action, side, px, qty, ref in events
    ]  # fmt: skip
    return bytes(head.encode()) + b"".join(map(bytes, records))


BOOK = ((1, "A", "B", 99, 5, 11), (2, "A", "A", 101, 3, 12), (3, "A", "A", 101, 4, 13), (4, "C", "A", 101, 1, 12))


class TestDbn(FeedKit):
    feed = Dbn
    requires = ("databento_dbn",)

    def make(self, folder: Path, *more: tuple[int, str, str, int, int, int]) -> Dbn:
        (folder / "es.dbn").write_bytes(orders(*BOOK, *more))
        return self.absent(folder)

    def other(self, folder: Path) -> Dbn:
        return self.make(folder, (9, "A", "B", 98, 1, 21))

    def broken(self, folder: Path) -> tuple[Dbn, int]:
        return self.make(folder, (9, "A", "B", 0, 5, 14), (9, "A", "N", 98, 1, 14), (-9, "A", "B", 98, 1, 14)), 3

    def absent(self, folder: Path) -> Dbn:
        return Dbn(("es.dbn",), "TEST", "XCME", "ESH4")


def said(at: int, stream: str, data: dict[str, Any], sent: int) -> str:
    """A line of a collector: a message of a stream, heard at `at` ms, sent at `sent` ms."""
    told = {"stream": f"test@{stream}", "data": {"e": stream, "E": 1_723_161_255_000 + sent, **data}}
    return f"{1_723_161_255_000_000_000 + at * 1_000_000} {json.dumps(told)}"


STREAMS = [
    said(1, "bookTicker", {"u": 1, "b": "100.00", "B": "1.5", "a": "101.00", "A": "2.0"}, 0),
    said(2, "trade", {"p": "101.00", "q": "0.25", "m": False}, 1),
    said(3, "trade", {"p": "100.00", "q": "0.5", "m": True}, 2),
    said(4, "bookTicker", {"u": 2, "b": "100.00", "B": "1.0", "a": "101.00", "A": "2.0"}, 3),
]
BAD_STREAMS = [
    "x {}",
    "1723161255005000000 {",
    said(5, "trade", {"p": "1", "q": "-1", "m": True}, 4),
    said(5, "bookTicker", {"u": 3, "b": "101", "B": "1", "a": "101", "A": "1"}, 4),
]


class TestBinance(FeedKit):
    feed = Binance
    instruments = (Instrument("TEST", qty_decimals=3),)

    def make(self, folder: Path, lines: list[str] = STREAMS) -> Binance:
        (folder / "test.gz").write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode()))
        return self.absent(folder)

    def other(self, folder: Path) -> Binance:
        return self.make(folder, STREAMS[:3])

    def broken(self, folder: Path) -> tuple[Binance, int]:
        return self.make(folder, STREAMS + BAD_STREAMS), 4

    def absent(self, folder: Path) -> Binance:
        return Binance("test.gz", "TEST", "BNSP", clock_offset="0.001")


class TestSqliteJournal(JournalKit):
    journal = SqliteJournal
    variants = ({"sync": "normal"}, {"sync": "off"})


class TestNoneJournal(JournalKit):
    journal = NoneJournal
    keeps = "it is for measurements and throw-away simulations"


class TestCsvSink(SinkKit):
    sink = CsvSink

    def read(self, folder: Path, table: str) -> tuple[list[str], list[list[str]]]:
        with (folder / f"{table}.csv").open(newline="", encoding="utf-8") as stream:
            columns, *rows = csv.reader(stream)
        return columns, rows


class TestJsonlSink(SinkKit):
    sink = JsonlSink
    bare = "its rows name the columns"

    def read(self, folder: Path, table: str) -> tuple[list[str], list[list[str]]]:
        text = (folder / f"{table}.jsonl").read_bytes().decode()
        rows = [json.loads(line) for line in text.split("\n") if line]
        return list(rows[0]) if rows else [], [list(row.values()) for row in rows]


class TestParquetSink(SinkKit):
    sink = ParquetSink
    requires = ("pyarrow",)

    def read(self, folder: Path, table: str) -> tuple[list[str], list[list[str]]]:
        found = pytest.importorskip("pyarrow.parquet").read_table(folder / f"{table}.parquet")
        return found.schema.names, [list(row) for row in zip(*found.to_pydict().values(), strict=True)]
