"""What a setup is given, checked by kind: instruments, strategy classes, routing logics, and all else. Makes nothing.

A class where an instance belongs, or a name where the thing itself does, would show at the first order only, as a
plugin that is quarantined.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeVar, cast

from smartexec.interfaces.routing import RoutingLogic
from smartexec.interfaces.strategy import Strategy
from smartexec.kernel.settings import Settings
from smartexec.model.instrument import Instrument
from smartexec.model.routing import Capabilities
from smartexec.model.statistics import Statistics
from smartexec.registry import PluginInfo, fault_of
from smartexec.runtime.plan.venues_file import VenueHistory
from smartexec.runtime.reading.checks import shown
from smartexec.runtime.reading.config import Account

T = TypeVar("T")
Check = Callable[[object], str]
"""Says what is wrong with a value; "" if nothing is."""


def by_name(values: Mapping[str, T] | Iterable[T], name: str) -> Mapping[str, T]:
    """Give things by their names; those without one by their place, and what is no collection as it is, for `faults`
    to tell."""
    if isinstance(values, Mapping | str) or not isinstance(values, Iterable):
        return cast(Mapping[str, T], values)
    names = ((getattr(value, name, None), number, value) for number, value in enumerate(values))
    return {key if isinstance(key, str) else f"[{number}]": value for key, number, value in names}


def faults(setup: object) -> list[str]:
    """Say what of a setup is not of its kind, a line each."""
    found = [f"{name}: {fault}" for name, check in _WHOLE.items() if (fault := check(getattr(setup, name)))]
    for name, (key, check) in _EACH.items():
        found += _faults_in(name, key, check, getattr(setup, name))
    return found


def _faults_in(name: str, key: str, check: Check, values: object) -> Iterable[str]:
    if not isinstance(values, Mapping):
        yield f"{name}: found {shown(values)}, expected {name} by {key}"
        return
    for one, value in values.items():
        fault = check(value) if isinstance(one, str) else f"found key {shown(one)}, expected a {key}"
        if fault:
            yield f"{name}{'' if str(one).startswith('[') else '.'}{one}: {fault}"


def _one(kind: type, expected: str = "") -> Check:
    """Make the check that a value is an instance of a class."""

    def check(value: object) -> str:
        return "" if isinstance(value, kind) else f"found {shown(value)}, expected {expected or kind.__name__}"

    return check


def _infos(values: object) -> str:
    sound = isinstance(values, Sequence) and all(isinstance(value, PluginInfo) for value in values)
    return "" if sound else f"found {shown(values)}, expected what Registry.infos gives"


def _strategy(value: object) -> str:
    return fault_of(value, Strategy) if isinstance(value, type) else f"found {shown(value)}, expected a strategy class"


def _router(value: object) -> str:
    if isinstance(value, type):
        return f"found the class {value.__qualname__}, expected an instance of one"
    if not isinstance(value, RoutingLogic):
        return f"found {shown(value)}, expected a routing logic"
    return fault_of(type(value), RoutingLogic)


_EACH: Final[Mapping[str, tuple[str, Check]]] = {
    "instruments": ("symbol", _one(Instrument)),
    "venues": ("MIC", _one(Capabilities)),
    "strategies": ("name", _strategy),
    "routers": ("name", _router),
    "accounts": ("account", _one(Account)),
    "defaults": ("strategy", _one(Mapping, "parameters by name")),
    "statistics": ("symbol", _one(Statistics)),
}
"""Field of a setup -> what its values are found by, and what each of them is."""
_WHOLE: Final[Mapping[str, Check]] = {
    "settings": _one(Settings),
    "history": _one(VenueHistory),
    "unlimited": _one(str, "text"),
    "config": _one(str, "text"),
    "base": _one(str, "text"),
    "plugins": _infos,
}
"""Field of a setup -> what it is."""
