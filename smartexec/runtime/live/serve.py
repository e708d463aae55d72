"""A configuration served: the wall clock, the transport and a run folder around a live session. asyncio.

A folder that holds a session which is not over is gone on with; orders that it has already taken are not taken twice.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Final

from attrs import define, evolve

from smartexec.errors import ConfigError
from smartexec.interfaces.wired import Wired
from smartexec.model.commands import Command
from smartexec.model.ids import NANOS_PER_SECOND
from smartexec.model.wire import WireInput
from smartexec.registry import Registry
from smartexec.runtime.collector import gc_policy
from smartexec.runtime.feeding.fault_log import FaultLog
from smartexec.runtime.live.clock import Clock
from smartexec.runtime.live.control import Control
from smartexec.runtime.live.event_loop import run
from smartexec.runtime.live.live import Live
from smartexec.runtime.live.operator import Operator
from smartexec.runtime.live.session import Session
from smartexec.runtime.live.transport import Transport
from smartexec.runtime.plan.plan import Plan, plan_file
from smartexec.runtime.plan.setup import fair_lot
from smartexec.runtime.plan.starting import start
from smartexec.runtime.replay.recall import Recall
from smartexec.runtime.simulation.loop import Counts
from smartexec.runtime.simulation.run import (
    CONFIG,
    FAULTS,
    TABLES,
    RunResult,
    owner_text,
    prepare,
    result_of,
    write_tables,
)

LONGEST_SLEEP: Final = 1.0
"""The clock is looked at so often, s, whatever is due: it may be set."""
LEAVE: Final = 2 * NANOS_PER_SECOND
"""Once it is over, peers have this long to say goodbye, ns."""
Told = Callable[[Command], None]


def serve(
    config: Path,
    out: Path,
    told: Told | None = None,
    stop: "Stop | None" = None,
    *,
    registry: Registry | None = None,
    fault: Callable[[str], None] | None = None,
) -> RunResult | None:
    """Serve a configuration until its end, or until it is stopped; ConfigError with every fault of it.

    None if it was suspended: the same again goes on with it. `fault` is told what else people should know, a line each.
    """
    plan = plan_file(config, registry, live=True)
    return run(_Server(plan, out, told, stop or Stop(), fault).run())


@define
class Stop:
    """Ends a session from outside, from any thread or signal handler."""

    wanted: bool = False
    suspend: bool = False
    wake: Callable[[], None] = lambda: None

    def __call__(self, *, suspend: bool = False) -> None:
        """End it: what is live is cancelled, then it is over. `suspend`: leave it as it is, to be gone on with."""
        self.wanted, self.suspend = not suspend, suspend
        self.wake()


class _Server:
    """One session being served."""

    def __init__(
        self, plan: Plan, out: Path, told: Told | None, stop: Stop, fault: Callable[[str], None] | None
    ) -> None:
        self.plan, self.out, self.told, self.stop = plan, out, told, stop
        self.faults = FaultLog(fault)
        self.began = perf_counter()
        self.market_events = 0

    async def run(self) -> RunResult | None:
        start(self.plan, self.faults.say)
        session = self._session()
        try:
            await self._live(session)
        finally:
            session.close()
            self.faults.flush()
        if self.stop.suspend:
            return None
        lot = fair_lot(self.plan.config.settings.allocation)
        write_tables(session.engine.blotter, self.plan.sinks, self.out / TABLES, lot)
        turns = session.turns
        counts = Counts(market=self.market_events, turns=turns.count, commands=turns.commands)
        seconds = perf_counter() - self.began
        digest = turns.digest.value().hex()
        return result_of(self.out, session.engine.blotter, self.faults, counts, digest, seconds)

    def _session(self) -> Session:
        """Begin, or go on with what is in the folder."""
        plan, out, setup = self.plan, self.out, evolve(self.plan.setup, raised=self.faults.note)
        budget = plan.config.serve.plugin_budget
        if (out / CONFIG).is_file():
            if (out / CONFIG).read_bytes() != plan.config.text.encode():
                raise ConfigError(
                    f"{out / CONFIG}: found another configuration than {plan.config.path}, expected the same"
                )
            self.faults.open(out / FAULTS)
            self._remember()
            recall = Recall(plan.venues, plan.sources, plan.sinks)  # it may have died before its journal began
            return Session.open(setup, plan.journal, out, budget=budget, recall=recall)
        prepare(plan, out, self.faults)
        self._remember()
        return Session.create(setup, plan.journal, out, budget=budget)

    def _remember(self) -> None:
        plan = self.plan
        for plugin in (*plan.venues.values(), *plan.sources, *plan.sinks):
            plugin.remember(self.out, plan.journal.pressed)

    async def _live(self, session: Session) -> None:
        woken = asyncio.Event()
        self.stop.wake = partial(_wake, asyncio.get_running_loop(), woken)
        plan, clock = self.plan, Clock(self.faults.say)
        parts: tuple[Wired, ...] = (*plan.venues.values(), *plan.sources, *plan.sinks)

        def hear(number: int, event: WireInput) -> None:
            live.hear(number, event)
            woken.set()

        transport = Transport(hear)
        live = Live(
            session, plan.venues, plan.sources, plan.feeds, plan.config.run.end, transport.act, self.faults.lose,
            partial(owner_text, plan), self.told, plan.sinks,
        )  # fmt: skip
        operator = Operator(self.out, plan, live, self.faults, clock.now, woken.set)
        control = Control(self.out, operator.handle)
        with gc_policy():
            try:
                await control.open()
                for number, part in enumerate(parts):
                    await transport.open(number, part.channels)
                await self._trade(live, operator, clock, woken)
                if live.over:
                    await _leave(live, clock, woken)
            finally:
                self.market_events = live.market_events
                await control.close()
                await transport.close()

    async def _trade(self, live: Live, operator: Operator, clock: Clock, woken: asyncio.Event) -> None:
        """Step until it is over, or to be left as it is."""
        while not live.over:
            now = clock.now()
            if self.stop.suspend:
                return  # as if the process had died here: nobody is told, nothing more is counted as heard
            if self.stop.wanted:
                live.stop(now)
            operator.look(now)
            live.step(now)
            self.faults.flush()
            await _until(live.next_due() - clock.now(), woken)


async def _leave(live: Live, clock: Clock, woken: asyncio.Event) -> None:
    """Let everybody say goodbye."""
    live.leave(clock.now())
    end = clock.now() + LEAVE
    while not live.left and clock.now() < end:
        await _until(min(live.next_due(), end) - clock.now(), woken)
        live.step(clock.now())


def _wake(loop: asyncio.AbstractEventLoop, woken: asyncio.Event) -> None:
    loop.call_soon_threadsafe(woken.set)


async def _until(ns: int, woken: asyncio.Event) -> None:
    """Wait so long, or until something was heard; let the transport do its work in any case."""
    seconds = min(LONGEST_SLEEP, max(0.0, ns / NANOS_PER_SECOND))
    if seconds > 0 and not woken.is_set():
        alarm = asyncio.get_running_loop().call_later(seconds, woken.set)  # wait_for makes a task, and costs as much
        await woken.wait()
        alarm.cancel()
    else:
        await asyncio.sleep(0)
    woken.clear()
