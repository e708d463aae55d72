"""The adapter by hand: no socket, no clock; bytes and times go in, what is to be sent comes out."""

from smartexec.api import NANOS_PER_SECOND, Opened, OrdType, Received, SendOrder, Side, Tick, TimeInForce, VenueInput

from smartexec_harbour.venue import Harbour

venue = Harbour(mic="XTOY", host="127.0.0.1:7301", account="ACME")


def hand(event: VenueInput, second: int) -> None:
    """Hand it something that happened, and print what it says."""
    for said in venue.handle(event, second * NANOS_PER_SECOND):
        print(f"{second} s  {said}")


print(venue.channels)
hand(Opened("line"), 1)
hand(Received("line", b'{"type": "logon", "next": 1}\n'), 1)
hand(SendOrder("XTOY", "P1.1", "TEST", Side.BUY, 100, OrdType.LIMIT, 100_020_000_000, TimeInForce.DAY), 2)
hand(Received("line", b'{"type": "report", "number": 1, "id": "P1.1", "kind": "NEW", '), 3)
hand(Received("line", b'"status": "NEW"}\n'), 3)
hand(Received("line", b'{"type": "report", "number": 3, "id": "P1.1", "kind": "CANCELED", "status": "CANCELED"}\n'), 4)
hand(Tick(), 9)
hand(Tick(), 14)
