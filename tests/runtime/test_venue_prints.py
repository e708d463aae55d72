"""What prints say of venues: the published day of IBM and BAC to the printed digits, and one print by hand."""

from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from zipfile import ZipFile

import pytest

from smartexec.model.market import MarketEvent, Quote, Trade
from smartexec.runtime.fit.venue_prints import study

MS = 10**6
OPEN, CLOSE = 34_200_000 * MS, 57_600_000 * MS
EXPECTED = {
    "ibm": {
        "D": (0.3498, 1.7306, 0.2072, 0.1589),
        "N": (0.2003, 3.2439, 3.2218, 0.0206),
        "Q": (0.1285, 1.6268, 1.7114, 0.0642),
        "K": (0.1068, 1.3651, 0.5192, 0.1369),
        "P": (0.1032, 1.7830, 1.5325, 0.0475),
    },
    "bac": {
        "D": (0.3768, 8.2301, 0.6618, 0.0234),
        "N": (0.1592, 7.6652, 5.2780, 0.0830),
        "Q": (0.0897, 6.4251, 7.1133, 0.1148),
        "K": (0.0812, 6.4754, 1.6027, 0.1081),
        "P": (0.0546, 6.6320, 7.7610, 0.0862),
    },
}
"""2013-10-08, by exchange code: share of volume, effective spread, impact after 1 s (bp), share at the midpoint."""


def rows(path: Path) -> Iterator[list[str]]:
    with ZipFile(path) as archive, archive.open(archive.namelist()[0]) as stream:
        for line in TextIOWrapper(stream):
            yield line.rstrip().split(",")


def day(folder: Path, symbol: str) -> list[tuple[int, MarketEvent]]:
    """The day's events in order of time: each quote row has one side, and is joined with the other's last."""
    events: list[tuple[int, MarketEvent]] = []
    bid = ask = 0
    for time, bid_px, _, ask_px, _, _, _, suspicious in rows(folder / f"{symbol}_20131008_quote.zip"):
        if suspicious == "0":
            bid, ask = int(bid_px) or bid, int(ask_px) or ask
            events.append((int(time) * MS, Quote(symbol, "", bid * 10**5 or None, 1, ask * 10**5 or None, 1)))
    for time, px, qty, exchange, _, suspicious in rows(folder / f"{symbol}_20131008_trade.zip"):
        if suspicious == "0":
            events.append((int(time) * MS, Trade(symbol, exchange, int(px) * 10**5, int(qty))))
    events.sort(key=lambda one: one[0])
    return events


@pytest.mark.shared
@pytest.mark.parametrize("symbol", ["ibm", "bac"])
def test_published_day_to_the_printed_digits(shared_data: Path, symbol: str) -> None:
    folder = shared_data / "data" / "us_equity_multivenue_lean_201310" / "tick"
    found = study(day(folder, symbol), {symbol: (OPEN, CLOSE)})[symbol]
    printed = {
        mic: tuple(round(v, 4) for v in (one.share, one.effective_bps, one.impact_bps, one.at_mid))
        for mic, one in found.items()
        if mic in EXPECTED[symbol]
    }
    assert printed == EXPECTED[symbol]


def test_midpoint_is_the_one_before_the_stamp_and_the_one_that_stands_a_second_later() -> None:
    def quote(bid: int, ask: int) -> Quote:
        return Quote("X", "", bid, 1, ask, 1)

    second = 10**9
    events: list[tuple[int, MarketEvent]] = [
        (1, quote(9_900, 10_100)),
        (5, quote(10_000, 10_200)),
        (5, Trade("X", "A", 10_010, 100)),  # against 10,000: the quote of its own stamp is left out
        (5, Trade("X", "B", 10_000, 300)),
        (7, quote(10_300, 10_200)),  # crossed
        (5 + second, quote(10_010, 10_030)),
        (6 + second, quote(1, 3)),
    ]
    found = study(events, {"X": (0, 10 * second)})["X"]
    assert (found["A"].share, found["B"].at_mid) == (0.25, 1.0)
    assert found["A"].effective_bps == pytest.approx(20)
    assert found["A"].impact_bps == pytest.approx(40)
