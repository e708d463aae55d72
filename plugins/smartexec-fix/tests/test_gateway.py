"""The order gateway, message by message: what a client sends, what the kernel is told, what the client reads."""

from typing import Any

import pytest
from gateway_room import PX, Room, said
from gateway_room import room as logged_on

from smartexec.api import CancelRequest, ClientReport, ExecType, NewOrder, OrdStatus, ReplaceRequest, Side
from smartexec_fix.wire.message import Message

VERSIONS = ["FIX.4.2", "FIX.4.4", "FIX.5.0SP2"]
IDS = (11, 41, 37, 17, 20, 150, 39, 38, 14, 151, 32, 31, 6)
FILLED = {"FIX.4.2": ("150=1", "150=2"), "FIX.4.4": ("150=F", "150=F"), "FIX.5.0SP2": ("150=F", "150=F")}


def events(one: Room) -> list[Any]:
    return [event for _, _, events, _ in one.broker.journal for event in events]


def lines(told: list[Message], *tags: int) -> list[str]:
    return [said(message, *tags) for message in told]


# -- orders ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_order_and_its_fills(version: str) -> None:
    one = logged_on(version)
    told = one.does("D", one.client.order("c1", "100", "10.05", (847, "TWAP"), (1, "A1")))
    told += one.fill("c1", 40, 10 * PX)
    told += one.fill("c1", 60, 11 * PX)
    assert events(one)[0] == NewOrder("OMS", "c1", "ABC", Side.BUY, 100, "TWAP", "A1", 10_050_000_000)
    old, (part, full) = "20=0 " if version == "FIX.4.2" else "", FILLED[version]
    assert lines(told, *IDS) == [
        f"8 11=c1 37=O1 17=O1-1 {old}150=0 39=0 38=100 14=0 151=100 6=0",
        f"8 11=c1 37=O1 17=A1 {old}{part} 39=1 38=100 14=40 151=60 32=40 31=10 6=10",
        f"8 11=c1 37=O1 17=A2 {old}{full} 39=2 38=100 14=100 151=0 32=60 31=11 6=10.6",
    ]
    assert set(lines(told, 1, 40, 44, 54, 55)) == {"8 1=A1 40=2 44=10.05 54=1 55=ABC"}
    assert one.faults == []


@pytest.mark.parametrize("version", VERSIONS)
def test_replace_and_cancel(version: str) -> None:
    one = logged_on(version)
    one.does("D", one.client.order("c1", "100", "10"))
    one.fill("c1", 30)
    told = one.does("G", one.client.request("c2", "c1", "80", "10.5"))
    told += one.does("F", one.client.request("c3", "c2", "80"))
    assert events(one)[2:] == [
        ReplaceRequest("OMS", "c2", "c1", 80, 10_500_000_000),
        CancelRequest("OMS", "c3", "c2"),
    ]
    assert lines(told, 11, 41, 150, 39, 38, 14, 151, 44, 378) == [
        "8 11=c2 41=c1 150=5 39=1 38=80 14=30 151=50 44=10.5",
        "8 11=c3 41=c2 150=4 39=4 38=80 14=30 151=0 44=10.5",
    ]
    assert one.faults == []


def test_requests_that_come_with_the_order_in_one_piece_are_answered_as_the_clients_own() -> None:
    one = logged_on()
    for kind, body in (
        ("D", one.client.order("c1", "100", "10")),
        ("G", one.client.request("c2", "c1", "80", "10")),
        ("F", one.client.request("c3", "c2", "80")),
    ):
        one.send(kind, body)
    one.to_gateway.append(b"".join(one.to_gateway.popleft() for _ in range(3)))
    one.flow()
    assert lines(one.client.got, 11, 41, 150, 378) == ["8 11=c1 150=0", "8 11=c2 41=c1 150=5", "8 11=c3 41=c2 150=4"]
    assert len(one.broker.journal) == 1


@pytest.mark.parametrize("version", [*VERSIONS, "FIX.4.1"])
def test_request_for_nothing_or_too_late_is_refused(version: str) -> None:
    one = logged_on(version)
    told = one.does("F", one.client.request("c2", "c1"))
    one.does("D", one.client.order("c1"))
    one.fill("c1", 100)
    told += one.does("G", one.client.request("c3", "c1", "80"))
    to = (" 434=1", " 434=2") if version != "FIX.4.1" else ("", "")
    assert lines(told, 11, 41, 37, 39, 102, 434) == [
        f"9 11=c2 41=c1 37=NONE 39=8 102=1{to[0]}",
        f"9 11=c3 41=c1 37=O1 39=2 102=0{to[1]}",
    ]


def test_fractional_quantities_are_written_as_they_were_read() -> None:
    one = logged_on()
    told = one.does("D", one.client.order("c1", "0.5", "64000.125", symbol="COIN"))
    told += one.fill("c1", 12_345_678, 64_000 * PX)
    assert events(one)[0].order_qty == 50_000_000
    assert lines(told, 38, 14, 151, 32, 31, 44) == [
        "8 38=0.5 14=0 151=0.5 44=64000.125",
        "8 38=0.5 14=0.12345678 151=0.37654322 32=0.12345678 31=64000 44=64000.125",
    ]


@pytest.mark.parametrize(("version", "kind"), [("FIX.4.0", ""), ("FIX.4.1", " 150=6")])
def test_oldest_versions_have_words_of_their_own(version: str, kind: str) -> None:
    one = logged_on(version)
    told = one.does("D", one.client.order("c1"))
    report = ClientReport("OMS", "O1", "c2", ExecType.PENDING_REPLACE, OrdStatus.PENDING_REPLACE, 100, 0, 100, 0)
    one.gateway._desks["OMS"].recall(ReplaceRequest("OMS", "c2", "c1", 50), again=False)
    for wanted in one.gateway.report(report, one.now):
        one._act(wanted)
    one.flow()
    leaves = "" if version == "FIX.4.0" else " 151=100"
    first = "" if version == "FIX.4.0" else " 150=0"
    assert lines(told, 20, 150, 39, 151, 32, 31) == [f"8 20=0{first} 39=0{leaves} 32=0 31=0"]
    assert lines(one.client.got[1:], 20, 150, 39) == [f"8 20=0{kind} 39=6"]
    assert all(len(message.text(60)) == len("20260105-14:30:00") for message in one.client.got)
    assert one.faults == []


# -- what comes twice --------------------------------------------------------------------------------------------------


def test_order_that_may_have_been_sent_before_is_taken_once() -> None:
    one = logged_on()
    one.does("D", one.client.order("c1"))
    one.fill("c1", 40)
    told = one.does("D", one.client.order("c1", "100", "", (97, "Y")))
    told += one.does("D", one.client.order("c2", "50", "", (97, "Y")))
    told += one.does("F", one.client.request("c3", "c2", "50", "", (97, "Y")))
    told += one.does("F", one.client.request("c3", "c2", "50", "", (97, "Y")))
    assert lines(told, 11, 17, 150, 39, 14) == [
        "8 11=c1 17=0 150=I 39=1 14=40",
        "8 11=c2 17=O2-1 150=0 39=0 14=0",
        "8 11=c3 17=O2-2 150=4 39=4 14=0",
        "8 11=c2 17=0 150=I 39=4 14=0",
    ]


def test_duplicate_is_refused_and_the_first_is_unharmed() -> None:
    one = logged_on()
    one.does("D", one.client.order("c1", "100", "10"))
    told = one.does("D", one.client.order("c1", "200", "11"))
    told += one.fill("c1", 10)
    told += one.does("H", one.client.order("c1"))
    assert lines(told, 11, 37, 150, 39, 38, 14, 44, 103) == [
        "8 11=c1 37=O2 150=8 39=8 38=200 14=0 44=11 103=6",
        "8 11=c1 37=O1 150=F 39=1 38=100 14=10 44=10",
        "8 11=c1 37=O1 150=I 39=1 38=100 14=10 44=10",
    ]


# -- questions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_status_of_one_order(version: str) -> None:
    one = logged_on(version)
    one.does("D", one.client.order("c1"))
    one.does("G", one.client.request("c2", "c1", "80"))
    one.fill("c1", 20)
    asks = [[(11, name), (55, "ABC"), (54, "1"), (790, f"q-{name}")] for name in ("c1", "c2", "c9")]
    asks.append([(11, "lost"), (37, "O1"), (55, "ABC"), (54, "1")])
    told = [message for ask in asks for message in one.does("H", one.client.body(ask))]
    why = "20=3 150=1" if version == "FIX.4.2" else "150=I"
    none = "20=3 150=8" if version == "FIX.4.2" else "150=I"
    assert lines(told, 11, 37, 17, 20, 150, 39, 38, 14, 151, 790) == [
        f"8 11=c2 37=O1 17=0 {why} 39=1 38=80 14=20 151=60 790=q-c1",
        f"8 11=c2 37=O1 17=0 {why} 39=1 38=80 14=20 151=60 790=q-c2",
        f"8 11=c9 37=NONE 17=0 {none} 39=8 14=0 151=0 790=q-c9",
        f"8 11=c2 37=O1 17=0 {why} 39=1 38=80 14=20 151=60",
    ]
    assert one.faults == []


@pytest.mark.parametrize("version", ["FIX.4.4", "FIX.5.0SP2"])
def test_status_of_many_orders(version: str) -> None:
    one = logged_on(version)
    nothing = one.does("AF", one.client.body([(584, "m0"), (585, "7")]))
    for name, symbol in (("c1", "ABC"), ("c2", "COIN"), ("c3", "ABC")):
        one.does("D", one.client.order(name, symbol=symbol))
    one.fill("c3", 100)
    told = one.does("AF", one.client.body([(584, "m1"), (585, "7")]))
    of_symbol = one.does("AF", one.client.body([(584, "m2"), (585, "1"), (55, "ABC")]))
    refused = one.does("AF", one.client.body([(584, "m3"), (585, "3")]))
    assert lines(nothing, 37, 150, 39, 584, 911, 912) == ["8 37=NONE 150=I 39=8 584=m0 911=0 912=Y"]
    assert lines(told, 11, 39, 584, 911, 912) == [
        "8 11=c1 39=0 584=m1 911=3 912=N",
        "8 11=c2 39=0 584=m1 911=3 912=N",
        "8 11=c3 39=2 584=m1 911=3 912=Y",
    ]
    assert lines(of_symbol, 11, 912) == ["8 11=c1 912=N", "8 11=c3 912=Y"]
    assert lines(refused, 372, 379, 380) == ["j 372=AF 379=m3 380=0"]
    assert one.faults == []


@pytest.mark.parametrize("version", ["FIX.4.4", "FIX.5.0SP2"])
def test_mass_cancel(version: str) -> None:
    one = logged_on(version)
    for name, symbol in (("c1", "ABC"), ("c2", "COIN"), ("c3", "ABC"), ("c4", "ABC")):
        one.does("D", one.client.order(name, symbol=symbol))
    one.fill("c3", 100)
    at = (60, "20260105-14:30:00")
    some = one.does("q", one.client.body([(11, "q1"), (530, "1"), (55, "ABC"), at]))
    rest = one.does("q", one.client.body([(11, "q2"), (530, "7"), at]))
    unknown = one.does("q", one.client.body([(11, "q3"), (530, "1"), (55, "XYZ"), at]))
    other = one.does("q", one.client.body([(11, "q4"), (530, "6"), at]))
    assert lines(some, 11, 41, 530, 531, 533, 150, 39, 378, 58) == [
        "r 11=q1 530=1 531=1 533=2",
        "8 11=c1 150=4 39=4 378=4 58=mass cancel",
        "8 11=c4 150=4 39=4 378=4 58=mass cancel",
    ]
    assert lines(rest, 11, 41, 530, 531, 533, 150, 39) == ["r 11=q2 530=7 531=7 533=1", "8 11=c2 150=4 39=4"]
    assert lines(unknown, 11, 531, 532) == ["r 11=q3 531=0 532=1"]
    assert lines(other, 11, 531, 532) == ["r 11=q4 531=0 532=0"]
    assert one.faults == []


def test_message_that_is_not_taken_is_said_so() -> None:
    one = logged_on()
    told = one.does("e", one.client.body([(324, "s1"), (55, "ABC"), (263, "0")]))
    assert lines(told, 372, 380) == ["j 372=e 380=3"]
    assert one.faults == []


def test_client_that_does_not_know_what_it_is_told_is_a_persons_business() -> None:
    one = logged_on()
    body = [(37, "O1"), (17, "A1"), (127, "D"), (55, "ABC"), (54, "1"), (38, "100")]
    assert one.does("Q", one.client.body(body)) == []
    (fault,) = one.faults
    assert "FIX session OMS" in fault
    assert "|17=A1|" in fault
    assert "|127=D," in fault


def test_identifier_that_is_no_text_is_refused() -> None:
    one = logged_on()
    body = [(11, b"c\xff1") if tag == 11 else (tag, value) for tag, value in one.client.order("c1")]
    assert lines(one.does("D", body), 372, 380, 58) == [
        "j 372=D 380=0 58=tag 11: found bytes that are no UTF-8, expected text"
    ]
    assert one.broker.journal == []


# -- what the kernel does by itself ------------------------------------------------------------------------------------


def test_cancel_that_the_kernel_makes_is_told_as_one_nobody_asked_for_and_its_refusal_not_at_all() -> None:
    one = logged_on()
    one.does("D", one.client.order("c1"))
    one.does("D", one.client.order("c2"))
    one.broker.fold(CancelRequest("OMS", "c1!", "c1"))
    one.broker.fold(CancelRequest("OMS", "c1!!", "c1"))
    commands = one.broker.settle(one.now)
    for command in commands:
        for wanted in one.gateway.report(command, one.now):
            one._act(wanted)
    one.flow()
    assert [type(command).__name__ for command in commands] == ["ClientReport", "ClientCancelReject"]
    assert lines(one.client.got[2:], 11, 41, 150, 39, 378) == ["8 11=c1 150=4 39=4 378=4"]
