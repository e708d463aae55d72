"""The order state change matrices (FIX 4.4 / 5.0 Appendix D) as an order gateway's clients see them: requests go in as
bytes, what the kernel's order book makes of them goes out as bytes, and the messages say what the rows say.
"""

import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from smartexec.api import (
    CancelRequest,
    ClientCancelReject,
    ClientReport,
    CxlRejReason,
    ExecType,
    NewOrder,
    OrdRejReason,
    OrdStatus,
    ReplaceRequest,
)
from smartexec.kernel.market import round_half_even
from smartexec_fix.session.application import Application
from smartexec_fix.wire.message import Message
from tests.kernel.models.matrices import Row, Scenario, issue, read

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "plugins" / "smartexec-fix" / "tests"))

from gateway_room import PX, Broker, Room, room  # noqa: E402

VERSIONS = ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")
KINDS = {"D": NewOrder, "F": CancelRequest, "G": ReplaceRequest}
OWN = read((ROOT / "tests" / "kernel" / "models" / "own_matrices.txt").read_text(encoding="utf-8"))


class Listener(Broker):
    """Hears what is asked for; what is said of it is the order book's."""

    def fold(self, event: Any) -> None:
        self.events.append(event)


class Play:
    """One branch of a scenario."""

    def __init__(self, version: str) -> None:
        self.app = Application(version)
        self.room: Room = room(version)
        self.room.broker = Listener()
        self.ids: dict[str, str] = {}
        """ClOrdID(11) -> OrderID(37)."""
        self.count = 0

    def rows(self, rows: list[Row]) -> int:
        """Play them; give how many messages to the client were compared."""
        book, compared = issue(rows), 0
        for row in rows:
            if row.to_broker:
                self.ask(row)
            else:
                _, expected, found = next(book)
                assert self.read(self.tell(row, found), expected) == expected, f"line {row.line}: {row.text}"
                compared += 1
        assert self.room.faults == []
        return compared

    def ask(self, row: Row) -> None:
        """The client's request goes in: the kernel is told of it, but of what may have been sent before and was."""
        client, qty = self.room.client, str(row.numbers["38"])
        more = [(int(tag), text) for tag, text in row.tags.items() if tag in ("59", "97")]
        known = row.cl_ord_id in self.ids
        body = (
            client.request(row.cl_ord_id, row.orig, qty, "", *more)
            if row.orig
            else client.order(row.cl_ord_id, qty, "", *more)
        )
        self.answers = self.room.does(row.kind, body)
        events = [event for _, _, events, _ in self.room.broker.journal for event in events]
        if row.tags.get("97") == "Y" and known:
            return
        assert type(events[-1]) is KINDS[row.kind]
        assert (events[-1].cl_ord_id, getattr(events[-1], "orig_cl_ord_id", "")) == (row.cl_ord_id, row.orig)
        if row.kind == "D":
            self.count += 1
            self.ids.setdefault(row.cl_ord_id, f"O{self.count}")
        else:
            self.ids.setdefault(row.cl_ord_id, self.ids.get(row.orig, "NONE"))

    def tell(self, row: Row, found: dict[str, Any]) -> Message:
        """What the order book says of a row goes out; give what the client reads."""
        if row.exec_type == "I":
            (message,) = self.answers
            return message
        before = len(self.room.client.got)
        for wanted in self.room.gateway.report(self.command(row, found), self.room.now):
            self.room._act(wanted)
        self.room.flow()
        (message,) = self.room.client.got[before:]
        return message

    def command(self, row: Row, found: dict[str, Any]) -> ClientReport | ClientCancelReject:
        """Write what the order book says as the kernel does."""
        order_id, status = self.ids.get(row.cl_ord_id, "O99"), OrdStatus(found["39"])
        if row.kind == "9":
            reason = CxlRejReason(row.tags.get("102", "2"))
            return ClientCancelReject("OMS", order_id, row.cl_ord_id, row.orig, status, reason)
        duplicate = row.tags.get("103") == "6"
        average = Fraction(found.get("6", 0))
        px = round_half_even(average.numerator * PX, average.denominator)
        return ClientReport(
            "OMS", f"O{self.count}" if duplicate else order_id, found["11"], ExecType(row.exec_type), status,
            found.get("38", 0), found.get("14", 0), found.get("151", 0), px,
            found.get("32", 0), row.last_px * PX, row.tags.get("17", ""), row.tags.get("19", ""), found["41"],
            OrdRejReason.DUPLICATE if duplicate else None,
        )  # fmt: skip

    def read(self, message: Message, expected: dict[str, Any]) -> dict[str, Any]:
        """Read of a message what a row says."""
        found: dict[str, Any] = {"39": message.text(39), "11": message.text(11), "41": message.text(41)}
        if message.msg_type == b"8":
            found |= {tag: int(message.text(int(tag)) or 0) for tag in ("38", "14", "151", "32")}
            found |= {"150": self.app.read(message).value, "6": Fraction(message.text(6))}
        else:
            found["150"] = "-"
        return {name: found[name] for name in expected}


def play(scenario: Scenario, version: str) -> int:
    """Play every branch."""
    return sum(Play(version).rows(branch) for branch in scenario.branches())


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("scenario", OWN, ids=lambda one: one.name)
def test_own_matrix(scenario: Scenario, version: str) -> None:
    assert play(scenario, version) >= 2


@pytest.mark.shared
@pytest.mark.parametrize("version", VERSIONS)
def test_published_matrices(shared_data: Path, version: str) -> None:
    scenarios = read((shared_data / "fix" / "order_matrices.txt").read_text(encoding="utf-8"))
    assert len(scenarios) == 25
    assert sum(play(one, version) for one in scenarios) > 147  # every report, those before a branch more than once


def test_a_wrong_row_is_noticed() -> None:
    wrong = read("@ W | leaves that do not add up\n> D A 50\n< 8 A 0/0 50 0 49 0\n")
    with pytest.raises(AssertionError, match="line 3"):
        play(wrong[0], "FIX.4.4")
