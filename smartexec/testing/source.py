"""Values as Python source: what a failing view is printed as, so that it can be pasted into a test. Pure text.

Arguments that have their default are left out; `view(...)`, `market(...)`, `request(...)` and `venue(...)` are written
as the builders of this package, all else by its class.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, Final

import attrs

from smartexec import api
from smartexec.model.routing import RouteRequest, VenueScore
from smartexec.model.view import MarketView, ParentView
from smartexec.testing import views

WIDTH: Final = 110
"""Longer calls are broken into a line per argument."""


def source(value: Any, depth: int = 0) -> str:
    """Write a value as an expression."""
    writer = _WRITERS.get(type(value))
    if writer is not None:
        return writer(value, depth)
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if attrs.has(type(value)):
        return _call(type(value).__name__, _fields(value), depth)
    if isinstance(value, tuple):
        inner = ", ".join(source(one, depth) for one in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, list):
        return f"[{', '.join(source(one, depth + 1) for one in value)}]"
    if isinstance(value, frozenset):
        return f"frozenset({{{', '.join(sorted(source(one) for one in value))}}})" if value else "frozenset()"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{source(k)}: {source(v, depth + 1)}' for k, v in value.items())}}}"
    return f"{value:_}" if type(value) is int else repr(value)


def module(test: str, body: list[str], *values: Any) -> str:
    """Write a test module with one test that builds the values; `body` are its lines, the values' classes known."""
    text = "\n".join(body)
    lines = [f"from {where} import {', '.join(names)}" for where, names in _imports(values, text)]
    return "\n".join([*lines, "", "", f"def test_{test}() -> None:", *(f"    {line}" for line in body)]) + "\n"


def _imports(values: Iterable[Any], text: str) -> list[tuple[str, list[str]]]:
    """Give (module, names) of the classes and builders of some values that a text names."""
    found: dict[str, set[str]] = {}
    for value in values:
        for where, name in _names(value):
            if re.search(rf"\b{name}\b", text):
                found.setdefault(where, set()).add(name)
    return sorted((where, sorted(names)) for where, names in found.items())


def _names(value: Any) -> Iterator[tuple[str, str]]:
    """Yield (module, name) of each class and builder that a value's source names."""
    kind = type(value)
    if kind in _BUILDERS:
        yield "smartexec.testing", _BUILDERS[kind]
    elif isinstance(value, Enum) or attrs.has(kind):
        yield ("smartexec.api" if hasattr(api, kind.__name__) else kind.__module__), kind.__name__
    elif isinstance(value, type):
        yield value.__module__, value.__name__
    inner: Iterable[Any] = ()
    if attrs.has(kind):
        inner = [one for _, one in _fields(value)]
    elif isinstance(value, Mapping):
        inner = [*value, *value.values()]
    elif isinstance(value, list | tuple | frozenset):
        inner = value
    for one in inner:
        yield from _names(one)


def _fields(value: Any) -> list[tuple[str, Any]]:
    return [
        (f.alias, getattr(value, f.name)) for f in attrs.fields(type(value)) if f.init and not _is_default(f, value)
    ]


def _is_default(field: Any, value: Any) -> bool:
    default = field.default
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
        default = default.factory() if not default.takes_self else attrs.NOTHING
    return default is not attrs.NOTHING and bool(getattr(value, field.name) == default)


def _call(name: str, arguments: list[tuple[str, Any]], depth: int) -> str:
    parts = [f"{key}={source(value, depth + 1)}" for key, value in arguments]
    line = f"{name}({', '.join(parts)})"
    if len(line) + 4 * depth <= WIDTH and "\n" not in line:
        return line
    pad = "    " * (depth + 1)
    return f"{name}(\n" + "".join(f"{pad}{part},\n" for part in parts) + "    " * depth + ")"


def _built(builder: Callable[..., Any], arguments: Mapping[str, Any], depth: int, name: str) -> str:
    """Write a call of a builder, without the arguments that have their defaults."""
    defaults = {p.name: p.default for p in inspect.signature(builder).parameters.values()}
    kept = [(key, value) for key, value in arguments.items() if key not in defaults or defaults[key] != value]
    return _call(name, kept, depth)


def _market(value: MarketView, depth: int) -> str:
    return _built(views.market, {f.name: getattr(value, f.name) for f in attrs.fields(MarketView)}, depth, "market")


def _view(value: ParentView, depth: int) -> str:
    given = {f.name: getattr(value, f.name) for f in attrs.fields(ParentView)}
    del given["leaves_qty"], given["limit"]
    if value.now == value.start:
        del given["now"]
    if value.end == value.start + views.HOUR:
        del given["end"]
    whole = tuple((px, qty) for px, qty in ((value.limit, value.leaves_qty),) if qty)
    if value.demand == whole:
        given["limit"] = value.limit
        del given["demand"]
    for name, usual in (("market", views.market()), ("slots", {}), ("instrument", views.view().instrument)):
        if given[name] == usual:
            del given[name]
    return _built(views.view, given, depth, "view")


def _venue(value: VenueScore, depth: int) -> str:
    given = {f.name: getattr(value, f.name) for f in attrs.fields(VenueScore)}
    builder = inspect.signature(views.venue).parameters
    if value.capabilities == views.venue("X").capabilities:
        del given["capabilities"]
    return _built(views.venue, {key: one for key, one in given.items() if key in builder}, depth, "venue")


def _request(value: RouteRequest, depth: int) -> str:
    given = {f.name: getattr(value, f.name) for f in attrs.fields(RouteRequest)}
    given["venues"] = list(value.venues.values())
    for name, usual in (("market", views.market()), ("instrument", views.view().instrument)):
        if given[name] == usual:
            del given[name]
    return _built(views.request, given, depth, "request")


_BUILDERS: Final = {MarketView: "market", ParentView: "view", VenueScore: "venue", RouteRequest: "request"}
_WRITERS: Final[Mapping[type, Callable[[Any, int], str]]] = {
    MarketView: _market,
    ParentView: _view,
    VenueScore: _venue,
    RouteRequest: _request,
}
