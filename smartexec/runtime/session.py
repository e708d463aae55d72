"""What a run and its replay share: starting plugins, the journal's header, the engine. Writes no run folder."""

from collections.abc import Callable
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from smartexec.errors import ConfigError, PluginError, SmartexecError
from smartexec.interfaces.context import Context
from smartexec.interfaces.market_data import MarketDataFeed
from smartexec.kernel.advisor import Advisor
from smartexec.kernel.engine import Engine
from smartexec.kernel.settings import Allocation, Timing
from smartexec.runtime.plan import Plan
from smartexec.runtime.records import VERSION, Header
from smartexec.runtime.schema import one_line
from smartexec.runtime.venues_file import typed_learned


class FaultLog:
    """Counts the faults of the inputs, one line each; writes them to a file from `open` on."""

    def __init__(self) -> None:
        self.count = 0
        self.lost: list[str] = []
        """What broke off altogether: a feed, a source, a venue."""
        self._lines: list[str] = []
        self._path: Path | None = None

    def say(self, line: str) -> None:
        """Note a bad piece of input that was left out."""
        self.count += 1
        self._lines.append(" ".join(line.splitlines()))
        if self._path is not None and len(self._lines) >= 1000:
            self.flush()

    def lose(self, line: str) -> None:
        """Note something that broke off and was not heard to its end."""
        self.lost.append(line)
        self.say(line)

    def open(self, path: Path) -> None:
        """Write to `path` from now on, beginning with what was said before."""
        path.write_text("", encoding="utf-8")
        self._path = path

    def flush(self) -> None:
        """Write what was said. Does nothing without a file."""
        if self._path is not None and self._lines:
            with self._path.open("a", encoding="utf-8") as stream:
                stream.writelines(f"{line}\n" for line in self._lines)
            self._lines.clear()


def start(plan: Plan, fault: Callable[[str], None]) -> None:
    """Start feeds, sources and venues; ConfigError with all their faults, PluginError where one breaks."""
    config = plan.config
    context = Context(config.instruments, config.run.seed, config.base, fault)
    faults: list[str] = []
    for kind, plugins in (
        ("market-data feed", plan.feeds),
        ("order source", plan.sources),
        ("venue", tuple(plan.venues.values())),
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


def header_of(plan: Plan) -> Header:
    """Say what the journal's reader must know."""
    infos = plan.registry.infos()
    return Header(
        version=VERSION,
        smartexec=own_version(),
        plugins=tuple((i.kind, i.name, i.distribution, i.version) for i in infos),
        config=config_digest(plan.config.text),
        base=str(plan.config.base),
        feeds=digests(plan.feeds),
        instruments=dict(plan.config.instruments),
        venues={mic: venue.capabilities for mic, venue in plan.venues.items()},
        strategies={name: tuple(sorted(w.value for w in wakes)) for name, wakes in plan.wakes.items()},
        routers=tuple(plan.routers),
        statistics=dict(plan.statistics),
        tallies={symbol: dict(by) for symbol, by in plan.history.tallies.items()},
        learned={name: dict(by) for name, by in plan.history.learned.items()},
    )


def digests(feeds: tuple[MarketDataFeed, ...]) -> tuple[str, ...]:
    """Identify the market data."""
    return tuple(f"{feed.name} {feed.digest()}" for feed in feeds)


def make_engine(header: Header, plan: Plan, advisor: Advisor) -> Engine:
    """Make the engine from what the journal's header says, so that a run and its replay have the same."""
    return Engine(
        plan.config.settings, header.instruments, header.venues, header.wakes, header.routers, advisor,
        header.statistics, header.tallies, typed_learned(header.learned, plan.routers),
    )  # fmt: skip


def fair_lot(allocation: Allocation) -> int:
    """Lots within which shares are fair (law 4): more than one only where booking rounds at completion."""
    at_completion = allocation.timing is Timing.AT_COMPLETION
    return max(allocation.rounding_lot, allocation.min_qty, 1) if at_completion else 1


def config_digest(text: str) -> str:
    """Identify a configuration by its bytes."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


def own_version() -> str:
    """Give the version of smartexec that runs."""
    try:
        return version("smartexec")
    except PackageNotFoundError:
        return "uninstalled"
