"""Cost of a quote while parents are at work with real strategies: is it the same with 5 parents as with 500?

    python benchmarks/parents.py [--parents 5 50 500] [--per-instrument 5] [--seconds 60] [--rate 10000]

Quotes come at `--rate` a second over all instruments, in market time; each instrument has the same number of parents,
of the strategies in turn, and three venues that answer at once and fill what they get. Orders last five minutes, so
that schedules have a slice every 15 seconds. Measured: the time to fold a quote (`us_quote`), the time that a decision
takes with all that follows from it (`us_decision`: strategy, routing, guards, executions, shares), and how much of the
market's time all of it took (`busy`: 1 = it just keeps up).
"""

import argparse
import json
import sys
from collections.abc import Iterator
from time import perf_counter
from typing import Final

from attrs import define, field
from desk import ASK, BID, START, TICK, PerfectVenue

from smartexec.interfaces.routing import RoutingLogic
from smartexec.interfaces.strategy import Strategy
from smartexec.kernel.advisor import Advisor, Fault
from smartexec.kernel.engine import Engine
from smartexec.kernel.settings import Netting, Routing, Settings
from smartexec.model.enums import Phase, Side, TimeInForce
from smartexec.model.events import Event, Tick
from smartexec.model.instrument import Instrument
from smartexec.model.market import PhaseChange, Quote, Trade
from smartexec.model.orders import NewOrder, Params
from smartexec.model.routing import Capabilities, Route, RouteRequest
from smartexec.model.statistics import CURVE_SCALE, Statistics
from smartexec.model.view import Decision, ParentView
from smartexec.runtime.collector import gc_policy
from smartexec_routers.parallel import Parallel
from smartexec_schedules.plugin import smartexec_strategies

NANOS: Final = 10**9
MICS: Final = ("XV00", "XV01", "XV02")
NAMES: Final = ("TWAP", "VWAP", "POV", "IS")
PARAMETERS: Final = {"IS": {"risk_aversion": 1e-10}}
"""As averse to risk as the default it would be done at once."""
MINUTES: Final = 5
"""Life of an order."""
BINS: Final = 26
HOURS: Final = 6.5
LOTS: Final = 1_000_000


@define
class Plugins(Advisor):
    """Asks real strategies with their default parameters, and the parallel logic."""

    strategies: dict[str, Strategy]
    router: RoutingLogic
    asked: int = 0

    def decide(self, strategy: str, params: Params, view: ParentView) -> Decision | Fault:
        self.asked += 1
        return self.strategies[strategy].decide(view)

    def route(self, router: str, request: RouteRequest) -> Route | Fault:
        return self.router.route(request)


@define
class Times:
    """Seconds, and how often."""

    quotes: float = 0.0
    turns: float = 0.0
    count: int = 0
    settled: int = 0


@define
class Market:
    """An engine with parents at work, and quotes for it."""

    parents: int
    per_instrument: int
    rate: int
    names: tuple[str, ...]
    engine: Engine = field(init=False)
    plugins: Plugins = field(init=False)
    venue: PerfectVenue = field(factory=PerfectVenue)
    seq: int = 0

    def open(self) -> None:
        """Begin trading: all orders come at the start, for the whole day."""
        classes = {cls.name: cls for cls in smartexec_strategies()}
        chosen = {name: classes[name](**PARAMETERS.get(name, {})) for name in self.names}
        symbols = self.symbols()
        day = round(HOURS * 3_600) * NANOS
        known = Statistics(adv=50_000_000, sigma=0.02, spread=2 * TICK, bin=day // BINS, curve=_shares(), model=None)
        capabilities = Capabilities(times_in_force=frozenset({TimeInForce.DAY, TimeInForce.IOC}))
        self.plugins = Plugins(chosen, Parallel())
        self.engine = Engine(
            Settings(routing=Routing(default="parallel"), netting=Netting(enabled=False)),
            {s: Instrument(s, tick=TICK, open=START, close=START + day) for s in symbols},
            dict.fromkeys(MICS, capabilities),
            {name: frozenset(one.wakes_on) for name, one in chosen.items()},
            ["parallel"],
            self.plugins,
            dict.fromkeys(symbols, known),
        )
        self.turn(START, [PhaseChange(s, "", Phase.CONTINUOUS) for s in symbols])
        self.turn(START, [Quote(s, mic, BID, 500, ASK, 500) for s in symbols for mic in MICS])
        self.turn(START, [self._order(i, symbols[i % len(symbols)]) for i in range(self.parents)])

    def symbols(self) -> list[str]:
        return [f"S{i:04}" for i in range(max(1, self.parents // self.per_instrument))]

    def _order(self, i: int, symbol: str) -> NewOrder:
        name = self.names[i // len(self.symbols()) % len(self.names)]
        end = START + MINUTES * 60 * NANOS
        return NewOrder("bench", f"C{i}", symbol, Side.BUY, LOTS, name, "A1", list_id=f"L{i}", expire_time=end)

    def turn(self, now: int, events: list[Event]) -> None:
        """Fold events, settle, and let the venue answer until it has nothing to say."""
        while events or self.engine.dirty:
            for event in events:
                self.seq += 1
                self.engine.handle(self.seq, now, event)
            self.seq += 1
            self.venue.take(self.engine.settle(self.seq, now))
            events = self.venue.say()

    def quotes(self, seconds: int) -> Iterator[Quote | Trade]:
        """Quotes in turn over instruments and venues; every fiftieth event is a print."""
        symbols = self.symbols()
        for i in range(seconds * self.rate):
            symbol, mic = symbols[i % len(symbols)], MICS[i // len(symbols) % len(MICS)]
            if i % 50 == 49:
                yield Trade(symbols[i // 50 % len(symbols)], mic, ASK, 20 * len(symbols))
            else:
                move = i // 1_000 % 5 * TICK
                yield Quote(symbol, mic, BID + move, 400 + i % 200, ASK + move, 500)

    def run(self, seconds: int) -> Times:
        """Fold the quotes, with turns whenever a timer is due or something is to be done."""
        times, engine, step = Times(), self.engine, NANOS // self.rate
        now = START
        events = list(self.quotes(seconds))
        for event in events:
            now += step
            due = engine.next_timer()
            if due is not None and due <= now:
                times.turns += self._timed(now, [Tick()])
                times.settled += 1
            began = perf_counter()
            self.seq += 1
            engine.handle(self.seq, now, event)
            times.quotes += perf_counter() - began
            times.count += 1
            if engine.dirty:
                times.turns += self._timed(now, [])
                times.settled += 1
        return times

    def _timed(self, now: int, events: list[Event]) -> float:
        began = perf_counter()
        self.turn(now, events)
        return perf_counter() - began


def _shares() -> tuple[int, ...]:
    even = CURVE_SCALE // BINS
    return (*[even] * (BINS - 1), CURVE_SCALE - even * (BINS - 1))


def main() -> None:
    """Print a JSON line for each number of parents."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--parents", type=int, nargs="+", default=[5, 50, 500])
    parser.add_argument("--per-instrument", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=60, help="market time")
    parser.add_argument("--strategies", nargs="+", default=list(NAMES))
    parser.add_argument("--rate", type=int, default=10_000, help="quotes and prints a second, all instruments together")
    options = parser.parse_args()
    for parents in options.parents:
        market = Market(parents, options.per_instrument, options.rate, tuple(options.strategies))
        with gc_policy():
            market.open()
            market.plugins.asked = 0
            times = market.run(options.seconds)
            working = len(market.engine.blotter.working)
        if working != parents:
            raise SystemExit(f"parents: found {working} at work, expected {parents}")
        line = {
            "parents": parents,
            "instruments": len(market.symbols()),
            "quotes": times.count,
            "us_quote": round(times.quotes / times.count * 1e6, 2),
            "turns": times.settled,
            "decisions": market.plugins.asked,
            "us_decision": round(times.turns / max(1, market.plugins.asked) * 1e6, 1),
            "children": len(market.engine.blotter.child_orders),
            "busy": round((times.quotes + times.turns) / options.seconds, 3),
            "python": sys.version.split()[0],
        }
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
