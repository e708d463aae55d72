"""What holds for the class and the parameters of a plugin of any kind. AssertionError says what does not."""

import inspect
import re
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from smartexec.errors import ConfigError
from smartexec.runtime.reading.constraints import field_docs
from smartexec.runtime.reading.schema import build, init_fields, params_of, unreadable
from smartexec.runtime.reading.units import WRITTEN
from smartexec.testing.kit import needs

WORD: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
"""What the name of a plugin looks like, of all kinds but strategies."""
STRANGE: Final = ("?", 1.5, [["?"]], {"?": ["?"]})
"""Values that a file may hold; hardly any type takes all of them."""


def check_class(cls: type[Any], base: type[Any], name: re.Pattern[str] = WORD) -> None:
    """Check that a class is an attrs class below `base`, with a docstring and a name that looks like one."""
    assert issubclass(cls, base), f"found bases {cls.__mro__}, expected {base.__name__}"
    assert attrs.has(cls), "found a plain class, expected an attrs class"
    found = getattr(cls, "name", None)
    assert isinstance(found, str), f"name: found {found!r}, expected text"
    assert name.fullmatch(found), f"name: found {found!r}, expected one like {name.pattern}"
    assert vars(cls).get("__doc__"), "found no docstring, expected what it does in a sentence"


def check_frozen(one: object) -> None:
    """Check that nothing of an instance can be set: it can keep nothing to itself."""
    with pytest.raises(attrs.exceptions.FrozenError):
        one.no_field = 1  # type: ignore[attr-defined]


def check_documented(cls: type[Any]) -> None:
    """Check that every parameter has a type that can be read, and a docstring below it.

    Skips where there is no source to read.
    """
    for one in init_fields(cls):
        fault = "" if one.type is None else unreadable(one.type)
        assert not fault, f"{one.alias}: {fault}"
    try:
        inspect.getsource(cls)
    except (OSError, TypeError):
        needs(False, "there is no source")
    docs = field_docs(cls)
    bare = [one.name for one in init_fields(cls) if not docs.get(one.name)]
    assert not bare, f"found no docstring below {', '.join(bare)}, expected one each"
    untyped = [one.name for one in init_fields(cls) if one.type is None]
    assert not untyped, f"found no type of {', '.join(untyped)}, expected one each"


def check_refusals(cls: type[Any], params: Mapping[str, Any], *, text: bool = False) -> None:
    """Check that bad parameters are refused by name: one that there is not, and values of another type.

    `text`: parameters are those of an order file, where everything is text.
    """
    where, values = getattr(cls, "name", cls.__name__), ("?",) if text else STRANGE
    missed = _refusal(cls, params, where, text)
    unknown = _refusal(cls, {**params, "no_such_parameter": "1"}, where, text) - missed
    assert any(f"{where}.no_such_parameter: found an unknown key" in line for line in unknown), (
        f"no_such_parameter: found {unknown or 'it taken'}, expected it refused by name"
    )
    for one in init_fields(cls):
        if text and _takes_any_text(one.type):
            continue
        lines = set[str]().union(*(_refusal(cls, {**params, one.alias: value}, where, text) for value in values))
        taken = ", ".join(map(repr, values))
        assert lines - missed, f"{one.alias}: found {taken} taken, expected a type that refuses some"
        for line in lines - missed:
            assert f"{where}.{one.alias}" in line, f"{one.alias}: found the refusal {line!r}, expected its name in it"


def check_survival(one: Any) -> None:
    """Check that an instance's parameters, written as an order file and as a configuration have them, give it again."""
    cls = type(one)
    for given, text in ((as_text(one), True), (dict(params_of(one)), True), (as_config(one), False)):
        again = build(cls, given, cls.name, text=text)
        assert again == one, f"found {again} made of {given}, expected {one}"


def as_text(one: object) -> dict[str, str]:
    """Write an instance's parameters as the cells of an order file."""
    written = {**dict(params_of(one)), **{name: text for name, text in as_config(one).items() if type(text) is str}}
    return {name: "" if value is None else str(value).lower() if type(value) is bool else str(value)
            for name, value in written.items()}  # fmt: skip


def as_config(one: object) -> dict[str, Any]:
    """Write an instance's parameters as a configuration file has them; what is None is left out."""
    units = {field.alias: field.metadata.get("unit", "") for field in init_fields(type(one))}
    values = {field.alias: getattr(one, field.name) for field in init_fields(type(one))}
    return {name: _plain(value, units[name]) for name, value in values.items() if value is not None}


def _plain(value: Any, unit: str) -> Any:
    if unit in WRITTEN and type(value) is int:
        return WRITTEN[unit](value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {key: _plain(inner, "") for key, inner in value.items()}
    if isinstance(value, tuple | list | frozenset | set):
        return [_plain(inner, "") for inner in value]
    return value if type(value) in (str, int, float, bool) else str(value)


def _refusal(cls: type[Any], params: Mapping[str, Any], where: str, text: bool) -> set[str]:
    """The faults, a line each, that parameters are refused with; none if they are not."""
    try:
        build(cls, params, where, text=text)
    except ConfigError as error:
        return set(error.faults)
    return set()


def _takes_any_text(kind: Any) -> bool:
    """Whether every text is a value of the type."""
    return not {str, Path}.isdisjoint(getattr(kind, "__args__", (kind,)))
