"""Conformance classes with mistakes."""

from bad.hooks import Nowhere, Waits

from smartexec.testing import RoutingKit, SinkKit, StrategyKit, request, view


class TestInstance(StrategyKit):
    strategy = Waits()  # E: assignment / AssignmentType


class TestAnotherKind(StrategyKit):
    strategy = Nowhere  # E: assignment / AssignmentType


class TestParameters(RoutingKit):
    logic = Nowhere
    params = [("most", 1)]  # E: assignment / AssignmentType
    variants = {"most": 1}  # E: assignment / AssignmentType
    completes = True  # E: assignment / AssignmentType


class TestSink(SinkKit):
    sink = Nowhere  # E: assignment / AssignmentType

    def read(self, folder: str, table: str) -> str:  # E: override / IncompatibleMethodOverride
        return folder + table


decision = Waits().decide(request())  # E: arg-type / ArgumentType
other = Waits().decide(view(order_qty=1.5, side="BUY"))  # E: arg-type / ArgumentType
