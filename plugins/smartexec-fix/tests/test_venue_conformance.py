"""The venue adapter against the conformance kit, in four versions of FIX; the counterparty is an acceptor session."""

from collections.abc import Iterable
from typing import Any, ClassVar

from venue_peer import CHANNEL, MIC, Venue, frame

from smartexec.api import Received, Response
from smartexec.testing import VenueKit
from smartexec_fix.venues.venue import FixVenue

DIALECT = {
    "times_in_force": ["0", "1", "3", "4"],
    "pegs": {"mid": {"40": "P", "18": "M"}, "primary": {"40": "P", "18": "R"}},
    "post_only": {"18": "6"},
    "min_qty_tag": 110,
    "display_qty_tag": 111,
}


def params(version: str, **session: Any) -> dict[str, Any]:
    """Parameters as a configuration gives them."""
    ids = {"sender_comp_id": "US", "target_comp_id": "VENUE", "version": version, "heartbeat": "120s"}
    return {"mic": MIC, "hosts": ["127.0.0.1:1"], "session": {**ids, **session}, "dialect": DIALECT}


class Venue40(Venue):
    version = "FIX.4.0"


class Venue42(Venue):
    version = "FIX.4.2"
    resets = True

    def malformed(self) -> Iterable[Received | Response]:
        """Sound frames of a sound session, that hold no sense."""
        fields = {37: "1", 17: "X", 20: "0", 39: "1", 55: "TEST", 54: "1", 151: "0", 14: "1", 6: "1", 11: "P1.1"}
        trade = {**fields, 150: "1", 32: "5", 31: "10"}
        for change in ({31: "ten"}, {32: "-5"}, {32: "0.5"}, {39: "Z"}, {150: "?"}, {17: "", 11: "P1.1"}, {14: "1e3"}):
            body = {**trade, **change}
            yield Received(CHANNEL, frame(self, "8", 3, *((tag, value) for tag, value in body.items())))
        yield Received(CHANNEL, frame(self, "zz", 3))
        yield Received(CHANNEL, frame(self, "8", 3)[:-4] + b"999\x01")
        yield Received(CHANNEL, frame(self, "D", 3, (11, "X")))


class Venue50(Venue):
    version = "FIX.5.0SP2"


class VenueAF(Venue):
    mass = True


class TestFixVenue(VenueKit):
    adapter = FixVenue
    counterparty = Venue
    params: ClassVar = params("FIX.4.4")


class TestFixVenue40(VenueKit):
    adapter = FixVenue
    counterparty = Venue40
    params: ClassVar = params("FIX.4.0")


class TestFixVenue42(VenueKit):
    adapter = FixVenue
    counterparty = Venue42
    params: ClassVar = params("FIX.4.2", reset_on_logon=True)


class TestFixVenue50(VenueKit):
    adapter = FixVenue
    counterparty = Venue50
    params: ClassVar = params("FIX.5.0SP2")


class TestFixVenueAF(VenueKit):
    adapter = FixVenue
    counterparty = VenueAF
    params: ClassVar = {**params("FIX.4.4"), "dialect": {**DIALECT, "status": "AF", "authoritative_unknown": True}}
