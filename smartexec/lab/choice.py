"""What may be named, or given as it is: strategies, routing logics, venues and feeds. Starts nothing.

The lab imports no plugin: names are looked up among those that are installed.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any, Final

from smartexec.errors import ConfigError
from smartexec.interfaces.market_data import MarketDataFeed
from smartexec.interfaces.routing import RoutingLogic
from smartexec.interfaces.strategy import Strategy
from smartexec.interfaces.venue import VenueAdapter
from smartexec.model.orders import Params
from smartexec.registry import Registry, fault_of
from smartexec.runtime.reading.schema import build, init_fields, params_of, read_fields

Fields = Mapping[str, Any]
Venues = Fields | Iterable[VenueAdapter]
"""MIC -> name of a venue plugin, or its section as in a configuration (`plugin` and fields); or venues as they are."""

SHIPPED: Final = {
    "synthetic": "smartexec-sim",
    "sim-lit": "smartexec-sim",
    "sim-ats": "smartexec-sim",
    "sim-dark": "smartexec-sim",
    "parallel": "smartexec-routers",
}
"""What a lab needs unless told otherwise: name of a plugin -> distribution that it comes with."""
_VENUES: Final = "venues, or MICs with the name or section of a plugin"


def find(registry: Registry, kind: str, name: object, where: str) -> type[Any]:
    """Give a plugin class by name; ConfigError says which there are, or what to install."""
    try:
        return registry.find(kind, name, where)
    except ConfigError:
        distribution = SHIPPED.get(name, "") if isinstance(name, str) else ""
        if not distribution:
            raise
        broken = [one.error for one in registry.broken if one.distribution == distribution]
        said = broken[0] if broken else f"pip install {distribution}"
        raise ConfigError(f"{where}: found no {kind} {name!r}, which {distribution} has: {said}") from None


def strategy(known: Mapping[str, type[Strategy]], asked: object, params: Fields) -> tuple[type[Strategy], Params]:
    """Give the class and the parameters of a strategy that was named, or given as a class or an instance."""
    if isinstance(asked, Strategy):
        if params:
            raise ConfigError(f"strategy: found {', '.join(params)} beside an instance, expected its own fields")
        return _sound(type(asked), Strategy, "strategy"), params_of(asked)
    if isinstance(asked, type):
        return _sound(asked, Strategy, "strategy"), _written(asked, params)
    if not isinstance(asked, str) or asked not in known:
        names = f", or the name of one of {', '.join(known)}"
        none = ": none is installed, pip install smartexec-schedules"
        raise ConfigError(f"strategy: found {asked!r}, expected a class or instance{names if known else none}")
    return known[asked], _written(known[asked], params)


def _written(cls: type[Strategy], params: Fields) -> Params:
    """Take parameters as a person writes them: one that has a unit is read as in a file, so 30 is no duration."""
    measured = {field.alias for field in init_fields(cls) if "unit" in field.metadata}
    _, faults = read_fields(cls, {name: value for name, value in params.items() if name in measured}, cls.name)
    if faults:
        raise ConfigError(faults)
    return tuple(params.items())


def routers(registry: Registry, asked: object) -> tuple[str, dict[str, RoutingLogic]]:
    """Give the name of the routing logic of the lab, and all that a slice may name: it, and those that need no
    configuration."""
    made: dict[str, RoutingLogic] = {}
    for name, cls in registry.routing_logics().items():
        try:
            made[name] = build(cls, {}, f"router {name}")
        except ConfigError:
            continue  # it has fields without defaults: give it as an instance
    if isinstance(asked, str) and asked in made:
        return asked, made
    if isinstance(asked, RoutingLogic):
        one: RoutingLogic = asked
        _sound(type(one), RoutingLogic, "router")
    else:
        cls = asked if isinstance(asked, type) else find(registry, "routing logic", asked, "router")
        one = build(_sound(cls, RoutingLogic, "router"), {}, "router")
    return one.name, {**made, one.name: one}


def venues(registry: Registry, asked: Venues) -> dict[str, VenueAdapter]:
    """Make the venues, by MIC. Instances are copied: a lab leaves its arguments as they were."""
    made: dict[str, VenueAdapter] = {}
    for mic, what in _asked_venues(asked):
        one = _named_venue(registry, mic, what) if mic else _given_venue(what)
        where = f"venues.{one.mic}"
        if one.mic in made:
            raise ConfigError(f"{where}: found it twice, expected one venue each")
        if not one.simulated:
            raise ConfigError(f"{where}: found {one.name}, which is not simulated, expected one that is")
        made[one.mic] = one
    if not made:
        raise ConfigError("venues: found none, expected at least one")
    return made


def _asked_venues(asked: object) -> Iterable[tuple[Any, object]]:
    """Give what was asked for with its MIC; "" for a venue as it is."""
    if isinstance(asked, Mapping):
        return asked.items()
    if isinstance(asked, str) or not isinstance(asked, Iterable):
        raise ConfigError(f"venues: found {asked!r}, expected {_VENUES}")
    return [("", one) for one in asked]


def _named_venue(registry: Registry, mic: str, what: object) -> VenueAdapter:
    where = f"venues.{mic}"
    if not isinstance(what, str | Mapping):
        raise ConfigError(f"{where}: found {what!r}, expected the name of a venue plugin, or its section")
    plugin, fields = _section(what, where)
    made: VenueAdapter = build(find(registry, "venue", plugin, where), {"mic": mic, **fields}, where)
    if made.mic != mic:
        raise ConfigError(f"{where}: found a venue with mic {made.mic!r}, expected its own")
    return made


def _given_venue(what: object) -> VenueAdapter:
    if not isinstance(what, VenueAdapter):
        raise ConfigError(f"venues: found {what!r}, expected {_VENUES}")
    return deepcopy(what)


def feed(registry: Registry, section: Fields) -> MarketDataFeed:
    """Make the feed of a section as in a configuration: `plugin` and its fields."""
    plugin, fields = _section(section, "market")
    made: MarketDataFeed = build(find(registry, "market-data feed", plugin, "market"), fields, "market")
    return made


def _section(what: str | Fields, where: str) -> tuple[object, Fields]:
    if isinstance(what, str):
        return what, {}
    if "plugin" not in what:
        raise ConfigError(f"{where}: found no plugin among {', '.join(map(str, what)) or 'nothing'}, expected its name")
    return what["plugin"], {key: value for key, value in what.items() if key != "plugin"}


def _sound(cls: type[Any], base: type, where: str) -> type[Any]:
    fault = fault_of(cls, base)
    if fault:
        raise ConfigError(f"{where} {cls.__qualname__}: {fault}")
    return cls
