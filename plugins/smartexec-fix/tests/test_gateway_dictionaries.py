"""The gateway and a client that both check with the data dictionaries of the specification: nothing that either says is
refused. Needs the public data folder.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from gateway_room import Client, Room, said

from smartexec_fix.wire.message import Field

ROOT = Path(os.environ.get("SMARTEXEC_SHARED") or Path(__file__).parents[4] / "shared")
FOLDER = ROOT / "fix" / "spec"
FILES = {
    "FIX.4.2": {"dictionary": FOLDER / "FIX42.xml"},
    "FIX.4.4": {"dictionary": FOLDER / "FIX44.xml"},
    "FIX.5.0SP2": {"dictionary": FOLDER / "FIX50SP2.xml", "transport_dictionary": FOLDER / "FIXT11.xml"},
}

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no public data: {FOLDER} is not there; set SMARTEXEC_SHARED"),
]
MORE = {"parameter_tags": {"9001": "slices"}}


def room(version: str, **of_session: Any) -> Room:
    files = FILES[version]
    return Room(None, Client(version=version, more=dict(files)), MORE, {**files, **of_session}).log_on()


def full(one: Room, name: str) -> list[Field]:
    """An order that says all that is heeded."""
    more = [(1, "A"), (15, "USD"), (18, "1"), (59, "0"), (126, "20260105-20:00:00"), (168, "20260105-14:30:00")]
    return one.client.order(name, "100", "10.5", *more)


@pytest.mark.parametrize("version", FILES)
def test_a_day_by_the_book(version: str) -> None:
    one = room(version)
    one.does("D", full(one, "c1"))
    one.does("D", one.client.order("c2", "0.5"))
    one.does("D", one.client.order("c1", "50"))
    one.fill("c1", 30)
    one.does("G", one.client.request("c3", "c1", "80", "10.75"))
    one.does("H", one.client.body([(11, "c3"), (55, "ABC"), (54, "1")]))
    one.does("H", one.client.body([(11, "c9"), (55, "ABC"), (54, "1")]))
    for name, orig in (("c4", "c9"), ("c5", "c3")):
        body = one.client.request(name, orig, "80")
        one.does("F", [pair for pair in body if pair[0] not in (21, 40)])
    one.does("D", one.client.order("c6", "10"))
    if version != "FIX.4.2":
        at = (60, "20260105-14:30:00")
        one.does("AF", one.client.body([(584, "m1"), (585, "7")]))
        one.does("AF", one.client.body([(584, "m2"), (585, "1"), (55, "COIN")]))
        one.does("AF", one.client.body([(584, "m3"), (585, "8")]))
        one.does("q", one.client.body([(11, "q1"), (530, "1"), (55, "XYZ"), at]))
        one.does("q", one.client.body([(11, "q2"), (530, "7"), at]))
    one.does("e", one.client.body([(324, "s1"), (55, "ABC"), (263, "0")]))
    refused = [said(message, 45, 58, 371, 372) for message in one.client.got if message.msg_type == b"3"]
    assert refused == []
    assert one.faults == []
    kinds = {message.msg_type for message in one.client.got}
    assert kinds == ({b"8", b"9", b"j"} if version == "FIX.4.2" else {b"8", b"9", b"j", b"r"})


@pytest.mark.parametrize("version", FILES)
def test_algorithms_are_taken_whatever_the_dictionary_has(version: str) -> None:
    one = room(version)
    more = [(847, "TWAP"), (9001, "7"), (957, "1"), (958, "style"), (959, "14"), (960, "calm")]
    one.does("D", [*one.client.order("c1"), *one.client.body(more)])
    ((_, _, (event,), _),) = one.broker.journal
    assert (event.strategy, event.params) == ("TWAP", (("style", "calm"), ("slices", "7")))
    assert one.faults == []


def test_they_are_not_where_the_session_says_so() -> None:
    one = room("FIX.4.4", strategy_parameters=False)
    for more in ([(847, "TWAP")], [(957, "1"), (958, "style"), (960, "calm")], [(9001, "7")]):
        one.does("D", [*one.client.order("c1"), *one.client.body(more)])
    assert one.broker.journal == []
    assert len(one.faults) == 3
    assert all("FIX session OMS: refused" in fault for fault in one.faults)
