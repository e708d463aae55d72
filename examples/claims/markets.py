"""The recorded markets of the study: their days, files, venues and what is known of them from other days."""

import csv
import json
import re
import subprocess
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from attrs import field, frozen

HERE: Final = Path(__file__).parent
COLUMNS: Final = (
    *("time", "source", "account", "cl_ord_id", "symbol", "side", "order_qty", "ord_type", "price", "strategy"),
    *("effective_time", "expire_time"),
)
SIDES: Final = ("BUY", "SELL")
WARM_UP: Final = timedelta(minutes=5)
"""Nothing starts this soon after the open, and all is over this long before the close."""


def smartexec(*arguments: object) -> None:
    """Run the program; stop where it fails."""
    done = subprocess.run(["smartexec", *map(str, arguments)], check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


@frozen
class Order:
    """The orders of a claim: one after the other on each day and side."""

    qty: int
    life: timedelta
    every: timedelta


@frozen
class Market:
    """A stock on some days. Times are local to New York."""

    symbol: str
    dates: tuple[str, ...]
    open: str
    close: str
    zone: str
    """Offset from UTC on these days."""
    feed: Callable[[Path, str], str]
    """`[market_data]` for a data folder and a date."""
    statistics: Callable[["Market", Path, Path], dict[str, Path]]
    """Fit what is known on each date, without that date: (market, data folder, where to)."""
    lit: tuple[str, ...] = field(converter=tuple)
    """MICs of its lit venues in `venues.toml`."""

    def config(self, data: Path, date: str, mics: Sequence[str] | None, volume: str) -> str:
        """Give a configuration with the venues named, and the statistics file where there is one."""
        words = {"NAME": f"{self.symbol}-{date}", "SYMBOL": self.symbol}
        words |= {"START": f"{date}T{self.open}{self.zone}", "END": f"{date}T{self.close}{self.zone}"}
        text = (HERE / "base.toml").read_text("utf-8")
        text = re.sub("|".join(words), lambda match: words[match[0]], text)
        known = f'[statistics]\nvolume = "{volume}"\n' if volume else ""
        sections = (HERE / "venues.toml").read_text("utf-8").split("[[venues]]\n")[1:]
        kept = [s for s in sections if mics is None or any(f'mic = "{mic}"' in s for mic in mics)]
        feed = f"[market_data]\n{self.feed(data, date)}\n"
        return "\n".join([text, feed, known, *(f"[[venues]]\n{s}" for s in kept)])

    def orders(self, date: str, side: str, one: Order) -> list[list[object]]:
        """Give the rows of an order file."""
        at = datetime.fromisoformat(f"{date}T{self.open}{self.zone}") + WARM_UP
        last = datetime.fromisoformat(f"{date}T{self.close}{self.zone}") - WARM_UP
        rows: list[list[object]] = []
        while at + one.life <= last:
            times = [t.isoformat() for t in (at - timedelta(seconds=1), at, at + one.life)]
            name = f"{date}-{side}-{len(rows) + 1}"
            ids = [times[0], "STUDY", "FUND", name, self.symbol, side, one.qty, "MARKET", "", "TWAP"]
            rows.append([*ids, *times[1:]])
            at += one.every
        return rows

    def write(self, folder: Path, data: Path, volumes: dict[str, Path], mics: Sequence[str], one: Order) -> list[Path]:
        """Write a configuration with its orders for each date and side; give the configurations."""
        configs = []
        for date in self.dates:
            for side in SIDES:
                own = folder / f"{self.symbol}-{date}-{side}"
                own.mkdir(parents=True, exist_ok=True)
                with (own / "orders.csv").open("w", newline="", encoding="utf-8") as stream:
                    csv.writer(stream, lineterminator="\n").writerows([COLUMNS, *self.orders(date, side, one)])
                configs.append(own / "config.toml")
                configs[-1].write_text(self.config(data, date, mics, volumes[date].as_posix()), "utf-8")
        return configs


def quoted(path: Path) -> str:
    """A path as a TOML string."""
    return json.dumps(path.as_posix())


def lean(symbol: str) -> Callable[[Path, str], str]:
    """Ticks of all exchanges."""

    def feed(data: Path, date: str) -> str:
        stem = data / "us_equity_multivenue_lean_201310" / "tick" / f"{symbol.lower()}_{date.replace('-', '')}"
        files = f"trade_path = {quoted(Path(f'{stem}_trade.zip'))}\nquote_path = {quoted(Path(f'{stem}_quote.zip'))}"
        return f'plugin = "lean-ticks"\nsymbol = "{symbol}"\n{files}'

    return feed


def lobster(data: Path, date: str) -> str:
    """Orders of one exchange, one hour."""
    stem = data / "us_equity_lobster_aapl_20120621" / f"AAPL_{date}"
    return (
        f'plugin = "lobster"\nsymbol = "AAPL"\nmic = "XNAS"\ndate = "{date}"\n'
        f"message_path = {quoted(Path(f'{stem}_34200000_37800000_message_50.csv.gz'))}\n"
        f"book_path = {quoted(Path(f'{stem}_orderbook_50_first672rows.csv.gz'))}"
    )


def from_other_days(market: Market, data: Path, folder: Path) -> dict[str, Path]:
    """Fit each day from the others."""
    plain = {date: folder / f"{market.symbol}-{date}.toml" for date in market.dates}
    for date, path in plain.items():
        path.write_text(market.config(data, date, None, ""), "utf-8")
    found = {date: path.with_suffix(".json") for date, path in plain.items()}
    for date, out in found.items():
        others = [f"--config={path}" for other, path in plain.items() if other != date]
        smartexec("fit", "volume", *others, "--bin", "15m", "--no-model", "--out", out)
    return found


def from_other_years(market: Market, data: Path, folder: Path) -> dict[str, Path]:
    """Take the curve of 2019: there is one hour of 2012 only."""
    source = data / "us_equity_volume_profiles_15min_2019H1" / f"{market.symbol}_15min_volume.csv"
    out = folder / f"{market.symbol}.json"
    smartexec("fit", "volume", source, "--symbol", market.symbol, "--no-model", "--out", out)
    return dict.fromkeys(market.dates, out)


IBM: Final = Market(
    "IBM", tuple(f"2013-10-{day:02}" for day in range(7, 12)), "09:30:00", "16:00:00", "-04:00", lean("IBM"),
    from_other_days, ("XNYS", "XNAS", "ARCX", "BATS", "EDGX"),
)  # fmt: skip
AAPL: Final = Market(
    "AAPL", ("2012-06-21",), "09:30:00", "10:30:00", "-04:00", lobster, from_other_years, ("XNAS",),
)  # fmt: skip
DARK: Final = ("DRKA", "DRKB", "DRKC", "DRKD")
