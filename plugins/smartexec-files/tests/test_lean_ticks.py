"""LEAN tick feed: small files written here, and the totals of a real day where the public data folder is there."""

import os
import zipfile
from pathlib import Path

import pytest

from smartexec.api import ConfigError, Context, MarketEvent, Phase, PhaseChange, Quote, Trade
from smartexec_files.lean_ticks import LeanTicks

OPEN = 1_381_239_000_000_000_000  # 2013-10-08 09:30 in New York, 34,200,000 ms after midnight
MS = 1_000_000
START = (OPEN, PhaseChange("I", "", Phase.CONTINUOUS))
END = (OPEN + 23_400_000 * MS, PhaseChange("I", "", Phase.CLOSED))
PAIR = "34200001,1800000,200,0,0,N,1,0\n34200001,0,0,1800200,100,P,1,0\n"

ROOT = Path(os.environ.get("SMARTEXEC_SHARED") or Path(__file__).parents[4] / "shared")
TICKS = ROOT / "data" / "us_equity_multivenue_lean_201310" / "tick"


def play(
    folder: Path, trades: str = "", quotes: str = "", faults: list[str] | None = None
) -> list[tuple[int, MarketEvent]]:
    for name, text in (("trade", trades), ("quote", quotes)):
        with zipfile.ZipFile(folder / f"i_20131008_{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"20131008_i_{name}.csv", text)
    feed = LeanTicks("I", "i_20131008_trade.zip", "i_20131008_quote.zip")
    feed.start(Context(base=folder, fault=(faults if faults is not None else []).append))
    return list(feed.events())


def quote(at: int, bid: int, bid_qty: int, ask: int | None, ask_qty: int) -> tuple[int, Quote]:
    scaled = None if ask is None else ask * 100_000
    return OPEN + at * MS, Quote("I", "", bid * 100_000, bid_qty, scaled, ask_qty)


def test_pairs_become_quotes_and_come_before_trades(tmp_path: Path) -> None:
    trades = "34200001,1800100,50,Q,0,0\n34200002,1800100,60,D,0,0\n34200003,1,60,D,0,1\n"
    quotes = PAIR + PAIR + "34200003,1800100,100,0,0,Z,1,0\n34200004,1,100,0,0,Z,1,1\n"
    assert play(tmp_path, trades, quotes) == [
        START,
        quote(1, 1800000, 200, 1800200, 100),
        (OPEN + MS, Trade("I", "XNAS", 180_010_000_000, 50)),
        (OPEN + 2 * MS, Trade("I", "FINR", 180_010_000_000, 60)),
        quote(3, 1800100, 100, 1800200, 100),
        END,
    ]


def test_auction_prints_are_marked(tmp_path: Path) -> None:
    """Opening 40, closing 80, reopening 100 (hexadecimal bits); the official close 1000000 is no auction."""
    conditions = ("40", "20200040", "80", "100", "1000000", "4000000", "20000001", "O", "")
    trades = "".join(f"3420000{i},1800100,50,N,{cell},0\n" for i, cell in enumerate(conditions))
    events = [event for _, event in play(tmp_path, trades) if isinstance(event, Trade)]
    assert [event.auction for event in events] == [True] * 4 + [False] * 5


def test_closing_auction_prints_after_the_close(tmp_path: Path) -> None:
    trades = "57600000,1800100,50,N,80,0\n57600001,1800100,60,Q,0,0\n57660000,1800100,70,N,80,0\n"
    play(tmp_path, trades)
    feed = LeanTicks("I", "i_20131008_trade.zip", auction_until="16:01")
    feed.start(Context(base=tmp_path))
    close = OPEN + 23_400_000 * MS
    assert list(feed.events()) == [
        START,
        (close, PhaseChange("I", "", Phase.AUCTION)),
        (close, Trade("I", "XNYS", 180_010_000_000, 50, auction=True)),
        (close + 60_000 * MS, PhaseChange("I", "", Phase.CLOSED)),
    ]


def test_two_pairs_in_one_millisecond_are_two_quotes(tmp_path: Path) -> None:
    quotes = PAIR + PAIR.replace("1800000,200", "1800000,300")
    assert play(tmp_path, "", quotes)[1:3] == [
        quote(1, 1800000, 200, 1800200, 100),
        quote(1, 1800000, 300, 1800200, 100),
    ]


def test_only_the_session_and_the_quote_in_force_at_its_open(tmp_path: Path) -> None:
    quotes = PAIR.replace("34200001", "30000000") + PAIR.replace("34200001", "31000000").replace(",200,", ",700,")
    quotes += PAIR.replace("34200001", "57600000")
    trades = "34199999,1800100,50,Q,0,0\n34200000,1800100,60,N,0,0\n57600000,1800100,70,N,0,0\n"
    trade = (OPEN, Trade("I", "XNYS", 180_010_000_000, 60))
    assert play(tmp_path, trades, quotes) == [START, quote(0, 1800000, 700, 1800200, 100), trade, END]


def test_crossed_quote_is_left_out_locked_one_kept(tmp_path: Path) -> None:
    faults: list[str] = []
    quotes = PAIR + "34200002,1800300,1,0,0,N,1,0\n34200003,1800200,1,0,0,N,1,0\n"
    events = play(tmp_path, "", quotes, faults)
    assert events[1:-1] == [quote(1, 1800000, 200, 1800200, 100), quote(3, 1800200, 1, 1800200, 100)]
    assert faults == [
        "i_20131008_quote.zip row 3: found best bid 180.03 over best ask 180.02, expected a market that is not crossed"
    ]


@pytest.mark.parametrize(
    ("kind", "row", "text"),
    [
        ("trade", "34200001,1800100,50,Q,0", "found 5 columns, expected 6"),
        ("trade", "now,1800100,50,Q,0,0", 'found "now", expected milliseconds after midnight'),
        ("trade", "99999999,1800100,50,Q,0,0", 'found "99999999", expected milliseconds after midnight'),
        ("trade", "34200001,180.01,50,Q,0,0", 'found "180.01", expected a whole number'),
        ("trade", "34200001,1800100,-50,Q,0,0", 'found "-50", expected a whole number'),
        ("trade", "34200001,1800100,0,Q,0,0", "found size 0 at price 1800100, expected both positive"),
        ("trade", "34200001,1800100,50,?,0,0", 'found exchange "?", expected one of ABCDIJKMNPQTWXYZ'),
        ("trade", "34200001,1800100,50,Q,0,2", 'found suspicious flag "2", expected 0 or 1'),
        ("quote", "34200001,0,0,0,0,N,1,0", "found neither bid nor ask, expected one of them"),
        ("quote", "34200001,5,0,0,0,N,1,0", "found bid 5 x 0, ask 0 x 0, expected a size with every price"),
        ("quote", "34200001,5,1,0,0,N,1", "found 7 columns, expected 8"),
    ],
)
def test_bad_row_is_left_out_and_said(tmp_path: Path, kind: str, row: str, text: str) -> None:
    faults: list[str] = []
    assert play(tmp_path, **{f"{kind}s": row + "\n"}, faults=faults) == [START, END]
    assert faults == [f"i_20131008_{kind}.zip row 1: {text}"]


def test_damaged_zip_gives_what_came_before(tmp_path: Path) -> None:
    rows = "".join(f"{34_200_000 + i},{1_800_000 + i * i % 7919},{i + 1},Q,0,0\n" for i in range(20_000))
    play(tmp_path, rows)
    path = tmp_path / "i_20131008_trade.zip"
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 64] = bytes(64)
    path.write_bytes(data)
    faults: list[str] = []
    feed = LeanTicks("I", trade_path=path.name)
    feed.start(Context(base=tmp_path, fault=faults.append))
    assert len(list(feed.events())) > 1000
    broken = [fault for fault in faults if "found a broken file (" in fault]
    assert [fault.endswith("), expected its end") for fault in broken] == [True]


def test_bad_parameters_stop_the_start(tmp_path: Path) -> None:
    play(tmp_path)
    (tmp_path / "cut_20131008.zip").write_bytes(b"PK\x03\x04 cut")
    name = "i_20131008_trade.zip"
    for feed, text in (
        (LeanTicks("I"), "market_data: found neither trade_path nor quote_path, expected at least one"),
        (LeanTicks("I", name, scale=7), "market_data.scale: found 7, expected a divisor of 1000000000"),
        (LeanTicks("I", name, open="nine"), 'found "nine", expected a time of day as HH:MM:SS'),
        (LeanTicks("I", name, close="09:30"), 'market_data.close: found "09:30", expected a time after open "09:30"'),
        (
            LeanTicks("I", name, auction_until="15:00"),
            'auction_until: found "15:00", expected a time after close "16:00"',
        ),
        (LeanTicks("I", name, auction_until="x"), 'market_data.auction_until: found "x", expected a time of day'),
        (LeanTicks("I", "trade.zip"), 'market_data: found date "" in zone "America/New_York"'),
        (LeanTicks("I", "none_20131008.zip"), "market_data.trade_path: found"),
        (LeanTicks("I", "cut_20131008.zip"), "(File is not a zip file), expected a readable file, plain, .gz or .zip"),
    ):
        with pytest.raises(ConfigError) as caught:
            feed.start(Context(base=tmp_path))
        assert text in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.shared
@pytest.mark.skipif(not TICKS.is_dir(), reason=f"no public data: {TICKS} is not there; set SMARTEXEC_SHARED")
def test_volume_and_vwap_of_ibm() -> None:
    """Against the figures in the data folder's README: 5,203,752 shares at 179.869763."""
    faults: list[str] = []
    feed = LeanTicks("IBM", "ibm_20131008_trade.zip", "ibm_20131008_quote.zip")
    feed.start(Context(base=TICKS, fault=faults.append))
    volume = money = last = 0
    for at, event in feed.events():
        assert at >= last
        last = at
        if isinstance(event, Trade):
            volume, money = volume + event.qty, money + event.qty * event.px
        if isinstance(event, Quote) and event.bid is not None and event.ask is not None:
            assert event.bid <= event.ask
    assert volume == 5_203_752
    assert round(money / volume / 1_000, 0) == 179_869_763
    assert len(faults) == 40
    assert all("expected a market that is not crossed" in fault for fault in faults)


@pytest.mark.shared
@pytest.mark.skipif(not TICKS.is_dir(), reason=f"no public data: {TICKS} is not there; set SMARTEXEC_SHARED")
def test_auctions_of_ibm() -> None:
    """NYSE opened IBM at 09:31:43.278 with 88,065 shares and closed it at 16:00:47.795 with 262,948."""
    feed = LeanTicks("IBM", "ibm_20131008_trade.zip", auction_until="16:05")
    feed.start(Context(base=TICKS))
    auctions = [(at - OPEN, e) for at, e in feed.events() if isinstance(e, Trade) and e.auction]
    assert auctions == [
        (103_278 * MS, Trade("IBM", "XNYS", 181_850_000_000, 88_065, auction=True)),
        (23_447_795 * MS, Trade("IBM", "XNYS", 178_720_000_000, 262_948, auction=True)),
    ]
