"""Scenarios of orders at a venue, V-10 and on: what is sent arrives, what is reported is told."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from attrs import evolve

from smartexec.model.commands import CancelOrder, ReplaceOrder
from smartexec.model.enums import ExecType, OrdStatus, OrdType, ReplaceMode, Side
from smartexec.model.events import ExecutionReport, OrderCancelReject, OrderState
from smartexec.model.ids import PX_SCALE
from smartexec.model.routing import Capabilities
from smartexec.model.wire import Received, Response
from smartexec.testing.bench import Bench
from smartexec.testing.kit import needs, scenario
from smartexec.testing.scripted_venue import TrueOrder
from smartexec.testing.venue_subject import ENDS, VenueSubject, cum_qty, executions, sayable
from smartexec.testing.views import ASK, BID


class VenueOrders(VenueSubject):
    """What an order may go through."""

    @scenario("V-10")
    def test_v10_orders_arrive_as_sent(self) -> None:
        """Each kind of order that its capabilities name reaches the venue with the same terms: id, symbol, side,
        quantity, price to the last decimal, type, time in force, minimum and displayed quantity."""
        can, tick = self.make().capabilities, self.instruments[0].tick
        bench = self.bench()
        for number, changes in enumerate(_terms(can, tick), 1):
            order = self.order(f"P{number}.1", **changes)
            bench.command(order)
            found = [one for one in bench.reached if one.cl_ord_id == order.cl_ord_id]
            assert found == [order], f"found {found} at the venue, expected {order}"

    @scenario("V-11")
    def test_v11_acknowledgements_are_told(self) -> None:
        """An order that the venue takes is told as NEW, once."""
        bench = self.bench()
        self.sent(bench)
        found = [one for one in bench.of(ExecutionReport) if one.exec_type is ExecType.NEW]
        assert [(one.mic, one.cl_ord_id, one.ord_status) for one in found] == [
            (bench.adapter.mic, "P1.1", OrdStatus.NEW)
        ], f"found {bench.said}, expected one report with ExecType(150) NEW"

    @scenario("V-12")
    def test_v12_refusals_are_told(self) -> None:
        """An order that the venue refuses is told as REJECTED, with its text."""
        bench = self.bench()
        bench.refuses = "price too far away"
        bench.exchange(self.order())
        (found,) = [one for one in bench.of(ExecutionReport) if one.exec_type is ExecType.REJECTED] or [None]
        assert found is not None, f"found {bench.said}, expected a report with ExecType(150) REJECTED"
        assert (found.cl_ord_id, found.ord_status) == ("P1.1", OrdStatus.REJECTED)
        assert "price too far away" in found.text, f"text: found {found.text!r}, expected the venue's words"

    @scenario("V-13")
    def test_v13_executions_are_told_to_the_last_digit(self) -> None:
        """Partial executions, then the last: each with its ExecID, quantity and price, none rounded, none invented."""
        bench = self.bench()
        order = self.sent(bench)
        for qty, px in ((1, BID), (59, BID - 12_345_600), (40, ASK)):
            bench.execute(order, qty, px)
            bench.flush()
        found = executions(bench)
        expected = [(one.exec_id, one.qty, one.px) for one in bench.executions]
        assert found == expected, f"found executions {found}, expected {expected}"
        assert cum_qty(bench, "P1.1") == 100, f"CumQty(14): found {cum_qty(bench, 'P1.1')}, expected 100"

    @scenario("V-14")
    def test_v14_cancels_are_told(self) -> None:
        """A cancel reaches the venue with both ids, and its confirmation is told as CANCELED."""
        bench = self.bench()
        order = self.sent(bench)
        bench.execute(order, 30, BID)
        bench.exchange(self.cancel("P1.2", "P1.1"))
        asked = [one for one in bench.reached if isinstance(one, CancelOrder)]
        assert [(one.cl_ord_id, one.orig_cl_ord_id) for one in asked] == [("P1.2", "P1.1")], (
            f"found {asked} at the venue"
        )
        (found,) = [one for one in bench.of(ExecutionReport) if one.exec_type is ExecType.CANCELED] or [None]
        assert found is not None, f"found {bench.said}, expected a report with ExecType(150) CANCELED"
        assert "P1.1" in (found.cl_ord_id, found.orig_cl_ord_id), f"found {found}, expected it to name P1.1"

    @scenario("V-15")
    def test_v15_refused_cancels_are_told(self) -> None:
        """A cancel that comes too late is told as an OrderCancelReject with both ids; the order is not."""
        bench = self.bench()
        order = self.sent(bench)
        bench.execute(order, 100, BID)
        bench.flush()
        before = len(bench.said)
        bench.exchange(self.cancel("P1.2", "P1.1"))
        found = bench.of(OrderCancelReject, before)
        assert [(one.cl_ord_id, one.orig_cl_ord_id) for one in found] == [("P1.2", "P1.1")], (
            f"found {bench.said[before:]}"
        )
        assert not [one for one in bench.of(ExecutionReport, before) if one.exec_type in ENDS]

    @scenario("V-16")
    def test_v16_executions_that_cross_a_cancel_are_told(self) -> None:
        """An execution while a cancel is under way, and one that comes after its confirmation, are both told."""
        bench = self.bench()
        order = self.sent(bench)
        bench.execute(order, 30, BID)
        fill = bench.wire()
        bench.command(self.cancel("P1.2", "P1.1"))
        confirmed = bench.wire()
        bench.deliver(confirmed)
        bench.deliver(fill)
        assert executions(bench) == [("E0", 30, BID)], f"found {executions(bench)}, expected the late execution"

    @scenario("V-17")
    def test_v17_executions_before_the_acknowledgement_are_told(self) -> None:
        """What overtakes the acknowledgement of its order is told all the same."""
        bench = self.bench()
        bench.command(self.order())
        ack = bench.wire()
        bench.execute(bench.orders["P1.1"], 20, BID)
        fill = bench.wire()
        bench.deliver(fill)
        bench.deliver(ack)
        assert executions(bench) == [("E0", 20, BID)]

    @scenario("V-18")
    def test_v18_the_same_message_twice_is_one_execution(self) -> None:
        """A message that comes twice never becomes an execution with another ExecID.

        A response comes again as that to the request that follows it, where one is under way. Where the venue answers
        status requests, the order is asked for twice besides.
        """
        bench = self.bench()
        order = self.sent(bench)
        bench.execute(order, 20, BID)
        wire = bench.wire()
        bench.deliver(wire)
        bench.deliver(_again(bench, wire))
        if self.make().capabilities.order_status:
            bench.exchange(self.query("P1.1"))
            bench.exchange(self.query("P1.1"))
        found = set(executions(bench))
        assert found == {("E0", 20, BID)}, f"found {found}, expected one execution, however often it is told"

    @scenario("V-19")
    def test_v19_replaces_are_told(self) -> None:
        """A replace reaches the venue with its new total and price; its confirmation is told as REPLACED under the new
        id, its refusal as an OrderCancelReject.

        Skipped where its capabilities say that the venue replaces nothing.
        """
        needs(self.make().capabilities.replace is not ReplaceMode.NONE, "the venue does not replace orders")
        bench, mic = self.bench(), self.make().mic
        order = self.sent(bench)
        bench.execute(order, 10, BID)
        bench.flush()
        asked = ReplaceOrder(mic, "P1.2", "P1.1", self.instruments[0].symbol, Side.BUY, 60, BID - PX_SCALE // 100)
        bench.exchange(asked)
        assert asked in bench.reached, f"found {bench.reached[-1]} at the venue, expected {asked}"
        (found,) = [one for one in bench.of(ExecutionReport) if one.exec_type is ExecType.REPLACED] or [None]
        assert found is not None, f"found {bench.said}, expected a report with ExecType(150) REPLACED"
        assert (found.cl_ord_id, found.orig_cl_ord_id, found.order_qty) == ("P1.2", "P1.1", 60)
        bench.exchange(evolve(asked, cl_ord_id="P1.3", orig_cl_ord_id="P1.1"))
        (refused,) = bench.of(OrderCancelReject) or [None]
        assert refused is not None, "found no OrderCancelReject of a replace of a replaced order, expected one"
        assert refused.cl_ord_id == "P1.3"

    @scenario("V-20")
    def test_v20_busts_are_told(self) -> None:
        """An execution that the venue takes back is told as TRADE_CANCEL and names the execution.

        Skipped where the protocol cannot say it.
        """
        bench = self.bench()
        order = self.sent(bench)
        bench.execute(order, 20, BID)
        bench.flush()
        with sayable():
            bench.bust(bench.executions[0])
            bench.inbound = bench.inbound[:1]
            bench.flush()
        (found,) = [one for one in bench.of(ExecutionReport) if one.exec_type is ExecType.TRADE_CANCEL] or [None]
        assert found is not None, f"found {bench.said}, expected a report with ExecType(150) TRADE_CANCEL"
        assert found.exec_ref_id == "E0", f"ExecRefID(19): found {found.exec_ref_id!r}, expected E0"

    @scenario("V-21")
    def test_v21_corrections_are_told(self) -> None:
        """An execution that the venue corrects is told as TRADE_CORRECT with the new price, and names the execution.

        Skipped where the protocol cannot say it.
        """
        bench = self.bench()
        order = self.sent(bench)
        bench.execute(order, 20, BID)
        bench.flush()
        with sayable():
            bench.correct(bench.executions[0], BID - 1_000_000)
            bench.flush()
        (found,) = [one for one in bench.of(ExecutionReport) if one.exec_type is ExecType.TRADE_CORRECT] or [None]
        assert found is not None, f"found {bench.said}, expected a report with ExecType(150) TRADE_CORRECT"
        assert (found.exec_ref_id, found.last_qty, found.last_px) == ("E0", 20, BID - 1_000_000)

    @scenario("V-22")
    @pytest.mark.parametrize("how", [ExecType.CANCELED, ExecType.EXPIRED])
    def test_v22_unsolicited_ends_are_told(self, how: ExecType) -> None:
        """An order that the venue ends by itself, cancelled or expired, is told so.

        Skipped where the protocol cannot say it.
        """
        bench = self.bench()
        order = self.sent(bench)
        with sayable():
            bench.finish(order, how, "end of the session")
            bench.flush()
        found = [one.exec_type for one in bench.of(ExecutionReport) if one.cl_ord_id == "P1.1"]
        assert how in found, f"found {found}, expected {how}"

    @scenario("V-23")
    def test_v23_restatements_are_told(self) -> None:
        """An order that the venue makes smaller by itself is told as RESTATED with its new quantity.

        Skipped where the protocol cannot say it.
        """
        bench = self.bench()
        order = self.sent(bench)
        with sayable():
            bench.restate(order, 60, "self-match prevention")
            bench.flush()
        found = [one.order_qty for one in bench.of(ExecutionReport) if one.exec_type is ExecType.RESTATED]
        assert found == [60], f"found {bench.said}, expected a report with ExecType(150) RESTATED and OrderQty(38) 60"

    @scenario("V-24")
    def test_v24_answers_status_requests(self) -> None:
        """Asked for an order, it tells how much was executed and at what price; REJECTED if the venue does not know it.

        Skipped where its capabilities say that the venue answers no status requests.
        """
        needs(self.make().capabilities.order_status, "the venue answers no status requests")
        bench = self.bench()
        order = self.sent(bench)
        bench.execute(order, 70, BID)
        bench.inbound.clear()  # nobody was told
        bench.exchange(self.query("P1.1"))
        assert cum_qty(bench, "P1.1") == 70, f"CumQty(14): found {cum_qty(bench, 'P1.1')}, expected 70"
        priced = executions(bench) or any(one.avg_px for one in bench.of(ExecutionReport)) or bench.of(OrderState)
        assert priced, f"found {bench.said[-1]}, expected AvgPx(6) or the executions: at what price is not known"
        before = len(bench.said)
        bench.exchange(self.query("P9.9"))
        found = [(one.exec_type, one.ord_status) for one in bench.of(ExecutionReport, before)]
        assert found == [(ExecType.ORDER_STATUS, OrdStatus.REJECTED)], f"found {bench.said[before:]}"

    @scenario("V-25")
    def test_v25_executions_of_unknown_orders_are_told(self) -> None:
        """An execution of an order that it never sent is told: it may be an earlier session's (law 5)."""
        bench = self.bench()
        order = TrueOrder(bench.adapter.mic, "P7.7", Side.BUY, 100, BID, "P7.7")
        bench.orders["P7.7"] = order
        bench.execute(order, 40, BID)
        bench.flush()
        assert executions(bench) == [("E0", 40, BID)], f"found {bench.said}, expected the execution"

    @scenario("V-26")
    def test_v26_keeps_orders_apart(self) -> None:
        """Two hundred orders at once, reported in any order: every report names its own."""
        bench = self.bench()
        for number in range(200):
            bench.command(self.order(f"P{number}.1", order_qty=100 + number))
        bench.flush()
        for number in reversed(range(200)):
            bench.execute(bench.orders[f"P{number}.1"], 1 + number % 7, BID + number * PX_SCALE // 100)
        bench.flush()
        found = {one.exec_id: (one.cl_ord_id, one.last_qty) for one in bench.of(ExecutionReport) if one.exec_id}
        expected = {one.exec_id: (one.order.cl_ord_id, one.qty) for one in bench.executions}
        assert found == expected


def _again(bench: Bench, wire: Iterable[Received | Response]) -> list[Received | Response]:
    """Make the same messages come again, each response for every request that is open on its channel."""
    again: list[Received | Response] = []
    for one in wire:
        if isinstance(one, Response):
            refs = [asked.ref for asked in bench.waiting if asked.channel == one.channel] or [one.ref]
            again += [evolve(one, ref=ref) for ref in refs]
        else:
            again.append(one)
    return again


def _terms(can: Capabilities, tick: int) -> Iterator[dict[str, Any]]:
    """Yield changes to the kit's order, one for each thing that a venue of these capabilities takes."""
    day = {"time_in_force": min(can.times_in_force, key=lambda one: one.value)}
    for price in (tick, BID, BID + tick, 123_456 * tick):
        yield {**day, "price": price}
    yield {**day, "side": Side.SELL, "order_qty": 1}
    yield {**day, "order_qty": 10_000_000}
    if OrdType.MARKET in can.ord_types:
        yield {**day, "ord_type": OrdType.MARKET, "price": None}
    for tif in sorted(can.times_in_force, key=lambda one: one.value):
        yield {"time_in_force": tif}
    if can.min_qty:
        yield {**day, "min_qty": 10}
    if can.display_qty:
        yield {**day, "display_qty": 20}
    if can.post_only:
        yield {**day, "post_only": True}
    for peg in sorted(can.pegs, key=lambda one: one.value):
        yield {**day, "ord_type": OrdType.PEGGED, "peg": peg}
