"""The FIX page's tables and the kernel: every message, every kind of report and every reason, and none that is not."""

import re
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest

from smartexec.kernel.lifecycle import Life
from smartexec.model.commands import ClientCommand, VenueCommand
from smartexec.model.enums import CxlRejReason, ExecType, OrdRejReason
from smartexec.model.events import VenueEvent
from smartexec.model.market import KernelMarketEvent
from smartexec.model.orders import ClientEvent
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
