"""Run the IBM day: `python run.py DATA_FOLDER [--out RUN] [--seed N]`.

DATA_FOLDER holds the LEAN tick files of IBM, 2013-10-08. Writes orders.csv and config.toml, with each lit venue's share
as the file's volumes have it, into RUN/input and runs them into RUN/run.
"""

import re
import sys
from collections import Counter
from pathlib import Path
from typing import Final

from smartexec.api import Context, Trade
from smartexec_files.lean_ticks import LeanTicks

HERE: Final = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # the examples are no package: what they share is beside them

import recorded  # noqa: E402
import small_orders  # noqa: E402

OFF_EXCHANGE: Final = "FINR"
_SHARE: Final = re.compile(r'(mic = "([A-Z]{4})"\nshare = )[0-9.]+')
DAY: Final = small_orders.Day(
    symbol="IBM",
    prefix="B",
    orders=3_000,
    open=1_381_239_000_000_000_000,  # 2013-10-08 09:30 in New York
    windows=(
        *((5 + 24 * k, 5 + 24 * k + (40, 60, 90)[k % 3]) for k in range(12)),
        *((15, 380), (60, 240)),  # the last ends ten minutes before the close
    ),
    early=280,
    lot=10,
    most_lots=30,
    raised=50,
    behind=10,
    through=100,
)


def trades(data: Path) -> list[tuple[int, Trade]]:
    """The session's recorded trades with their times in ns."""
    feed = LeanTicks("IBM", "ibm_20131008_trade.zip")
    feed.start(Context(base=data))
    return [(at, event) for at, event in feed.events() if isinstance(event, Trade)]


def shares(prints: list[tuple[int, Trade]]) -> dict[str, float]:
    """Each exchange's share of the volume of all exchanges, to four digits."""
    volume: Counter[str] = Counter()
    for _, trade in prints:
        volume[trade.mic] += trade.qty
    del volume[OFF_EXCHANGE]
    return {mic: round(qty / volume.total(), 4) for mic, qty in volume.items()}


def prepare(data: Path, folder: Path, seed: int) -> Path:
    """Write orders and configuration into `folder`; give the configuration's path."""
    folder.mkdir(parents=True, exist_ok=True)
    prints = trades(data)
    small_orders.write(folder / "orders.csv", small_orders.make(DAY, [(at, trade.px) for at, trade in prints], seed))
    found = shares(prints)
    text = recorded.config_text(HERE, data)
    config = folder / "config.toml"
    config.write_text(_SHARE.sub(lambda match: f"{match[1]}{found[match[2]]}", text), "utf-8")
    return config


if __name__ == "__main__":
    sys.exit(recorded.main("Run 3,000 client orders on one day of IBM.", "the LEAN tick files", HERE, prepare))
