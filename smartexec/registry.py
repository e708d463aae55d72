"""Which plugins there are: the only file that touches pluggy, and the only caller of the hooks.

Plugins are found by the entry points of group "smartexec". With an allow-list of distributions, one that is not
listed is never imported, and one that is listed and missing or broken stops the start. Without a list (`smartexec
plugins`) all are loaded and broken ones are kept with their error. Nothing here builds an instance.
"""

import inspect
import operator
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from importlib.metadata import Distribution, distributions
from types import ModuleType
from typing import Any, Final, cast

import attrs
import click
import pluggy
from attrs import field, frozen

from smartexec import __version__, hookspecs
from smartexec.errors import ConfigError, PluginError
from smartexec.hookspecs import GROUP
from smartexec.interfaces.journal import Journal
from smartexec.interfaces.market_data import MarketDataFeed
from smartexec.interfaces.order_source import OrderSource
from smartexec.interfaces.routing import RoutingLogic
from smartexec.interfaces.sink import Sink
from smartexec.interfaces.strategy import Strategy
from smartexec.interfaces.venue import VenueAdapter

KINDS: Final[Mapping[str, tuple[str, type]]] = {
    "strategy": ("smartexec_strategies", Strategy),
    "routing logic": ("smartexec_routing_logics", RoutingLogic),
    "venue": ("smartexec_venues", VenueAdapter),
    "order source": ("smartexec_order_sources", OrderSource),
    "market-data feed": ("smartexec_market_data_feeds", MarketDataFeed),
    "journal": ("smartexec_journals", Journal),
    "sink": ("smartexec_sinks", Sink),
}
"""Kind -> its hook and its base class. Commands are the eighth hook: they are instances, not classes."""
COMMANDS: Final = "smartexec_commands"
OWN_NAME: Final = "smartexec"
_REQUIREMENT: Final = re.compile(r"\s*([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?(.*)")
_CLAUSE: Final = re.compile(r"(~=|===|>=|<=|==|!=|>|<)\s*(\d+(?:\.\d+)*)(\.\*)?")
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    ">=": operator.ge, "<=": operator.le, "==": operator.eq, "!=": operator.ne, ">": operator.gt, "<": operator.lt,
}  # fmt: skip
_EXTRA: Final = re.compile(r"\bextra\b")


@frozen
class Candidate:
    """An installed entry point that has not been imported."""

    distribution: str
    version: str
    entry_point: str
    load: Callable[[], object]
    requires: tuple[str, ...] = ()
    """What the distribution depends on, as its metadata say (PEP 508)."""

    @property
    def owner(self) -> str:
        return f"{self.distribution} {self.version}"


@frozen
class PluginInfo:
    """A plugin class and who gives it."""

    kind: str
    name: str
    cls: type[Any]
    distribution: str
    version: str

    @property
    def owner(self) -> str:
        return f"{self.distribution} {self.version}"


@frozen
class Broken:
    """A distribution that could not be loaded, and why."""

    distribution: str
    version: str
    error: str


@frozen
class Registry:
    """The plugins of a run, by kind and name."""

    plugins: Mapping[tuple[str, str], PluginInfo] = field(factory=dict[tuple[str, str], PluginInfo])
    commands: tuple[click.Command, ...] = ()
    broken: tuple[Broken, ...] = ()

    def strategies(self) -> dict[str, type[Strategy]]:
        """Give strategy classes by name, sorted."""
        return self._classes("strategy")

    def routing_logics(self) -> dict[str, type[RoutingLogic]]:
        """Give routing-logic classes by name, sorted."""
        return self._classes("routing logic")

    def venues(self) -> dict[str, type[VenueAdapter]]:
        """Give venue-adapter classes by name, sorted."""
        return self._classes("venue")

    def order_sources(self) -> dict[str, type[OrderSource]]:
        """Give order-source classes by name, sorted."""
        return self._classes("order source")

    def market_data_feeds(self) -> dict[str, type[MarketDataFeed]]:
        """Give market-data feed classes by name, sorted."""
        return self._classes("market-data feed")

    def journals(self) -> dict[str, type[Journal]]:
        """Give journal classes by name, sorted."""
        return self._classes("journal")

    def sinks(self) -> dict[str, type[Sink]]:
        """Give sink classes by name, sorted."""
        return self._classes("sink")

    def infos(self) -> list[PluginInfo]:
        """Give all plugins, by kind and name."""
        return [self.plugins[key] for key in sorted(self.plugins)]

    def find(self, kind: str, name: object, where: str) -> type[Any]:
        """Give a class by name; ConfigError at `where` naming those there are."""
        info = self.plugins.get((kind, name)) if isinstance(name, str) else None
        if info is None:
            known = ", ".join(n for k, n in sorted(self.plugins) if k == kind)
            raise ConfigError(f"{where}: found {name!r}, expected a {kind}: one of {known or 'none: none is loaded'}")
        return info.cls

    def _classes(self, kind: str) -> dict[str, type[Any]]:
        return {name: info.cls for (k, name), info in sorted(self.plugins.items()) if k == kind}


def discover(allow: Collection[str] | None = None, where: str = "plugins.allow") -> Registry:
    """Load the installed plugins; only those of the listed distributions if there is a list."""
    found = [c for d in distributions() for c in _candidates(d)]
    if allow is not None:
        missing = [name for name in allow if _canonical(name) not in {_canonical(c.distribution) for c in found}]
        if missing:
            installed = ", ".join(sorted({c.distribution for c in found})) or "none"
            raise PluginError(f"{where}: found no installed plugin {', '.join(missing)}, expected one of {installed}")
        wanted = {_canonical(name) for name in allow}
        found = [c for c in found if _canonical(c.distribution) in wanted]
    return load(found, strict=allow is not None)


def load(candidates: Iterable[Candidate], *, strict: bool = True) -> Registry:
    """Import the candidates and collect what they give. Not strict: a broken one is kept as `Broken`."""
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    plugins: dict[tuple[str, str], PluginInfo] = {}
    commands: dict[str, tuple[click.Command, str]] = {}
    broken: list[Broken] = []
    seen: set[tuple[str, str]] = set()
    for one in sorted(candidates, key=lambda c: (c.distribution, c.entry_point)):
        if (one.distribution, one.entry_point) in seen:
            continue  # the same installation seen twice on sys.path
        seen.add((one.distribution, one.entry_point))
        try:
            _admit(one)
            module = _register(manager, one)
            _merge(plugins, _classes_of(manager, module, one))
            _merge_commands(commands, _commands_of(manager, module, one), one)
        except PluginError as error:
            if strict:
                raise
            broken.append(Broken(one.distribution, one.version, str(error)))
    return Registry(plugins, tuple(c for c, _ in commands.values()), tuple(broken))


def _candidates(distribution: Distribution) -> Iterator[Candidate]:
    for point in distribution.entry_points:
        if point.group == GROUP:
            requires = tuple(distribution.requires or ())
            yield Candidate(distribution.metadata["Name"], distribution.version, point.name, point.load, requires)


def _canonical(name: str) -> str:
    """Compare names of distributions as installers do (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _admit(one: Candidate) -> None:
    """Refuse a plugin that was written for another smartexec, or does not say clearly for which, before it is imported.

    An address (`smartexec @ ...`) names no version, and what an extra wants is asked of nobody: both are passed over.
    """
    for requirement in one.requires:
        match = _REQUIREMENT.fullmatch(requirement)
        if match is None or _canonical(match[1]) != OWN_NAME or match[2].lstrip().startswith("@"):
            continue
        version, _, marker = match[2].partition(";")
        if _EXTRA.search(marker):
            continue
        found = f"found a dependency on {OWN_NAME}{match[2].strip()}"
        for clause in filter(None, (part.strip() for part in version.strip(" ()").split(","))):
            holds = _holds(clause)
            if holds is None:
                raise PluginError(f"{one.owner}: {found}: {clause} is not understood, expected e.g. >=1.2,<2 or ~=1.2")
            if not holds:
                raise PluginError(f"{one.owner}: {found}, expected one that admits {OWN_NAME} {__version__}")


def _holds(clause: str) -> bool | None:
    """Whether this smartexec satisfies a clause (PEP 440, releases only); None if the clause is not understood."""
    match = _CLAUSE.fullmatch(clause)
    if match is None:
        return None
    sign, version, wild = match.groups()
    parts = version.split(".")
    if sign == "===":
        return None if wild else version == __version__
    if sign == "~=":
        return None if wild or len(parts) < 2 else _holds(f">={version}") and _holds(f"=={'.'.join(parts[:-1])}.*")
    if not wild:
        return _COMPARE[sign](_numbers(__version__), _numbers(version))
    if sign not in ("==", "!="):
        return None
    own = _numbers(__version__) + (0,) * len(parts)
    return (own[: len(parts)] == tuple(int(part) for part in parts)) is (sign == "==")


def _numbers(version: str) -> tuple[int, ...]:
    """The release of a version, as long as any: trailing zeros do not count."""
    match = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(part) for part in match[0].split(".")] if match else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _register(manager: pluggy.PluginManager, one: Candidate) -> object:
    name = f"{one.distribution}:{one.entry_point}"
    try:
        module = one.load()
        manager.register(module, name=name)
        manager.check_pending()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a module may well call sys.exit()
        if manager.has_plugin(name):
            manager.unregister(name=name)
        raise PluginError(
            f"{one.owner}: entry point {one.entry_point}: found {type(error).__name__}: "
            f"{' '.join(str(error).split())}, expected a module that can be imported and implements known hooks"
        ) from error
    if not manager.get_hookcallers(module):
        manager.unregister(name=name)
        raise PluginError(f"{one.owner}: entry point {one.entry_point}: {_no_hook(module)}")
    return module


def _no_hook(module: object) -> str:
    """Say what is wrong with a module that implements none."""
    hooks = (*(hook for hook, _ in KINDS.values()), COMMANDS)
    there = [hook for hook in hooks if callable(getattr(module, hook, None))]
    if there:
        return f"found {there[0]} without a mark, expected @hookimpl above it"
    found = f"module {module.__name__}" if isinstance(module, ModuleType) else type(module).__name__
    return f"found no hook in {found}, expected a module with one, marked @hookimpl"


def _call(manager: pluggy.PluginManager, hook: str, module: object, one: Candidate) -> list[Any]:
    """Call a hook of one plugin only, so that each result has an owner."""
    others = [p for p in manager.get_plugins() if p is not module]
    try:
        caller = manager.subset_hook_caller(hook, others)
        results = caller()
        if len(results) < len(caller.get_hookimpls()):  # pluggy leaves None out
            raise TypeError("None")
        return [item for result in results for item in result]
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        text = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise PluginError(f"{one.owner}: {hook}: found {text}, expected an iterable") from error


def _classes_of(manager: pluggy.PluginManager, module: object, one: Candidate) -> Iterator[PluginInfo]:
    for kind, (hook, base) in KINDS.items():
        for cls in _call(manager, hook, module, one):
            fault = fault_of(cls, base)
            if fault:
                raise PluginError(f"{one.owner}: {hook}: {getattr(cls, '__qualname__', cls)!r}: {fault}")
            yield PluginInfo(kind, cls.name, cls, one.distribution, one.version)


def fault_of(cls: object, base: type) -> str:
    """Say what keeps an object from being a plugin class of this kind; "" if nothing does."""
    if not isinstance(cls, type):
        return f"found {type(cls).__name__}, expected a class"
    if not issubclass(cls, base):
        return f"found bases {', '.join(b.__name__ for b in cls.__bases__)}, expected {base.__name__}"
    if inspect.isabstract(cls):
        missing = ", ".join(sorted(cast(Any, cls).__abstractmethods__))
        return f"found no {missing}, expected every abstract method of {base.__name__}"
    name = getattr(cls, "name", None)
    if not isinstance(name, str) or not name:
        return f"found name {name!r}, expected text"
    return "" if attrs.has(cls) else "found a plain class, expected an attrs class"


def _merge(plugins: dict[tuple[str, str], PluginInfo], found: Iterable[PluginInfo]) -> None:
    new: dict[tuple[str, str], PluginInfo] = {}
    for info in found:
        key = (info.kind, info.name)
        other = plugins.get(key) or new.get(key)
        if other is not None:
            raise PluginError(
                f"{info.kind} {info.name!r}: found in {other.owner} ({other.cls.__qualname__}) and in {info.owner} "
                f"({info.cls.__qualname__}), expected one owner"
            )
        new[key] = info
    plugins.update(new)


def _commands_of(manager: pluggy.PluginManager, module: object, one: Candidate) -> Iterator[click.Command]:
    for command in _call(manager, COMMANDS, module, one):
        if not isinstance(command, click.Command) or not command.name:
            raise PluginError(f"{one.owner}: smartexec_commands: found {command!r}, expected a named click.Command")
        yield command


def _merge_commands(
    commands: dict[str, tuple[click.Command, str]], found: Iterable[click.Command], one: Candidate
) -> None:
    for command in found:
        name = str(command.name)
        if name in commands:
            raise PluginError(f"command {name!r}: found in {commands[name][1]} and in {one.owner}, expected one owner")
        commands[name] = (command, one.owner)
