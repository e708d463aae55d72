"""`smartexec venues` and `fit venues`: scores of a run, histories that a later run begins with, and their bad files."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from click.testing import CliRunner, Result

from smartexec.api import Route, RouteRequest, RoutingLogic
from smartexec.cli.main import main
from smartexec.errors import ConfigError
from smartexec.kernel.tally import Tally
from smartexec.runtime.plan.venues_file import VenueHistory, load_venues, save_venues, typed_learned
from smartexec.runtime.replay.replay import replay
from tests.cli.lobster_world import write


def call(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def done(*args: object) -> str:
    result = call(*args)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with run `one`, the history `venues.json` fitted from it, and run `two`, which began with that."""
    folder = tmp_path_factory.mktemp("venues")
    config = write(folder)
    done("run", config, "--out", folder / "one")
    done("fit", "venues", folder / "one", "--out", folder / "venues.json")
    config.write_text(config.read_text() + '\n[statistics]\nvenues = "venues.json"\n')
    done("run", config, "--out", folder / "two")
    return folder


def scores(run: Path) -> Any:
    return json.loads(done("venues", run, "--json"))["ABC"]["XNAS"]


def test_scores_are_told_for_people_and_machines(world: Path) -> None:
    text = done("venues", world / "one", "--symbol", "ABC")
    for label in ("XNAS", "orders ended", "latency, 99 %", "effective spread", "half_life"):
        assert label in text
    found = scores(world / "one")
    assert found["tried"] > 0
    assert found["kind"] == "LIT"
    assert 0 < found["fill_ratio"] <= 1
    assert found["latency_p50"] <= found["latency_p90"] <= found["latency_p99"]


def test_unknown_symbol_is_one_line(world: Path) -> None:
    result = call("venues", world / "one", "--symbol", "XXX")
    assert result.exit_code == 2
    assert result.stderr == "--symbol: found 'XXX', expected one of ABC\n"


def test_run_begins_with_the_history(world: Path) -> None:
    assert scores(world / "two")["tried"] == 2 * scores(world / "one")["tried"]
    assert scores(world / "two")["fill_ratio"] == scores(world / "one")["fill_ratio"]


def test_replay_and_audit_need_no_history_file(world: Path) -> None:
    kept = world / "kept.json"
    shutil.move(world / "venues.json", kept)
    try:
        assert replay(world / "two", audit=True).identical
        assert replay(world / "two", audit=True).differences == []
    finally:
        shutil.move(kept, world / "venues.json")


def test_fit_counts_each_run_with_what_it_saw_itself(world: Path) -> None:
    done("fit", "venues", world / "two", world / "one", "--out", world / "both.json")
    one, both = (load_venues(world / name).tallies["ABC"]["XNAS"] for name in ("venues.json", "both.json"))
    assert both.ended.n == 2 * one.ended.n
    assert both.ended.weight == 2 * one.ended.weight
    assert both.latencies.at((0.5,)) == one.latencies.at((0.5,))


def test_fit_refuses_what_is_no_finished_run_or_comes_twice(world: Path, tmp_path: Path) -> None:
    result = call("fit", "venues", tmp_path)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "expected the folder of a run" in result.stderr
    result = call("fit", "venues", world / "one", world / "one")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert f"{world / 'one'}: found a run that is named twice" in result.stderr


def test_prints_without_a_consolidated_tape_are_told_in_one_line(world: Path) -> None:
    result = call("fit", "venues", "--config", world / "config.toml")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "expected some" in result.stderr
    assert call("fit", "venues").exit_code == 2


# -- the file ----------------------------------------------------------------------------------------------------------


def history() -> VenueHistory:
    tally = Tally(10**18, 10**18)
    weight = 1.0
    tally.ended.add(weight, 100, 30, rejected=False)
    tally.latencies.add(1_500, weight)
    tally.latency.add(weight, 1_500.0)
    tally.effective.add(weight, -2.5)
    tally.hidden.add(5, 2)
    return VenueHistory({"ABC": {"XDRK": tally}}, {"greedy": {"ABC": {"sizes": {"3": 0.5}}}})


def test_history_comes_back_from_its_file(tmp_path: Path) -> None:
    save_venues(tmp_path / "one.json", history())
    again = load_venues(tmp_path / "one.json")
    save_venues(tmp_path / "two.json", again)
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    assert again.tallies["ABC"]["XDRK"].latencies.at((0.5,)) == [1_500]
    assert again.learned == history().learned
    assert again.of(["ABC"], [], ["greedy"]) == VenueHistory({"ABC": {}}, again.learned)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("tallies", 5, "tallies: found 5, expected a file of smartexec fit venues"),
        ("tallies.ABC.XDRK.ended.n", "x", "tallies.ABC.XDRK: found expected `int`, got `str` - at `$.ended.n`"),
        ("tallies.ABC.XDRK.ended.n", -1, "tallies.ABC.XDRK.ended.n: found -1, expected a number that is not negative"),
        ("tallies.ABC.XDRK.ended.weight", float("nan"), "tallies.ABC.XDRK.ended.weight: found nan"),
        ("tallies.ABC.XDRK.more", 1, "tallies.ABC.XDRK.more: found an unknown key"),
        ("more", 1, "more: found an unknown key"),
    ],
)
def test_bad_file_is_told_in_one_line(path: str, value: object, said: str, tmp_path: Path) -> None:
    file = tmp_path / "venues.json"
    save_venues(file, history())
    raw = json.loads(file.read_text())
    *above, last = path.split(".")
    place = raw
    for key in above:
        place = place[key]
    place[last] = value
    file.write_text(json.dumps(raw))
    with pytest.raises(ConfigError) as caught:
        load_venues(file)
    assert str(caught.value).startswith(f"{file}: {said}")
    assert len(str(caught.value).splitlines()) == 1


def test_missing_figure_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "venues.json"
    save_venues(file, history())
    raw = json.loads(file.read_text())
    del raw["tallies"]["ABC"]["XDRK"]["hidden"]
    file.write_text(json.dumps(raw))
    with pytest.raises(ConfigError, match=r"tallies\.ABC\.XDRK\.hidden: found nothing"):
        load_venues(file)


@frozen
class Weights:
    """What a logic learns."""

    by_mic: dict[str, float]


class Learner(RoutingLogic):
    """Learns."""

    name = "learner"
    learned_type = Weights

    def route(self, request: RouteRequest) -> Route:
        return Route()


def test_learned_values_come_back_as_their_logics_type() -> None:
    routers = {"learner": Learner(), "other": Learner()}
    found = typed_learned({"learner": {"ABC": {"by_mic": {"XNAS": 0.5}}}, "gone": {"ABC": 1}}, routers)
    assert found == {"learner": {"ABC": Weights({"XNAS": 0.5})}, "gone": {"ABC": 1}}
    with pytest.raises(ConfigError, match=r"learned\.learner\.ABC: found .*, expected what learner has learned"):
        typed_learned({"learner": {"ABC": {"by_mic": 5}}}, routers)
