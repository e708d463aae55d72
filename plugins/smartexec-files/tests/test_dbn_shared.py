"""CME E-mini futures as Databento gives them, against the counts in the data folder's README."""

import os
from collections import Counter
from pathlib import Path

import pytest

from smartexec.api import BookExecute, Context, MarketEvent, Phase, PhaseChange, Quote, Trade
from smartexec_files.dbn import Dbn
from smartexec_files.dbn_file import records
from smartexec_files.faults import Faults

ROOT = Path(os.environ.get("SMARTEXEC_SHARED") or Path(__file__).parents[4] / "shared")
FOLDER = ROOT / "data" / "cme_es_mbo_databento"
EVE, CHRISTMAS = "esh4-glbx-mdp3-20231224.mbo.dbn.zst", "esh4-glbx-mdp3-20231225.mbo.dbn.zst"
TWO_SECONDS = "orderbooks_mbo_2024-05-08T00-00-00_2024-05-08T00-00-02.dbn.zst"
QUOTES = "futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02.dbn.zst"
TRADES = "futures_trades_2024-07-01T23-58_2024-07-02T00-02.dbn.zst"
OPEN = 1_703_545_200_000_000_000  # 2023-12-25 17:00 in Chicago: trading in the next day's session begins

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no public data: {FOLDER} is not there; set SMARTEXEC_SHARED"),
]


def play(symbol: str, *names: str, ts: str = "event") -> list[tuple[int, MarketEvent]]:
    """The events, which are in order of time; nothing in the files is at fault."""
    faults: list[str] = []
    feed = Dbn(names, symbol, "XCME", ts=ts)
    feed.start(Context(base=FOLDER, fault=faults.append))
    events = list(feed.events())
    assert faults == []
    assert [at for at, _ in events] == sorted(at for at, _ in events)
    return events


def kinds(events: list[tuple[int, MarketEvent]]) -> dict[str, int]:
    return dict(Counter(type(event).__name__ for _, event in events))


@pytest.mark.parametrize(
    ("name", "count"), [(EVE, 8_725), (CHRISTMAS, 68_792), (TWO_SECONDS, 13_796), (QUOTES, 2_288), (TRADES, 120)]
)
def test_records(name: str, count: int) -> None:
    assert sum(1 for _ in records(FOLDER / name, Faults(pytest.fail, name))) == count


@pytest.mark.parametrize("ts", ["event", "recv"])
def test_christmas_is_crossed_only_before_the_opening_auction(ts: str) -> None:
    events = play("ESH4", EVE, CHRISTMAS, ts=ts)
    phases = [(at, event.phase) for at, event in events if isinstance(event, PhaseChange)]
    assert [phase for _, phase in phases] == [Phase.CONTINUOUS, Phase.AUCTION, Phase.CONTINUOUS]
    assert phases[2][0] == OPEN or ts == "recv"
    quotes = [event for _, event in events if isinstance(event, Quote)]
    assert all(q.bid is None or q.ask is None or q.bid < q.ask for q in quotes)
    assert [(t.px, t.qty) for _, t in events if isinstance(t, Trade) and t.auction] == [(4_800_250_000_000, 44)]


def test_christmas_volume_is_executed_order_by_order() -> None:
    """All but the auction's 44 lots, and what icebergs hid."""
    events = play("ESH4", CHRISTMAS)
    trades = [event for _, event in events if isinstance(event, Trade)]
    executed = sum(event.qty for _, event in events if isinstance(event, BookExecute))
    hidden = sum(trade.qty for trade in trades if trade.hidden)
    assert (sum(trade.qty for trade in trades), hidden) == (9_892, 194)
    assert executed == 9_892 - 44 - hidden


def test_two_seconds() -> None:
    assert kinds(play("ESM4", TWO_SECONDS)) == {
        "BookAdd": 13_701,
        "BookReduce": 102,
        "BookExecute": 5,
        "Trade": 5,
        "Quote": 136,
        "PhaseChange": 1,
    }


def test_best_quotes_and_trades_tell_the_same_prints() -> None:
    quotes, trades = play("ESU4", QUOTES), play("ESU4", TRADES)
    prints = [timed for timed in quotes if isinstance(timed[1], Trade)]
    assert kinds(quotes) == {"PhaseChange": 1, "Quote": 2_168, "Trade": 120}
    assert prints == trades[1:]
    assert sum(event.qty for _, event in prints if isinstance(event, Trade)) == 253


@pytest.mark.parametrize("damage", ["cut", "overwritten"])
def test_damaged_file_gives_what_came_before(tmp_path: Path, damage: str) -> None:
    data = (FOLDER / CHRISTMAS).read_bytes()
    half = data[: len(data) // 2]
    (tmp_path / CHRISTMAS).write_bytes(half if damage == "cut" else half + bytes(500) + data[len(half) + 500 :])
    faults: list[str] = []
    feed = Dbn((CHRISTMAS,), "ESH4", "XCME")
    feed.start(Context(base=tmp_path, fault=faults.append))
    assert len(list(feed.events())) > 10_000
    assert len(faults) == 1
    assert "found a broken file (" in faults[0]
