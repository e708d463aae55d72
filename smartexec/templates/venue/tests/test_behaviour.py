"""What the adapter is meant to do, beyond what all adapters must."""

import json

from smartexec.api import Close, ExecutionReport, Opened, Received, Send, Tick, VenueStatus

from smartexec_your_name.venue import LINE, YourName

SECOND = 1_000_000_000


def logged_on() -> YourName:
    """An adapter whose logon at time 0 was answered: the venue's next report is the first."""
    adapter = YourName(mic="XTOY", host="127.0.0.1:1", account="ACME")
    (logon,) = adapter.handle(Opened(LINE), 0)
    assert isinstance(logon, Send)
    assert json.loads(logon.data) == {"type": "logon", "account": "ACME"}
    list(adapter.handle(Received(LINE, b'{"type": "logon", "next": 1}\n'), 0))
    return adapter


def report(number: int) -> bytes:
    told = {"type": "report", "number": number, "id": f"P{number}.1", "kind": "NEW", "status": "NEW"}
    return json.dumps(told).encode() + b"\n"


def test_missing_report_is_asked_for_and_none_is_told_before_it() -> None:
    adapter = logged_on()
    (asked,) = adapter.handle(Received(LINE, report(2)), 0)
    assert isinstance(asked, Send)
    assert json.loads(asked.data) == {"type": "resend", "number": 1}
    told = list(adapter.handle(Received(LINE, report(1) + report(2)), 0))
    assert [one.cl_ord_id for one in told if isinstance(one, ExecutionReport)] == ["P1.1", "P2.1"]


def test_refused_logon_is_tried_again_in_a_minute() -> None:
    adapter = YourName(mic="XTOY", host="127.0.0.1:1", account="ACME")
    list(adapter.handle(Opened(LINE), 0))
    refused = Received(LINE, b'{"type": "refused", "text": "no such account"}\n')
    reason = "logon refused: no such account"
    told = [VenueStatus("XTOY", False, reason), Close(LINE, reason, 60 * SECOND)]
    assert list(adapter.handle(refused, 0)) == told


def test_silent_venue_is_asked_then_the_line_is_closed() -> None:
    adapter = logged_on()
    assert adapter.next_tick() == 5 * SECOND
    (asked,) = adapter.handle(Tick(), 5 * SECOND)
    assert isinstance(asked, Send)
    assert adapter.next_tick() == 10 * SECOND
    assert list(adapter.handle(Tick(), 10 * SECOND)) == [Close(LINE, "the venue is silent")]
