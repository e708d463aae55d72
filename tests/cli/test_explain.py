"""`smartexec explain`: requests and their outcome, what the order was, and one nanosecond told in causal order."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from smartexec.cli.main import main
from smartexec.runtime.replay.moments import Line, Moment, in_order
from smartexec.runtime.replay.stored import Table
from smartexec.runtime.replay.story import explain
from tests.cli.lobster_world import order, write

REQUESTS = (
    order(cl_ord_id="r1", action="REPLACE", orig_cl_ord_id="good1", order_qty="150", time="2026-01-05T14:32:30Z"),
    order(cl_ord_id="c1", action="CANCEL", orig_cl_ord_id="r1", time="2026-01-05T14:34:00Z"),
)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explain")
    result = CliRunner().invoke(main, ["run", str(write(folder, *REQUESTS)), "--out", str(folder / "out")])
    assert result.exit_code == 0, result.output
    return folder / "out"


def story(out: Path, order_id: str) -> Any:
    result = CliRunner().invoke(main, ["explain", str(out), order_id, "--json"])
    assert result.exit_code == 0, result.output
    (one,) = json.loads(result.stdout)
    return one


@pytest.mark.parametrize("order_id", ["O1", "good1", "r1", "c1"])
def test_order_is_found_by_each_of_its_ids(out: Path, order_id: str) -> None:
    assert story(out, order_id)["order_id"] == "O1"


def test_requests_and_first_terms_are_told(out: Path) -> None:
    moments = story(out, "O1")["moments"]
    told = [(m["what"], m["text"]) for m in moments if m["what"] in ("received", "asked", "accepted", "refused")]
    assert told == [
        ("received", "BUY 100 ABC limit 10.05, TWAP, as good1; last r1: 150 ABC limit 10.05"),
        ("asked", "REPLACE r1 of good1 to order_qty 150, price 10.05"),
        ("accepted", "REPLACE r1"),
        ("asked", "CANCEL c1 of r1"),
        ("refused", "CANCEL c1: order is FILLED"),
    ]


def test_client_order_has_only_decisions_made_while_it_was_open(out: Path) -> None:
    moments = story(out, "O1")["moments"]
    last = max(m["time"] for m in moments if m["what"] == "allocated")
    assert all(m["time"] <= last for m in moments if m["what"] == "decided")


def test_one_nanosecond_is_told_in_causal_order(out: Path) -> None:
    moments = story(out, "P1")["moments"]
    whats = [m["what"] for m in moments if m["time"] == moments[-1]["time"]]
    assert whats == ["decided", "sent", "trade", "over", "ended"]
    assert [m["what"] for m in moments[:4]] == ["started", "member", "decided", "sent"]


def test_what_wakes_a_decision_comes_before_it() -> None:
    def line(what: str, name: str = "", by: str = "", sent: tuple[str, ...] = ()) -> Line:
        return Line(Moment("T", what, name), name, by, sent)

    told = in_order([
        line("ended"),
        line("allocated", by="X9"),
        line("decided", "TIMER", sent=("P1.1",)),
        line("decided", "FILL", sent=("P1.2",)),
        line("over", by="P1.1"),
        line("sent", "P1.2"),
        line("sent", "P1.1"),
        line("trade", "X9", by="P1.1"),
        line("received"),
    ])  # fmt: skip
    assert [f"{m.what} {m.text}".strip() for m in told] == [
        "received", "decided TIMER", "sent P1.1", "trade X9", "over", "allocated", "decided FILL", "sent P1.2", "ended",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("legs", "terms"),
    [("P1.0 Y 7; P1.1 X 79", "79, replaced since by 59 at 10.01, to X"), ("P1.1 X 59", "59 at 10.01 to X")],
)
def test_order_that_was_replaced_is_told_as_it_left(legs: str, terms: str) -> None:
    child = {
        "cl_ord_id": "P1.1", "parent_id": "P1", "side": "BUY", "order_qty": "59", "price": "10.01", "venue": "X",
        "time_in_force": "DAY", "routing": "parallel", "reason": "why", "sent": "1", "ended": "",
    }  # fmt: skip
    decision = {"parent_id": "P1", "time": "1", "plugin": "S", "wake": "START", "note": "", "slices": "", "legs": legs}
    given = [Table("child_orders", tuple(child), [tuple(child.values())])]
    given.append(Table("decisions", tuple(decision), [tuple(decision.values())]))
    others = ("client_orders", "requests", "parent_orders", "executions", "allocations", "alerts")
    (one,) = explain([*given, *(Table(name, (), ()) for name in others)], "P1.1")
    assert one.moments[-1].text == f"P1.1 BUY {terms} (DAY) by parallel: why"
