"""Markets: invented, one's own event by event, any feed, a feed over recorded data."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from attrs import define

from smartexec.api import (
    CURVE_SCALE,
    ConfigError,
    Context,
    MarketDataFeed,
    MarketEvent,
    Phase,
    PhaseChange,
    Quote,
    Side,
    Statistics,
    Trade,
)
from smartexec.lab import Lab, quote, trade
from tests.lab.strategies import SECOND, Eager, Patient

CENT = 10_000_000


def test_invented_market_is_as_it_was_asked_for() -> None:
    lab = Lab(20, 5, price="50.00", spread=4, volume=40_000, volatility=0.001, events=4_000, symbol="OWN", tick="0.05")
    lab.buy(100, Patient(slices=20), limit=1)
    first, *_ = lab
    market = first.view.market
    assert market.bid is not None
    assert market.ask is not None
    assert 49_500_000_000 < market.bid < 50_500_000_000
    assert (market.ask - market.bid) % (5 * CENT) == 0
    assert market.ask - market.bid >= 4 * 5 * CENT
    assert first.view.instrument.symbol == "OWN"
    (volume,) = {row["volume"] for row in lab.tables["benchmarks"].records() if row["kind"] == "PARENT"}
    assert 20_000 < int(volume) < 80_000


def test_strategies_know_what_the_market_was_invented_from_unless_told_otherwise() -> None:
    lab = Lab(10, volume=12_345, spread=2, volatility=0.01)
    lab.buy(100, Eager)
    known = next(iter(lab)).view.market.statistics
    assert (known.adv, known.sigma, known.spread) == (12_345, 0.01, 2 * CENT)
    told = Statistics(adv=7, bin=300 * SECOND, curve=(CURVE_SCALE // 2, CURVE_SCALE // 2))
    lab = Lab(10, statistics=told)
    lab.buy(100, Eager)
    assert next(iter(lab)).view.market.statistics == told


def test_flat_market_is_a_market() -> None:
    lab = Lab(10, volatility=0)
    lab.buy(100, Eager)
    assert lab.run().clients.statuses["FILLED"] == 1


def test_lots_and_venues_are_those_of_the_arguments() -> None:
    lab = Lab(10, 2, lot=100, venues={"ONE": "sim-lit", "TWO": {"plugin": "sim-lit", "take_fee": "0.01"}})
    lab.buy(60_000, Eager)
    lab.run()
    rows = lab.tables["executions"].records()
    assert {row["venue"] for row in rows} == {"ONE", "TWO"}
    assert all(int(row["last_qty"]) % 100 == 0 for row in rows)
    assert {row["fee"] == "0" for row in rows if row["venue"] == "ONE"} == {True}
    assert {row["fee"] == "0" for row in rows if row["venue"] == "TWO" and row["liquidity"] == "REMOVED"} == {False}


def test_own_market_is_what_a_strategy_sees() -> None:
    lab = Lab(
        5,
        market=[
            (0, quote("9.99", "10.01", 500, ask_qty=300)),
            ("30s", trade(10.01, 200, side=Side.BUY)),
            ("1m", quote(10, "10.02")),
            ("90s", quote(None, "10.02", 700)),
        ],
    )
    lab.buy(10_000, Patient(slices=5), limit=12)
    seen = {step.at // SECOND: step.view.market for step in lab}
    assert (seen[0].bid, seen[0].bid_qty, seen[0].ask, seen[0].ask_qty) == (9_990 * CENT // 10, 500, 1001 * CENT, 300)
    assert (seen[60].bid, seen[60].ask, seen[60].last, seen[60].volume) == (1000 * CENT, 1002 * CENT, 1001 * CENT, 200)
    assert (seen[120].bid, seen[120].ask_qty, seen[120].trading) == (None, 700, True)


@pytest.mark.parametrize(
    ("item", "line"),
    [
        (("2s", Quote("OTHER", "", CENT, 1, 2 * CENT, 1)), "found symbol 'OTHER', expected 'ACME', or none"),
        (("2h", quote(1, 2)), "found '2h', expected no later than the end of the market, 00:02:00"),
        ((121 * SECOND, quote(1, 2)), "found 121000000000, expected no later than the end of the market, 00:02:00"),
        (("2s", Trade("", "", CENT, 5, "BUY")), "Trade.side: found str 'BUY', expected None or Side"),  # type: ignore[arg-type]
        (("2s", Quote("", "", 0.5, 1, 2, 1)), "Quote.bid: found float 0.5, expected None or int"),  # type: ignore[arg-type]
        (("2s", PhaseChange("", "", "OPEN")), "PhaseChange.phase: found str 'OPEN', expected Phase"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_what_would_not_be_heard_as_it_was_written_is_refused(item: tuple[str | int, MarketEvent], line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Lab(2, market=[("1s", quote(1, 2)), item])
    assert caught.value.faults == (f"market[1]: {line}",)


def test_last_event_may_be_at_the_very_end() -> None:
    lab = Lab(2, market=[(0, quote(10, "10.02")), ("2m", trade("10.01", 700))])
    lab.buy(100, Patient(slices=2), limit=1)
    lab.run()
    (volume,) = {row["volume"] for row in lab.tables["benchmarks"].records() if row["kind"] == "PARENT"}
    assert int(volume) == 700


def test_own_market_may_have_phases_of_its_own() -> None:
    halt, resume = PhaseChange("", "", Phase.HALTED), PhaseChange("", "", Phase.CONTINUOUS)
    lab = Lab(5, market=[(0, halt), (0, quote(10, "10.02")), ("2m", resume)])
    lab.buy(100, Eager)
    phases = [(step.at, step.view.market.phase) for step in lab]
    assert phases[0] == (0, Phase.HALTED)
    assert (120 * SECOND, Phase.CONTINUOUS) in phases


@define
class Rising(MarketDataFeed):
    """A cent more every second."""

    name: ClassVar[str] = "rising"
    opens: int = 0
    heard: int = 0

    def start(self, context: Context) -> None:
        (one,) = context.instruments.values()
        self.opens = one.open
        context.fault("row 7: found nonsense, expected a quote")

    def events(self) -> Iterator[tuple[int, MarketEvent]]:
        for second in range(300):
            self.heard += 1
            bid = 1000 * CENT + second * CENT
            yield self.opens + second * SECOND, Quote("ACME", "", bid, 100, bid + CENT, 100)
            if second == 200:
                raise OSError("line is dead")

    def digest(self) -> str:
        return "rising"


def test_any_feed_is_a_market_and_is_read_no_further_than_needed() -> None:
    feed = Rising()
    lab = Lab(5, market=feed)
    lab.buy(10_000, Eager, start="1m")
    step = lab.step()
    assert step is not None
    assert step.view.market.bid == 1060 * CENT
    assert feed.heard == 62  # and one to look whether there is something sooner
    result = lab.run()
    assert result.faults == ("row 7: found nonsense, expected a quote",)
    assert [line for line in result.breaches if "line is dead" in line]


@pytest.mark.shared
def test_recorded_data_are_a_market(shared_data: Path) -> None:
    folder = shared_data / "data" / "us_equity_lobster_aapl_20120621"
    lab = Lab(
        10,
        market={
            "plugin": "lobster",
            "message_path": str(folder / "AAPL_2012-06-21_34200000_37800000_message_50.csv.gz"),
            "book_path": str(folder / "AAPL_2012-06-21_orderbook_50_first672rows.csv.gz"),
            "symbol": "AAPL",
            "mic": "XNAS",
            "date": "2012-06-21",
        },
        venues={"XNAS": "sim-lit"},
        symbol="AAPL",
        start="2012-06-21T09:30:00-04:00",
    )
    lab.buy(300, "TWAP", slices=3)
    assert lab.run().breaches == ()
    assert 580 < float(lab.tables["parent_orders"].records()[0]["avg_px"]) < 590
