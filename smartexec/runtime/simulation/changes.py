"""A run that differs from its configuration: another seed, router or strategy, with nothing kept on disk.

The strategy is changed where client events enter, before defaults are merged and parameters checked, so that changed
orders are pooled, netted and refused as if the clients had sent them so.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from attrs import define, evolve

from smartexec.errors import ConfigError
from smartexec.interfaces.context import Context
from smartexec.interfaces.host import Changes, Ran, Table
from smartexec.interfaces.order_source import OrderSource
from smartexec.model.commands import ClientCommand
from smartexec.model.orders import ClientEvent, NewOrder, Params
from smartexec.registry import Registry, discover
from smartexec.runtime.journal.forget import Forget
from smartexec.runtime.plan.plan import Plan, make_plan
from smartexec.runtime.reading.config import Config, read
from smartexec.runtime.reading.schema import build
from smartexec.runtime.simulation.loop import Progress
from smartexec.runtime.simulation.run import execute


def changed_plan(path: Path, changes: Changes, registry: Registry | None = None) -> Plan:
    """Read a file and build what it names, with the changes; ConfigError with every fault."""
    config, faults = read(path)
    if config is None or (registry is None and not config.allow):
        raise ConfigError(faults)
    found = registry or discover(config.allow, f"{path}: plugins.allow")
    plan = make_plan(_changed(config, changes), found, [*faults, *_strategy_faults(config, found, changes)])
    sources = plan.sources
    if changes.strategy is not None:
        params = tuple(changes.params.items())
        sources = tuple(_Changed(source, changes.strategy, params) for source in sources)
    return evolve(plan, sources=sources, journal=Forget(), sinks=())


def run_changed(
    path: Path, changes: Changes, progress: Progress | None = None, *, registry: Registry | None = None
) -> Ran:
    """Run a file with the changes; keep its tables in memory."""
    tables: dict[str, Table] = {}

    def keep(name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        tables[name] = Table(tuple(columns), rows)

    result = execute(changed_plan(path, changes, registry), None, progress, keep)
    quarantined = tuple(result.quarantined)
    return Ran(tables=tables, breaches=tuple(result.breaches), seconds=result.seconds, quarantined=quarantined)


def _changed(config: Config, changes: Changes) -> Config:
    run, settings = config.run, config.settings
    if changes.seed is not None:
        run, settings = evolve(run, seed=changes.seed), evolve(settings, seed=changes.seed)
    if changes.router is not None:
        settings = evolve(settings, routing=evolve(settings.routing, default=changes.router))
    return evolve(config, run=run, settings=settings)


def _strategy_faults(config: Config, registry: Registry, changes: Changes) -> list[str]:
    """Say before the run what would else be said of every order."""
    name, params = changes.strategy, changes.params
    if name is None:
        given = ", ".join(params)
        return [f"{config.path}: found parameters {given}, expected a strategy to give them"] if given else []
    try:
        cls = registry.find("strategy", name, "strategy")
        build(cls, {**config.strategies.get(name, {}), **params}, name, text=True)
    except ConfigError as error:
        return [f"{config.path}: {fault}" for fault in error.faults]
    return []


@define(slots=False)
class _Changed(OrderSource):
    """A source whose orders all name one strategy."""

    name: ClassVar[str] = "changed"
    source: OrderSource
    strategy: str
    params: Params

    def __attrs_post_init__(self) -> None:
        self.name = self.source.name  # type: ignore[misc]  # faults name the source that is at fault

    def start(self, context: Context) -> None:
        self.source.start(context)

    def events(self) -> Iterator[tuple[int, ClientEvent]]:
        for time, event in self.source.events():
            if type(event) is NewOrder:
                yield time, evolve(event, strategy=self.strategy, params=self.params)
            else:
                yield time, event

    def report(self, command: ClientCommand, now: int) -> None:
        self.source.report(command, now)
