"""Whether an event of a plugin is what the interface says: its class, and the exact type of every field. Folds nothing.

Nonsense must be found before it is recorded: a journal with it could not be read back, and the kernel trusts types. A
bool is no quantity, a float no price, and "F" no ExecType(150). The types are those that the classes declare.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import attrs

from smartexec.model.enums import Side
from smartexec.model.events import ExecutionReport, OrderCancelReject, OrderState, VenueStatus
from smartexec.model.market import PhaseChange, Quote, Trade
from smartexec.model.orders import CancelRequest, NewOrder, RejectedOrder, ReplaceRequest, at_origin
from smartexec.model.wire import Close, Request, Send
from smartexec.runtime.reading.schema import one_line

VENUE: Final = (ExecutionReport, OrderCancelReject, OrderState, VenueStatus)
CLIENT: Final = (NewOrder, CancelRequest, ReplaceRequest, RejectedOrder)
MARKET: Final = (Quote, Trade, PhaseChange)
WIRE: Final = (Send, Request, Close)
MAX_QTY: Final = 1 << 53
"""Lots: sums of many still fit the record's 64 bits."""
MAX_INT: Final = 1 << 62
"""Prices, fees and times."""
MAX_SAID: Final = 1_000_000
"""Events in one answer of a venue: more is an adapter that never stops."""
MAX_SHOWN: Final = 80
"""Characters of a wrong value that are told."""
_SCALARS: Final = frozenset({str, int, float, bool, NoneType})


def wrong(event: object, kinds: tuple[type, ...]) -> str:
    """Say what keeps an event from being one of these classes with every field in order; "" if nothing does."""
    cls: type[Any] = type(event)
    if cls not in kinds:
        return f"found {shown(event)}, expected {' or '.join(kind.__name__ for kind in kinds)}"
    table = _TABLES.get(cls) or _table(cls)
    try:
        values = table.values(event)
    except AttributeError as error:
        return f"{cls.__name__}: found {clean(str(error))}, expected every field"
    types = tuple(map(type, values))
    risky = table.known.get(types)
    if risky is None:
        for name, kind, value in zip(table.names, types, values, strict=True):
            if kind not in table.types[name]:
                return f"{cls.__name__}.{name}: found {shown(value)}, expected {_spelt(table.types[name])}"
        risky = table.known[types] = tuple(
            (place, name, _VALUES[kind])
            for place, (name, kind) in enumerate(zip(table.names, types, strict=True))
            if kind in _VALUES
        )
    for place, name, fault_in in risky:
        value = values[place]
        if (value.__class__ is str and value.isascii()) or (value.__class__ is int and -MAX_QTY < value < MAX_QTY):
            continue  # nearly all are
        fault = fault_in(name, value)
        if fault:
            return f"{cls.__name__}.{name}: found {shown(value)}, expected {fault}"
    return ""


def refused(event: object, source: str, text: str) -> RejectedOrder | None:
    """Make a rejection of a client event that is nonsense, with what of it is sound; None if it names no order."""
    if type(event) not in CLIENT or type(getattr(event, "cl_ord_id", None)) is not str:
        return None
    side, origin = getattr(event, "side", ""), getattr(event, "origin", "")
    told_at = at_origin(origin, text) if type(origin) is str else text
    kept: dict[str, Any] = {"source": source, "cl_ord_id": "", "text": clean(told_at)}
    for field in attrs.fields(RejectedOrder):
        name, value = field.name, getattr(event, field.name, None)
        if name not in ("text", "side") and type(value) in _table(RejectedOrder).types[name]:
            fault = _VALUES[type(value)](name, value) if type(value) in _VALUES else ""
            if not fault:
                kept[name] = value
            elif type(value) is str:
                kept[name] = clean(value)
    kept["side"] = side.name if type(side) is Side else clean(side) if type(side) is str else ""
    return RejectedOrder(**kept)


def pull(said: Iterable[Any]) -> tuple[Sequence[Any], BaseException | None]:
    """Take what an adapter says, up to where it raises."""
    out: list[Any] = []
    try:
        out.extend(islice(said, MAX_SAID))
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return out, error
    full = ValueError(f"found {MAX_SAID} events at once, expected fewer")
    return out, full if len(out) == MAX_SAID else None


def shown(value: object) -> str:
    """Give a wrong value with its type, in one short line of text, whatever its `repr` does."""
    try:
        text = clean(repr(value))
    except Exception:
        text = "?"
    text = text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."
    return f"{type(value).__name__} {text}"


def told(error: BaseException) -> str:
    """Give an exception's type and text in one line of text that can be encoded."""
    try:
        return f"{type(error).__name__}: {clean(one_line(error))}"
    except Exception:
        return type(error).__name__


def clean(text: str) -> str:
    """Make text that can be encoded: halves of surrogate pairs are spelt out."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


@attrs.frozen
class _Table:
    """The fields of a class."""

    names: tuple[str, ...]
    types: dict[str, frozenset[type]]
    values: Callable[[Any], tuple[Any, ...]]
    known: dict[tuple[type, ...], tuple[tuple[int, str, Callable[[str, Any], str]], ...]] = attrs.field(factory=dict)
    """Combinations of types that were found right, with the fields whose type is not enough: (place, name, check)."""


_TABLES: Final[dict[type, _Table]] = {}


def _table(cls: type[Any]) -> _Table:
    """Make the table of a class, once."""
    if cls in _TABLES:
        return _TABLES[cls]
    names = tuple(field.name for field in attrs.fields(cls))
    hints = get_type_hints(cls)
    made = _TABLES[cls] = _Table(names, {name: _types(hints[name]) for name in names}, _getter(names))
    return made


def _getter(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """Give what reads the fields of a value as a tuple, also where there are fewer than two."""
    return attrgetter(*names) if len(names) > 1 else lambda value: tuple(getattr(value, name) for name in names)


def _types(hint: Any) -> frozenset[type]:
    if get_origin(hint) in (Union, UnionType):
        return frozenset(get_args(hint))
    return frozenset({get_origin(hint) or hint})


def _spelt(types: frozenset[type]) -> str:
    return " or ".join(sorted(kind.__name__.replace("NoneType", "None") for kind in types))


def _int(name: str, value: int) -> str:
    most = MAX_QTY if name.endswith("qty") else MAX_INT
    return "" if -most < value < most else f"an integer below {most}"


def _text(_: str, value: str) -> str:
    return "" if value.isascii() or clean(value) == value else "text that can be encoded"


def _params(_: str, value: tuple[Any, ...]) -> str:
    for pair in value:
        if type(pair) is not tuple or len(pair) != 2 or type(pair[0]) is not str or type(pair[1]) not in _SCALARS:
            return "(name, value) pairs"
        for one in pair:
            if type(one) in (int, str) and (fault := _VALUES[type(one)]("", one)):
                return fault
    return ""


_VALUES: Final[dict[type, Callable[[str, Any], str]]] = {int: _int, str: _text, tuple: _params}
"""What the type alone does not say."""
