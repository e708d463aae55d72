"""Simulated venues with one fault each, beside a healthy one, and their conformance classes."""

import random
from collections.abc import Iterable
from typing import Any, ClassVar

from attrs import define, evolve

from smartexec.api import ExecType, ExecutionReport, OrderCancelReject, PhaseChange, QueryOrder, ReplaceOrder
from smartexec.testing import SimulatedVenueKit
from smartexec_sim.lit import SimLit


@define(slots=False)
class Healthy(SimLit):
    """A lit order book."""

    name = "healthy"

    def handle(self, event: Any, now: int) -> Iterable[Any]:
        for one in super().handle(event, now):
            yield self.told(one)

    def told(self, one: Any) -> Any:
        """What is told of what the venue says."""
        return one


class Kit(SimulatedVenueKit):
    """How all of them are tried."""

    params: ClassVar = {"mic": "SIMA"}
    __test__ = False


class TestHealthy(Kit):
    venue = Healthy
    __test__ = True


@define(slots=False)
class OtherMic(Healthy):
    """Reports under another MIC than its own. P-03 must catch it."""

    name = "other-mic"

    def told(self, one: Any) -> Any:
        return evolve(one, mic="SIMB")


class TestOtherMic(Kit):
    venue = OtherMic
    __test__ = True


@define(slots=False)
class Generous(Healthy):
    """Executes a tick beyond the limit. P-04 must catch it."""

    name = "generous"

    def told(self, one: Any) -> Any:
        if isinstance(one, ExecutionReport) and one.exec_type is ExecType.TRADE:
            return evolve(one, last_px=one.last_px * 2)
        return one


class TestGenerous(Kit):
    venue = Generous
    __test__ = True


@define(slots=False)
class LosesIds(Healthy):
    """Confirms cancels without OrigClOrdID(41). P-05 must catch it."""

    name = "loses-ids"

    def told(self, one: Any) -> Any:
        cancel = isinstance(one, ExecutionReport) and one.exec_type is ExecType.CANCELED
        return evolve(one, orig_cl_ord_id="") if cancel else one


class TestLosesIds(Kit):
    venue = LosesIds
    __test__ = True


@define(slots=False)
class Mute(Healthy):
    """Says nothing of cancels that it refuses. P-06 must catch it."""

    name = "mute"

    def handle(self, event: Any, now: int) -> Iterable[Any]:
        return [one for one in super().handle(event, now) if not isinstance(one, OrderCancelReject)]


class TestMute(Kit):
    venue = Mute
    __test__ = True


@define(slots=False)
class NoReplace(Healthy):
    """Says that it replaces, and does not. P-08 must catch it."""

    name = "no-replace"

    def handle(self, event: Any, now: int) -> Iterable[Any]:
        return () if isinstance(event, ReplaceOrder) else super().handle(event, now)


class TestNoReplace(Kit):
    venue = NoReplace
    __test__ = True


@define(slots=False)
class Unasked(Healthy):
    """Does not answer status requests. P-09 must catch it."""

    name = "unasked"

    def handle(self, event: Any, now: int) -> Iterable[Any]:
        return () if isinstance(event, QueryOrder) else super().handle(event, now)


class TestUnasked(Kit):
    venue = Unasked
    __test__ = True


@define(slots=False)
class NeverHalts(Healthy):
    """Trades on through a halt. P-10 must catch it."""

    name = "never-halts"

    def handle(self, event: Any, now: int) -> Iterable[Any]:
        return () if isinstance(event, PhaseChange) and self.opened(event) else super().handle(event, now)

    def opened(self, event: PhaseChange) -> bool:
        """Whether the phase is one that it does not want to know of."""
        return event.phase.name == "HALTED"


class TestNeverHalts(Kit):
    venue = NeverHalts
    __test__ = True


@define(slots=False)
class Dice(Healthy):
    """Has randomness of its own. P-12 must catch it."""

    name = "dice"

    def told(self, one: Any) -> Any:
        trade = isinstance(one, ExecutionReport) and one.exec_id
        return evolve(one, exec_id=f"{one.exec_id}-{random.SystemRandom().randrange(10**9)}") if trade else one


class TestDice(Kit):
    venue = Dice
    __test__ = True
