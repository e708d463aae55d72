"""What the routing logic is meant to do, beyond what all logics must."""

from smartexec.api import VenueKind
from smartexec.testing import request, venue

from smartexec_your_name.router import YourName

VENUES = [venue("XLOW", shown_qty=100), venue("XTOP", shown_qty=900), venue("XDRK", VenueKind.DARK)]


def test_venue_that_shows_most_gets_all() -> None:
    (leg,) = YourName().route(request(300, venues=VENUES)).legs
    assert (leg.mic, leg.qty) == ("XTOP", 300)


def test_kind_that_is_wanted_comes_first() -> None:
    (leg,) = YourName(first=VenueKind.DARK).route(request(300, venues=VENUES)).legs
    assert leg.mic == "XDRK"
