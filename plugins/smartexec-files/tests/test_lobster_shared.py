"""The rebuilt AAPL book against the first level that LOBSTER gives after each message. Needs the public data folder."""

import gzip
import os
from collections import Counter
from pathlib import Path

import pytest

from smartexec.api import Context, Side, Trade
from smartexec_files.faults import Faults
from smartexec_files.in_order import in_order
from smartexec_files.lobster import Lobster
from smartexec_files.lobster_replay import Replay
from smartexec_files.lobster_rows import Message

ROOT = Path(os.environ.get("SMARTEXEC_SHARED") or Path(__file__).parents[4] / "shared")
FOLDER = ROOT / "data" / "us_equity_lobster_aapl_20120621"
STEM = "AAPL_2012-06-21_34200000_37800000"
EQUAL, ROWS = 91_907, 91_997

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no public data: {FOLDER} is not there; set SMARTEXEC_SHARED"),
]


def feed_of(faults: list[str]) -> Lobster:
    feed = Lobster(
        f"{STEM}_message_50.csv.gz", "AAPL", "2012-06-21", "AAPL_2012-06-21_orderbook_50_first672rows.csv.gz"
    )
    feed.start(Context(base=FOLDER, fault=faults.append))
    return feed


def test_rebuilt_book_equals_level_one() -> None:
    faults: list[str] = []
    feed, silent = feed_of(faults), Faults(faults.append, "")
    replay = Replay("AAPL", "XNAS")
    list(replay.snapshot(feed._levels()))
    equal = rows = 0
    with gzip.open(FOLDER / f"{STEM}_L1_after_each_message.csv.gz", "rt") as stream:
        for (number, message), line in zip(in_order(feed._parsed(silent), _at, str, silent), stream, strict=True):
            if number > 1:
                list(replay.step(message))
            (bid, bid_qty), (ask, ask_qty) = replay.book.best(Side.BUY), replay.book.best(Side.SELL)
            level = [(ask or 0) // 100_000, ask_qty, (bid or 0) // 100_000, bid_qty]
            equal += level == [int(cell) for cell in line.split(",")]
            rows += 1
    assert rows == ROWS
    assert equal >= EQUAL


def test_events_of_the_hour() -> None:
    faults: list[str] = []
    feed = feed_of(faults)
    last, counts, executed = 0, Counter[str](), 0
    for at, event in feed.events():
        assert at >= last
        last = at
        counts[type(event).__name__] += 1
        executed += event.qty if isinstance(event, Trade) else 0
    assert counts == {
        "BookAdd": 44_345,
        "BookReduce": 41_428,
        "BookExecute": 4_067,
        "Trade": 6_268,
        "Quote": 23_439,
        "PhaseChange": 1,
    }
    assert executed == 533_629
    assert faults == [
        f"{STEM}_message_50.csv.gz as a whole: found 45 rows on orders the book never showed, expected known ones"
    ]


def _at(message: Message) -> int:
    return message.at
