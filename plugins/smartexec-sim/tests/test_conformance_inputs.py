"""The synthetic market and the synthetic orders of this distribution against their conformance kits."""

from typing import ClassVar

from smartexec.api import Instrument
from smartexec.testing import OrderSourceKit
from smartexec_sim.client_orders import SyntheticOrders


class TestSyntheticOrders(OrderSourceKit):
    source = SyntheticOrders
    params: ClassVar = {"count": 500, "cancel_share": 0.1, "replace_share": 0.1}
    instruments = (Instrument("ABC"), Instrument("DEF", lot=25))
