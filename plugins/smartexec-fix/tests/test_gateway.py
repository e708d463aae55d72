"""The order gateway, message by message: what a client sends, what the kernel is told, what the client reads."""

import pytest
from gateway_room import PX, Room, room, said

from smartexec.api import NewOrder, Side

VERSIONS = ["FIX.4.2", "FIX.4.4", "FIX.5.0SP2"]
IDS = (11, 41, 37, 17, 20, 150, 39, 38, 14, 151, 32, 31, 6)


def events(one: Room) -> list[object]:
    return [event for _, _, events, _ in one.broker.journal for event in events]


@pytest.mark.parametrize("version", VERSIONS)
def test_order_and_its_fills(version: str) -> None:
    one = room(version)
    told = one.does("D", one.client.order("c1", "100", "10.05", (847, "TWAP"), (1, "A1")))
    told += one.fill("c1", 40, 10 * PX)
    told += one.fill("c1", 60, 11 * PX)
    assert events(one)[0] == NewOrder("OMS", "c1", "ABC", Side.BUY, 100, "TWAP", "A1", 10_050_000_000)
    lines = {
        "FIX.4.2": ["150=0", "150=1", "150=2"],
        "FIX.4.4": ["150=0", "150=F", "150=F"],
        "FIX.5.0SP2": ["150=0", "150=F", "150=F"],
    }[version]
    old = "20=0 " if version == "FIX.4.2" else ""
    assert [said(message, *IDS) for message in told] == [
        f"8 11=c1 37=O1 17=O1-1 {old}{lines[0]} 39=0 38=100 14=0 151=100 6=0",
        f"8 11=c1 37=O1 17=A1 {old}{lines[1]} 39=1 38=100 14=40 151=60 32=40 31=10 6=10",
        f"8 11=c1 37=O1 17=A2 {old}{lines[2]} 39=2 38=100 14=100 151=0 32=60 31=11 6=10.6",
    ]
    assert {said(message, 1, 40, 44, 54, 55) for message in told} == {"8 1=A1 40=2 44=10.05 54=1 55=ABC"}
