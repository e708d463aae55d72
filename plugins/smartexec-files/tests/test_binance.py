"""Binance feed: small files written here."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from smartexec.api import ConfigError, Context, Instrument, MarketEvent, Phase, PhaseChange, Quote, Side, Trade
from smartexec_files.binance import Binance
from smartexec_files.binance_book import DepthBook
from smartexec_files.binance_rows import Depth, Snapshot
from smartexec_files.faults import BadValueError

START = 1_723_161_255_000_000_000
MS = 1_000_000
PX = 1_000_000_000
BEHIND = 1_270 * MS
"""The collector's clock is behind by this much in the files written here."""
CONTINUOUS = PhaseChange("BTC", "BNSP", Phase.CONTINUOUS)
Said = dict[str, Any]


def line(at: int, stream: str, data: Said, sent: int | None = None) -> str:
    """A message of a stream, sent at `sent` ms, heard at `at` ms."""
    stamp = START + at * MS - BEHIND
    told = {} if sent is None else {"e": stream, "E": START // MS + sent}
    return f"{stamp} " + json.dumps({"stream": f"btcusdt@{stream}", "data": {**told, **data}}, separators=(",", ":"))


def ticker(at: int, bid: str, bid_qty: str, ask: str, ask_qty: str, sent: int | None = None) -> str:
    return line(at, "bookTicker", {"u": 1, "b": bid, "B": bid_qty, "a": ask, "A": ask_qty}, sent)


def trade(at: int, px: str, qty: str, buyer_made: bool = False, sent: int | None = None, **more: str) -> str:
    return line(at, "trade", {"p": px, "q": qty, "m": buyer_made, **more}, at if sent is None else sent)


def depth(at: int, first: int, last: int, bids: list[list[str]], asks: list[list[str]], **more: int) -> str:
    return line(at, "depth@100ms", {"U": first, "u": last, "b": bids, "a": asks, **more}, at)


def snapshot(at: int, last: int, bids: list[list[str]], asks: list[list[str]]) -> str:
    said = json.dumps({"lastUpdateId": last, "bids": bids, "asks": asks}, separators=(",", ":"))
    return f"{START + at * MS - BEHIND} {said}"


def feed_of(folder: Path, lines: list[str], faults: list[str], decimals: int = 3, **parameters: Any) -> Binance:
    with gzip.open(folder / "btc.gz", "wt") as stream:
        stream.writelines(f"{text}\n" for text in lines)
    feed = Binance("btc.gz", "BTC", "BNSP", **parameters)
    instruments = {"BTC": Instrument("BTC", qty_decimals=decimals)}
    feed.start(Context(instruments, base=folder, fault=faults.append))
    return feed


def play(
    folder: Path, lines: list[str], faults: list[str] | None = None, decimals: int = 3, **parameters: Any
) -> list[tuple[int, MarketEvent]]:
    """Events with their times in ms after START."""
    feed = feed_of(folder, lines, [] if faults is None else faults, decimals, **parameters)
    return [((at - START) // MS, event) for at, event in feed.events()]


def quote(bid: int | None, bid_qty: int, ask: int | None, ask_qty: int) -> Quote:
    return Quote("BTC", "BNSP", bid and bid * PX, bid_qty, ask and ask * PX, ask_qty)


def test_quotes_and_trades_at_the_exchanges_time(tmp_path: Path) -> None:
    lines = [
        ticker(1, "100.00", "1.5", "101.00", "2.0"),
        trade(2, "101.00", "0.25"),
        trade(3, "100.00", "0.5", True),
        ticker(4, "100.00", "1.5", "101.00", "2.0"),
    ]
    assert play(tmp_path, lines) == [
        (1, CONTINUOUS),
        (1, quote(100, 1_500, 101, 2_000)),
        (2, Trade("BTC", "BNSP", 101 * PX, 250, Side.BUY)),
        (3, Trade("BTC", "BNSP", 100 * PX, 500, Side.SELL)),
    ]


def test_offset_is_the_median_or_as_told(tmp_path: Path) -> None:
    lines = [trade(at, "100", "1", sent=at - late) for at, late in ((10, 3), (20, 5), (30, 40))]
    assert feed_of(tmp_path, lines, []).offset == 5 * MS - BEHIND
    assert feed_of(tmp_path, lines, [], clock_offset="-1.27").offset == -BEHIND
    assert [at for at, _ in play(tmp_path, lines, clock_offset="-1.27")] == [10, 10, 20, 30]


def test_offset_of_an_even_number_is_the_lower_of_the_two_in_the_middle(tmp_path: Path) -> None:
    lines = [trade(at, "100", "1", sent=0) for at in (4, 8, 6, 2)]
    assert feed_of(tmp_path, lines, []).offset == 4 * MS - BEHIND


@pytest.mark.parametrize("stamp", ["9999999999999999999", f"{START}"])
def test_times_that_are_none_do_not_count_for_the_offset(tmp_path: Path, stamp: str) -> None:
    good = trade(10, "100", "1", sent=5)
    bad = f"{stamp} {good.partition(' ')[2]}".replace('"E":', '"E":99')
    faults: list[str] = []
    feed = feed_of(tmp_path, [good, bad, bad], faults)
    assert feed.offset == 5 * MS - BEHIND
    assert len(list(feed.events())) == 2
    assert len(faults) == 2


def test_exchange_time_never_runs_backwards(tmp_path: Path) -> None:
    lines = [trade(10, "100", "1", sent=10), trade(11, "100", "2", sent=7), ticker(12, "99", "1", "101", "1")]
    assert [at for at, _ in play(tmp_path, lines, clock="exchange", clock_offset="-1.27")] == [10, 10, 10, 12]


def test_contracts_become_coins_at_their_price_rounded_down(tmp_path: Path) -> None:
    lines = [ticker(1, "60000.0", "35", "60000.1", "1"), trade(2, "60000.0", "7")]
    events = play(tmp_path, lines, decimals=5, contract_value="100")
    assert events[1:] == [
        (1, Quote("BTC", "BNSP", 60_000 * PX, 5_833, 60_000 * PX + PX // 10, 166)),
        (2, Trade("BTC", "BNSP", 60_000 * PX, 1_166, Side.BUY)),
    ]
    assert play(tmp_path, lines, decimals=0)[2] == (2, Trade("BTC", "BNSP", 60_000 * PX, 7, Side.BUY))


def test_less_than_a_lot_is_counted(tmp_path: Path) -> None:
    faults: list[str] = []
    lines = [ticker(1, "100", "0.0004", "101", "1"), trade(2, "101", "0.0009")]
    assert play(tmp_path, lines, faults) == [(1, CONTINUOUS), (1, quote(None, 0, 101, 1_000))]
    assert faults == ["btc.gz as a whole: found 2 quantities of less than a lot, expected lots; left out"]


def test_prints_outside_the_book_are_passed_over(tmp_path: Path) -> None:
    assert play(tmp_path, [trade(1, "100", "1", X="INSURANCE_FUND"), trade(2, "100", "1", X="MARKET")])[1:] == [
        (2, Trade("BTC", "BNSP", 100 * PX, 1_000, Side.BUY))
    ]


def test_book_from_snapshot_and_changes(tmp_path: Path) -> None:
    lines = [
        depth(1, 1, 4, [["90", "9"]], []),  # older than the snapshot
        depth(2, 5, 7, [["99", "2"]], []),  # newer, but came before it
        snapshot(3, 5, [["98", "1"]], [["101", "1"], ["102", "1"]]),
        ticker(4, "1", "1", "2", "1"),
        depth(5, 8, 9, [["99", "0"]], [["101", "0"], ["103", "1"]]),
        depth(6, 10, 10, [], [["104", "5"]]),
    ]
    assert play(tmp_path, lines, quotes="depth") == [
        (1, CONTINUOUS),
        (3, quote(99, 2_000, 101, 1_000)),
        (5, quote(98, 1_000, 102, 1_000)),
    ]


def test_missing_change_ends_the_book_until_a_snapshot(tmp_path: Path) -> None:
    faults: list[str] = []
    lines = [
        snapshot(1, 5, [["98", "1"]], [["101", "1"]]),
        depth(2, 6, 6, [["99", "1"]], []),
        depth(3, 8, 9, [["100", "1"]], []),
        depth(4, 10, 10, [["99", "0"]], []),
        snapshot(5, 9, [["97", "1"], ["99", "3"]], [["101", "1"]]),
    ]
    assert play(tmp_path, lines, faults, quotes="depth")[2:] == [
        (2, quote(99, 1_000, 101, 1_000)),
        (3, quote(None, 0, None, 0)),
        (5, quote(97, 1_000, 101, 1_000)),
    ]
    assert faults == ["btc.gz row 3: found updates 8 to 9 after 6, expected those that follow it"]


def test_futures_changes_name_the_one_before(tmp_path: Path) -> None:
    book = DepthBook()
    book.load(Snapshot(10, [(98, 1)], [(101, 1)]))
    book.apply(Depth(4, 9, 3, [(97, 1)], []))  # older
    book.apply(Depth(10, 14, 9, [(99, 1)], []))
    book.apply(Depth(20, 25, 14, [], [(100, 2)]))
    assert (book.at, book.gaps, book.touch()) == (25, 0, (99, 1, 100, 2))
    with pytest.raises(BadValueError):
        book.apply(Depth(30, 31, 26, [], []))
    assert (book.at, book.gaps, book.touch()) == (None, 1, (None, 0, None, 0))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x {}", 'found "x", expected nanoseconds UTC, a blank and JSON'),
        (f"{START} {{", 'found "{", expected JSON'),
        (f"{START} 7", "found 7, expected a JSON object"),
        (line(5, "trade", {"p": 1, "q": "1", "m": True}), "found price 1, expected a decimal of at most 9 places"),
        (line(5, "trade", {"p": "1", "q": "-1", "m": True}), 'found quantity "-1", expected a decimal'),
        (line(5, "trade", {"p": "1", "q": "0", "m": True}), "expected true or false, more than 0"),
        (line(5, "trade", {"p": "0", "q": "1", "m": True}), 'found price "0", expected more than 0'),
        (ticker(5, "101", "1", "101", "1"), "found best bid 101, best ask 101, expected a bid below the ask"),
        (trade(5, "100", "1", sent=20_000), "s at most between them, less the clock's offset"),
        (trade(-5, "100", "1"), "expected not before the last row's"),
    ],
)
def test_bad_line_is_left_out_and_said(tmp_path: Path, text: str, said: str) -> None:
    faults: list[str] = []
    good = [trade(1, "100", "1")]
    events = play(tmp_path, [*good, text], faults, clock_offset="-1.27")
    assert events == play(tmp_path, good, clock_offset="-1.27")
    assert len(faults) == 1
    assert faults[0].startswith("btc.gz row 2: ")
    assert said in faults[0]


def test_bad_parameters_stop_the_start(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "btc.gz", "wt") as stream:
        stream.write(ticker(1, "100", "1", "101", "1") + "\n")
    context = Context({"BTC": Instrument("BTC")}, base=tmp_path)
    for feed, text in (
        (Binance("btc.gz", "ETH", "X"), 'market_data.symbol: found "ETH", expected an instrument'),
        (Binance("none.gz", "BTC", "X"), "market_data.path: found"),
        (Binance("btc.gz", "BTC", "X"), 'found "auto" and no message with an exchange time (E) in btc.gz'),
        (Binance("btc.gz", "BTC", "X", clock_offset="1s"), 'market_data.clock_offset: found "1s", expected a decimal'),
        (Binance("btc.gz", "BTC", "X", contract_value="0"), 'market_data.contract_value: found "0", expected more'),
    ):
        with pytest.raises(ConfigError) as caught:
            feed.start(context)
        assert text in str(caught.value)
        assert "\n" not in str(caught.value)


def test_digest_covers_file_and_parameters(tmp_path: Path) -> None:
    lines = [trade(1, "100", "1")]
    first = feed_of(tmp_path, lines, []).digest()
    assert feed_of(tmp_path, lines, []).digest() == first
    assert feed_of(tmp_path, lines, [], clock="exchange").digest() != first
    assert feed_of(tmp_path, lines * 2, []).digest() != first
