"""A configuration made real: plugin instances and the engine's arguments. Starts nothing that will be run.

Faults of all plugins' fields are collected together with those of the file.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from smartexec.errors import ConfigError, PluginError
from smartexec.interfaces.context import Context
from smartexec.interfaces.journal import Journal
from smartexec.interfaces.market_data import MarketDataFeed
from smartexec.interfaces.order_source import OrderSource
from smartexec.interfaces.routing import RoutingLogic
from smartexec.interfaces.sink import Sink
from smartexec.interfaces.strategy import Strategy
from smartexec.interfaces.venue import VenueAdapter
from smartexec.model.statistics import Statistics
from smartexec.registry import Registry, discover
from smartexec.runtime.plan.setup import Setup, unknown_scopes
from smartexec.runtime.plan.venues_file import NO_HISTORY, VenueHistory, load_venues, typed_learned
from smartexec.runtime.reading.config import Config, Section, StatisticsPart, read
from smartexec.runtime.reading.schema import build, check_fields
from smartexec.runtime.reading.statistics_file import load_statistics


@frozen(kw_only=True)
class Plan:
    """All that a run needs, built and not started."""

    config: Config
    registry: Registry
    feeds: tuple[MarketDataFeed, ...]
    sources: tuple[OrderSource, ...]
    venues: Mapping[str, VenueAdapter]
    """By MIC, in the order of the configuration."""
    strategies: Mapping[str, type[Strategy]]
    routers: Mapping[str, RoutingLogic]
    """By configured name: `[routing.NAME]`, and every logic that needs no configuration."""
    journal: Journal
    statistics: Mapping[str, Statistics] = field(factory=dict)
    """By symbol, from `[statistics] volume`."""
    history: VenueHistory = NO_HISTORY
    """Of the venues and routing logics of this run, from `[statistics] venues`."""
    sinks: tuple[Sink, ...] = field(factory=tuple)

    @property
    def setup(self) -> Setup:
        """What the engine is made from."""
        config = self.config
        return Setup(
            instruments=config.instruments,
            venues={mic: venue.capabilities for mic, venue in self.venues.items()},
            strategies=self.strategies,
            routers=self.routers,
            settings=config.settings,
            unlimited="the file was checked",
            accounts=config.accounts,
            defaults=config.strategies,
            statistics=self.statistics,
            history=self.history,
            plugins=self.registry.infos(),
            config=config.text,
            base=str(config.base),
        )


def plan_file(
    path: Path,
    registry: Registry | None = None,
    base: Path | None = None,
    *,
    statistics: bool = True,
    live: bool = False,
) -> Plan:
    """Read a file and build what it names; ConfigError with every fault of both.

    Without `statistics`, the files of `[statistics]` are left alone: a replay has them in the journal's header, and
    who fits them anew has none yet. `live`: a file to be served.
    """
    config, faults = read(path, base, live=live)
    if config is None:
        raise ConfigError(faults)
    if registry is None:
        if not config.allow:
            raise ConfigError(faults)
        try:
            registry = discover(config.allow, f"{path}: plugins.allow")
        except PluginError as error:
            raise PluginError("\n".join([*faults, str(error)])) from error
    return make_plan(config if statistics else evolve(config, statistics=StatisticsPart()), registry, faults)


def make_plan(config: Config, registry: Registry, faults: list[str] | None = None) -> Plan:
    """Build the plugins that a configuration names."""
    maker = _Maker(config, registry, list(faults or ()))
    plan = maker.plan()
    if maker.faults or plan is None:
        raise ConfigError(maker.faults)
    return plan


class _Maker:
    """Builds plugin by plugin; what cannot be built is noted and left out."""

    def __init__(self, config: Config, registry: Registry, faults: list[str]) -> None:
        self.config, self.registry, self.faults = config, registry, faults

    def plan(self) -> Plan | None:
        config = self.config
        self.check_strategies()
        self.check_scopes()
        journal = self.one("journal", config.journal)
        plan = Plan(
            config=config,
            registry=self.registry,
            feeds=tuple(self.many("market-data feed", config.market_data)),
            sources=tuple(self.many("order source", config.orders)),
            venues=(venues := self.venues()),
            strategies=self.registry.strategies(),
            routers=(routers := self.routers()),
            journal=journal,
            statistics=self.statistics(),
            sinks=tuple(self.many("sink", config.sinks)),
            history=self.history(venues, routers),
        )
        if self.faults:
            self.start_inputs((*plan.feeds, *plan.sources))
        return None if journal is None else plan

    def start_inputs(self, inputs: Iterable[MarketDataFeed | OrderSource]) -> None:
        """Say what is wrong with the inputs too, where nothing will be run: a file that is not there, its columns."""
        context = Context(self.config.instruments, self.config.run.seed, self.config.base)
        for one in inputs:
            try:
                one.start(context)
            except ConfigError as error:
                self.fault(error)
            except Exception:
                continue  # what breaks under a faulty configuration may be a consequence of it

    def fault(self, error: ConfigError) -> None:
        self.faults += [f"{self.config.path}: {fault}" for fault in error.faults]

    def one(self, kind: str, section: Section) -> Any:
        if not section.plugin:
            return None  # already a fault of the file
        try:
            cls = self.registry.find(kind, section.plugin, f"{section.where}.plugin")
            return build(cls, section.fields, section.where)
        except ConfigError as error:
            self.fault(error)
            return None

    def many(self, kind: str, sections: tuple[Section, ...]) -> list[Any]:
        made = [self.one(kind, section) for section in sections]
        return [one for one in made if one is not None]

    def venues(self) -> dict[str, VenueAdapter]:
        venues: dict[str, VenueAdapter] = {}
        for section in self.config.venues:
            venue = self.one("venue", section)
            if venue is None:
                continue
            if venue.mic in venues:
                self.fault(ConfigError(f"{section.where}.mic: found {venue.mic!r} twice, expected one venue each"))
            venues[venue.mic] = venue
        return venues

    def routers(self) -> dict[str, RoutingLogic]:
        """Make the configured logics, then those that need no configuration under their own names."""
        made = {name: self.one("routing logic", section) for name, section in self.config.routers.items()}
        routers = {name: one for name, one in made.items() if one is not None}
        for name, cls in self.registry.routing_logics().items():
            if name not in made:
                try:
                    routers[name] = build(cls, {}, f"routing.{name}")
                except ConfigError:
                    continue  # it has fields without defaults: it is there once it is configured
        routing, known = self.config.settings.routing, ", ".join(routers) or "none"
        named = [("routing.default", routing.default), *(("routing.overbook", name) for name in routing.overbook)]
        for where, name in named:
            if name not in routers and name not in made:
                self.fault(ConfigError(f"{where}: found {name!r}, expected one of {known}"))
        return routers

    def statistics(self) -> Mapping[str, Statistics]:
        """Read what was fitted, of the instruments of this run."""
        name = self.config.statistics.volume
        if not name:
            return {}
        try:
            known = load_statistics(self.config.base / name)
        except ConfigError as error:
            self.fault(_under("statistics.volume", error))
            return {}
        return {symbol: known[symbol] for symbol in self.config.instruments if symbol in known}

    def history(self, venues: Mapping[str, VenueAdapter], routers: Mapping[str, RoutingLogic]) -> VenueHistory:
        """Read what earlier runs have measured and learned, of the instruments, venues and logics of this run."""
        name = self.config.statistics.venues
        if not name:
            return NO_HISTORY
        try:
            known = load_venues(self.config.base / name).of(self.config.instruments, venues, routers)
            typed_learned(known.learned, routers)
        except ConfigError as error:
            self.fault(_under("statistics.venues", error))
            return NO_HISTORY
        return known

    def check_strategies(self) -> None:
        known = self.registry.strategies()
        for name, defaults in self.config.strategies.items():
            where = f"strategies.{name}"
            if name not in known:
                expected = ", ".join(known) or "none: none is loaded"
                self.fault(ConfigError(f"{where}: found no such strategy, expected one of {expected}"))
            elif faults := check_fields(known[name], defaults, where):
                self.fault(ConfigError(faults))

    def check_scopes(self) -> None:
        """See that limits are on what is there."""
        mics = [str(s.fields.get("mic")) for s in self.config.venues]
        config, strategies = self.config, self.registry.strategies()
        for fault in unknown_scopes(config.settings.risk, strategies, mics, config.instruments):
            self.fault(ConfigError(fault))


def _under(where: str, error: ConfigError) -> ConfigError:
    """Say which key of the configuration named the file that is at fault."""
    return ConfigError([f"{where}: {fault}" for fault in error.faults])
