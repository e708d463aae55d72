"""Runs that share a store, folders that move, stores that are gone; reports for who is away when numbers begin anew."""

from pathlib import Path
from typing import Any

from gateway_room import Client, Fill, Room, said

from smartexec_fix.wire.message import Message


def closed(room: Room) -> None:
    """The process is gone, and what it had not committed with it."""
    room.cut(heard=False)
    assert room.gateway._archive is not None
    room.gateway._archive.close()


def lines(messages: list[Message], *tags: int) -> list[str]:
    return [said(message, *tags) for message in messages]


def begun(folder: Path, client: Client, **more: Any) -> Room:
    folder.mkdir()
    return Room(folder, client, more=more)


def test_run_that_is_recovered_after_another_used_its_store_says_what_it_had_not(tmp_path: Path) -> None:
    client, store = Client(), tmp_path / "kept.db"
    one = begun(tmp_path / "a", client, store=store).log_on()
    one.does("D", one.client.order("c1"))
    one.broker.fold(Fill(("OMS", "c1"), 40))
    one.broker.settle(one.now)  # in the journal, and the gateway dies before it is told
    closed(one)
    two = begun(tmp_path / "b", client, store=store).log_on()
    for count in range(5):
        two.does("D", two.client.order(f"b{count}"))
    closed(two)
    one.born()
    one.log_on()
    assert lines(client.got, 11, 17) == [
        "8 11=c1 17=O1-1",
        *(f"8 11=b{count} 17=O{count + 1}-1" for count in range(5)),
        "8 11=c1 17=A1",
    ]
    assert one.faults == []
    closed(one)


def test_run_in_a_folder_that_was_moved_is_known(tmp_path: Path) -> None:
    one = begun(tmp_path / "a", Client(), store=tmp_path / "kept.db").log_on()
    one.does("D", one.client.order("c1"))
    one.fill("c1", 40)
    closed(one)
    one.folder = (tmp_path / "a").rename(tmp_path / "b")
    one.born()
    one.log_on()
    one.fill("c1", 60)
    assert lines(one.client.got, 17) == ["8 17=O1-1", "8 17=A1", "8 17=A2"]
    closed(one)


def test_store_that_does_not_know_the_run_leaves_what_was_told_in_doubt(tmp_path: Path) -> None:
    one = begun(tmp_path / "a", Client(more={"reset_on_logon": True}), store=tmp_path / "kept.db").log_on()
    one.does("D", one.client.order("c1"))
    closed(one)
    one.more = {"store": tmp_path / "elsewhere.db"}
    one.born()
    one.log_on()
    assert lines(one.client.got, 17) == ["8 17=O1-1"]
    assert one.faults == [
        f"{tmp_path / 'elsewhere.db'}: found nothing of this run, expected it: what was sent is in doubt"
    ]
    one.cut()
    one.fill("c1", 40)
    closed(one)  # the second time it knows what came since
    one.born()
    one.log_on()
    assert lines(one.client.got, 17) == ["8 17=O1-1", "8 17=A1"]
    closed(one)


def test_reports_for_who_is_away_outlive_numbers_that_begin_anew(tmp_path: Path) -> None:
    one = begun(tmp_path / "a", Client(more={"reset_on_logon": True})).log_on()
    one.does("D", one.client.order("c1"))
    one.cut()
    one.fill("c1", 40)
    one.die()
    one.fill("c1", 60)
    assert one.gateway.status() == {"OMS": "down, next in 3, next out 3, 2 waiting"}
    one.log_on()
    assert lines(one.client.got, 17, 34) == ["8 17=O1-1 34=2", "8 17=A1 34=2", "8 17=A2 34=3"]
    one.die()
    one.log_on()
    assert len(one.client.got) == 3
    assert one.gateway._archive is not None
    assert not [fact for fact in one.gateway._archive.facts if fact.startswith("held")]
    closed(one)
