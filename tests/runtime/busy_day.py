"""A synthetic day with every strategy, by one routing logic: auctions, a halt, random latency, statistics, scores.

Configurations only; what is done with them is the tests' business. No figure here was measured anywhere.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from smartexec.api import Statistics, VolumeModel
from smartexec.runtime.reading.statistics_file import save_statistics

ROUTERS: Final[Mapping[str, str]] = {
    "parallel": "dark_min_qty = 20\noverbook = true",
    "sweep": "net_of_fees = true",
    "sequential": "",
    "km": 'plugin = "liquidity-seeking"\nmethod = "km"\nvary = 30\nmax_toxicity_bps = 0.5\nback_off = "60s"',
    "eg": 'plugin = "liquidity-seeking"\nmethod = "eg"\nexplore = 10\nrounding = "random"',
    "optimal": 'horizon = "20s"\nsteps = 5\noutflow = "poisson"',
}
"""Routing logics by the name that the configuration gives them, and what it says of each."""
BINS: Final = 12
DAY: Final = """
[run]
name = "busy day"
seed = {seed}
start = 2026-01-05T14:30:00Z
end = 2026-01-05T15:30:00Z

[plugins]
allow = ["smartexec-sim", "smartexec-files", "smartexec-schedules", "smartexec-routers"]

[instruments]
AAA = {{ tick = "0.01" }}
BBB = {{ tick = "0.005", lot = 10 }}

[market_data]
plugin = "synthetic"
venues = {{ SIMA = 0.5, SIMB = 0.3, SIMC = 0.2 }}
events_per_symbol = {events}
halts = 1
halt_seconds = 200
auctions = true
auction_seconds = 120

[orders]
plugin = "synthetic-orders"
count = {count}
max_round_lots = 200
sell_share = 0.4
windows = [[0.05, 0.50], [0.30, 1.0], [0.55, 1.0]]

[orders.strategies]
TWAP = {{ randomize_pct = 40, slices = 6 }}
VWAP = {{ dynamic = true, slices = 6 }}
POV = {{ check_every = "45s", complete = true }}
IS = {{ risk_aversion = 1e-4, slices = 8 }}
CLOSE = {{ cutoff = "20s", enter_before = "60s", slices = 5 }}
ICEBERG = {{ peg = "mid", complete = true }}
SNIPER = {{ max_spread_ticks = 2, min_size = 100 }}
TRILEMMA = {{ risk = 0.5, look_every = "40s" }}

[[venues]]
plugin = "sim-lit"
mic = "SIMA"
latency_model = "lognormal"
latency_in = "2ms"
latency_in_p99 = "20ms"
latency_out = "3ms"
latency_out_p99 = "30ms"
queue_model = "log2"
take_fee = "0.003"
make_fee = "-0.002"
auctions = true
self_match = "cancel_oldest"
impact_bps = 2.0
impact_model = "sqrt"

[[venues]]
plugin = "sim-lit"
mic = "SIMB"
latency_model = "gamma"
latency_in = "4ms"
latency_in_p99 = "20ms"
latency_out = "1ms"
queue_model = "power2"
take_fee = "0.001"

[[venues]]
plugin = "sim-ats"
mic = "SIMC"
latency_model = "uniform"
latency_in = "5ms"
latency_in_p99 = "9ms"
latency_out = "5ms"
jitter = "2ms"

[[venues]]
plugin = "sim-dark"
mic = "SDRK"
latency_in = "6ms"
latency_out = "6ms"

[[venues]]
plugin = "sim-dark"
mic = "SDRL"
mean_size = 90
latency_in = "2ms"
latency_out = "2ms"

[statistics]
volume = "volume.json"
{history}

[scorecard]
half_life = "20m"
min_trials = 3

[routing]
default = "{router}"
overbook = {{ {router} = 50 }}

[routing.{router}]
{said}

[aggregation]
window = "1s"

[netting]
scope = "due"

[risk]
unlimited = "a test"

[journal]
plugin = "sqlite"
sync = "off"

[[sinks]]
plugin = "csv"
"""


def write_busy_day(folder: Path, router: str, history: str = "", **changes: Any) -> Path:
    """Write the configuration and its statistics; `history` is the name of a venues file beside them, if any."""
    values = {"seed": 11, "events": 3000, "count": 64, **changes}
    said = f'venues = "{history}"' if history else ""
    save_statistics(folder / "volume.json", {symbol: _statistics(n) for n, symbol in enumerate(("AAA", "BBB"))})
    path = folder / f"{router}.toml"
    path.write_text(DAY.format(router=router, said=ROUTERS[router], history=said, **values), encoding="utf-8")
    return path


def _statistics(number: int) -> Statistics:
    """Make up an hour in twelve bins: a U of volume, and a dynamic model that has it as its season."""
    parts = [10 + (bin - BINS // 2) ** 2 + number for bin in range(BINS)]
    curve = [part * 1_000_000_000 // sum(parts) for part in parts]
    curve[-1] += 1_000_000_000 - sum(curve)
    model = VolumeModel(
        a_eta=0.98,
        a_mu=0.55,
        var_eta=0.03,
        var_mu=0.05,
        r=0.07,
        phi=tuple(0.1 * (bin - BINS / 2) ** 2 / BINS for bin in range(BINS)),
        x0=(11.3 + number / 7, 0.0),
        v0=(0.2, 0.01, 0.1),
    )
    width = 300 * 1_000_000_000
    return Statistics(adv=2_000_000, sigma=0.015, spread=10_000_000, bin=width, curve=tuple(curve), model=model)
