"""A plugin's attrs fields as its one schema: strict building from raw values, canonical parameters.

Knows attrs and cattrs; knows nothing of plugins' kinds, files or the kernel. cattrs alone turns 2.7 into 2 and
"false" into True, so every scalar has a strict hook here. All faults of a value are collected, one line each:
`strategies.TWAP.slices: found 0, expected > 0`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from pathlib import Path
from types import NoneType, SimpleNamespace, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin

import attrs
from cattrs import Converter

from smartexec.errors import ConfigError
from smartexec.model.orders import Params
from smartexec.runtime.reading.constraints import describe_validator, expected_type
from smartexec.runtime.reading.secrets import secret
from smartexec.runtime.reading.units import decimal_px, duration, from_iso, instant

T = TypeVar("T")
_INT: Final = re.compile(r"[+-]?\d+", re.ASCII)
_FIELDS: Final[dict[type[Any], tuple[Any, ...]]] = {}
_COLLECTIONS: Final[dict[Any, Any]] = {tuple: tuple, list: list, frozenset: frozenset, Sequence: tuple}
_BOOLS: Final = {"true": True, "false": False}
_SIMPLE: Final = ("int", "float", "bool", "str")


def build(
    cls: type[T], raw: Mapping[str, Any], where: str, *, text: bool = False, units: Mapping[str, str] | None = None
) -> T:
    """Make a `cls` from raw values. `text`: a str may stand for a value of another type, as in CSV and FIX.

    Without it the values are a file's: a bare number stands for no duration (unit "ns") and no price (unit "px"). With
    it a number that is no text is in the unit of the field; text without its unit stands for no duration either.
    """
    values, faults = read_fields(cls, raw, where, text=text, units=units)
    missing = [f.alias for f in init_fields(cls) if f.default is attrs.NOTHING and f.alias not in raw]
    faults += [f"{where}.{name}: found nothing, expected {expected_type(cls, name)}" for name in missing]
    if faults:
        raise ConfigError([*faults, *_validator_faults(cls, values, where, alone=True)])
    try:
        return cls(**values)
    except Exception as error:
        raise ConfigError(_validator_faults(cls, values, where) or f"{where}: {one_line(error)}") from error


def check_fields(cls: type[Any], raw: Mapping[str, Any], where: str) -> list[str]:
    """Give the faults of some of a class's fields; what is not named is not missed."""
    values, faults = read_fields(cls, raw, where)
    return [*faults, *_validator_faults(cls, values, where, alone=bool(faults))]


def read_fields(
    cls: type[Any],
    raw: Mapping[str, Any],
    where: str,
    *,
    text: bool = False,
    units: Mapping[str, str] | None = None,
) -> tuple[dict[str, Any], list[str]]:
    """Structure each raw value by its field's type and unit; give what could be read, and the faults."""
    fields = {f.alias: f for f in init_fields(cls)}
    values: dict[str, Any] = {}
    faults: list[str] = []
    for key, value in raw.items():
        field = fields.get(key)
        if field is None:
            faults.append(unknown_key(where, key, fields))
            continue
        unit = (units or {}).get(key) or field.metadata.get("unit", "")
        try:
            if field.metadata.get("secret"):
                value = secret(value)
            values[key] = _read(value, field.type, unit, text, f"{where}.{key}")
        except ConfigError as error:
            faults.extend(error.faults)
        except Exception as error:
            faults.append(f"{where}.{key}: {one_line(error)}")
    return values, faults


def unknown_key(where: str, key: str, known: Mapping[str, Any]) -> str:
    """Say that a key is not known, and which are."""
    path = f"{where}.{key}" if where else key
    return f"{path}: found an unknown key, expected one of {', '.join(known) or 'none'}"


def params_of(instance: object) -> Params:
    """Give all fields of a plugin instance, in field order, as canonical parameters."""
    return tuple((f.alias, _plain(getattr(instance, f.name))) for f in init_fields(type(instance)))


def init_fields(cls: type[Any]) -> tuple[Any, ...]:
    """Give the attrs fields that are parameters, with their annotations resolved."""
    found = _FIELDS.get(cls)
    if found is None:
        found = _FIELDS[cls] = tuple(f for f in _resolved(cls) if f.init) if attrs.has(cls) else ()
    return found


def _resolved(cls: type[Any]) -> tuple[Any, ...]:
    attrs.resolve_types(cls)
    fields: tuple[Any, ...] = attrs.fields(cls)
    return fields


def one_line(error: BaseException) -> str:
    """Give an exception's text as one line; its type where it has none."""
    text = str(error.args[0]) if isinstance(error, ValueError) and error.args else str(error)
    return " ".join(text.split()) or type(error).__name__


def _validator_faults(cls: type[Any], values: Mapping[str, Any], where: str, *, alone: bool = False) -> list[str]:
    """Ask each validator alone, so that every fault is named and none hides another.

    `alone`: other fields could not be read, so that only validators are asked which look at no other field.
    """
    stand_in = SimpleNamespace(**{f.name: values.get(f.alias) for f in init_fields(cls)})
    faults = []
    for field in init_fields(cls):
        if field.validator is None or field.alias not in values:
            continue
        value = values[field.alias]
        try:
            field.validator(stand_in, field, value)
        except Exception as error:
            expected = describe_validator(field.validator)
            if alone and not expected:
                continue
            say = f"found {value!r}, expected {expected}" if expected else one_line(error)
            faults.append(f"{where}.{field.alias}: {say}")
    return faults


def _read(value: Any, kind: Any, unit: str, text: bool, where: str) -> Any:
    if not text and unit in _IN_QUOTES and _bare(value, unit):
        raise ValueError(f"found {value!r}, expected {_IN_QUOTES[unit]}")
    if unit in _BY_UNIT and isinstance(value, str | datetime) and not (value == "" and _optional(kind)):
        return _BY_UNIT[unit](value)
    if unit in ("px", "money") and type(value) is float:
        raise ValueError(f'found {value!r}, expected a decimal in quotes, such as "{value}"')
    if unit == "money" and type(value) is int:
        return decimal_px(str(value))
    if attrs.has(kind) and isinstance(value, Mapping):
        return build(kind, value, where, text=text)
    if (part := _part_of(kind)) is not None and isinstance(value, list | tuple):
        return _COLLECTIONS[get_origin(kind)](_build_all(part, value, where, text))
    return _CONVERTERS[text].structure(value, kind)


def _part_of(kind: Any) -> type[Any] | None:
    """The attrs class that a collection is of; None if it is of something else."""
    part = next(iter(get_args(kind)), None)
    return part if _is_collection(kind) and isinstance(part, type) and attrs.has(part) else None


def _build_all(part: type[T], values: Sequence[Any], where: str, text: bool) -> list[T]:
    """Make the entries of a list of tables; ConfigError with the faults of all."""
    made: list[T] = []
    faults: list[str] = []
    for number, value in enumerate(values):
        at = f"{where}[{number}]"
        if not isinstance(value, Mapping):
            faults.append(f"{at}: found {value!r}, expected a table")
            continue
        try:
            made.append(build(part, value, at, text=text))
        except ConfigError as error:
            faults.extend(error.faults)
    if faults:
        raise ConfigError(faults)
    return made


def _bare(value: Any, unit: str) -> bool:
    """Whether a file's value is a number without its unit; nothing is 0 in any unit."""
    if unit == "ns" and type(value) is str:
        return _INT.fullmatch(value) is not None and int(value) != 0
    if type(value) is float:
        return unit == "ns"  # of a price it is said with the price in quotes
    return type(value) is int and value != 0


def _optional(kind: Any) -> bool:
    return NoneType in get_args(kind)


def _as_duration(value: str | datetime) -> int:
    if isinstance(value, datetime):
        raise ValueError(f"found {value.isoformat()}, expected a duration")
    return 0 if _INT.fullmatch(value) and int(value) == 0 else duration(value)


def _as_px(value: str | datetime) -> int:
    return decimal_px(str(value))


def _as_time(value: str | datetime) -> int:
    return instant(value) if isinstance(value, datetime) else from_iso(value)


_IN_QUOTES: Final = {
    "ns": 'a duration in quotes, such as "250ms"',
    "px": 'a decimal in quotes, such as "0.002"',
}
"""What a number in a file cannot say: whether 1 is a second or a nanosecond, a dollar or 1e-9 of one."""
_BY_UNIT: Final[dict[str, Callable[[str | datetime], int]]] = {
    "ns": _as_duration,
    "px": _as_px,
    "money": _as_px,
    "time": _as_time,
}


def _plain(value: Any) -> str | int | float | bool | None:
    if value is None or type(value) in (str, int, float, bool):
        return value  # type: ignore[no-any-return]
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, frozenset | set):
        return " ".join(sorted(str(_plain(v)) for v in value))
    if isinstance(value, tuple | list):
        return " ".join(str(_plain(v)) for v in value)
    return str(value)


def _bad(value: object, expected: str) -> ValueError:
    return ValueError(f"found {value!r}, expected {expected}")


def _scalar(kind: type, expected: str, parse: Callable[[str], Any] | None, also: tuple[type, ...] = ()) -> Any:
    """Make a strict hook: exactly `kind`, or text that `parse` can read."""

    def hook(value: Any, _: Any) -> Any:
        if type(value) is kind:
            return value
        if type(value) in also:
            return kind(value)
        if parse is not None and type(value) is str:
            return parse(value.strip())
        raise _bad(value, expected)

    return hook


def _parse_int(value: str) -> int:
    if not _INT.fullmatch(value):
        raise _bad(value, "an integer")
    return int(value)


def _parse_float(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise _bad(value, "a number") from None


def _parse_bool(value: str) -> bool:
    if value.lower() not in _BOOLS:
        raise _bad(value, "true or false")
    return _BOOLS[value.lower()]


def _enum(value: Any, kind: type[Enum]) -> Enum:
    """Read a member by its value or its name in any case."""
    for member in kind:
        if value == member.value or (isinstance(value, str) and value.lower() == member.name.lower()):
            return member
    raise _bad(value, "one of " + ", ".join(m.name.lower() for m in kind))


def _path(value: Any, _: Any) -> Path:
    if isinstance(value, str | Path):
        return Path(value)
    raise _bad(value, "text")


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType)


def _is_collection(kind: Any) -> bool:
    return get_origin(kind) in _COLLECTIONS


def _unfit(kind: Any) -> Any:
    name = getattr(kind, "__name__", repr(kind))
    raise TypeError(
        f"found a parameter of type {name}, expected {', '.join(_SIMPLE)}, a path, an enumeration or a list"
    )


def unreadable(kind: Any) -> str:
    """Say why no value of a type can be read; "" if one can."""
    if _is_union(kind) or _is_collection(kind):
        parts = (one for one in get_args(kind) if one not in (NoneType, Ellipsis))
        return next((fault for one in parts if (fault := unreadable(one))), "")
    try:
        _CONVERTERS[False].get_structure_hook(kind)
    except TypeError as error:
        return str(error)
    return ""


def _converter(text: bool) -> Converter:
    converter = Converter(forbid_extra_keys=True, detailed_validation=False, structure_fallback_factory=_unfit)

    def union(value: Any, kind: Any) -> Any:
        if value is None or (text and value == ""):
            if _optional(kind):
                return None
            raise _bad(value, "a value")
        members = [k for k in get_args(kind) if k is not NoneType]
        members.sort(key=lambda k: type(value) is not k)
        for member in members:
            try:
                return converter.structure(value, member)
            except ValueError as error:
                last = error
        raise last

    def collection(value: Any, kind: Any) -> Any:
        if text and isinstance(value, str):
            value = re.split(r"[;\s]+", value.strip()) if value.strip() else []
        if not isinstance(value, list | tuple):
            raise _bad(value, "a list")
        inner, args = _COLLECTIONS[get_origin(kind)], get_args(kind)
        fixed = get_origin(kind) is tuple and not (len(args) == 2 and args[1] is Ellipsis)
        if fixed and len(args) != len(value):
            raise _bad(value, f"{len(args)} values")
        kinds = args if fixed else (args[0],) * len(value)
        return inner(converter.structure(v, k) for v, k in zip(value, kinds, strict=True))

    converter.register_structure_hook_func(_is_union, union)
    converter.register_structure_hook_func(_is_collection, collection)
    converter.register_structure_hook_func(lambda k: isinstance(k, type) and issubclass(k, Enum), _enum)
    converter.register_structure_hook(int, _scalar(int, "an integer", _parse_int if text else None))
    converter.register_structure_hook(bool, _scalar(bool, "true or false", _parse_bool if text else None))
    converter.register_structure_hook(float, _scalar(float, "a number", _parse_float if text else None, (int,)))
    converter.register_structure_hook(str, _scalar(str, "text", None))
    converter.register_structure_hook(Path, _path)
    return converter


_CONVERTERS: Final = {False: _converter(False), True: _converter(True)}
