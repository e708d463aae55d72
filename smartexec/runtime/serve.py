"""A configuration served: the wall clock, the transport and a run folder around a live session. asyncio.

A folder that holds a session which is not over is gone on with; orders that it has already taken are not taken twice.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter, time_ns
from typing import Final

from attrs import define

from smartexec.errors import ConfigError
from smartexec.model.commands import Command
from smartexec.model.ids import NANOS_PER_SECOND
from smartexec.registry import Registry
from smartexec.runtime.collector import gc_policy
from smartexec.runtime.fault_log import FaultLog
from smartexec.runtime.live import Live
from smartexec.runtime.loop import Counts
from smartexec.runtime.plan import Plan, plan_file
from smartexec.runtime.recall import Recall
from smartexec.runtime.run import CONFIG, FAULTS, TABLES, RunResult, owner_text, prepare, result_of, write_tables
from smartexec.runtime.session import Session
from smartexec.runtime.setup import fair_lot
from smartexec.runtime.starting import start
from smartexec.runtime.transport import Transport

LONGEST_SLEEP: Final = 1.0
"""The clock is looked at so often, s, whatever is due: it may be set."""
LEAVE: Final = 2 * NANOS_PER_SECOND
"""Once it is over, peers have this long to say goodbye, ns."""
Told = Callable[[Command], None]


def serve(
    config: Path, out: Path, told: Told | None = None, stop: "Stop | None" = None, *, registry: Registry | None = None
) -> RunResult:
    """Serve a configuration until its end, or until it is stopped; ConfigError with every fault of it."""
    plan = plan_file(config, registry, live=True)
    return asyncio.run(_Server(plan, out, told, stop or Stop()).run())


@define
class Stop:
    """Ends a session from outside, from any thread or signal handler."""

    wanted: bool = False
    wake: Callable[[], None] = lambda: None

    def __call__(self) -> None:
        """End it: what is live is cancelled, then it is over."""
        self.wanted = True
        self.wake()


class _Server:
    """One session being served."""

    def __init__(self, plan: Plan, out: Path, told: Told | None, stop: Stop) -> None:
        self.plan, self.out, self.told, self.stop = plan, out, told, stop
        self.faults = FaultLog()
        self.began = perf_counter()

    async def run(self) -> RunResult:
        start(self.plan, self.faults.say)
        session = self._session()
        try:
            await self._live(session)
        except BaseException:
            session.close()
            raise
        finally:
            self.faults.flush()
        lot = fair_lot(self.plan.config.settings.allocation)
        write_tables(session.engine.blotter, self.plan.sinks, self.out / TABLES, lot)
        turns = session.turns
        counts = Counts(turns=turns.count, commands=turns.commands)
        seconds = perf_counter() - self.began
        digest = turns.digest.value().hex()
        return result_of(self.out, session.engine.blotter, self.faults, counts, digest, seconds)

    def _session(self) -> Session:
        """Begin, or go on with what is in the folder."""
        plan, out, setup = self.plan, self.out, self.plan.setup
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
        loop = asyncio.get_running_loop()
        self.stop.wake = partial(_wake, loop, woken)
        plan = self.plan

        def hear(number: int, event: object) -> None:
            live.hear(number, event)  # type: ignore[arg-type]
            woken.set()

        transport = Transport(hear)
        live = Live(
            session, plan.venues, plan.sources, plan.feeds, plan.config.run.end, transport.act, self.faults.lose,
            partial(owner_text, plan), self.told, plan.sinks,
        )  # fmt: skip
        with gc_policy():
            try:
                for number, plugin in enumerate((*plan.venues.values(), *plan.sources, *plan.sinks)):
                    await transport.open(number, plugin.channels)
                while not live.over:
                    if self.stop.wanted:
                        live.stop(time_ns())
                    live.step(time_ns())
                    await _until(live.next_due(), woken)
                live.leave(time_ns())
                end = time_ns() + LEAVE
                while not live.left and time_ns() < end:
                    await _until(min(live.next_due(), end), woken)
                    live.step(time_ns())
            finally:
                await transport.close()


def _wake(loop: asyncio.AbstractEventLoop, woken: asyncio.Event) -> None:
    loop.call_soon_threadsafe(woken.set)


async def _until(due: int, woken: asyncio.Event) -> None:
    """Wait until it is time, or something was heard; let the transport do its work in any case."""
    seconds = min(LONGEST_SLEEP, max(0.0, (due - time_ns()) / NANOS_PER_SECOND))
    if seconds > 0 and not woken.is_set():
        try:
            await asyncio.wait_for(woken.wait(), seconds)
        except TimeoutError:
            return
    else:
        await asyncio.sleep(0)
    woken.clear()
