"""What the session is made from. The service needs it, and whoever reads its journal later."""

from smartexec.api import Capabilities, Instrument, Journal
from smartexec.embed import Limits, Risk, Settings, Setup, discover

MIC, SYMBOL, DAY = "XTOY", "ACME", "day"
SECOND, CENT = 1_000_000_000, 10_000_000  # times are ns UTC, prices 1e-9 of the currency


def setup() -> tuple[Setup, Journal]:
    """One share at one venue, worked by TWAP; limits; a journal that survives a loss of power."""
    found = discover(["smartexec-schedules", "smartexec-routers", "smartexec-files"])
    limits = Limits(
        max_order_qty=1_000,
        max_order_notional=1_000 * 200 * 100 * CENT,
        collar_bps=200,
        max_participation_pct=100,
        participation_floor_qty=100_000,
        max_msgs_per_s=50,
    )
    made = Setup(
        instruments=[Instrument(SYMBOL, tick=CENT)],
        venues={MIC: Capabilities(authoritative_unknown=True)},
        strategies=found.strategies(),
        routers=[found.routing_logics()["parallel"]()],
        settings=Settings(risk=Risk(limits, clients={"ann": Limits(max_order_qty=5_000)})),
        defaults={"TWAP": {"slices": 6}},
        plugins=found.infos(),
    )
    return made, found.journals()["sqlite"]()
