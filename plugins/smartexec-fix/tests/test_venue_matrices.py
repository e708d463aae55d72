"""FIX's order state change matrices as bytes of a venue: each report comes through as the event that it says, in three
versions. The published ones are played where they are at hand, own ones always.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from test_venue_conformance import params
from venue_peer import MIC, ONE, PRICE, Venue

from smartexec.api import (
    CancelOrder,
    Context,
    ExecType,
    ExecutionReport,
    OrderCancelReject,
    OrdStatus,
    OrdType,
    ReplaceOrder,
    SendOrder,
    Side,
    TimeInForce,
)
from smartexec.testing import Bench
from smartexec_fix.session.settings import SessionSettings
from smartexec_fix.venues.dialect import Dialect
from smartexec_fix.venues.venue import FixVenue
from smartexec_fix.wire.values import write_px

VERSIONS = ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")
REPORTS = 147
"""Rows of the published matrices that go from broker to client."""
OWN = """
@ V-01 | part-filled order replaced, cancelled, and executed after all
> D A 50
< 8 A A/A 50 0 50 0
< 8 A 0/0 50 0 50 0
< 8 A F/1 50 20 30 20 17=e1 31=7 6=7
> G B,A 40
< 8 B,A E/E 50 20 30 0
< 8 B,A 5/1 40 20 20 0
> F C,B 40
< 8 C,B 6/6 40 20 20 0
< 8 C,B 4/4 40 20 0 0
< 8 B F/4 40 30 0 10 17=e2 31=10 6=8

@ V-02 | executions corrected and busted
> D A 50
< 8 A F/2 50 50 0 50 17=e1 31=7
< 8 A G/1 50 40 10 40 17=e2 19=e1 31=7.5
< 8 A H/0 50 0 50 40 17=e3 19=e2

@ V-03 | suspended, restated, expired; a refused request and an order that nobody knows
> D A 50
< 8 A 9/9 50 0 50 0
< 8 A D/0 30 0 30 0 378=5
> F B,A 30
< 9 B,A -/0 102=1
< 8 A C/C 30 0 0 0
< 8 Z I/8 0 0 0 0
"""


@define
class Row:
    """A line of a scenario."""

    arrow: str
    kind: str
    cl_ord_id: str
    orig: str
    says: list[str]
    tags: dict[str, str]

    @property
    def exec_type(self) -> str:
        return self.says[0].split("/")[0]

    @property
    def ord_status(self) -> str:
        return self.says[0].split("/")[1]


@define
class Scenario:
    """A matrix."""

    name: str
    rows: list[Row] = field(factory=list)


def read(text: str) -> list[Scenario]:
    """Read scenarios in the line language of the published ones; an alternative row is a row."""
    scenarios: list[Scenario] = []
    for line in text.splitlines():
        if line.startswith("@"):
            scenarios.append(Scenario(line[1:].split("|")[0].strip()))
        elif line and not line.startswith("#"):
            arrow, kind, ids, *rest = line.lstrip("~x").split()
            cl_ord_id, _, orig = ids.strip("-").partition(",")
            tags = dict(one.split("=", 1) for one in rest if "=" in one)
            scenarios[-1].rows.append(Row(arrow, kind, cl_ord_id, orig, [one for one in rest if "=" not in one], tags))
    return scenarios


def fields(row: Row, version: str, count: int) -> list[tuple[int, str]]:
    """A report of a row in the words of a version."""
    body = [(11, row.cl_ord_id), (41, row.orig), (39, row.ord_status), (37, "O1")]
    if row.kind == "9":
        return [one for one in [*body, (434, "1"), (102, row.tags.get("102", "0"))] if one[1]]
    qty, cum, leaves, last = row.says[1:5]
    leaves = "0" if leaves == "-" else leaves
    body += [(55, "TEST"), (54, "1"), (38, qty), (14, cum), (151, leaves), (6, row.tags.get("6", "100"))]
    kind, status = ExecType(row.exec_type), OrdStatus(row.ord_status)
    peer = type("Peer", (Venue,), {"version": version})()
    written = dict(peer.application.written(kind, status))
    if kind is ExecType.TRADE and peer.application.old:  # an order that is pending is filled, too
        written[150] = b"2" if status is OrdStatus.FILLED else b"1"
    body += [(tag, value.decode()) for tag, value in written.items()]
    body.append((17, row.tags.get("17", f"x{count}")))
    if kind in (ExecType.TRADE, ExecType.TRADE_CORRECT):
        body += [(32, last), (31, row.tags.get("31", "100"))]
    body += [(int(tag), value) for tag, value in row.tags.items() if tag in ("19", "378", "103", "424", "425")]
    return [one for one in body if one[1]]


def play(scenario: Scenario, version: str) -> Iterator[tuple[Row, Any]]:
    """Yield each report with the event that the adapter makes of it."""
    ids = SessionSettings(**{**params(version)["session"], "heartbeat": 120 * 10**9})
    adapter = FixVenue(mic=MIC, hosts=("127.0.0.1:1",), session=ids, dialect=Dialect(dont_know=False))
    adapter.start(Context({ONE.symbol: ONE}))
    bench = Bench(adapter, type("Peer", (Venue,), {"version": version})())
    bench.connect()
    for count, row in enumerate(scenario.rows):
        if row.arrow == ">":
            bench.command(command(row))
            bench.inbound.clear()
            continue
        before = len(bench.said)
        for one in bench.peer.send(row.kind, fields(row, version, count), bench.now):
            bench.hand(one)
        (event,) = bench.said[before:]
        yield row, event


def command(row: Row) -> Any:
    qty = int(row.says[0])
    if row.kind == "D":
        return SendOrder(MIC, row.cl_ord_id, "TEST", Side.BUY, qty, OrdType.LIMIT, PRICE, TimeInForce.DAY)
    if row.kind == "F":
        return CancelOrder(MIC, row.cl_ord_id, row.orig, "TEST", Side.BUY)
    return ReplaceOrder(MIC, row.cl_ord_id, row.orig, "TEST", Side.BUY, qty, PRICE)


def check(row: Row, event: Any) -> None:
    assert (event.cl_ord_id or row.cl_ord_id, event.orig_cl_ord_id) == (row.cl_ord_id, row.orig)
    assert event.ord_status.value == row.ord_status
    if row.kind == "9":
        assert isinstance(event, OrderCancelReject)
        return
    assert isinstance(event, ExecutionReport)
    qty, cum, _, last = row.says[1:5]
    # A refusal of a second order with the ClOrdID of one that is live says how that one is.
    duplicate = row.exec_type == "8" and row.ord_status != "8"
    assert event.exec_type.value == ("I" if duplicate else row.exec_type)
    assert (str(event.order_qty), str(event.cum_qty)) == (qty, cum)
    if row.exec_type in ("F", "G"):
        assert str(event.last_qty) == last
        assert write_px(event.last_px).decode() == row.tags.get("31", "100")
    if row.exec_type in ("F", "G", "H"):
        assert event.exec_id
        assert event.exec_ref_id == row.tags.get("19", "")
    assert write_px(event.avg_px or 0).decode() == row.tags.get("6", "100")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("scenario", read(OWN), ids=lambda one: one.name)
def test_own_matrix(scenario: Scenario, version: str) -> None:
    played = [check(row, event) for row, event in play(scenario, version)]
    assert len(played) >= 3


@pytest.mark.shared
@pytest.mark.parametrize("version", VERSIONS)
def test_published_matrices(version: str) -> None:
    folder = Path(os.environ.get("SMARTEXEC_SHARED") or Path(__file__).parents[4] / "shared")
    if not folder.is_dir():
        pytest.skip(f"no public data folder at {folder}: set SMARTEXEC_SHARED")
    rows = 0
    for scenario in read((folder / "fix" / "order_matrices.txt").read_text(encoding="utf-8")):
        for row, event in play(scenario, version):
            check(row, event)
            rows += 1
    assert rows == REPORTS
