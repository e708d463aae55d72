"""The public interface as text, a line for each fact: `python tests/public_api.py [--write]`.

`public_api.txt` beside this file is the interface as it was last agreed upon; `test_public_api.py` compares. The lines
say all of a name: base classes, fields with types and defaults, signatures, members of enumerations, each spelt alike
by every supported Python.
"""

import ast
import inspect
import sys
import textwrap
import typing
from collections.abc import Callable, Iterator
from enum import Enum
from functools import cache
from importlib import import_module
from pathlib import Path
from types import FunctionType, NoneType, UnionType
from typing import Any, Final, NewType, TypeVar, Union, get_args, get_origin

import attrs

FILE: Final = Path(__file__).with_suffix(".txt")
MODULES: Final = ("smartexec", "smartexec.api", "smartexec.embed", "smartexec.hookspecs", "smartexec.testing")
HOW: Final = "if that is meant: python tests/public_api.py --write, and a line in CHANGELOG.md"
OWN: Final = "smartexec"


def public() -> list[str]:
    """Give every line, sorted. What is to be had at two doors is told at the first."""
    found: set[str] = set()
    told: dict[int, str] = {}
    for module in MODULES:
        opened = import_module(module)
        for name in filter(_counts, getattr(opened, "__all__", None) or _hooks(opened)):
            path, value = f"{module}.{name}", getattr(opened, name)
            first = told.setdefault(id(value), path)
            found.update(_lines(path, value) if first == path else [f"{path}: as {first}"])
    return sorted(found)


def _counts(name: str) -> bool:
    """Whether a name is part of the interface: the version is not, it changes with every release."""
    return name != "__version__"


def _hooks(module: Any) -> list[str]:
    """The names of a module that does not list them: what is made there and public."""
    return [name for name, value in vars(module).items() if name[0] != "_" and _made_in(module.__name__, value)]


def _made_in(module: str, value: object) -> bool:
    mine = inspect.isfunction(value) or inspect.isclass(value)
    return (mine and value.__module__ == module) or type(value).__module__ == module  # type: ignore[attr-defined]


def _lines(path: str, value: Any) -> Iterator[str]:
    if isinstance(value, type) and get_origin(value) is None:
        yield from _class(path, value)
    elif isinstance(value, FunctionType):
        yield f"{path}{signature(value)}"
    elif isinstance(value, NewType):
        yield f"{path}: NewType of {spell(value.__supertype__)}"
    elif get_origin(value) is not None or isinstance(value, UnionType):
        yield f"{path}: {_spell(value)}"
    elif type(value).__module__.startswith(OWN):
        yield f"{path}: a {type(value).__name__}"
        yield from _members(path, type(value))
    else:
        yield f"{path} = {show(value)}"


def _class(path: str, cls: type[Any]) -> Iterator[str]:
    bases = ", ".join(base.__name__ for base in cls.__bases__ if base is not object)
    yield f"{path}: class({bases})"
    if issubclass(cls, Enum):
        yield from (f"{path}.{member.name} = {show(member.value)}" for member in cls)
    elif attrs.has(cls):
        attrs.resolve_types(cls)
        yield from _fields(path, cls)
    elif "__init__" in vars(cls):
        if cls.__init__.__doc__:  # else others make it
            yield f"{path}.__init__{signature(cls.__init__)}"
        yield from _attributes(path, cls)
    yield from _members(path, cls)


def _fields(path: str, cls: type[Any]) -> Iterator[str]:
    for number, one in enumerate(one for one in attrs.fields(cls) if one.init):
        default = "" if one.default is attrs.NOTHING else f" = {_default(one.default)}"
        place = "keyword" if one.kw_only else f"argument {number + 1}"
        yield f"{path}.{one.alias}: {spell(one.type)}{default}  ({place})"


def _default(value: Any) -> str:
    return f"{value.factory.__name__}()" if isinstance(value, attrs.Factory) else show(value)  # type: ignore[arg-type]


def _attributes(path: str, cls: type[Any]) -> Iterator[str]:
    """What `__init__` sets and explains: attributes with a docstring below them are public."""
    (function,) = ast.parse(textwrap.dedent(inspect.getsource(cls.__init__))).body
    assert isinstance(function, ast.FunctionDef)
    for statement, below in zip(function.body, function.body[1:], strict=False):
        explained = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        for target in targets if explained else ():
            if isinstance(target, ast.Attribute) and target.attr[0] != "_":
                yield f"{path}.{target.attr}: attribute"


def _members(path: str, cls: type[Any]) -> Iterator[str]:
    """Methods, properties and class variables, own and inherited from smartexec's classes."""
    seen: set[str] = set()
    for base in cls.__mro__:
        if not base.__module__.startswith(OWN):
            continue
        hints = typing.get_type_hints(base)
        fields = {one.name for one in attrs.fields(base)} if attrs.has(base) else set()
        for name in [*vars(base), *getattr(base, "__annotations__", ())]:
            if name in seen or name in fields or (name[0] == "_" and name != "__call__"):
                continue
            seen.add(name)
            yield from _member(f"{path}.{name}", vars(base).get(name), hints.get(name))


def _member(path: str, value: Any, hint: Any) -> Iterator[str]:
    abstract = "  (abstract)" if getattr(value, "__isabstractmethod__", False) else ""
    if isinstance(value, property):
        yield f"{path} -> {spell(_hints(value.fget).get('return'))}{abstract}"
    elif isinstance(value, classmethod | staticmethod):
        yield f"{path}{signature(value.__func__)}  ({type(value).__name__})"
    elif isinstance(value, FunctionType):
        yield f"{path}{signature(value)}{abstract}"
    elif hint is not None:
        yield f"{path}: {spell(hint)}"


def signature(function: Callable[..., Any]) -> str:
    """A function's arguments and what it gives."""
    hints, parts, star = _hints(function), [], False
    for one in inspect.signature(function).parameters.values():
        if one.kind is one.KEYWORD_ONLY and not star:
            parts.append("*")
        star = star or one.kind in (one.KEYWORD_ONLY, one.VAR_POSITIONAL)
        sign = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
        kind = f": {spell(hints[one.name])}" if one.name in hints else ""
        default = "" if one.default is one.empty else f" = {show(one.default)}"
        parts.append(f"{sign}{one.name}{kind}{default}")
    return f"({', '.join(parts)}) -> {spell(hints.get('return'))}"


def _hints(function: Any) -> dict[str, Any]:
    return typing.get_type_hints(inspect.unwrap(function))


@cache
def _aliases() -> dict[Any, str]:
    """Public names of unions and the like: signatures name them."""
    doors = [vars(import_module(module)) for module in MODULES]
    return {value: name for door in doors for name, value in door.items() if name[0] != "_" and get_args(value)}


def spell(hint: Any) -> str:
    """A type as source has it, without modules."""
    return _aliases().get(hint) or _spell(hint) if get_args(hint) and not isinstance(hint, list) else _spell(hint)


def _spell(hint: Any) -> str:
    origin, args = get_origin(hint), get_args(hint)
    if hint is None or hint is NoneType:
        return "None"
    if isinstance(hint, list):  # the arguments of a Callable
        return f"[{', '.join(map(spell, hint))}]"
    if isinstance(hint, UnionType) or origin is Union:
        return " | ".join(map(spell, args))
    if origin is not None:
        return f"{_name(origin)}[{', '.join(map(spell, args))}]" if args else _name(origin)
    return "..." if hint is ... else _name(hint)


def _name(hint: Any) -> str:
    if isinstance(hint, TypeVar):
        return hint.__name__
    return getattr(hint, "__name__", None) or str(hint).rpartition(".")[2]


def show(value: Any) -> str:
    """A value as source has it."""
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, Path):
        return f"Path({value.as_posix()!r})"
    if isinstance(value, frozenset | set):
        return f"{{{', '.join(sorted(map(show, value)))}}}"
    if isinstance(value, tuple) and type(value) is tuple:
        return f"({', '.join(map(show, value))})"
    if attrs.has(type(value)):
        fields = (f"{one.alias}={show(getattr(value, one.name))}" for one in attrs.fields(type(value)) if one.init)
        return f"{type(value).__name__}({', '.join(fields)})"
    return value.__name__ if inspect.isfunction(value) or isinstance(value, type) else repr(value)


def difference(agreed: list[str], found: list[str]) -> list[str]:
    """Give what is gone, what is new, and how to record a change that is meant; nothing if they are the same."""
    gone = [f"gone: {line}" for line in agreed if line not in set(found)]
    new = [f"new:  {line}" for line in found if line not in set(agreed)]
    return [*gone, *new, HOW] if gone or new else []


def main() -> int:
    """Print the lines, or write them down."""
    lines = public()
    if sys.argv[1:] == ["--write"]:
        FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    else:
        print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
