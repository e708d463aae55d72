"""What the session is made from, and what keeps it. The service and the check afterwards need the same."""

from typing import Final

from wire import MIC, SECOND

from smartexec.api import Capabilities, Instrument, Journal
from smartexec.embed import Routing, Settings, Setup, discover

SYMBOLS: Final = ("ACME", "BOLT")


def setup() -> tuple[Setup, Journal]:
    """Two shares at one venue, worked by TWAP; a journal that survives a loss of power."""
    found = discover(["smartexec-schedules", "smartexec-routers", "smartexec-files"])
    made = Setup(
        instruments=[Instrument(symbol) for symbol in SYMBOLS],
        venues={MIC: Capabilities(authoritative_unknown=True)},
        strategies=found.strategies(),
        routers=[found.routing_logics()["parallel"]()],
        settings=Settings(routing=Routing(in_doubt_wait=SECOND // 2)),
        unlimited="a toy",
        defaults={"TWAP": {"slices": 8}},
        plugins=found.infos(),
    )
    return made, found.journals()["sqlite"]()
