"""Run BTC at three Binance markets: `python run.py DATA_FOLDER [--out RUN] [--seed N]`.

DATA_FOLDER holds the collected streams of spot, USD-M and COIN-M of 2024-08-08. Writes orders.csv and config.toml into
RUN/input and runs them into RUN/run.
"""

import sys
from pathlib import Path
from typing import Final

from attrs import frozen

from smartexec.api import Context, Instrument, Trade
from smartexec_files.binance import Binance

HERE: Final = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # the examples are no package: what they share is beside them

import recorded  # noqa: E402
import small_orders  # noqa: E402

QTY_DECIMALS: Final = 5
OPEN: Final = 1_723_161_240_000_000_000  # 2024-08-08 23:54 UTC


@frozen
class Market:
    """One of the three."""

    symbol: str
    mic: str
    prefix: str
    """Of every ClOrdID(11)."""
    file: str
    digits: int
    """Decimals of its prices: 1 for a tick of 0.1."""
    contract_value: str = ""

    def in_units(self, row: small_orders.Row) -> small_orders.Row:
        """The row with its quantity in BTC and its price on a tick: `small_orders` counts in lots and cents."""
        lots, price = int(row.get("order_qty") or 0), row.get("price")
        if lots:
            row["order_qty"] = f"{lots // 10**QTY_DECIMALS}.{lots % 10**QTY_DECIMALS:0{QTY_DECIMALS}d}"
        if price:
            row["price"] = price[: len(price) - 2 + self.digits]
        return row

    def day(self) -> small_orders.Day:
        """400 orders of 0.001 to 0.02 BTC in six windows, the last of which ends a minute before the data do."""
        return small_orders.Day(
            symbol=self.symbol,
            prefix=self.prefix,
            orders=400,
            open=OPEN,
            windows=((1, 3), (2, 4), (3, 5), (1, 4), (2, 5), (1, 5)),
            early=30,
            lot=100,
            most_lots=20,
            raised=300,
            behind=500,
            through=5_000,
        )

    def trades(self, data: Path) -> list[tuple[int, int]]:
        """(time in ns, price in 1e-9) of the recorded trades."""
        feed = Binance(self.file, self.symbol, self.mic, contract_value=self.contract_value)
        feed.start(Context({self.symbol: Instrument(self.symbol, qty_decimals=QTY_DECIMALS)}, base=data))
        return [(at, event.px) for at, event in feed.events() if isinstance(event, Trade)]


MARKETS: Final = (
    Market("BTCUSDT", "BNSP", "S", "spot_btcusdt_20240808.gz", 2),
    Market("BTCUSDT_PERP", "BNUM", "U", "usdm_btcusdt_20240808.gz", 1),
    Market("BTCUSD_PERP", "BNCM", "C", "cm_btcusd_perp_20240808.gz", 1, "100"),
)


def orders(data: Path, seed: int) -> list[small_orders.Row]:
    """The rows of all markets in order of time."""
    rows: list[small_orders.Row] = []
    for number, market in enumerate(MARKETS):
        rows += map(market.in_units, small_orders.make(market.day(), market.trades(data), seed + number))
    return sorted(rows, key=lambda row: row["time"])


def prepare(data: Path, folder: Path, seed: int) -> Path:
    """Write orders and configuration into `folder`; give the configuration's path."""
    folder.mkdir(parents=True, exist_ok=True)
    small_orders.write(folder / "orders.csv", orders(data, seed))
    config = folder / "config.toml"
    config.write_text(recorded.config_text(HERE, data), "utf-8")
    return config


if __name__ == "__main__":
    sys.exit(recorded.main("Run 1,200 client orders on BTC at three markets.", "the collected streams", HERE, prepare))
