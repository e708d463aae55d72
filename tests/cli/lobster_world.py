"""A tiny LOBSTER morning and an order file beside it, written by hand: what the tests of bad input spoil.

The market: XNAS quotes ABC at 9.99 x 10.01 and prints a trade every ten seconds from 09:30 to 09:40, New York.
"""

from pathlib import Path
from typing import Final

CONFIG: Final = """
[run]
name = "bad_input"
start = 2026-01-05T14:30:00Z
end = 2026-01-05T14:40:00Z

[plugins]
allow = ["smartexec-sim", "smartexec-files", "smartexec-schedules", "smartexec-routers"]

[instruments.ABC]
tick = "0.01"

[market_data]
plugin = "lobster"
message_path = "messages.csv"
symbol = "ABC"
mic = "XNAS"
date = "2026-01-05"

[orders]
plugin = "file"
path = "orders.csv"

[[venues]]
plugin = "sim-lit"
mic = "XNAS"

[strategies.TWAP]
slices = 2

[routing]
default = "parallel"

[risk]
unlimited = "a test"

[journal]
plugin = "sqlite"
sync = "off"

[[sinks]]
plugin = "csv"
"""
HEADER: Final = (
    "time,source,account,cl_ord_id,symbol,side,order_qty,ord_type,price,strategy,expire_time,"
    "action,orig_cl_ord_id,slices"
)
GOOD: Final = (
    "2026-01-05T14:31:00Z,OMS,A1,good1,ABC,BUY,100,LIMIT,10.05,TWAP,2026-01-05T14:36:00Z,,,",
    "2026-01-05T14:32:00Z,OMS,A2,good2,ABC,SELL,60,MARKET,,TWAP,2026-01-05T14:37:00Z,,,3",
)
OPEN: Final = 34_200
"""Seconds after midnight, New York."""


def messages() -> list[str]:
    """Rows of the message file."""
    rows = [f"{OPEN}.0,1,1,100000,99900,1", f"{OPEN}.0,1,2,100000,100100,-1"]
    return rows + [f"{OPEN + 10 * n}.5,4,{1 + n % 2},10,{100100 if n % 2 else 99900},{-1 if n % 2 else 1}"
                   for n in range(60)]  # fmt: skip


def order(text: str = "", **cells: str) -> str:
    """A row like the first good one, with other cells."""
    names = HEADER.split(",")
    row = dict(zip(names, GOOD[0].split(","), strict=True)) | {"cl_ord_id": "bad"} | cells
    return text or ",".join(row[name] for name in names)


def write(
    folder: Path,
    *more: str,
    config: str = CONFIG,
    header: str = HEADER,
    market: list[str] | None = None,
) -> Path:
    """Write configuration, orders (the good ones, then `more`) and market data; give the configuration's path."""
    folder.mkdir(exist_ok=True)
    (folder / "orders.csv").write_text("\n".join([header, *GOOD, *more]) + "\n", encoding="utf-8")
    rows = messages() if market is None else market
    (folder / "messages.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    path = folder / "config.toml"
    path.write_text(config, encoding="utf-8")
    return path
