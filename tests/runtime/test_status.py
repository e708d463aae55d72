"""When a live session says that it is not well: doubt that lasts. The rest: `test_control`, `test_operator`."""

from smartexec.kernel.settings import Routing, Settings
from smartexec.model.routing import Capabilities
from smartexec.runtime.live.status import _unexplained
from tests.kernel.desk import LIT, SECOND, Desk, buy, sends


def test_order_in_doubt_is_a_persons_business_once_its_venue_was_asked_three_times() -> None:
    settings = Settings(routing=Routing(in_doubt_wait=2 * SECOND))
    desk = Desk(settings=settings, venues={LIT: Capabilities()})
    assert desk.tell(buy("A", 100, 1000))[1:] == [sends("P1.1", "BUY", 100, 1000)]
    told = []
    for _ in range(15):  # it is asked after 2 s, 6 and 14
        desk.wait(1)
        told.append(_unexplained(desk.engine.blotter))
    assert told == [[]] * 13 + [["1 child orders are in doubt though their venue was asked 3 times"]] * 2
