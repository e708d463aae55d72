"""The synthetic market and the synthetic orders of this distribution against their conformance kits."""

from pathlib import Path
from typing import ClassVar

from smartexec.api import Instrument
from smartexec.testing import FeedKit, OrderSourceKit
from smartexec_sim.client_orders import SyntheticOrders
from smartexec_sim.synthetic import SyntheticFeed


class TestSyntheticOrders(OrderSourceKit):
    source = SyntheticOrders
    params: ClassVar = {"count": 500, "cancel_share": 0.1, "replace_share": 0.1}
    instruments = (Instrument("ABC"), Instrument("DEF", lot=25))


class TestSyntheticFeed(FeedKit):
    feed = SyntheticFeed
    params: ClassVar = {"events_per_symbol": 500, "halts": 1, "auctions": True}
    instruments = (Instrument("ABC"), Instrument("DEF", lot=25))

    def other(self, folder: Path) -> SyntheticFeed:
        return SyntheticFeed(events_per_symbol=500, halts=1, auctions=True, seed=8)
