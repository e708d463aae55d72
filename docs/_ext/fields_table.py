"""Directive `fields-table`: the fields of an attrs class as a table, as `smartexec plugins` describes them."""

import importlib
import re
from collections.abc import Callable
from enum import Enum
from typing import ClassVar, get_args

import attrs
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tabling import table
from words import FIELDS

from smartexec.runtime.reading.config import UNITS
from smartexec.runtime.reading.constraints import Parameter, describe, field_docs
from smartexec.runtime.reading.units import WRITTEN

PLAIN = {"int": "integer", "str": "text", "float": "number", "bool": "true or false", "Path": "path"}
_EMPTY = ("", "()", "[]", "{}", "frozenset()")
_RAW = (", in 1e-9 of the currency", "In 1e-9 of the currency.", ", ns UTC", ", ns")
"""What a field holds within; in a file it is written otherwise."""
KINDS = {"ns": "duration", "px": "decimal", "money": "decimal", "time": "date-time"}


def fields(path: str) -> list[list[str]]:
    """Give name, value, default and meaning of each field of the class at a dotted path, after a head."""
    module, _, name = path.rpartition(".")
    found = describe(getattr(importlib.import_module(module), name))
    return [["name", "value", "default", "meaning"], *(_cells(one) for one in found)]


def values(path: str) -> list[list[str]]:
    """Give name, type, default and meaning as code has them, after a head."""
    module, _, name = path.rpartition(".")
    cls = getattr(importlib.import_module(module), name)
    docs = field_docs(cls)
    attrs.resolve_types(cls)
    rows = ([f"`{f.name}`", _type(f.type), _default_of(f), _meaning(name, f.name, docs)] for f in attrs.fields(cls))
    return [["name", "type", "default", "meaning"], *rows]


def _meaning(cls: str, field: str, docs: dict[str, str]) -> str:
    """What the class says of its field, else what FIX's name means."""
    return (docs.get(field) or FIELDS.get(f"{cls}.{field}") or FIELDS.get(field, "")).replace("``", "`")


def _default_of(field: "attrs.Attribute[object]") -> str:
    """A default as source would have it."""
    value = field.default
    if value is attrs.NOTHING:
        return "required"
    if isinstance(value, attrs.Factory):  # type: ignore[arg-type]
        return "its defaults" if attrs.has(value.factory) else "empty"  # type: ignore[attr-defined]
    if isinstance(value, Enum):
        return f"`{value.name}`"
    if isinstance(value, frozenset):
        return ", ".join(f"`{one.name}`" for one in _in_order(value)) or "none"
    if callable(value):
        return f"`{value.__name__}`"
    return "empty" if value in ("", ()) else f"`{value}`"


def _type(kind: object) -> str:
    """A type as source has it, without modules."""
    text = kind.__name__ if isinstance(kind, type) and not get_args(kind) else str(kind)
    text = re.sub(r"[a-z_]+\.(?:[a-z_]+\.)*(?=[A-Z])", "", text)
    return re.sub(r"Optional\[([\w.]+)\]", r"\1 | None", text)


def _cells(one: Parameter) -> list[str]:
    unit = one.unit or UNITS.get(one.name, "")
    kind = " or ".join(KINDS.get(unit, _plain(k)) for k in one.type.split(" | ") if k != "none")
    limits = "" if one.type.startswith("one of") else one.constraints
    meaning = one.doc.replace("``", "`")
    for phrase in _RAW if unit else ():
        meaning = meaning.replace(phrase, "")
    return [f"`{one.name}`", f"{kind}, {limits}" if limits else kind, _default(one, unit), meaning]


def _plain(kind: str) -> str:
    """Say a type in words, also what is in a list or table."""
    kind = kind.replace("dict[str, str]", "table of text")
    return " ".join(PLAIN.get(word, word) for word in kind.split(" "))


def _default(one: Parameter, unit: str) -> str:
    value = one.default
    if one.required or value is None:
        return "required" if one.required else "none"
    if type(value) is int and unit in WRITTEN:
        return f'`"{WRITTEN[unit](value)}"`' if value or unit in ("px", "money") else "`0`"
    if type(value) is str and value in _EMPTY:
        return "empty"
    if type(value) is bool:
        return f"`{str(value).lower()}`"
    return f'`"{value}"`' if type(value) is str and value[0] not in "[({" else f"`{value}`"


def _in_order(members: frozenset[Enum]) -> list[Enum]:
    """Members of an enumeration as it lists them."""
    return [one for kind in {type(m) for m in members} for one in kind if one in members]


class FieldsTable(SphinxDirective):
    """Insert the table of the class that the argument names, less the fields in `without`; `raw`: as code sees it."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Callable[[str], str]]] = {"without": str, "raw": str}

    def run(self) -> list[nodes.Node]:
        if "raw" in self.options:
            return [table(values(self.arguments[0]), (18, 24, 14, 44))]
        left_out = [f"`{name}`" for name in self.options.get("without", "").split()]
        rows = [row for row in fields(self.arguments[0]) if row[0] not in left_out]
        if not any(row[3] for row in rows[1:]):
            return [table(row[:3] for row in rows)]
        return [table(rows, (22, 22, 16, 60))]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive with Sphinx."""
    app.add_directive("fields-table", FieldsTable)
    return {"parallel_read_safe": True}
