"""The statistics file: what `smartexec fit volume` writes and `[statistics] volume` names. JSON, read strictly."""

from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any, Final, TypeVar

from attrs import asdict, evolve

from smartexec.errors import ConfigError
from smartexec.model.statistics import CURVE_SCALE, Statistics, VolumeModel
from smartexec.runtime.reading.json_file import read_json, write_json
from smartexec.runtime.reading.schema import build

T = TypeVar("T")
EXPECTED: Final = "expected a file of smartexec fit volume"
ROUNDING: Final = 1e-9
"""By which a fitted covariance may miss being one."""


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


def _read(raw: Any, symbol: str) -> Statistics:
    """Read one instrument; ConfigError with the first kind of fault that it has, each with its key path."""
    if not isinstance(raw, Mapping):
        raise ConfigError(f"{symbol}: found {raw!r}, {EXPECTED}")
    fields, model = dict(raw), raw.get("model")
    fields.pop("model", None)
    faults: list[str] = []
    one = _built(Statistics, fields, symbol, faults)
    dynamic: VolumeModel | None = None
    if isinstance(model, Mapping):
        dynamic = _built(VolumeModel, model, f"{symbol}.model", faults)
    elif model is not None:
        faults.append(f"{symbol}.model: found {model!r}, expected a table or null")
    if one is not None and not faults:
        one = evolve(one, model=dynamic)
        faults += [f"{symbol}.{fault}" for fault in (*_curve_faults(one), *_model_faults(one))]
    if faults or one is None:
        raise ConfigError(faults)
    return one


def _built(cls: type[T], raw: Mapping[str, Any], where: str, faults: list[str]) -> T | None:
    try:
        return build(cls, raw, where)
    except ConfigError as error:
        faults += error.faults
        return None


def _curve_faults(one: Statistics) -> Iterator[str]:
    """Say what is wrong between the fields of a curve, which no field's own rule sees."""
    if one.sigma is not None and not isfinite(one.sigma):
        yield f"sigma: found {one.sigma}, expected a finite number"
    if not one.curve:
        return
    if min(one.curve) < 0:
        yield f"curve: found {min(one.curve)}, expected shares of 0 or more"
    elif sum(one.curve) != CURVE_SCALE:
        yield f"curve: found shares that sum to {sum(one.curve)}, expected {CURVE_SCALE}"
    if not one.bin:
        yield f"bin: found {one.bin}, expected the width of the curve's bins, ns"


def _model_faults(one: Statistics) -> Iterator[str]:
    """Say what is wrong with a model as a whole."""
    model = one.model
    if model is None:
        return
    for name, value in asdict(model).items():
        for number in value if isinstance(value, tuple) else (value,):
            if not isfinite(number):
                yield f"model.{name}: found {number}, expected a finite number"
    if len(model.phi) != len(one.curve):
        yield f"model.phi: found {len(model.phi)} bins, expected {len(one.curve)} as in curve"
    ee, em, mm = model.v0
    if ee < 0 or mm < 0 or em * em > ee * mm * (1 + ROUNDING):
        yield f"model.v0: found {[ee, em, mm]}, expected a covariance: variances of 0 or more that bound the middle one"
