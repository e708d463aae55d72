"""The venues file: what `smartexec fit venues` writes and `[statistics] venues` names. JSON, read strictly.

It holds the tallies themselves, not the scores, so that a run goes on counting where the file ends, and what routing
logics have learned, as plain data. What is missing in it is a fault, and so is a key that nobody knows.
"""

from collections.abc import Collection, Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any, Final

import msgspec
from attrs import field, frozen

from smartexec.errors import ConfigError
from smartexec.interfaces.routing import RoutingLogic
from smartexec.kernel.tally import Tally
from smartexec.runtime.journal.records import as_type, to_builtins
from smartexec.runtime.reading.json_file import read_json, write_json
from smartexec.runtime.reading.schema import one_line

EXPECTED: Final = "expected a file of smartexec fit venues"
MAY_BE_NEGATIVE: Final = ("total", "since", "time")


@frozen
class VenueHistory:
    """What earlier runs have measured and learned."""

    tallies: Mapping[str, Mapping[str, Tally]] = field(factory=dict)
    """By symbol and MIC."""
    learned: Mapping[str, Mapping[str, Any]] = field(factory=dict)
    """By routing logic and symbol, as plain data."""

    def of(self, symbols: Collection[str], mics: Collection[str], routers: Collection[str]) -> "VenueHistory":
        """Give the part that is of these instruments, venues and routing logics."""
        return VenueHistory(
            {s: {m: one for m, one in by.items() if m in mics} for s, by in self.tallies.items() if s in symbols},
            {r: {s: one for s, one in by.items() if s in symbols} for r, by in self.learned.items() if r in routers},
        )


NO_HISTORY: Final = VenueHistory()


def save_venues(path: Path, history: VenueHistory) -> None:
    """Write a history."""
    write_json(path, {"tallies": to_builtins(history.tallies), "learned": to_builtins(history.learned)})


def load_venues(path: Path) -> VenueHistory:
    """Read a history; ConfigError with every fault of the file."""
    raw = read_json(path, EXPECTED)
    faults = [f"{key}: found an unknown key, {EXPECTED}" for key in raw if key not in ("tallies", "learned")]
    tallies: dict[str, dict[str, Tally]] = {}
    for symbol, mic, one in _nested(raw, "tallies", faults):
        try:
            tallies.setdefault(symbol, {})[mic] = _tally(one, f"tallies.{symbol}.{mic}")
        except ConfigError as error:
            faults += error.faults
    learned: dict[str, dict[str, Any]] = {}
    for name, symbol, one in _nested(raw, "learned", faults):
        learned.setdefault(name, {})[symbol] = one
    if faults:
        raise ConfigError([f"{path}: {fault}" for fault in faults])
    return VenueHistory(tallies, learned)


def typed_learned(
    plain: Mapping[str, Mapping[str, Any]], routers: Mapping[str, RoutingLogic]
) -> dict[str, dict[str, Any]]:
    """Give what routing logics had learned as their own types; ConfigError if it is nothing of theirs."""
    typed: dict[str, dict[str, Any]] = {}
    faults: list[str] = []
    for name, by_symbol in plain.items():
        kind = routers[name].learned_type if name in routers else None
        for symbol, value in by_symbol.items():
            try:
                typed.setdefault(name, {})[symbol] = value if kind is None else as_type(value, kind)
            except (msgspec.ValidationError, TypeError, ValueError) as error:
                found = one_line(error)
                faults.append(f"learned.{name}.{symbol}: found {found}, expected what {name} has learned")
    if faults:
        raise ConfigError(faults)
    return typed


def _nested(raw: Mapping[str, Any], key: str, faults: list[str]) -> Iterator[tuple[str, str, Any]]:
    """Yield (outer key, inner key, value) of a map of maps."""
    outer = raw.get(key)
    if not isinstance(outer, Mapping):
        faults.append(f"{key}: found {'nothing' if outer is None else repr(outer)}, {EXPECTED}")
        return
    for name, inner in outer.items():
        if isinstance(inner, Mapping):
            yield from ((name, one, value) for one, value in inner.items())
        else:
            faults.append(f"{key}.{name}: found {inner!r}, {EXPECTED}")


def _tally(raw: Any, where: str) -> Tally:
    try:
        tally = msgspec.convert(raw, Tally, str_keys=True)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: found {str(error)[:1].lower()}{str(error)[1:]}, {EXPECTED}") from error
    faults = list(_differences(raw, to_builtins(tally), where))
    if faults:
        raise ConfigError(faults)
    return tally


def _differences(raw: Any, read: Any, where: str) -> Iterator[str]:
    """Say where the file has other keys than what was read from it, or numbers that count nothing."""
    if isinstance(read, Mapping):
        for key in raw:
            if key not in read:
                yield f"{where}.{key}: found an unknown key, expected one of {', '.join(read)}"
        for key, value in read.items():
            if key in raw:
                yield from _differences(raw[key], value, f"{where}.{key}")
            else:
                yield f"{where}.{key}: found nothing, {EXPECTED}"
    elif not isfinite(read) or (read < 0 and not where.endswith(MAY_BE_NEGATIVE)):
        yield f"{where}: found {read!r}, expected a number that is not negative"
