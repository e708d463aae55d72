"""What a plugin's fields say of themselves: type, default, help and constraints. Reads classes; builds nothing.

The same `Parameter` list feeds `smartexec plugins --json`, the docs and the error messages.
"""

import ast
import inspect
import itertools
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin

import attrs

_NAMES: Final[dict[Any, str]] = {int: "an integer", float: "a number", bool: "true or false", str: "text"}


@attrs.frozen
class Parameter:
    """One field of a plugin."""

    name: str
    type: str
    default: str | int | float | bool | None
    required: bool
    doc: str
    constraints: str
    unit: str
    """"ns" (duration), "px" (1e-9 of the currency), or ""."""


def describe(cls: type[Any]) -> list[Parameter]:
    """Give a plugin's parameters in field order; none if it is no attrs class."""
    return [_parameter(cls, f) for f in attrs.fields(cls) if f.init] if attrs.has(cls) else []


def describe_validator(validator: Any) -> str:
    """Say what an attrs validator wants, such as "> 0"; "" where it does not tell."""
    for attribute, say in _VALIDATORS:
        if hasattr(validator, attribute):
            return say(validator)
    return ""


def expected_type(cls: type[Any], name: str) -> str:
    """Say what a field's value must be."""
    field = next(f for f in attrs.fields(cls) if f.alias == name)
    return _NAMES.get(field.type, _type_name(field.type))


def _parameter(cls: type[Any], field: Any) -> Parameter:
    attrs.resolve_types(cls)
    field = next(f for f in attrs.fields(cls) if f.name == field.name)
    return Parameter(
        name=field.alias,
        type=_type_name(field.type),
        default=_default(field.default),
        required=field.default is attrs.NOTHING,
        doc=str(field.metadata.get("help", field.metadata.get("doc", ""))) or field_docs(cls).get(field.name, ""),
        constraints=describe_validator(field.validator),
        unit=str(field.metadata.get("unit", "")),
    )


def field_docs(cls: type[Any]) -> dict[str, str]:
    """Read the docstrings that stand below a class's fields; none where there is no source."""
    docs: dict[str, str] = {}
    for base in reversed(cls.__mro__[:-1]):
        docs.update(_own_field_docs(base))
    return docs


@cache
def _own_field_docs(cls: type[Any]) -> Mapping[str, str]:
    """Read those of a class without its bases; once, for a source is long to read."""
    return dict(_documented(cls))


def _documented(cls: type[Any]) -> Iterator[tuple[str, str]]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError, SyntaxError):
        return
    body = tree.body[0].body if tree.body and isinstance(tree.body[0], ast.ClassDef) else []
    for field, after in itertools.pairwise(body):
        is_doc = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_doc:
            yield field.target.id, " ".join(str(after.value.value).split())  # type: ignore[attr-defined]


def _type_name(kind: Any) -> str:
    if kind is NoneType:
        return "none"
    if get_origin(kind) in (Union, UnionType):
        return " | ".join(_type_name(k) for k in get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "one of " + ", ".join(m.name.lower() for m in kind)
    if get_origin(kind) is Mapping:
        return f"table of {_type_name(get_args(kind)[-1])}"
    if get_origin(kind) in (Sequence, frozenset) or (get_origin(kind) is tuple and get_args(kind)[-1] is Ellipsis):
        return f"list of {_type_name(get_args(kind)[0])}"
    if attrs.has(kind):
        return f"table ({kind.__name__})"
    if get_origin(kind) is not None:
        return str(kind).replace("typing.", "")
    return getattr(kind, "__name__", str(kind))


def _default(value: Any) -> str | int | float | bool | None:
    if value is attrs.NOTHING or value is None:
        return None
    if isinstance(value, attrs.Factory):  # type: ignore[arg-type]
        return "" if value.takes_self else _default(value.factory())
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, frozenset) and value:  # its own text differs from run to run
        return ", ".join(sorted(str(_default(one)) for one in value))
    return value if type(value) in (str, int, float, bool) else str(value)


def _join(validators: Any) -> str:
    return " and ".join(filter(None, map(describe_validator, validators)))


_VALIDATORS: Final[tuple[tuple[str, Callable[[Any], str]], ...]] = (
    ("compare_op", lambda v: f"{v.compare_op} {v.bound}"),
    ("options", lambda v: "one of " + ", ".join(str(getattr(o, "value", o)) for o in v.options)),
    ("_validators", lambda v: _join(v._validators)),
    ("pattern", lambda v: f"text like {v.pattern.pattern}"),
    ("min_length", lambda v: f"at least {v.min_length} long"),
    ("max_length", lambda v: f"at most {v.max_length} long"),
    ("value_validator", lambda v: f"values {describe_validator(v.value_validator)}"),
    ("member_validator", lambda v: describe_validator(v.member_validator)),
    ("validator", lambda v: describe_validator(v.validator)),
)
"""By the attribute that tells an attrs validator apart: its classes are private."""
