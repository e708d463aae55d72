"""Simulated venues with one fault each, beside a healthy one, and their conformance classes."""

import random
from collections.abc import Iterable
from typing import Any, ClassVar

from attrs import define, evolve, field

from smartexec.api import (
    Capabilities,
    ExecType,
    ExecutionReport,
    OrderCancelReject,
    OrdType,
    PhaseChange,
    QueryOrder,
    ReplaceOrder,
    SendOrder,
)
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


@define(slots=False)
class TicksForEver(Healthy):
    """Wants the time every millisecond, also when there is nothing left to do. P-11 must catch it."""

    name = "ticks-for-ever"

    _now: int = field(init=False, default=0)

    def next_tick(self) -> int | None:
        return self._now + 1_000_000 if self._now else super().next_tick()

    def handle(self, event: Any, now: int) -> Iterable[Any]:
        self._now = max(self._now, now)
        return list(super().handle(event, now))


class TestTicksForEver(Kit):
    venue = TicksForEver
    __test__ = True


@define(slots=False)
class Careless(Healthy):
    """Says that it knows no hidden, minimum, post-only or pegged orders, and takes them. P-07 must catch it."""

    name = "careless"

    @property
    def capabilities(self) -> Capabilities:
        return evolve(super().capabilities, post_only=False, display_qty=False, min_qty=False, pegs=frozenset())

    def handle(self, event: Any, now: int) -> Iterable[Any]:
        if isinstance(event, SendOrder):
            kind = OrdType.LIMIT if event.peg else event.ord_type
            event = evolve(event, ord_type=kind, min_qty=0, display_qty=None, post_only=False, peg=None)
        return super().handle(event, now)


class TestCareless(Kit):
    venue = Careless
    __test__ = True


@define(slots=False)
class NumbersByHash(Healthy):
    """Numbers its executions with hashes of texts, which another hash seed makes others. P-12 must catch it."""

    name = "numbers-by-hash"

    def told(self, one: Any) -> Any:
        return evolve(one, exec_id=f"{hash(one.exec_id):x}") if isinstance(one, ExecutionReport) else one


class TestNumbersByHash(Kit):
    venue = NumbersByHash
    __test__ = True


@define(slots=False)
class WhispersItsName(Healthy):
    """Has a name that ends in a hyphen. P-01 must catch it."""

    name = "whispers-"


class TestWhispersItsName(Kit):
    venue = WhispersItsName
    __test__ = True


@define(slots=False)
class TakesAnything(Healthy):
    """Has a parameter of no type to speak of. P-02 must catch it."""

    name = "takes-anything"

    depth: Any = 5
    """How deep its book is."""


class TestTakesAnything(Kit):
    venue = TakesAnything
    __test__ = True
