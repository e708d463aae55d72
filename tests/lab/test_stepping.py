"""Decision by decision: nothing beyond a step has happened, and all together it is the run that it would be anyway."""

import csv
from pathlib import Path

import pytest

from smartexec.api import CancelOrder, SendOrder, Wake
from smartexec.errors import OrderError
from smartexec.lab import Lab, Step
from smartexec.runtime.reading.units import iso
from smartexec.runtime.simulation.run import run
from tests.lab.strategies import SECOND, Eager, Patient

MINUTE = 60 * SECOND


def two_sided(seed: int = 1) -> Lab:
    """A lab with a buyer and a seller who comes later."""
    lab = Lab(30, seed)
    lab.buy(6_000, Patient(slices=5), start="1m", end="25m")
    lab.sell(2_000, "TWAP", slices=4, at="9m", end="20m")
    return lab


def shape(steps: list[Step]) -> list[object]:
    """What of steps must be equal."""
    return [(one.time, one.view, one.decision, one.commands, one.events, one.refused) for one in steps]


def test_lab_begins_with_nothing_done() -> None:
    lab = two_sided()
    assert (lab.now, lab.steps, lab.over) == (lab.instrument.open, [], False)
    assert len(lab.tables["executions"]) == 0


def test_step_is_the_next_decision_with_all_that_belongs_to_it() -> None:
    lab = two_sided()
    first = lab.step()
    assert first is not None
    assert (first.number, first.at, first.strategy, first.view.woken_by) == (1, MINUTE, "PATIENT", Wake.START)
    assert first.decision is not None
    assert first.decision.note == "slice 1 of 5"
    assert sum(one.order_qty for one in first.commands if isinstance(one, SendOrder)) == 1_200
    second = lab.step()
    assert second is not None
    assert {one.cl_ord_id for one in first.commands} >= {e.what.cl_ord_id for e in second.events}
    assert second.time >= first.time
    assert lab.steps == [first, second]


def test_nothing_beyond_a_step_has_happened() -> None:
    lab = two_sided()
    for step in lab:
        assert lab.now == step.time
        times = [row["time"] for row in lab.tables["executions"].records()]
        assert all(time <= iso(step.time) for time in times)
        assert all(event.time <= step.time for event in step.events)


def test_every_child_order_is_in_a_step_once() -> None:
    lab = two_sided()
    lab.run()
    sent = [c for step in lab.steps for c in step.commands if isinstance(c, SendOrder)]
    sent += [e.what for step in lab.steps for e in step.events if isinstance(e.what, SendOrder)]
    rows = lab.tables["child_orders"].records()
    assert sorted(one.cl_ord_id for one in sent) == sorted(row["cl_ord_id"] for row in rows)
    assert all(one.cl_ord_id.startswith(f"{step.view.parent_id}.") for step in lab.steps for one in step.commands)


def test_amendment_between_two_steps_changes_what_follows() -> None:
    left, right = two_sided(), two_sided()
    for lab in (left, right):
        assert [lab.step(), lab.step()] != [None, None]
    right.amend(right.orders[0], 9_000)
    assert shape(left.steps) == shape(right.steps)
    left.run()
    amended = right.step()
    assert amended is not None
    assert (amended.view.woken_by, amended.view.order_qty) == (Wake.AMENDED, 9_000)
    assert amended.time == right.steps[1].time + 1
    right.run()
    assert (left.orders[0].order_qty, right.orders[0].order_qty) == (6_000, 9_000)
    assert left.result.commands != right.result.commands


def test_cancel_between_two_steps_ends_the_order() -> None:
    lab = two_sided()
    order = lab.orders[0]
    for step in lab:
        if step.number == 3:
            lab.cancel(order)
            done = order.cum_qty
    assert order.status == "CANCELED"
    assert order.leaves_qty == 0
    assert order.cum_qty >= done
    (request,) = lab.tables["requests"].records()
    assert (request["request"], request["outcome"]) == ("CANCEL", "ACCEPTED")


def test_order_given_between_two_steps_joins_in() -> None:
    lab = Lab(30, 2)
    first = lab.buy(3_000, Patient, end="20m", account="A")
    assert lab.step() is not None
    second = lab.buy(1_000, Patient, end="20m", account="B")
    joined = lab.step()
    assert joined is not None
    assert joined.view.order_qty == 4_000
    assert lab.run().breaches == ()
    assert first.parent_id == second.parent_id == "P1"
    assert first.cum_qty + second.cum_qty == int(lab.tables["parent_orders"].records()[0]["cum_qty"])


def test_steps_one_by_one_are_those_of_a_run_in_one_go() -> None:
    stepped, whole = two_sided(), two_sided()
    while stepped.step() is not None:
        pass
    assert whole.run() == stepped.result
    assert shape(whole.steps) == shape(stepped.steps)
    assert stepped.step() is None
    assert stepped.over


def test_same_arguments_and_seed_make_the_same_lab_and_others_another() -> None:
    first, again, other = two_sided(1).run(), two_sided(1).run(), two_sided(2).run()
    assert first == again
    assert first.commands != other.commands


def test_orders_of_one_moment_are_two_steps_each_with_its_own_commands() -> None:
    lab = Lab(10, 1)
    lab.buy(500, Eager, account="A", owner="X")
    lab.buy(700, Patient, account="B")
    one, two = lab.step(), lab.step()
    assert one is not None
    assert two is not None
    assert (one.time, one.view.parent_id, two.time, two.view.parent_id) == (lab.now, "P1", lab.now, "P2")
    for step, qty in ((one, 500), (two, 116)):
        assert sum(c.order_qty for c in step.commands if isinstance(c, SendOrder)) == qty


def test_what_happens_without_a_decision_waits_for_the_next_step() -> None:
    """The sequential logic moves an order on by itself when its time at a venue is over."""
    lab = Lab(30, 4, router="sequential")
    lab.buy(9_000, Patient(slices=2))
    lab.run()
    alone = [e for step in lab.steps for e in step.events if isinstance(e.what, CancelOrder | SendOrder)]
    assert alone
    cancels = [c.cl_ord_id for step in lab.steps for c in step.commands if isinstance(c, CancelOrder)]
    cancels += [e.what.cl_ord_id for e in alone if isinstance(e.what, CancelOrder)]
    assert len(set(cancels)) == len(cancels)


def test_lab_that_was_broken_off_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = two_sided()
    lab.step()

    def interrupted(self: Patient, view: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Patient, "decide", interrupted)
    with pytest.raises(KeyboardInterrupt):
        lab.run()
    with pytest.raises(OrderError, match="found it broken off by KeyboardInterrupt, expected a new one"):
        lab.step()


CONFIG = """
[run]
seed = 1
start = 2026-01-05T14:30:00Z
end = 2026-01-05T15:00:00Z

[plugins]
allow = ["smartexec-sim", "smartexec-files", "smartexec-schedules", "smartexec-routers"]

[instruments.ACME]

[market_data]
plugin = "synthetic"
venues = { SIML = 1.0 }
daily_volume = 150000
sigma = 0.002
events_per_symbol = 1800

[orders]
plugin = "file"
path = "orders.csv"

[[venues]]
plugin = "sim-lit"
mic = "SIML"
latency_in = "500us"
latency_out = "500us"

[[venues]]
plugin = "sim-dark"
mic = "SIMD"
latency_in = "500us"
latency_out = "500us"

[risk]
unlimited = "a test"

[journal]
plugin = "none"
"""
COLUMNS = (
    *(
        "time",
        "source",
        "account",
        "cl_ord_id",
        "symbol",
        "side",
        "order_qty",
        "ord_type",
        "price",
        "strategy",
        "slices",
    ),
    *("action", "orig_cl_ord_id"),
)


def rows(lab: Lab) -> list[dict[str, str]]:
    """What was asked for in a lab, as rows of an order file."""
    given = [
        {
            "time": iso(order.at),
            "source": "LAB",
            "account": order.sent.account,
            "cl_ord_id": order.cl_ord_id,
            "symbol": "ACME",
            "side": order.sent.side.name,
            "order_qty": str(order.sent.order_qty),
            "ord_type": "MARKET",
            "strategy": order.sent.strategy,
            "slices": str(dict(order.sent.params)["slices"]),
            "action": "NEW",
        }
        for order in lab.orders
    ]
    asked = [
        {
            "time": row["time"],
            "source": "LAB",
            "cl_ord_id": row["cl_ord_id"],
            "order_qty": row["order_qty"],
            "action": row["request"],
            "orig_cl_ord_id": row["orig_cl_ord_id"],
        }
        for row in lab.tables["requests"].records()
    ]
    return sorted([*given, *asked], key=lambda row: row["time"])


def test_what_was_done_by_hand_is_what_a_run_from_files_does(tmp_path: Path) -> None:
    lab = Lab(30, 1, volatility=0.002)
    buyer = lab.buy(9_000, "TWAP", slices=5)
    for step in lab:
        if step.number == 4:
            lab.sell(1_000, "VWAP", slices=7)
        if step.number == 7:
            lab.amend(buyer, 7_500)
        if step.number == 20:
            lab.cancel(buyer)
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    with (tmp_path / "orders.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows(lab))
    plain = run(tmp_path / "config.toml", tmp_path / "run")
    assert lab.result.commands == plain.commands
    assert list(lab.result.parents) == plain.parents
    assert (lab.result.breaches, lab.result.errors) == ((), ())
    assert plain.totals.netted_qty == 2_000
