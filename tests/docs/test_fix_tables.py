"""The FIX page's tables and the kernel: every message, every kind of report and every reason, and none that is not."""

import re
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest
from attrs import evolve, fields

from smartexec.kernel.lifecycle import Life
from smartexec.model.commands import CancelOrder, ClientCommand, QueryOrder, ReplaceOrder, SendOrder, VenueCommand
from smartexec.model.enums import CxlRejReason, ExecType, OrdRejReason, OrdType, Side, TimeInForce
from smartexec.model.events import ExecutionReport, VenueEvent
from smartexec.model.market import KernelMarketEvent
from smartexec.model.orders import ClientEvent
from smartexec.testing.scripted_venue import ScriptedVenue
from tests.docs.test_drawn_tables import extension

ROOT = Path(__file__).parents[2]
KERNEL = ROOT / "smartexec" / "kernel"
PAGE = (ROOT / "docs" / "fix.rst").read_text(encoding="utf-8")
TO_CLIENTS = ("aggregate", "allocate", "booking", "intake", "members")
"""The rooms that tell clients something."""


@pytest.fixture(scope="module")
def tables() -> ModuleType:
    """The documentation's extension."""
    return extension("fix_tables")


def named(kind: type[Enum], *rooms: str) -> set[str]:
    """Members of an enumeration that some rooms of the kernel name."""
    text = "".join((KERNEL / f"{room}.py").read_text(encoding="utf-8") for room in rooms)
    return set(re.findall(rf"\b{kind.__name__}\.(\w+)", text))


def test_every_value_that_crosses_a_border_is_among_the_messages(tables: ModuleType) -> None:
    unions = (ClientEvent, ClientCommand, VenueCommand, VenueEvent, KernelMarketEvent)
    assert set(tables.MESSAGES) == {cls for union in unions for cls in get_args(union)}


def test_message_is_what_its_class_says_it_is(tables: ModuleType) -> None:
    for cls, (fix, _) in tables.MESSAGES.items():
        said = re.search(r"\w+\(35=\w\)", (cls.__doc__ or "").partition("\n")[0])
        assert said is None or said[0] == fix, cls


def test_every_kind_of_report_of_a_venue_is_explained(tables: ModuleType) -> None:
    assert set(tables.VENUE_REPORTS) == set(ExecType)


def test_every_kind_of_report_says_what_it_carries(tables: ModuleType) -> None:
    said = {kind: f"{needs} {more}".split() for kind, (_, needs, more) in tables.REPORT_FIELDS.items()}
    assert list(said) == list(tables.VENUE_REPORTS)
    always = {"mic", "cl_ord_id", "exec_type", "ord_status"}
    assert {name for names in said.values() for name in names} | always == {one.name for one in fields(ExecutionReport)}


def test_reports_of_the_kits_venue_carry_what_the_table_needs(tables: ModuleType) -> None:
    told = {}
    for report in reports():
        whose, needs, _ = tables.REPORT_FIELDS[report.exec_type]
        bare = ExecutionReport(report.mic, report.cl_ord_id, report.exec_type, report.ord_status)
        assert [name for name in needs.split() if getattr(report, name) == getattr(bare, name)] == []
        assert bool(report.orig_cl_ord_id) == (whose in (tables.REQUEST, tables.EITHER))
        told[report.exec_type] = whose
    assert set(tables.REPORT_FIELDS) - set(told) == {
        ExecType.PENDING_NEW, ExecType.PENDING_CANCEL, ExecType.PENDING_REPLACE, ExecType.SUSPENDED,
    }  # fmt: skip


def reports() -> list[ExecutionReport]:
    """One report or more of each kind that the scripted venue of the kits makes, all ends but CANCELED unasked."""
    bench = ScriptedVenue()
    take = bench._take  # what a bench calls when a command has reached the venue
    send = SendOrder("XONE", "", "ABC", Side.BUY, 100, OrdType.LIMIT, 100, TimeInForce.DAY)
    for name in ("P1.1", "P2.1", "P3.1"):
        take(evolve(send, cl_ord_id=name))
    bench.execute(bench.orders["P1.1"], 60, 100)
    take(ReplaceOrder("XONE", "P1.1-1", "P1.1", "ABC", Side.BUY, 90, 101))
    bench.restate(bench.orders["P1.1-1"], 80)
    take(QueryOrder("XONE", "P1.1-1", "ABC", Side.BUY))
    bench.correct(bench.executions[0], 99)
    bench.execute(bench.orders["P1.1-1"], 10, 100)
    take(CancelOrder("XONE", "P1.1-2", "P1.1-1", "ABC", Side.BUY))
    bench.bust(bench.executions[-1])
    bench.finish(bench.orders["P2.1"], ExecType.EXPIRED)
    bench.finish(bench.orders["P3.1"], ExecType.DONE_FOR_DAY)
    bench.refuses = "closed"
    take(evolve(send, cl_ord_id="P4.1"))
    return [one for one in bench.inbound if isinstance(one, ExecutionReport)]


def test_end_of_an_order_is_read_from_the_kernel(tables: ModuleType) -> None:
    ends = {row[0].partition(" ")[0]: row[2] for row in tables.venue_reports()[1:]}
    assert ends["DONE_FOR_DAY"] == "DONE_FOR_DAY, outcome EXPIRED"
    assert {name for name, text in ends.items() if "outcome" in text} <= {life.name for life in Life}


def test_reports_to_clients_are_those_that_the_kernel_makes(tables: ModuleType) -> None:
    assert {kind.name for kind in tables.CLIENT_REPORTS} == named(ExecType, *TO_CLIENTS)


def test_reasons_of_rejection_are_those_that_the_kernel_gives(tables: ModuleType) -> None:
    assert {kind.name for kind in tables.ORDER_REJECTS} == named(OrdRejReason, *TO_CLIENTS)
    assert {kind.name for kind in tables.CANCEL_REJECTS} == named(CxlRejReason, *TO_CLIENTS)


def test_tags_are_the_glossary_s(tables: ModuleType) -> None:
    tags = tables.tags()
    assert tags["cl_ord_id"] == "ClOrdID(11)"
    assert tags["mic"] == "ExDestination(100) or LastMkt(30)"
    assert tags["strategy"] == "TargetStrategy(847)"
    assert all(tags.values())


def test_fields_of_every_message_that_has_a_table_are_found(tables: ModuleType) -> None:
    shown = re.findall(r"fix-table:: fields (\S+)", PAGE)
    assert len(shown) == 11
    for name in shown:
        head, *rows = tables.fields(name)
        assert head == [f"`{name.rpartition('.')[2]}`", "FIX"]
        assert rows
