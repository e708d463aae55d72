"""Feeds, sources, venues and sinks of a plan, started: every fault of theirs collected, who breaks named."""

from collections.abc import Callable
from typing import Any

from smartexec.errors import ConfigError, PluginError, SmartexecError
from smartexec.interfaces.context import Context
from smartexec.interfaces.market_data import MarketDataFeed
from smartexec.runtime.plan.plan import Plan
from smartexec.runtime.reading.schema import one_line


def start(plan: Plan, fault: Callable[[str], None]) -> None:
    """Start feeds, sources, venues and sinks; ConfigError with all their faults, PluginError where one breaks."""
    config = plan.config
    context = Context(config.instruments, config.run.seed, config.base, fault)
    faults: list[str] = []
    for kind, plugins in (
        ("market-data feed", plan.feeds),
        ("order source", plan.sources),
        ("venue", tuple(plan.venues.values())),
        ("sink", plan.sinks),
    ):
        for plugin in plugins:
            try:
                plugin.start(context)
            except ConfigError as error:
                faults += [f"{config.path}: {line}" for line in error.faults]
            except SmartexecError:
                raise
            except Exception as error:
                raise broken(plan, kind, plugin, error) from error
    if faults:
        raise ConfigError(faults)


def broken(plan: Plan, kind: str, plugin: Any, error: Exception) -> PluginError:
    """Make the error that names a plugin that raised, its distribution and version."""
    info = plan.registry.plugins.get((kind, plugin.name))
    owner = f" of {info.owner}" if info else ""
    return PluginError(f"{kind} {plugin.name}{owner}: found {type(error).__name__}: {one_line(error)}, expected none")


def digests(feeds: tuple[MarketDataFeed, ...]) -> tuple[str, ...]:
    """Identify the market data."""
    return tuple(f"{feed.name} {feed.digest()}" for feed in feeds)
