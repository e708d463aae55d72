"""How the desk is wired: who is called what, who listens where, and the configuration of `smartexec serve`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from attrs import frozen

from smartexec_fix.session.settings import SECOND, SessionSettings
from smartexec_fix_desk.exchange import MIC
from smartexec_fix_desk.exchange_process import MEMBER, SYMBOLS

CLIENT, BACK_OFFICE, US = "CLIENT", "BACK", MEMBER
"""CompIDs: of the client, who is the `source` of orders, of the back office, ours."""
PASSWORD: Final = "open sesame"
"""Password(554) of the client."""
SECRET: Final = "FIX_DESK_PASSWORD"
"""Variable in which `serve` finds it: it is in no file."""
CONFIG: Final = """\
[run]
name = "fix-desk"
start = {start}
end = {end}

[plugins]
allow = ["smartexec-files", "smartexec-fix", "smartexec-routers", "smartexec-schedules"]

{instruments}
[orders]
plugin = "fix"
address = "127.0.0.1:{gateway}"
strategies = {{"1" = "VWAP", "2" = "POV", "1001" = "TWAP"}}

[[orders.sessions]]
name = "{client}"
sender_comp_id = "{us}"
target_comp_id = "{client}"
username = "{client}"
password = "env:{secret}"

[[venues]]
plugin = "fix"
mic = "{mic}"
hosts = ["127.0.0.1:{exchange}"]

[venues.session]
sender_comp_id = "{us}"
target_comp_id = "{mic}"
heartbeat = "5s"

[venues.market_data]
quotes = true
trades = true
phases = true

[venues.dialect]
times_in_force = ["DAY", "IOC", "FOK"]
post_only = {{"18" = "6"}}
authoritative_unknown = true

[[sinks]]
plugin = "csv"

[[sinks]]
plugin = "fix-post-trade"
listen = "127.0.0.1:{post_trade}"

[[sinks.sessions]]
name = "{back}"
sender_comp_id = "{us}"
target_comp_id = "{back}"
sends = ["drop-copy", "allocations"]

[aggregation]
bucket = "1s"

[allocation]
timing = "on_fill"

[risk]
max_order_qty = 100_000
max_order_notional = "10000000"
collar_bps = 500
max_participation_pct = 100
participation_floor_qty = 1_000_000
max_msgs_per_s = 1_000
"""


@frozen
class Ports:
    """Who listens where."""

    exchange: int
    gateway: int
    post_trade: int


def write(folder: Path, ports: Ports, seconds: float, *, ahead: float = 0.0) -> Path:
    """Write the configuration of a session that ends in so many seconds; `ahead`: that begins so much later."""
    begin = datetime.now(UTC) + timedelta(seconds=ahead)
    times = {"start": begin, "end": begin + timedelta(seconds=seconds)}
    text = CONFIG.format(
        **{name: f"{at:%Y-%m-%dT%H:%M:%S}Z" for name, at in times.items()},
        instruments="".join(f'[instruments.{one}]\ntick = "0.01"\n\n' for one in SYMBOLS),
        exchange=ports.exchange,
        gateway=ports.gateway,
        post_trade=ports.post_trade,
        us=US,
        client=CLIENT,
        back=BACK_OFFICE,
        secret=SECRET,
        mic=MIC,
    )
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def client_session() -> SessionSettings:
    """Give the client's session, as the client has it."""
    return SessionSettings(
        sender_comp_id=CLIENT, target_comp_id=US, heartbeat=5 * SECOND, username=CLIENT, password=PASSWORD
    )


def back_office_session() -> SessionSettings:
    """Give the back office's session, as the back office has it."""
    return SessionSettings(sender_comp_id=BACK_OFFICE, target_comp_id=US, heartbeat=5 * SECOND)
