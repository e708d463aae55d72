"""The statistics file: what `smartexec fit volume` writes and `[statistics] volume` names. JSON, read strictly."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import asdict

from smartexec.errors import ConfigError
from smartexec.model.statistics import CURVE_SCALE, Statistics
from smartexec.runtime.json_file import read_json, write_json
from smartexec.runtime.schema import build

EXPECTED = "expected a file of smartexec fit volume"


def save_statistics(path: Path, known: Mapping[str, Statistics]) -> None:
    """Write statistics by symbol."""
    write_json(path, {symbol: asdict(one) for symbol, one in known.items()})


def load_statistics(path: Path) -> dict[str, Statistics]:
    """Read statistics by symbol; ConfigError with every fault of the file."""
    raw = read_json(path, EXPECTED)
    known: dict[str, Statistics] = {}
    faults: list[str] = []
    for symbol, fields in raw.items():
        try:
            known[symbol] = _read(fields, symbol)
        except ConfigError as error:
            faults += [f"{path}: {fault}" for fault in error.faults]
    if faults:
        raise ConfigError(faults)
    return known


def _read(fields: Any, symbol: str) -> Statistics:
    if not isinstance(fields, Mapping):
        raise ConfigError(f"{symbol}: found {fields!r}, {EXPECTED}")
    one: Statistics = build(Statistics, fields, symbol)
    if one.curve and (sum(one.curve) != CURVE_SCALE or min(one.curve) < 0 or not one.bin):
        raise ConfigError(f"{symbol}.curve: found shares that sum to {sum(one.curve)}, expected {CURVE_SCALE}")
    if one.model is not None and len(one.model.phi) != len(one.curve):
        raise ConfigError(f"{symbol}.model.phi: found {len(one.model.phi)} bins, expected {len(one.curve)}")
    return one
