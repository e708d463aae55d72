"""A small synthetic day with the plugins of this repository: joins, cancels, replaces and crosses at several venues.

Configurations only; what is done with them is the tests' business.
"""

from pathlib import Path
from typing import Any, Final

ALLOW: Final = ("smartexec-sim", "smartexec-files", "smartexec-schedules", "smartexec-routers")
DAY: Final = """
[run]
name = "day"
seed = {seed}
start = 2026-01-05T14:30:00Z
end = 2026-01-05T{end}Z

[plugins]
allow = ["smartexec-sim", "smartexec-files", "smartexec-schedules", "smartexec-routers"]

[instruments]
AAA = {{ tick = "0.01" }}
BBB = {{ tick = "0.005" }}

[market_data]
plugin = "synthetic"
venues = {{ SIMA = 0.6, SIMB = 0.4 }}
events_per_symbol = {events}

[orders]
plugin = "synthetic-orders"
count = {count}
sell_share = 0.45
cancel_share = 0.15
replace_share = 0.15
owners = ["OWN1", "OWN2", "OWN3"]

[[venues]]
plugin = "sim-lit"
mic = "SIMA"
latency_in = "250us"
latency_out = "250us"
take_fee = "0.003"

[[venues]]
plugin = "sim-lit"
mic = "SIMB"
latency_in = "400us"
latency_out = "400us"
jitter = "80us"

[[venues]]
plugin = "sim-dark"
mic = "SDRK"
latency_in = "500us"
latency_out = "500us"

[strategies.TWAP]
slices = {slices}

[routing]
default = "parallel"

[aggregation]
window = "1s"

[netting]
scope = "due"
same_owner = "offset"

[risk]
unlimited = "a test"

[journal]
plugin = "sqlite"
sync = "{sync}"

[[sinks]]
plugin = "csv"
"""


def write_day(folder: Path, **changes: Any) -> Path:
    """Write the configuration of a day of about 300 client orders; `changes` give it another size, seed or sync."""
    values = {"seed": 7, "end": "15:30:00", "events": 400, "count": 300, "slices": 5, "sync": "off", **changes}
    path = folder / "config.toml"
    path.write_text(DAY.format(**values), encoding="utf-8")
    return path
