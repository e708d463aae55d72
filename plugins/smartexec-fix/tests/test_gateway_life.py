"""The life of the gateway: clients that go away and come back, several sessions, restarts, the end of the day."""

from pathlib import Path
from typing import Any

from attrs import evolve
from gateway_room import PX, Client, Room, client_session
from gateway_room import room as logged_on
from test_gateway import events, lines

from smartexec.api import (
    CancelRequest,
    ClientCancelReject,
    ClientReport,
    CxlRejReason,
    ExecType,
    OrdStatus,
    Received,
    TcpServer,
    Tick,
    Tls,
)
from smartexec_fix.clients.gateway import FixGateway
from smartexec_fix.session.settings import SECOND
from smartexec_fix.wire.message import parse


def report(order_id: str, cl_ord_id: str, kind: ExecType, status: OrdStatus, **more: Any) -> ClientReport:
    return ClientReport("OMS", order_id, cl_ord_id, kind, status, 100, 0, 100, 0, **more)


# -- clients that are away ---------------------------------------------------------------------------------------------


def test_what_happens_while_a_client_is_away_reaches_it_when_it_is_back() -> None:
    one = logged_on()
    one.does("D", one.client.order("c1"))
    one.cut()
    one.fill("c1", 40)
    one.fill("c1", 60, 11 * PX)
    assert len(one.client.got) == 1
    one.log_on()
    assert lines(one.client.got, 11, 17, 39, 43) == [
        "8 11=c1 17=O1-1 39=0",
        "8 11=c1 17=A1 39=1",
        "8 11=c1 17=A2 39=2",
    ]


def test_orders_of_a_client_that_wants_it_are_cancelled_when_it_is_cut_off() -> None:
    one = logged_on(cancel_on_disconnect=True)
    for name in ("c1", "c2", "c3"):
        one.does("D", one.client.order(name))
    one.fill("c2", 100)
    one.cut()
    one.log_on()
    asked = [event for event in events(one) if isinstance(event, CancelRequest)]
    assert asked == [CancelRequest("OMS", "O1-disconnected-0", "c1"), CancelRequest("OMS", "O3-disconnected-0", "c3")]
    assert lines(one.client.got[4:], 11, 41, 150, 39, 378, 58) == [
        "8 11=c1 150=4 39=4 378=4 58=disconnected",
        "8 11=c3 150=4 39=4 378=4 58=disconnected",
    ]
    one.cut()
    assert len([event for event in events(one) if isinstance(event, CancelRequest)]) == 2


def test_orders_of_a_client_that_does_not_are_not() -> None:
    one = logged_on()
    one.does("D", one.client.order("c1"))
    one.cut()
    assert len(events(one)) == 1


def test_order_that_is_being_cancelled_is_not_cancelled_again() -> None:
    one = logged_on(cancel_on_disconnect=True)
    one.does("D", one.client.order("c1"))
    desk = one.gateway._desks["OMS"]
    (first,) = desk.cut_off()
    assert list(desk.cut_off()) == []
    refusal = ClientCancelReject("OMS", "O1", first.cl_ord_id, "c1", OrdStatus.NEW, CxlRejReason.BROKER)
    assert list(one.gateway.report(refusal, one.now)) == []
    (second,) = desk.cut_off()
    assert (first.cl_ord_id, second.cl_ord_id) == ("O1-disconnected-0", "O1-disconnected-1")


def test_name_that_a_client_has_used_is_not_taken() -> None:
    one = logged_on(cancel_on_disconnect=True)
    one.does("D", one.client.order("O2-disconnected-0"))
    one.does("D", one.client.order("c2"))
    names = [event.cl_ord_id for event in one.gateway._desks["OMS"].cut_off()]
    assert names == ["O1-disconnected-0", "O2-disconnected-1"]


# -- restarts ----------------------------------------------------------------------------------------------------------


def test_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    one = logged_on(folder=tmp_path)
    one.does("D", one.client.order("c1", "100", "10"))
    one.does("G", one.client.request("c2", "c1", "80", "11"))
    one.fill("c1", 30)
    one.die()
    one.log_on()
    told = one.does("H", one.client.order("c2"))
    told += one.does("D", one.client.order("c1", "100", "10"))
    told += one.does("F", one.client.request("c3", "c2", "80", "11"))
    assert lines(told, 11, 41, 37, 17, 150, 39, 38, 14, 44, 103) == [
        "8 11=c2 37=O1 17=0 150=I 39=1 38=80 14=30 44=11",
        "8 11=c1 37=O2 17=O2-1 150=8 39=8 38=100 14=0 44=10 103=6",
        "8 11=c3 41=c2 37=O1 17=O1-4 150=4 39=4 38=80 14=30 44=11",
    ]
    assert one.faults == []


def test_restart_is_a_cut_for_who_wants_its_orders_cancelled_then(tmp_path: Path) -> None:
    one = Room(tmp_path, Client(), of_session={"cancel_on_disconnect": True}).log_on()
    one.does("D", one.client.order("c1"))
    one.die()
    assert [event.cl_ord_id for event in events(one)] == ["c1", "O1-disconnected-0"]
    one.die()
    one.log_on()
    assert lines(one.client.got, 11, 17, 150) == ["8 11=c1 17=O1-1 150=0", "8 11=c1 17=O1-2 150=4"]
    assert len(events(one)) == 2


def test_numbers_in_a_file_of_their_own_outlive_a_run(tmp_path: Path) -> None:
    of_two_runs = []
    client = Client()
    for day in ("monday", "tuesday"):
        (tmp_path / day).mkdir()
        one = Room(tmp_path / day, client, more={"store": tmp_path / "kept.db"}).log_on()
        one.does("D", one.client.order(day))
        of_two_runs.append((one.gateway._acceptor.members["OMS"].session.store.next_in, one.gateway._archive.heard))
        one.cut()
        one.gateway._archive.close()
    assert of_two_runs == [(3, 1), (5, 1)]  # a logon and an order each; the turns are each run's own
    assert lines(client.got, 11, 34) == ["8 11=monday 34=2", "8 11=tuesday 34=4"]


def test_each_session_has_a_log(tmp_path: Path) -> None:
    one = logged_on(folder=tmp_path)
    one.does("D", one.client.order("c1"))
    text = (tmp_path / "fix-gateway" / "OMS.log").read_text()
    assert "|35=D|" in text
    assert "|35=8|" in text


# -- several sessions, the server, the end -----------------------------------------------------------------------------


def test_reports_go_to_whose_orders_they_are_of() -> None:
    one = Room(None, Client("B"), more={}).log_on()
    gateway = FixGateway(sessions=(client_session("A"), client_session("B")))
    assert [gateway.owns(name) for name in ("A", "B", "C")] == [True, True, False]
    gateway.start(one.gateway._context)
    one.gateway = gateway
    one.cut(heard=False)
    one.client = Client("B")
    one.log_on()
    told = one.does("D", one.client.order("c1"))
    assert lines(told, 56) == ["8 56=B"]
    assert events(one)[0].source == "B"
    other = report("O9", "c1", ExecType.NEW, OrdStatus.NEW)
    other.source = "A"
    assert list(gateway.report(other, one.now)) == []
    other.source = "C"
    assert list(gateway.report(other, one.now)) == []
    assert gateway.status() == {"A": "down, next in 1, next out 1, 1 waiting", "B": "up, next in 3, next out 3"}


def test_server_is_as_it_was_configured() -> None:
    tls = Tls(cert="c.pem")
    gateway = FixGateway(
        sessions=(client_session(),), address="0.0.0.0:1", tls=tls, allow=("10.0.0.0/8",), connections=3, label="desk"
    )
    assert gateway.channels == (TcpServer("desk", "0.0.0.0:1", tls, ("10.0.0.0/8",), 3),)
    assert list(gateway.events()) == []


def test_at_the_end_clients_are_told_goodbye_and_nothing_more_is_taken() -> None:
    one = logged_on(cancel_on_disconnect=True)
    one.does("D", one.client.order("c1"))
    one.send("D", one.client.order("c2"))  # on their way when the day ends
    one.send("F", one.client.request("c3", "c1"))
    one.send("q", one.client.body([(11, "q1"), (530, "7"), (60, "20260105-14:30:00")]))
    for wanted in one.gateway.leave(one.now):
        one._act(wanted)
    while one.to_gateway:
        one.step(Received(one.channel, one.to_gateway.popleft()))
    assert len(events(one)) == 1
    assert lines([parse(frame) for frame in one.to_client], 11, 17, 37, 150, 39, 102, 103, 531) == [
        "5",
        "8 11=c2 17=closed-c2 37=NONE 150=8 39=8 103=2",
        "9 11=c3 37=O1 39=0 102=0",
        "r 11=q1 37=q1 531=0",
    ]
    one.flow()
    assert not one.client.up
    assert one.gateway.next_tick() is None
    one.connect()
    one.flow()
    assert not one.client.up


def test_who_is_silent_is_cut_off() -> None:
    one = logged_on(cancel_on_disconnect=True)
    one.does("D", one.client.order("c1"))
    done = list(one.gateway.handle(Tick(), one.now + 80 * SECOND))
    assert [event.orig_cl_ord_id for event in done if isinstance(event, CancelRequest)] == ["c1"]


def test_report_made_while_much_is_sent_again_follows_it_or_outlives_the_connection() -> None:
    one = logged_on()
    one.client.session.settings = evolve(one.client.session.settings, reset_on_logon=True)  # from the next on
    for number in range(600):
        one.does("D", one.client.order(f"c{number}"))
    for cut in (False, True):
        one.does("2", one.client.body([(7, "1"), (16, "0")]))
        told = len(one.client.got)
        one.fill("c0", 40)
        assert len(one.client.got) == told  # it waits beside the session
        if cut:
            one.cut()
            one.log_on()
        for _ in range(20):
            one.tick(0.02)
        (report,) = one.client.got[told:]
        assert (report.text(11), report.text(150), report.get(43)) == ("c0", "F", None)
