"""A strategy's parameters in FIXatdl's terms: what type each is, what it may be, how it is shown.

They are read from its attrs fields: type, default, validators, unit, and the docstring below each. On the wire every
value is written so that an order file could have it too: durations such as "30s", prices as decimals.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum
from itertools import pairwise
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

import attrs
from attrs import field, frozen

from smartexec.api import NANOS_PER_SECOND, Strategy
from smartexec_fix.wire.values import PX_DIGITS, write_decimal

_NOT_A_NAME: Final = re.compile(r"[^A-Za-z0-9_]")
_INT32: Final = range(-(2**31), 2**31)
"""Values of xs:int, which the bounds of an Int_t are."""
YES_NO: Final = {"true": "Y", "false": "N"}
_FORMS: Final = {
    "Boolean_t": ("true|false", "true or false"),
    "Int_t": (r"-?\d{1,9}", "an integer"),
    **dict.fromkeys(("Float_t", "Price_t", "Amt_t"), (r"-?\d+(\.\d+)?", "a decimal number")),
    "UTCTimestamp_t": (r"\d\d:\d\d:\d\d", "HH:MM:SS"),
}
"""Type -> (pattern of its constants, what is expected)."""
_UNITS: Final = ((NANOS_PER_SECOND, "s"), (1_000_000, "ms"), (1_000, "us"), (1, "ns"))


@frozen
class Kind:
    """A type of parameter, and the control that shows it."""

    type: str
    """xsi:type of a Parameter."""
    control: str
    """xsi:type of a Control."""
    write: Callable[[Any], str]
    """A value as the wire and the control have it."""
    bounded: bool = False
    """Whether it has minValue and maxValue."""
    hint: str = ""
    """How it is written, for people."""


@frozen(kw_only=True)
class AtdlParameter:
    """A parameter of a strategy."""

    name: str
    kind: Kind
    doc: str
    required: bool
    default: str = ""
    """"" = none."""
    least: str = ""
    most: str = ""
    above: str = ""
    """It must be greater, where no least value says so."""
    below: str = ""
    choices: Mapping[str, str] = field(factory=dict[str, str])
    """EnumID -> value on the wire."""

    def refuses(self, value: str) -> str:
        """Say what is expected where a value is none of this parameter's; "" if it may be one."""
        if self.choices:
            return "" if value in self.choices.values() else f"one of {', '.join(self.choices.values())}"
        pattern, expected = _FORMS.get(self.kind.type, ("", ""))
        return "" if re.fullmatch(pattern or ".+", value) else expected


def _seconds(value: int) -> str:
    return next(f"{value // unit}{name}" for unit, name in _UNITS if value % unit == 0)


def _decimal(value: int) -> str:
    return write_decimal(value, PX_DIGITS).decode()


def _clock(value: int) -> str:
    return datetime.fromtimestamp(value / NANOS_PER_SECOND, UTC).strftime("%H:%M:%S")


def _plain(value: float) -> str:
    text = f"{value:.12f}".rstrip("0").rstrip(".")
    return text or "0"


def _yes_no(value: bool) -> str:
    return str(value).lower()


def _text(value: Any) -> str:
    if isinstance(value, frozenset | set | tuple | list):
        return " ".join(sorted(map(_text, value)) if isinstance(value, frozenset | set) else map(_text, value))
    return value.name.lower() if isinstance(value, Enum) else str(value)


BOOLEAN: Final = Kind("Boolean_t", "CheckBox_t", _yes_no)
STRING: Final = Kind("String_t", "TextField_t", _text)
CHOICE: Final = Kind("String_t", "DropDownList_t", _text)
_BY_UNIT: Final[Mapping[str, Kind]] = {
    "ns": Kind("String_t", "TextField_t", _seconds, hint='Written with a unit, such as "30s" or "250ms".'),
    "px": Kind("Price_t", "TextField_t", _decimal, bounded=True, hint="Written as a decimal price."),
    "money": Kind("Amt_t", "TextField_t", _decimal, bounded=True, hint="Written as a decimal amount."),
    "time": Kind("UTCTimestamp_t", "Clock_t", _clock),
}
"""Unit of a field -> how its integers go out."""
_BY_TYPE: Final[Mapping[Any, Kind]] = {
    bool: BOOLEAN,
    int: Kind("Int_t", "SingleSpinner_t", str, bounded=True),
    float: Kind("Float_t", "SingleSpinner_t", _plain, bounded=True),
}
"""Type of a field without a unit -> likewise; all else is text."""


def parameters(cls: type[Strategy]) -> list[AtdlParameter]:
    """Give the parameters of a strategy, in the order of its fields."""
    made: Any = cls  # an attrs class, as all strategies are
    attrs.resolve_types(made)
    docs = dict(_docs(cls))
    return [_parameter(one, docs.get(one.name, "")) for one in attrs.fields(made) if one.init]


def atdl_name(text: str) -> str:
    """Make a name that FIXatdl admits: a letter first, then letters, digits and underscores."""
    name = _NOT_A_NAME.sub("_", text)
    return name if name[:1].isalpha() else f"e_{name}"


def _parameter(one: Any, doc: str) -> AtdlParameter:
    base, optional = _base(one.type)
    choices = _choices(base, one.validator)
    kind = CHOICE if choices else _BY_UNIT.get(one.metadata.get("unit", "")) or _BY_TYPE.get(base, STRING)
    value = _default(one.default)
    default = "" if value is None else atdl_name(_text(value)) if choices else kind.write(value)
    return AtdlParameter(
        name=one.alias,
        kind=kind,
        doc=f"{doc} {kind.hint}".strip(),
        required=one.default is attrs.NOTHING and not optional,
        default=default,
        choices=choices,
        **_bounds(kind, base, one.validator),
    )


def _default(default: Any) -> Any:
    """Give the default of a field; None if it has none, or one that only an instance knows."""
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
        return None if default.takes_self else default.factory()
    return None if default is attrs.NOTHING else default


def _base(kind: Any) -> tuple[Any, bool]:
    """Give the type of a field without None, and whether it may be None."""
    if get_origin(kind) in (Union, UnionType):
        kinds = [part for part in get_args(kind) if part is not NoneType]
        return (kinds[0] if len(kinds) == 1 else str), NoneType in get_args(kind)
    return kind, False


def _choices(base: Any, validator: Any) -> dict[str, str]:
    """EnumID -> value on the wire, of an enumeration or of texts of which a validator wants one."""
    if isinstance(base, type) and issubclass(base, Enum):
        return {atdl_name(one.name.lower()): one.name.lower() for one in base}
    options = [option for one in _parts(validator) for option in getattr(one, "options", ())]
    return {atdl_name(one): one for one in options if isinstance(one, str) and one}


def _bounds(kind: Kind, base: Any, validator: Any) -> dict[str, str]:
    """What validators say of the least and the most. Of whole numbers > 0 is >= 1."""
    found: dict[str, str] = {}
    for one in _parts(validator) if kind.bounded else ():
        operator, bound = getattr(one, "compare_op", ""), getattr(one, "bound", None)
        whole = kind.type == "Int_t"
        if bound is None or (whole and bound + (operator == ">") - (operator == "<") not in _INT32):
            continue
        if operator in (">=", "<="):
            found["least" if operator == ">=" else "most"] = kind.write(bound)
        elif whole:
            found["least" if operator == ">" else "most"] = kind.write(bound + (1 if operator == ">" else -1))
        elif operator in (">", "<"):
            found["above" if operator == ">" else "below"] = kind.write(bound)
    return found


def _parts(validator: Any) -> Iterator[Any]:
    """Yield the validators that one is made of."""
    inner = getattr(validator, "_validators", None) or [getattr(validator, "validator", None)]
    if validator is None:
        return
    yield validator
    for one in inner:
        if one is not None:
            yield from _parts(one)


def _docs(cls: type) -> Iterator[tuple[str, str]]:
    """Yield the docstrings below the fields of a class and its bases, its own last; none without a source."""
    for base in reversed(cls.__mro__[:-1]):
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        except (OSError, TypeError, SyntaxError):
            continue
        for one, after in pairwise(tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else ()):
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and (doc := _said(after)):
                yield one.target.id, doc


def _said(after: ast.stmt) -> str:
    """Give a docstring on one line; "" if it is something else."""
    value = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
    return " ".join(value.split()) if isinstance(value, str) else ""
