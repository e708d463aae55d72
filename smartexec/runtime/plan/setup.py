"""What an engine is made from, plugins included, and the journal's header that says so. Opens and starts nothing."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from attrs import field, fields, frozen

from smartexec.errors import ConfigError, JournalError
from smartexec.interfaces.routing import RoutingLogic
from smartexec.interfaces.strategy import Strategy
from smartexec.kernel.advisor import Advisor
from smartexec.kernel.engine import Engine
from smartexec.kernel.settings import Allocation, Limits, Risk, Settings, Timing
from smartexec.model.enums import Wake
from smartexec.model.instrument import Instrument
from smartexec.model.routing import Capabilities
from smartexec.model.statistics import Statistics
from smartexec.registry import PluginInfo
from smartexec.runtime.journal.records import VERSION, Header, Memory, encode
from smartexec.runtime.plan import given
from smartexec.runtime.plan.advisors import PluginAdvisor
from smartexec.runtime.plan.intake import Intake, Strategies
from smartexec.runtime.plan.venues_file import NO_HISTORY, VenueHistory, typed_learned
from smartexec.runtime.reading.config import Account, Table, missing_limits


def _by_symbol(values: Mapping[str, Instrument] | Iterable[Instrument]) -> Mapping[str, Instrument]:
    return given.by_name(values, "symbol")


def _by_strategy(values: Mapping[str, type[Strategy]] | Iterable[type[Strategy]]) -> Mapping[str, type[Strategy]]:
    return given.by_name(values, "name")


def _by_router(values: Mapping[str, RoutingLogic] | Iterable[RoutingLogic]) -> Mapping[str, RoutingLogic]:
    return given.by_name(values, "name")


@frozen(kw_only=True)
class Setup:
    """What an engine works with. Instruments, strategies and routing logics may be given as they are: their names are
    known. ConfigError if something is not of its kind, a name is not known, or a limit of the firm is missing and
    nothing says why it may be."""

    instruments: Mapping[str, Instrument] = field(converter=_by_symbol)
    """By symbol."""
    venues: Mapping[str, Capabilities]
    """By MIC."""
    strategies: Mapping[str, type[Strategy]] = field(converter=_by_strategy)
    """By name."""
    routers: Mapping[str, RoutingLogic] = field(converter=_by_router)
    """By name."""
    settings: Settings = field(factory=Settings)
    """How to aggregate, net, allocate, route and guard."""
    unlimited: str = ""
    """Why limits of the firm (`settings.risk.firm`) may be missing; "" = none may."""
    accounts: Mapping[str, Account] = field(factory=dict)
    """What orders of an account take where they do not say."""
    defaults: Mapping[str, Table] = field(factory=dict)
    """By strategy: parameters of orders that do not name them."""
    statistics: Mapping[str, Statistics] = field(factory=dict)
    """By symbol: what was fitted from history."""
    history: VenueHistory = NO_HISTORY
    """What the scorecard begins with."""
    plugins: Sequence[PluginInfo] = ()
    """What the registry says of the plugins (`Registry.infos`): the journal names their versions."""
    config: str = ""
    """Text of the configuration it was read from; "" = it was made by a program."""
    base: str = ""
    """Folder that relative paths in that configuration begin at."""
    raised: Callable[[str], None] | None = field(default=None, eq=False)
    """Told where a plugin raised, a line each time: an alert says only what."""

    def __attrs_post_init__(self) -> None:
        if wrong := given.faults(self):
            raise ConfigError(wrong)
        faults = [] if self.unlimited.strip() else missing_limits(_given(self.settings.risk.firm))
        routing = self.settings.routing
        for where, name in [("default", routing.default), *(("overbook", name) for name in routing.overbook)]:
            if name not in self.routers:
                known = ", ".join(self.routers) or "none"
                faults.append(f"routing.{where}: found {name!r}, expected one of {known}")
        faults += _unknown("defaults", self.defaults, self.strategies)
        faults += unknown_scopes(self.settings.risk, self.strategies, self.venues, self.instruments)
        if faults:
            raise ConfigError(faults)

    def advisor(self, budget: int | None = None) -> PluginAdvisor:
        """Make what asks the plugins. `budget`: longest time an answer may take, ns; None = not measured."""
        return PluginAdvisor(Strategies(self.strategies, self.defaults), self.routers, budget, self.raised)

    def intake(self) -> Intake:
        """Make what gets client orders ready for the engine: defaults filled in, parameters checked."""
        return Intake(Strategies(self.strategies, self.defaults), self.accounts)

    def engine(self, advisor: Advisor) -> Engine:
        """Make the bare engine."""
        return make_engine(header_of(self), self, advisor)

    @property
    def wakes(self) -> dict[str, frozenset[Wake]]:
        """What wakes each strategy, as the engine wants it."""
        return {name: frozenset(cls.wakes_on) for name, cls in self.strategies.items()}

    @property
    def memories(self) -> dict[str, Memory]:
        """Of what type each plugin's memory is."""
        types = {name: Memory(cls.state_type) for name, cls in self.strategies.items()}
        return types | {name: Memory(router.state_type, router.learned_type) for name, router in self.routers.items()}

    @property
    def digest(self) -> str:
        """Identify it: by the bytes of its configuration, else by what its operator decides. Versions of plugins, and
        with them what they can do, may change under a session: what was recorded of them holds until it is over."""
        if self.config:
            return config_digest(self.config)
        mine = (self.settings, dict(self.instruments), tuple(self.venues), dict(self.accounts), dict(self.defaults))
        return blake2b(encode(mine), digest_size=16).hexdigest()


def unknown_scopes(
    risk: Risk, strategies: Collection[str], venues: Collection[str], instruments: Collection[str]
) -> list[str]:
    """Give a fault for each limit on what does not exist: it limits nothing, and most likely is a slip of the pen."""
    return [
        *_unknown("risk.strategies", risk.strategies, strategies),
        *_unknown("risk.venues", risk.venues, venues),
        *_unknown("risk.instruments", risk.instruments, instruments),
    ]


def _unknown(where: str, named: Iterable[str], known: Collection[str]) -> Iterator[str]:
    expected = ", ".join(known) or "none"
    return (f"{where}.{name}: found an unknown name, expected one of {expected}" for name in named if name not in known)


def _given(limits: Limits) -> list[str]:
    return [one.name for one in fields(Limits) if getattr(limits, one.name) is not None]


def header_of(setup: Setup, feeds: tuple[str, ...] = ()) -> Header:
    """Say what the journal's reader must know. `feeds`: digests of the market data that the journal will not have."""
    return Header(
        version=VERSION,
        smartexec=own_version(),
        plugins=tuple((one.kind, one.name, one.distribution, one.version) for one in setup.plugins),
        config=setup.digest,
        base=setup.base,
        feeds=feeds,
        instruments=dict(setup.instruments),
        venues=dict(setup.venues),
        strategies={name: tuple(sorted(w.value for w in wakes)) for name, wakes in setup.wakes.items()},
        routers=tuple(setup.routers),
        statistics=dict(setup.statistics),
        tallies={symbol: dict(by) for symbol, by in setup.history.tallies.items()},
        learned={name: dict(by) for name, by in setup.history.learned.items()},
    )


def check_config(setup: Setup, header: Header, run: Path) -> None:
    """JournalError if a recorded session was begun with another configuration."""
    if header.config != setup.digest:
        found = f"found a session of configuration {header.config}, expected {setup.digest}"
        raise JournalError(f"{run}: {found}: settings cannot change while a session lasts")


def make_engine(header: Header, setup: Setup, advisor: Advisor) -> Engine:
    """Make the engine from what the journal's header says, so that a run and its replay have the same."""
    return Engine(
        setup.settings, header.instruments, header.venues, header.wakes, header.routers, advisor,
        header.statistics, header.tallies, _learned(header, setup.routers),
    )  # fmt: skip


def _learned(header: Header, routers: Mapping[str, RoutingLogic]) -> dict[str, dict[str, Any]]:
    """What routing logics had learned; plain data where one has changed and cannot read it any more."""
    known: dict[str, dict[str, Any]] = {}
    for name, by_symbol in header.learned.items():
        try:
            known |= typed_learned({name: by_symbol}, routers)
        except ConfigError:
            known[name] = dict(by_symbol)
    return known


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
