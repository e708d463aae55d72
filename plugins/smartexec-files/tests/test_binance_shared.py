"""BTC on three Binance markets, against the figures in the data folder's README and the exchange's own updates."""

import os
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from smartexec.api import Context, Instrument, Quote, Trade
from smartexec_files.binance import Binance
from smartexec_files.binance_book import DepthBook
from smartexec_files.binance_rows import Depth, Print, Snapshot, parse
from smartexec_files.data_file import lines
from smartexec_files.faults import Faults

ROOT = Path(os.environ.get("SMARTEXEC_SHARED") or Path(__file__).parents[4] / "shared")
FOLDER = ROOT / "data" / "crypto_binance_3markets_20240808"
SPOT, USDM, COINM = "spot_btcusdt_20240808.gz", "usdm_btcusdt_20240808.gz", "cm_btcusd_perp_20240808.gz"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no public data: {FOLDER} is not there; set SMARTEXEC_SHARED"),
]


def play(name: str, decimals: int, quotes: str, clock: str = "local", value: str = "") -> tuple[Binance, list[object]]:
    """The feed and its events, whose times never fall; nothing in the files is at fault."""
    faults: list[str] = []
    feed = Binance(name, "BTC", "BN", quotes, clock, contract_value=value)
    feed.start(Context({"BTC": Instrument("BTC", qty_decimals=decimals)}, base=FOLDER, fault=faults.append))
    timed = list(feed.events())
    assert faults == []
    assert [at for at, _ in timed] == sorted(at for at, _ in timed)
    return feed, [event for _, event in timed]


@pytest.mark.parametrize(
    ("name", "count", "traded"),
    [
        (SPOT, 41_249, Fraction("212.03315")),
        (USDM, 93_954, Fraction("2429.366")),
        (COINM, 48_270, Fraction(83_241)),
    ],
)
def test_every_line_is_read_and_no_update_is_missing(name: str, count: int, traded: Fraction) -> None:
    book, seen, volume = DepthBook(), 0, Fraction(0)
    for _, text in lines(FOLDER / name, Faults(pytest.fail, name)):
        line = parse(text)
        assert line is not None
        seen += 1
        if isinstance(line.body, Snapshot):
            book.load(line.body)
        elif isinstance(line.body, Depth):
            book.apply(line.body)
        elif isinstance(line.body, Print):
            volume += Fraction(line.body.qty, 10**8)
        bid, _, ask, _ = book.touch()
        assert bid is None or ask is None or bid < ask
    assert (seen, book.gaps, volume) == (count, 0, traded)


@pytest.mark.parametrize(
    ("name", "decimals", "tickers", "prints", "volume"),
    [(SPOT, 5, 28_040, 9_757, 21_203_315), (USDM, 3, 66_089, 21_313, 2_429_366), (COINM, 0, 19_136, 2_286, 83_241)],
)
@pytest.mark.parametrize("clock", ["local", "exchange"])
def test_events(name: str, decimals: int, tickers: int, prints: int, volume: int, clock: str) -> None:
    feed, events = play(name, decimals, "ticker", clock)
    assert Counter(type(event).__name__ for event in events) == {"PhaseChange": 1, "Quote": tickers, "Trade": prints}
    assert sum(event.qty for event in events if isinstance(event, Trade)) == volume
    assert -1_273_000_000 < feed.offset < -1_268_000_000


@pytest.mark.parametrize(("name", "decimals"), [(SPOT, 5), (USDM, 3), (COINM, 0)])
def test_quotes_of_the_book_are_never_crossed(name: str, decimals: int) -> None:
    quotes = [event for event in play(name, decimals, "depth")[1] if isinstance(event, Quote)]
    assert len(quotes) > 2_500
    assert all(q.bid is not None and q.ask is not None and q.bid < q.ask for q in quotes)


def test_contracts_in_coins() -> None:
    """Each print loses less than a lot."""
    exact = play(COINM, 0, "ticker")[1]
    coins = sum(Fraction(100 * 10**9 * e.qty, e.px) for e in exact if isinstance(e, Trade))
    lots = [e.qty for e in play(COINM, 5, "ticker", value="100")[1] if isinstance(e, Trade)]
    assert 0 <= coins * 10**5 - sum(lots) < len(lots)
