"""A venue's session: what is heard after a cut, what garbled frames and refused logons do, how it begins and ends."""

from pathlib import Path

import pytest
from fix_messages import settings
from venue_desk import adapter, cancel, desk, got, order, says
from venue_peer import CHANNEL, PRICE, Venue, frame

from smartexec.api import (
    Close,
    Closed,
    ConfigError,
    Context,
    ExecType,
    ExecutionReport,
    Opened,
    Received,
    Tcp,
    Tick,
    Tls,
    VenueStatus,
)
from smartexec_fix.venues.dialect import Dialect
from smartexec_fix.venues.venue import FixVenue
from smartexec_fix.wire.message import parse


def test_what_is_sent_while_the_wire_is_cut_comes_with_the_resend() -> None:
    bench = desk()
    bench.exchange(order())
    bench.execute(bench.orders["P1.1"], 30, PRICE)
    bench.wire()  # on its way when the wire is cut
    bench.disconnect()
    bench.execute(bench.orders["P1.1"], 10, PRICE)
    bench.wire()
    bench.connect()
    found = [(one.exec_id, one.last_qty) for one in bench.of(ExecutionReport) if one.exec_type is ExecType.TRADE]
    assert found == [("E0", 30), ("E1", 10)]


def test_a_garbled_frame_is_asked_for_again() -> None:
    bench = desk()
    bench.exchange(order())
    bench.execute(bench.orders["P1.1"], 30, PRICE)
    (wire,) = bench.wire()
    bench.deliver([Received(CHANNEL, wire.data[:-4] + b"000\x01")])
    assert [one for one in bench.of(ExecutionReport) if one.exec_type is ExecType.TRADE] == []
    bench.execute(bench.orders["P1.1"], 10, PRICE)
    bench.flush()
    assert [one.exec_id for one in bench.of(ExecutionReport) if one.exec_type is ExecType.TRADE] == ["E0", "E1"]


def test_a_venue_is_down_until_it_is_up() -> None:
    one = adapter()
    assert one.next_tick() == 1
    assert list(one.handle(Tick(), 5)) == [VenueStatus(one.mic, False, "not logged on yet")]
    assert (list(one.handle(Tick(), 6)), one.next_tick()) == ([], None)


def test_the_first_failure_to_connect_is_told_once() -> None:
    one = adapter()
    said = [*one.handle(Closed(CHANNEL, "refused"), 0), *one.handle(Closed(CHANNEL, "refused"), 1)]
    assert [out for out in said if isinstance(out, VenueStatus)] == [VenueStatus(one.mic, False, "refused")]


def test_a_logon_that_is_refused_is_tried_again_later() -> None:
    bench = desk(connect=False)
    bench.open.add(CHANNEL)
    said = list(bench.adapter.handle(Opened(CHANNEL), bench.now))
    peer = Venue()
    said = list(bench.adapter.handle(Received(CHANNEL, frame(peer, "5", 1, (58, "who?"))), bench.now))
    (close,) = [one for one in said if isinstance(one, Close)]
    assert close.until is not None
    assert close.until > bench.now
    assert not [one for one in said if isinstance(one, VenueStatus) and one.up]


def test_it_says_goodbye_and_is_quiet_then() -> None:
    bench = desk()
    before = len(bench.said)
    for one in list(bench.adapter.leave(bench.now)):
        bench._read(one)
    assert bench.said[before:] == []
    assert bench.adapter.next_tick() is None
    assert bench.adapter.status() == {"XFIX": "down, next in 3, next out 3"}


def test_other_messages_are_refused_as_unsupported() -> None:
    bench = desk()
    assert says(bench, "C", (164, "1"), (94, "0"), (147, "hello"), (33, "1"), (58, "text")) == []
    assert got(bench, "j")[0].text(380) == "3"


@pytest.mark.parametrize("bad", ["id_length", "id_prefix", "symbols"])
def test_what_cannot_be_is_said_at_the_start(bad: str) -> None:
    wrong = {
        "id_length": Dialect(id_length=7),
        "id_prefix": Dialect(id_prefix="a-", id_alphabet="ABCDEFGHIJ"),
        "symbols": Dialect(symbols={"NONE": {"48": "1"}}),
    }
    with pytest.raises(ConfigError, match=f"venue XFIX: .*{bad}: found"):
        adapter(dialect=wrong[bad])


@pytest.mark.parametrize("host", ["exchange", ":9001", "exchange:http", ""])
def test_an_address_has_a_port(host: str) -> None:
    one = FixVenue(mic="XFIX", hosts=("a:1", host), session=settings("US", "VENUE"))
    with pytest.raises(ConfigError, match="venue XFIX: hosts: found"):
        one.start(Context())


def test_all_hosts_and_the_certificates_are_the_channels(tmp_path: Path) -> None:
    one = FixVenue(mic="XFIX", hosts=("a:1", "b:2"), session=settings("US", "VENUE"), tls=Tls(ca="ca.pem"))
    one.start(Context(base=tmp_path))
    assert one.channels == (Tcp("fix", ("a:1", "b:2"), Tls(ca=str(tmp_path / "ca.pem"))),)


def test_a_cancel_names_the_quantity_that_the_venue_has() -> None:
    bench = desk()
    bench.exchange(order())
    bench.restate(bench.orders["P1.1"], 60, "self-match prevention")
    bench.flush()
    bench.exchange(cancel())
    assert got(bench, "F")[0].text(38) == "60"


def test_the_password_is_in_the_logon_and_nowhere_else() -> None:
    bench = desk(username="me", password="open sesame")
    logon = parse(bench.put[0].data)  # type: ignore[union-attr]
    assert (logon.text(553), logon.text(554)) == ("me", "open sesame")
    bench.exchange(order())
    seen = f"{bench.adapter} {bench.said} {bench.put[1:]}"
    assert "open sesame" not in seen
