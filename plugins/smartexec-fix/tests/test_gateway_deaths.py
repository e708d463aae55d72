"""The gateway dies again before what it had taken has come again: it still knows that it was taken."""

from pathlib import Path

from gateway_room import Client, Room

from smartexec.api import Tick


def test_order_is_not_taken_twice_if_the_process_dies_again_before_it_comes_again(tmp_path: Path) -> None:
    room = Room(tmp_path, Client()).log_on()
    room.dies_at = "journalled"
    room.send("D", room.client.order("C1"))
    room.flow()
    room.step(Tick())  # commits, and so has heard all turns, but not the order's message again
    room.die()
    room.log_on()
    assert [order.cl_ord_id for order in room.broker.orders.values()] == ["C1"]
    assert [message.text(150) for message in room.client.got] == ["0"]


def test_request_is_not_taken_twice_either(tmp_path: Path) -> None:
    room = Room(tmp_path, Client()).log_on()
    room.does("D", room.client.order("C1"))
    room.dies_at = "told"
    room.send("F", room.client.request("C2", "C1"))
    room.flow()
    room.step(Tick())
    room.die()
    room.step(Tick())
    room.die()
    room.log_on()
    assert [message.text(150) for message in room.client.got] == ["0", "4"]
