"""LOBSTER feed on small files written here: events, and what happens to bad rows."""

import gzip
from pathlib import Path

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
from smartexec_files.lobster import Lobster

OPEN = 1_340_285_400_000_000_000  # 2012-06-21 09:30 in New York, 34200 s after midnight
DOLLAR = 1_000_000_000
SNAPSHOT = "1010000,200,1000000,18,1020000,100,-9999999999,0\n"
FIRST = "34200.000000001,1,1,18,1000000,1\n"


def play(
    folder: Path, messages: str, snapshot: str = SNAPSHOT, faults: list[str] | None = None
) -> list[tuple[int, MarketEvent]]:
    (folder / "m.csv").write_text(messages)
    (folder / "b.csv").write_text(snapshot)
    feed = Lobster("m.csv", "A", "2012-06-21", book_path="b.csv" if snapshot else "")
    feed.start(Context(base=folder, fault=(faults if faults is not None else []).append))
    return list(feed.events())


def quote(bid: int | None, bid_qty: int, ask: int | None, ask_qty: int) -> Quote:
    return Quote("A", "XNAS", bid, bid_qty, ask, ask_qty)


def test_snapshot_is_the_book_after_message_one(tmp_path: Path) -> None:
    assert play(tmp_path, FIRST) == [
        (OPEN + 1, PhaseChange("A", "XNAS", Phase.CONTINUOUS)),
        (OPEN + 1, BookAdd("A", "XNAS", -1, Side.SELL, 101 * DOLLAR, 200)),
        (OPEN + 1, BookAdd("A", "XNAS", -2, Side.BUY, 100 * DOLLAR, 18)),
        (OPEN + 1, BookAdd("A", "XNAS", -3, Side.SELL, 102 * DOLLAR, 100)),
        (OPEN + 1, quote(100 * DOLLAR, 18, 101 * DOLLAR, 200)),
    ]


def test_messages_become_events(tmp_path: Path) -> None:
    messages = FIRST + (
        "34201,1,7,50,1005000,1\n"  # a better bid
        "34202,2,7,10,1005000,1\n"  # part of it goes
        "34203,4,7,15,1005000,1\n"  # part of it trades: the aggressor sells
        "34204,5,0,5,1007500,-1\n"  # hidden sell order: the aggressor buys
        "34205,3,7,25,1005000,1\n"  # the rest goes
        "34206,3,1,18,1000000,1\n"  # an order of the snapshot
        "34207,7,0,0,-1,-1\n"
    )
    sold, bought = (
        Trade("A", "XNAS", 100_500_000_000, 15, Side.SELL),
        Trade("A", "XNAS", 100_750_000_000, 5, Side.BUY, hidden=True),
    )
    assert [event for _, event in play(tmp_path, messages)][5:] == [
        BookAdd("A", "XNAS", 7, Side.BUY, 100_500_000_000, 50),
        quote(100_500_000_000, 50, 101 * DOLLAR, 200),
        BookReduce("A", "XNAS", 7, 10),
        quote(100_500_000_000, 40, 101 * DOLLAR, 200),
        BookExecute("A", "XNAS", 7, 15),
        sold,
        quote(100_500_000_000, 25, 101 * DOLLAR, 200),
        bought,
        BookReduce("A", "XNAS", 7, 25),
        quote(100 * DOLLAR, 18, 101 * DOLLAR, 200),
        BookReduce("A", "XNAS", -2, 18),
        quote(None, 0, 101 * DOLLAR, 200),
        PhaseChange("A", "XNAS", Phase.HALTED),
    ]


def test_without_snapshot_the_first_message_counts(tmp_path: Path) -> None:
    assert [event for _, event in play(tmp_path, FIRST, snapshot="")] == [
        PhaseChange("A", "XNAS", Phase.CONTINUOUS),
        BookAdd("A", "XNAS", 1, Side.BUY, 100 * DOLLAR, 18),
        quote(100 * DOLLAR, 18, None, 0),
    ]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ("34201,1,7,50,1005000", "found 5 columns, expected 6"),
        ("34201,1,7,50,1005000,1,9", "found 7 columns, expected 6"),
        ("soon,1,7,50,1005000,1", 'found "soon", expected seconds after midnight'),
        ("34201,1,7,5O,1005000,1", 'found "5O", expected a whole number'),
        ("34201,1,7,50.0,1005000,1", 'found "50.0", expected a whole number'),
        ("34201,9,7,50,1005000,1", "found type 9, expected one of 1, 2, 3, 4, 5, 6, 7"),
        ("34201,1,7,50,1005000,0", "found direction 0, expected 1 or -1"),
        ("34201,1,7,0,1005000,1", "found size 0 at price 1005000, expected both positive"),
        ("34201,1,7,1,-5,1", "found size 1 at price -5, expected both positive"),
        ("34201,7,0,0,5,-1", "found halt code 5, expected -1, 0 or 1"),
        ("34199,1,7,50,1005000,1", "found time 34199, expected not before the last row's, 34200.000000001"),
        ("34201,1,7,50,1010000,1", "found BUY order at 101, expected one that does not cross the book's 101"),
    ],
)
def test_bad_row_is_left_out_and_said(tmp_path: Path, row: str, text: str) -> None:
    faults: list[str] = []
    events = play(tmp_path, f"{FIRST}{row}\n34209,1,8,5,990000,1\n", faults=faults)
    assert faults == [f"m.csv row 2: {text}"]
    assert [event for _, event in events][5:] == [BookAdd("A", "XNAS", 8, Side.BUY, 99 * DOLLAR, 5)]


def test_order_submitted_twice(tmp_path: Path) -> None:
    faults: list[str] = []
    play(tmp_path, FIRST + "34201,1,8,5,990000,1\n" * 2, faults=faults)
    assert faults == ["m.csv row 3: found order 8 submitted again, expected a new order id"]


def test_second_crossing_order_shows_that_the_book_is_wrong(tmp_path: Path) -> None:
    faults: list[str] = []
    messages = FIRST + "34201,1,7,50,1010000,1\n34202,1,8,60,1015000,1\n"
    events = [event for _, event in play(tmp_path, messages, faults=faults)]
    assert events[5:] == [
        BookReduce("A", "XNAS", -1, 200),
        BookAdd("A", "XNAS", 8, Side.BUY, 101_500_000_000, 60),
        quote(101_500_000_000, 60, 102 * DOLLAR, 100),
    ]
    assert faults == [
        "m.csv row 2: found BUY order at 101, expected one that does not cross the book's 101",
        "m.csv as a whole: found 1 orders crossed by later ones, expected their ends; taken out",
    ]


def test_faults_are_capped(tmp_path: Path) -> None:
    faults: list[str] = []
    play(tmp_path, FIRST + "x\n" * 103, faults=faults)
    assert len(faults) == 101
    assert faults[-1] == "m.csv: and 3 more"


def test_strangers_are_counted_and_their_trades_given(tmp_path: Path) -> None:
    faults: list[str] = []
    events = play(tmp_path, FIRST + "34201,3,5,10,950000,1\n34202,4,6,10,940000,1\n", faults=faults)
    assert [event for _, event in events][5:] == [Trade("A", "XNAS", 94 * DOLLAR, 10, Side.SELL)]
    assert faults == ["m.csv as a whole: found 2 rows on orders the book never showed, expected known ones"]


def test_torn_gzip_gives_what_came_before(tmp_path: Path) -> None:
    rows = FIRST + "".join(f"{34201 + i}.{i * i},1,{i + 2},5,990000,1\n" for i in range(5000))
    (tmp_path / "b.csv").write_text(SNAPSHOT)
    packed = gzip.compress(rows.encode())
    (tmp_path / "m.csv.gz").write_bytes(packed[: len(packed) // 2])
    faults: list[str] = []
    feed = Lobster("m.csv.gz", "A", "2012-06-21", "b.csv")
    feed.start(Context(base=tmp_path, fault=faults.append))
    assert len(list(feed.events())) > 1000
    assert faults[-1].endswith(
        "found a broken file (Compressed file ended before the end-of-stream marker was reached), expected its end"
    )


@pytest.mark.parametrize(
    ("snapshot", "text"),
    [
        ("1,2,3\n", "found 3 columns, expected a multiple of 4"),
        ("1010000,x,1000000,18\n", 'found "x", expected a whole number'),
        ("1000000,5,1000000,18\n", "found best bid 100, best ask 100, expected a bid below the ask"),
    ],
)
def test_bad_snapshot_stops_the_start(tmp_path: Path, snapshot: str, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        play(tmp_path, FIRST, snapshot)
    assert str(caught.value) == f"market_data.book_path: b.csv row 1: {text}"


def test_bad_parameters_stop_the_start(tmp_path: Path) -> None:
    (tmp_path / "bad.gz").write_text("no gzip")
    for feed, text in (
        (Lobster("m.csv", "A", "June"), 'found date "June" in zone "America/New_York"'),
        (Lobster("m.csv", "A", "2012-06-21", zone="Mars/Base"), 'in zone "Mars/Base"'),
        (Lobster("none.csv", "A", "2012-06-21"), r"none.csv (No such file or directory), expected a readable file"),
        (Lobster("bad.gz", "A", "2012-06-21"), "bad.gz (not a gzip file), expected a readable file"),
    ):
        with pytest.raises(ConfigError) as caught:
            feed.start(Context(base=tmp_path))
        assert text in str(caught.value)
