"""The statistics file: what is written is read again; what is wrong is named; a run and its replay use it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from attrs import define, evolve, frozen

from smartexec.api import (
    CURVE_SCALE,
    Decision,
    ParentView,
    Phase,
    PhaseChange,
    Quote,
    Slice,
    Statistics,
    Strategy,
    Trade,
    VolumeModel,
    hookimpl,
)
from smartexec.errors import ConfigError
from smartexec.registry import Registry
from smartexec.runtime.reading.statistics_file import load_statistics, save_statistics
from smartexec.runtime.replay.replay import open_run, replay
from smartexec.runtime.simulation.run import run
from tests.hooks.kit import module, registry
from tests.runtime.test_run import table
from tests.runtime.world import CONFIG, SECOND, START, Few, First, Giver, MemoryFile, PlainCsv, Still, config

TEN: int = 10 * SECOND
MODEL = VolumeModel(
    a_eta=0.999,
    a_mu=0.7,
    var_eta=0.06,
    var_mu=0.03,
    r=0.02,
    phi=(0.3, -0.1, -0.2),
    x0=(6.5, 0.0),
    v0=(0.1, -0.01, 0.02),
)
CURVE = (500_000_000, 300_000_000, 200_000_000)
FULL = Statistics(adv=1_000, sigma=0.02, spread=10_000_000, bin=2 * TEN, curve=CURVE, model=MODEL)
Raw = dict[str, Any]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    known = {"ABC": FULL, "XYZ": evolve(FULL, model=None), "NEW": Statistics()}
    save_statistics(tmp_path / "s.json", known)
    assert load_statistics(tmp_path / "s.json") == known


def raw(tmp_path: Path) -> Raw:
    save_statistics(tmp_path / "s.json", {"ABC": FULL})
    content: Raw = json.loads((tmp_path / "s.json").read_text())
    return content


def faults(tmp_path: Path, spoil: Callable[[Raw], Any]) -> list[str]:
    """What is said of a file whose only instrument is spoiled."""
    content = raw(tmp_path)
    spoil(content["ABC"])
    path = tmp_path / "s.json"
    path.write_text(json.dumps(content))
    with pytest.raises(ConfigError) as caught:
        load_statistics(path)
    return [fault.removeprefix(f"{path}: ABC") for fault in caught.value.faults]


FAULTS: list[tuple[Callable[[Raw], Any], list[str]]] = [
    (lambda one: one.update(adv=2.5), [".adv: found 2.5, expected an integer"]),
    (lambda one: one.update(adv=0, sigma=-1), [".adv: found 0, expected > 0", ".sigma: found -1.0, expected > 0"]),
    (lambda one: one.update(sigma=float("inf")), [".sigma: found inf, expected a finite number"]),
    (lambda one: one.update(bin=0), [".bin: found 0, expected the width of the curve's bins, ns"]),
    (lambda one: one.update(curve=[1, 2, 3]), [f".curve: found shares that sum to 6, expected {CURVE_SCALE}"]),
    (lambda one: one.update(curve=[-1, 1, CURVE_SCALE]), [".curve: found -1, expected shares of 0 or more"]),
    (lambda one: one.update(curve=["a"]), [".curve: found 'a', expected an integer"]),
    (
        lambda one: one.update(x=1),
        [".x: found an unknown key, expected one of adv, sigma, spread, bin, curve, model"],
    ),
    (lambda one: one.update(model=5), [".model: found 5, expected a table or null"]),
    (lambda one: one["model"].pop("r"), [".model.r: found nothing, expected a number"]),
    (lambda one: one["model"].update(r=0), [".model.r: found 0.0, expected > 0"]),
    (lambda one: one["model"].update(x0=[1]), [".model.x0: found [1], expected 2 values"]),
    (lambda one: one["model"].update(phi=[0, "x", 0]), [".model.phi: found 'x', expected a number"]),
    (lambda one: one["model"].update(phi=[0, 0]), [".model.phi: found 2 bins, expected 3 as in curve"]),
    (
        lambda one: one["model"].update(phi=[0, float("nan"), 0]),
        [".model.phi: found nan, expected a finite number"],
    ),
    (
        lambda one: one["model"].update(v0=[1, 2, 1]),
        [".model.v0: found [1.0, 2.0, 1.0], expected a covariance: variances of 0 or more that bound the middle one"],
    ),
]


@pytest.mark.parametrize(
    ("spoil", "expected"), FAULTS, ids=[said[0].split(":")[0] + str(n) for n, (_, said) in enumerate(FAULTS)]
)
def test_fault_is_named(tmp_path: Path, spoil: Callable[[Raw], Any], expected: list[str]) -> None:
    assert faults(tmp_path, spoil) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", "found list, expected a file of smartexec fit volume"),
        ("{", "found no JSON"),
        ('{"ABC": 5}', "ABC: found 5, expected a file of smartexec fit volume"),
    ],
)
def test_file_that_is_none_is_named(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "s.json").write_text(text)
    with pytest.raises(ConfigError, match=expected):
        load_statistics(tmp_path / "s.json")


# -- in a run ------------------------------------------------------------------------------------------------------


@define
class Lively(Still):
    """A quote and a print a second: the midpoint goes up and down by a cent."""

    name: ClassVar[str] = "lively"
    count: int = 1_800

    def events(self) -> Iterator[tuple[int, Any]]:
        yield START, PhaseChange("ABC", "", Phase.CONTINUOUS)
        for number in range(self.count):
            at, bid = START + number * SECOND, 9_990_000_000 + number // 60 % 2 * 10_000_000
            yield at, Quote("ABC", "", bid, 500, bid + 20_000_000, 500)
            yield at, Trade("ABC", "GIVE", bid, 1 + number % 7)


@frozen
class Watching(Strategy):
    """Say in the note what the market is said to be, and send everything at the end."""

    name: ClassVar[str] = "ALL"
    lots: int = 10

    def decide(self, view: ParentView) -> Decision:
        seen = view.market
        forecast = None if seen.forecast is None else seen.forecast.cumulative
        curve = None if seen.curve is None else seen.curve.cumulative
        note = f"{seen.statistics.adv} {curve} {forecast} {seen.sigma_now} {seen.spread_now}"
        if view.now < START + 1_700 * SECOND:
            return Decision((), view.now + 300 * SECOND, note=note)
        return Decision((Slice(view.leaves_qty, seen.ask),), note=note)


def watching() -> Registry:
    hooks = {
        "strategies": Watching,
        "routing_logics": First,
        "venues": Giver,
        "order_sources": Few,
        "market_data_feeds": Lively,
        "journals": MemoryFile,
        "sinks": PlainCsv,
    }
    made = {}
    for name, cls in hooks.items():

        def hook(cls: type = cls) -> Any:
            return [cls]

        hook.__name__ = f"smartexec_{name}"
        made[hook.__name__] = hookimpl(hook)
    return registry(module(**made))


def prepared(tmp_path: Path, known: Statistics) -> Path:
    """A configuration that names a statistics file, over half an hour."""
    save_statistics(tmp_path / "s.json", {"ABC": known, "OTHER": FULL})
    text = CONFIG.replace("14:31:00Z", "15:00:00Z").replace('"still"', '"lively"').replace('delay = "1s"', "")
    return config(tmp_path, text + '\n[statistics]\nvolume = "s.json"\n')


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (evolve(FULL, bin=600 * SECOND), "953, 1600, 2190"),
        (evolve(FULL, bin=600 * SECOND, model=None), "500, 800, 1000"),
    ],
    ids=["model", "curve"],
)
def test_run_uses_statistics_and_replays_without_the_file(tmp_path: Path, known: Statistics, expected: str) -> None:
    """In the header are those of the run's instruments; the audit makes the same views from them."""
    path = prepared(tmp_path, known)
    run(path, tmp_path / "out", registry=watching())
    notes = list(dict.fromkeys(row["note"] for row in table(tmp_path / "out", "decisions")))
    first, last = notes[0], notes[-1]
    assert all(note.startswith("1000 (500000000, 800000000, 1000000000) (") for note in notes)
    assert first.endswith(f"({expected}) None None")
    assert last.split(") ")[1].startswith("(2395, 4794, ")  # what the feed prints in the first two bins
    assert [last.split()[-2][:6], last.split()[-1]] == ["0.0054", "20000000"]
    (tmp_path / "s.json").unlink()
    again = replay(tmp_path / "out", audit=True, registry=watching())
    assert (again.difference, again.audited and len(again.differences)) == ("", 0)
    opened = open_run(tmp_path / "out", watching())
    assert opened.header.statistics == {"ABC": known}


def test_statistics_file_that_is_missing_is_a_fault_of_the_configuration(tmp_path: Path) -> None:
    path = prepared(tmp_path, FULL)
    (tmp_path / "s.json").unlink()
    with pytest.raises(ConfigError, match=r"config\.toml: .*s\.json: found No such file or directory, expected a file"):
        run(path, tmp_path / "out", registry=watching())
