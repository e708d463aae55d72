"""The conformance kit of simulated venues: scenarios P-01 and on. They hear the market and decide for themselves."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, ClassVar, Final

import pytest

from smartexec.interfaces.context import Context
from smartexec.interfaces.venue import VenueAdapter
from smartexec.model.commands import CancelOrder, QueryOrder, ReplaceOrder, SendOrder
from smartexec.model.enums import ExecType, OrdStatus, OrdType, Peg, Phase, ReplaceMode, Side, TimeInForce
from smartexec.model.events import ExecutionReport, OrderCancelReject, Tick
from smartexec.model.ids import NANOS_PER_SECOND
from smartexec.model.instrument import Instrument
from smartexec.model.market import PhaseChange, Quote, Trade
from smartexec.model.routing import Capabilities
from smartexec.runtime.reading.checks import VENUE, wrong
from smartexec.runtime.reading.schema import build
from smartexec.testing.alike import check_alike
from smartexec.testing.kit import Kit, needs, scenario
from smartexec.testing.parameters import check_class, check_documented, check_refusals
from smartexec.testing.report_law import ReportLaw
from smartexec.testing.views import ASK, BID, START

SECOND: Final = NANOS_PER_SECOND
TICK: Final = 10_000_000
SYMBOL: Final = "TEST"
DEEP: Final = BID - 500 * TICK
"""A price at which a purchase rests for ever."""
HIGH: Final = ASK + 20 * TICK
"""A price that admits every execution of a purchase."""


class SimulatedVenueKit(Kit):
    """Subclass it in a plugin's tests, set `venue` and `params`, and pytest runs the scenarios."""

    kind = "venue"
    subject = "venue"

    venue: ClassVar[type[VenueAdapter]]
    """The class under test."""
    params: ClassVar[Mapping[str, Any]] = {}
    """Its parameters, as a configuration gives them; latencies may be among them."""
    instruments: ClassVar[Sequence[Instrument]] = (Instrument(SYMBOL), Instrument("LOTS", lot=10))
    """Those it is started with."""

    def make(self) -> VenueAdapter:
        """Make and start the venue as a configuration would."""
        made: VenueAdapter = build(self.venue, self.params, self.venue.name)
        made.start(Context({one.symbol: one for one in self.instruments}, seed=7))
        return made

    def run(self, *events: tuple[float, Any], seconds: int = 60, market: bool = True) -> list[Any]:
        """Hand timed events (seconds after the start) to a fresh venue in a lively market; give what it says."""
        made = self.make()
        timed = [(START + int(at * SECOND), event) for at, event in events]
        if market:
            timed += [(START + at, event) for at, event in self._market(made.mic, seconds)]
        said: list[Any] = []
        for at, event in sorted(timed, key=lambda one: one[0]):
            said += _ticked(made, at)
            said += made.handle(event, at)
        return said + _ticked(made, START + seconds * SECOND)

    def order(self, name: str = "P1.1", **changes: Any) -> SendOrder:
        """Make an order to buy 100 that may execute at once."""
        terms: dict[str, Any] = {
            "mic": self.make().mic, "cl_ord_id": name, "symbol": SYMBOL, "side": Side.BUY, "order_qty": 100,
            "ord_type": OrdType.LIMIT, "price": HIGH, "time_in_force": TimeInForce.DAY,
        }  # fmt: skip
        return SendOrder(**{**terms, **changes})

    def cancel(self, name: str, orig: str) -> CancelOrder:
        """Make a cancel."""
        return CancelOrder(self.make().mic, name, orig, SYMBOL, Side.BUY)

    @scenario("P-01")
    def test_p01_declares_itself(self) -> None:
        """It is an attrs class with a name and a docstring, says that it is simulated, and has no channels."""
        one = self.make()
        check_class(self.venue, VenueAdapter)
        assert one.simulated, "simulated: found False, expected True"
        assert not one.channels, f"channels: found {one.channels}, expected none"
        assert isinstance(one.capabilities, Capabilities)
        assert isinstance(one.mic, str), f"mic: found {one.mic!r}, expected the venue's MIC"
        assert one.hears(one.mic) or one.hears(""), "found a venue that hears no market, expected its own or the tape"

    @scenario("P-02")
    def test_p02_documents_its_parameters(self) -> None:
        """Every parameter has a type that can be read, and a docstring below it.

        Bad values and unknown names are refused by name.
        """
        check_refusals(self.venue, self.params)
        check_documented(self.venue)

    @scenario("P-03")
    def test_p03_speaks_the_interface(self) -> None:
        """All it says is of the interface's classes, every field of the exact type, under its own MIC."""
        said = self.run((1, self.order()), (5, self.cancel("P1.2", "P1.1")), seconds=20)
        assert said, "found nothing said, expected reports"
        for one in said:
            fault = wrong(one, VENUE)
            assert not fault, fault
            assert one.mic == self.make().mic, f"mic: found {one.mic}, expected its own"

    @scenario("P-04")
    def test_p04_executes_what_crosses(self) -> None:
        """An order that admits every price is acknowledged, and executed within ten minutes, within its limit."""
        said = self.run((1, self.order()), seconds=600)
        assert _kinds(said)[0] is ExecType.NEW, f"found {said[:1]}, expected NEW first"
        fills = [one for one in said if one.exec_type is ExecType.TRADE]
        assert fills, f"found {_kinds(said)}, expected executions"
        assert all(0 < one.last_px <= HIGH for one in fills), f"found {fills}, expected prices up to {HIGH}"

    @scenario("P-05")
    def test_p05_keeps_what_rests(self) -> None:
        """An order far from the market rests without an execution, and a cancel ends it with both ids."""
        said = self.run((1, self.order(price=DEEP)), (30, self.cancel("P1.2", "P1.1")))
        assert _kinds(said) == [ExecType.NEW, ExecType.CANCELED], f"found {_kinds(said)}, expected NEW, CANCELED"
        assert (said[1].cl_ord_id, said[1].orig_cl_ord_id) == ("P1.2", "P1.1")

    @scenario("P-06")
    def test_p06_refuses_cancels_of_what_it_does_not_have(self) -> None:
        """A cancel of an unknown order, and of one that is over, is an OrderCancelReject with both ids."""
        said = self.run((1, self.cancel("P9.2", "P9.1")), (2, self.order(price=DEEP)), (3, self.cancel("P1.2", "P1.1")),
                        (9, self.cancel("P1.3", "P1.1")))  # fmt: skip
        found = [(one.cl_ord_id, one.orig_cl_ord_id) for one in said if isinstance(one, OrderCancelReject)]
        assert found == [("P9.2", "P9.1"), ("P1.3", "P1.1")], f"found {found}"

    @scenario("P-07")
    def test_p07_refuses_what_it_does_not_take(self) -> None:
        """An unknown symbol, a price off the tick, half a lot, what its capabilities leave out: REJECTED with a text.

        The same ClOrdID a second time too, and the first order is unharmed."""
        bad: list[dict[str, Any]] = [{"symbol": "NONE"}, {"price": BID + 1}, {"symbol": "LOTS", "order_qty": 15}]
        bad += left_out(self.make().capabilities)
        for changes in bad:
            said = self.run((1, self.order(**changes)), seconds=5)
            assert _kinds(said) == [ExecType.REJECTED], f"found {said} of an order with {changes}, expected REJECTED"
            assert said[0].text, f"text: found nothing, expected why an order with {changes} is refused"
        said = self.run((1, self.order(price=DEEP)), (2, self.order(price=DEEP)), (9, self.cancel("P1.2", "P1.1")))
        assert _kinds(said) == [ExecType.NEW, ExecType.REJECTED, ExecType.CANCELED], f"found {_kinds(said)}"

    @scenario("P-08")
    def test_p08_replaces_as_it_says(self) -> None:
        """A replace is REPLACED under the new id, with the new total; without the capability it is refused."""
        mic, can = self.make().mic, self.make().capabilities
        asked = ReplaceOrder(mic, "P1.2", "P1.1", SYMBOL, Side.BUY, 60, DEEP)
        said = self.run((1, self.order(price=DEEP)), (9, asked))
        if can.replace is ReplaceMode.NONE:
            assert isinstance(said[1], OrderCancelReject), f"found {said[1]}, expected an OrderCancelReject"
            return
        assert _kinds(said) == [ExecType.NEW, ExecType.REPLACED], f"found {_kinds(said)}"
        assert (said[1].cl_ord_id, said[1].orig_cl_ord_id, said[1].order_qty) == ("P1.2", "P1.1", 60)

    @scenario("P-09")
    def test_p09_answers_status_requests(self) -> None:
        """Asked for an order it says what it knows; REJECTED for one that it does not know.

        Skipped where its capabilities say that it answers none.
        """
        needs(self.make().capabilities.order_status, "it answers no status requests")
        mic = self.make().mic
        asked = [(9, QueryOrder(mic, name, SYMBOL, Side.BUY)) for name in ("P1.1", "P9.9")]
        said = [one for one in self.run((1, self.order(price=DEEP)), *asked) if one.exec_type is ExecType.ORDER_STATUS]
        assert [(one.cl_ord_id, one.ord_status) for one in said] == [
            ("P1.1", OrdStatus.NEW), ("P9.9", OrdStatus.REJECTED)
        ], f"found {said}"  # fmt: skip

    @scenario("P-10")
    def test_p10_does_not_trade_while_halted(self) -> None:
        """While the instrument is halted nothing executes, whatever crosses."""
        halt = (0.5, PhaseChange(SYMBOL, "", Phase.HALTED))
        said = self.run(halt, (1, self.order()), seconds=120)
        assert ExecType.TRADE not in _kinds(said), "found an execution in a halt, expected none"

    @scenario("P-11")
    def test_p11_says_when_it_wants_the_time(self) -> None:
        """`next_tick` is None or later than the tick before, and once no order is left and all is said, it is None.

        An order rests in a still market for a hundred ticks, or until it wants none, and is cancelled; a thousand ticks
        later at most, all is said.
        """
        made = self.make()
        list(made.handle(self.order(price=DEEP), START))
        now, _ = _next_ticks(made, START, 100)
        list(made.handle(self.cancel("P1.2", "P1.1"), now))
        _, due = _next_ticks(made, now, 1_000)
        assert due is None, f"next_tick: found {due} after 1,000 ticks without an order, expected None"

    @scenario("P-12")
    def test_p12_does_alike_again(self, tmp_path: Path) -> None:
        """The same inputs give the same reports, byte for byte: its randomness comes from the run's seed (law 6).

        Tried a second time, and in another process with another hash seed.
        """
        check_alike(self, reports, tmp_path)

    @scenario("P-13")
    @pytest.mark.parametrize("seed", range(10))
    def test_p13_keeps_its_books_whatever_it_is_asked(self, seed: int) -> None:
        """Two hundred random commands, sensible or not, in a lively market: it never raises, and every order's reports
        are consistent: CumQty is the sum of executions, none beyond the order, none after its end, ExecIDs unique."""
        rng, law = Random(seed), ReportLaw(self.make().mic)
        names: list[str] = []
        events: list[tuple[float, Any]] = []
        for number in range(200):
            at = rng.random() * 290
            if rng.random() < 0.5 or not names:
                names.append(f"P{number}.1")
                events.append((at, self._any_order(rng, names[-1])))
            else:
                events.append((at, self._any_request(rng, f"P{number}.2", rng.choice(names))))
        for _, command in sorted(events, key=lambda one: one[0]):
            law.sent(command)
        for one in self.run(*events, seconds=300):
            law.heard(one)
        assert not law.faults, law.faults[0]

    def _any_order(self, rng: Random, name: str) -> SendOrder:
        price = rng.choice((None, BID, ASK, HIGH, DEEP, BID + 1))
        return self.order(
            name,
            side=rng.choice((Side.BUY, Side.SELL)),
            order_qty=rng.choice((1, 10, 100, 5_000)),
            ord_type=OrdType.MARKET if price is None else OrdType.LIMIT,
            price=price,
            time_in_force=rng.choice(tuple(TimeInForce)),
            symbol=rng.choice((SYMBOL, SYMBOL, SYMBOL, "NONE")),
            min_qty=rng.choice((0, 0, 0, 10)),
            display_qty=rng.choice((None, None, None, 20)),
            post_only=rng.choice((False, False, False, True)),
        )

    def _any_request(self, rng: Random, name: str, orig: str) -> Any:
        mic = self.make().mic
        if rng.random() < 0.4:
            return ReplaceOrder(mic, name, orig, SYMBOL, Side.BUY, rng.choice((1, 50, 8_000)), rng.choice((BID, HIGH)))
        return self.cancel(name, orig) if rng.random() < 0.7 else QueryOrder(mic, orig, SYMBOL, Side.BUY)

    def _market(self, mic: str, seconds: int) -> Iterable[tuple[int, Any]]:
        """A lively market: a quote and a print every tenth of a second, at the venue and on the tape."""
        rng, step = Random(3), SECOND // 10
        made = self.make()
        heard = [one for one in dict.fromkeys(("", mic)) if made.hears(one)]
        yield 0, PhaseChange(SYMBOL, "", Phase.CONTINUOUS)
        for number in range(seconds * 10):
            shift = rng.choice((-1, 0, 0, 0, 1)) * TICK
            for where in heard:
                yield number * step, Quote(SYMBOL, where, BID + shift, 300, ASK + shift, 300)
                side = rng.choice((Side.BUY, Side.SELL))
                yield number * step + 1, Trade(SYMBOL, where, (ASK if side is Side.BUY else BID) + shift, 50, side)


def left_out(can: Capabilities) -> Iterator[dict[str, Any]]:
    """Yield changes to the kit's order, one for each thing that a venue of these capabilities does not take."""
    yield from ({"time_in_force": one} for one in TimeInForce if one not in can.times_in_force)
    yield from ({"ord_type": OrdType.PEGGED, "peg": one} for one in Peg if one not in can.pegs)
    if OrdType.MARKET not in can.ord_types:
        yield {"ord_type": OrdType.MARKET, "price": None}
    terms = (("min_qty", can.min_qty, 10), ("display_qty", can.display_qty, 20), ("post_only", can.post_only, True))
    yield from ({name: value} for name, takes, value in terms if not takes)


def reports(kit: SimulatedVenueKit) -> list[Any]:
    """Give what the venue says of five orders."""
    script = [(1 + number, kit.order(f"P{number}.1", order_qty=100 * (number + 1))) for number in range(5)]
    return kit.run(*script, seconds=120)


def _next_ticks(made: VenueAdapter, now: int, most: int) -> tuple[int, int | None]:
    """Let a venue have the time so many times at most, and check when it wants it; give the time, and what is due."""
    due = made.next_tick()
    for _ in range(most):
        assert due is None or type(due) is int, f"next_tick: found {due!r}, expected ns or None"
        if due is None:
            break
        assert due >= now, f"next_tick: found {due} at {now}, expected no earlier time"
        now = due
        list(made.handle(Tick(), now))
        due = made.next_tick()
        assert due is None or due > now, f"next_tick: found {due} at {now}, expected later"
    return now, due


def _ticked(made: VenueAdapter, until: int) -> list[Any]:
    """Let a venue have the time whenever it wants it before `until`."""
    said: list[Any] = []
    for _ in range(100_000):
        due = made.next_tick()
        if due is None or due >= until:
            return said
        said += made.handle(Tick(), due)
    raise AssertionError(f"found 100,000 ticks before {until}, expected time to go on")


def _kinds(said: Iterable[Any]) -> list[ExecType | None]:
    return [one.exec_type if isinstance(one, ExecutionReport) else None for one in said]
