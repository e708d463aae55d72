"""Run the AAPL hour: `python run.py DATA_FOLDER [--out RUN] [--seed N]`.

DATA_FOLDER holds the LOBSTER files of AAPL, 2012-06-21 09:30-10:30. Writes orders.csv and config.toml into RUN/input
and runs them into RUN/run.
"""

import sys
from pathlib import Path
from typing import Final

from smartexec.api import Context, Trade
from smartexec_files.lobster import Lobster

HERE: Final = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # the examples are no package: what they share is beside them

import recorded  # noqa: E402
import small_orders  # noqa: E402

STEM: Final = "AAPL_2012-06-21_34200000_37800000"
DAY: Final = small_orders.Day(
    symbol="AAPL",
    prefix="A",
    orders=2_000,
    open=1_340_285_400_000_000_000,  # 2012-06-21 09:30 in New York
    windows=(
        *((2 + 4 * k, 2 + 4 * k + (8, 12, 16)[k % 3]) for k in range(10)),
        *((6 + 10 * k, 16 + 10 * k) for k in range(4)),  # the last ends ten minutes before the data do
    ),
    early=110,
    lot=5,
    most_lots=12,
    raised=20,
    behind=20,
    through=200,
)


def trades(data: Path) -> list[tuple[int, int]]:
    """(time in ns, price in 1e-9) of the recorded trades."""
    feed = Lobster(f"{STEM}_message_50.csv.gz", "AAPL", "2012-06-21")
    feed.start(Context(base=data))
    return [(at, event.px) for at, event in feed.events() if isinstance(event, Trade)]


def prepare(data: Path, folder: Path, seed: int) -> Path:
    """Write orders and configuration into `folder`; give the configuration's path."""
    folder.mkdir(parents=True, exist_ok=True)
    small_orders.write(folder / "orders.csv", small_orders.make(DAY, trades(data), seed))
    config = folder / "config.toml"
    config.write_text(recorded.config_text(HERE, data), "utf-8")
    return config


if __name__ == "__main__":
    sys.exit(recorded.main("Run 2,000 client orders on one hour of AAPL.", "the LOBSTER files", HERE, prepare))
