"""The machinery of the conformance kits: what a class may change, what is reported, what is written down."""

import json
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from smartexec import testing
from smartexec.testing import fuzz
from smartexec.testing.kit import Kit, needs, scenario
from tests.testing.faulty import routing_logics, strategies

pytest_plugins = ("pytester",)

SAMPLE = '''
import pytest
from smartexec.testing.kit import Kit, needs, scenario

class Thing:
    name = "thing"

class TinyKit(Kit):
    kind = "strategy"
    subject = "thing"
    colour = ""

    @scenario("X-01")
    @pytest.mark.parametrize("number", [1, 2])
    def test_x01_counts(self, number):
        """It counts.

        To two.
        """

    @scenario("X-02")
    def test_x02_has_a_colour(self):
        """It has a colour."""
        needs(self.colour, "it has no colour")

    @scenario("X-03")
    def test_x03_is_round(self):
        """It is round."""
        assert self.colour != "square", "found corners, expected none"

class TestThing(TinyKit):
    thing = Thing

class TestSquare(TinyKit):
    thing = Thing
    colour = "square"

class TestExcused(TinyKit):
    thing = Thing
    colour = "square"

    @pytest.mark.xfail(reason="its corners are wanted")
    def test_x03_is_round(self):
        super().test_x03_is_round()

class TestWithoutItsExtra(TinyKit):
    thing = Thing
    requires = ("no_such_module",)

def test_of_another_kind():
    pass
'''


class TinyKit(Kit):
    """A kit with one scenario."""

    kind = "strategy"
    subject = "thing"
    helper = 1

    @scenario("X-01")
    def test_x01_counts(self) -> None:
        """It counts."""
        needs(self.helper, "it cannot count")


def excused(reason: str | None) -> Callable[[Any], None]:
    """A test that is marked to fail."""

    @pytest.mark.xfail(reason=reason) if reason is not None else pytest.mark.xfail
    def test(self: Any) -> None:
        raise AssertionError

    return test


# -- what a class may change -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "own",
    [lambda self: None, None, excused(None), excused(""), pytest.mark.skip(reason="no time")(lambda self: None)],
    ids=["override", "deletion", "xfail without a reason", "xfail with an empty reason", "skip"],
)
def test_scenario_that_is_changed_is_refused(own: object) -> None:
    with pytest.raises(
        TypeError, match=r"^TestThing\.test_x01_counts: found an override of scenario X-01, expected none"
    ):
        type("TestThing", (TinyKit,), {"test_x01_counts": own})


def test_scenario_that_is_taken_away_further_down_is_refused() -> None:
    base = type("Base", (TinyKit,), {})
    with pytest.raises(TypeError, match="found an override of scenario X-01"):
        type("TestThing", (base,), {"test_x01_counts": None})


def test_scenario_that_another_base_takes_away_is_refused() -> None:
    easy = type("Easy", (), {"test_x01_counts": lambda self: None})
    with pytest.raises(TypeError, match="found an override of scenario X-01"):
        type("TestThing", (easy, TinyKit), {})


def test_scenario_may_be_excused_with_a_reason_and_helpers_changed() -> None:
    made = type("TestThing", (TinyKit,), {"test_x01_counts": excused("it is young"), "helper": 2})
    assert [one.number for one in made.scenarios()] == ["X-01"]


def test_two_kits_in_one_class_are_refused() -> None:
    class OtherKit(Kit):
        kind: ClassVar[str] = "venue"
        subject: ClassVar[str] = "other"

    with pytest.raises(
        TypeError, match=r"^TestBoth: found two kits, TinyKit and OtherKit, expected one class for each$"
    ):
        type("TestBoth", (TinyKit, OtherKit), {})


def test_class_without_its_plugin_is_named() -> None:
    with pytest.raises(TypeError, match=r"^TestThing\.thing: found None, expected a strategy class$"):
        type("TestThing", (TinyKit,), {}).plugin()


# -- what is reported --------------------------------------------------------------------------------------------------


def told(pytester: pytest.Pytester, *arguments: str) -> dict[str, Any]:
    """Run the sample; give the certificate by class."""
    pytester.makepyfile(test_sample=SAMPLE)
    pytester.runpytest_subprocess("--certificate", "told.json", *arguments)
    found = json.loads((pytester.path / "told.json").read_text())
    return {one["node"].rpartition("::")[2]: one for one in found}


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_certificate_says_what_came_of_each_scenario(pytester: pytest.Pytester, arguments: tuple[str, ...]) -> None:
    found = told(pytester, *arguments)
    thing = found["TestThing"]
    assert {key: thing[key] for key in ("kind", "name", "cls", "kit", "expected")} == {
        "kind": "strategy",
        "name": "thing",
        "cls": "test_sample.Thing",
        "kit": "TinyKit",
        "expected": ["X-01", "X-02", "X-03"],
    }
    assert thing["scenarios"]["X-01"] == {"number": "X-01", "title": "It counts.", "outcome": "passed", "reason": ""}
    outcomes = {
        name: {number: (one["outcome"], one["reason"]) for number, one in subject["scenarios"].items()}
        for name, subject in found.items()
    }
    passed, missing = ("passed", ""), ("skipped", "no_such_module cannot be imported: No module named 'no_such_module'")
    assert outcomes == {
        "TestThing": {"X-01": passed, "X-02": ("skipped", "it has no colour"), "X-03": passed},
        "TestSquare": {
            "X-01": passed,
            "X-02": passed,
            "X-03": ("failed", "AssertionError: found corners, expected none"),
        },
        "TestExcused": {"X-01": passed, "X-02": passed, "X-03": ("excused", "its corners are wanted")},
        "TestWithoutItsExtra": {"X-01": missing, "X-02": missing, "X-03": missing},
    }


def test_summary_says_per_plugin_what_did_not_pass_and_why(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_sample=SAMPLE)
    ran = pytester.runpytest_inprocess()
    ran.assert_outcomes(passed=10, failed=1, skipped=5, xfailed=1)
    ran.stdout.fnmatch_lines(
        [
            "*= smartexec conformance =*",
            "strategy thing: 2 passed, 1 skipped",
            "  X-02 skipped: it has no colour",
            "strategy thing: 1 failed, 2 passed",
            "  X-03 failed: AssertionError: found corners, expected none",
            "strategy thing: 1 excused, 2 passed",
            "  X-03 excused: its corners are wanted",
        ]
    )


def test_conformance_leaves_other_tests_out(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_sample=SAMPLE)
    ran = pytester.runpytest_inprocess("--conformance", "-v")
    ran.assert_outcomes(passed=9, failed=1, skipped=5, xfailed=1, deselected=1)
    ran.stdout.no_fnmatch_line("*test_of_another_kind*")


def test_nothing_is_said_where_there_is_no_conformance_class(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): pass")
    ran = pytester.runpytest_inprocess("--certificate", "told.json")
    ran.stdout.no_fnmatch_line("*smartexec conformance*")
    assert json.loads((pytester.path / "told.json").read_text()) == []


def test_scenario_that_is_skipped_by_other_means_than_the_kits_is_missing(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("""
import pytest

def pytest_collection_modifyitems(items):
    for item in items:
        if "x01" in item.name:
            item.add_marker(pytest.mark.skip(reason="no time"))
""")
    thing = told(pytester)["TestThing"]["scenarios"]
    expected = "found it skipped (no time), expected the kit alone to say that it does not apply"
    assert (thing["X-01"]["outcome"], thing["X-01"]["reason"]) == ("missing", expected)
    assert thing["X-02"]["outcome"] == "skipped"


def test_class_that_names_no_plugin_is_said_in_a_line(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_sample=SAMPLE + "\nclass TestMisspelt(TinyKit):\n    think = Thing\n")
    ran = pytester.runpytest_inprocess()
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(["ERROR: TestMisspelt.thing: found None, expected a strategy class"])


@pytest.mark.parametrize("value", ["abc", "0", "-1", ""])
def test_number_of_views_that_is_none_is_said_in_a_line(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("SMARTEXEC_VIEWS", value)
    ran = pytester.runpytest_subprocess()
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(
        [f"ERROR: SMARTEXEC_VIEWS: found {value!r}, expected how many random views to try, 1 or more"]
    )


def test_certificate_in_no_folder_is_said_in_a_line(pytester: pytest.Pytester) -> None:
    ran = pytester.runpytest_subprocess("--certificate", "nowhere/told.json")
    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(["ERROR: --certificate: found no folder nowhere, expected one"])


# -- the ready test ----------------------------------------------------------------------------------------------------


def printed(run: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Run a scenario that must fail; give the reason and the ready test."""
    monkeypatch.setattr(fuzz, "TRIES", 2_000)
    with pytest.raises(pytest.fail.Exception) as caught:
        run()
    reason, _, ready = str(caught.value).partition("\n\n")
    return reason, ready


def pasted(text: str) -> Callable[[], None]:
    """The test of a module that was printed."""
    module: dict[str, Any] = {}
    exec(compile(text, "pasted", "exec"), module)
    (test,) = [value for key, value in module.items() if key.startswith("test_")]
    found: Callable[[], None] = test
    return found


def test_ready_test_of_a_strategy_is_small_fails_and_passes_once_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not matter is left out; the side, the lot and the crossed quantity do."""
    reason, ready = printed(strategies.TestSellsTooMuch().test_s20_keeps_its_word_whatever_it_sees, monkeypatch)
    with pytest.raises(AssertionError) as again:
        pasted(ready)()
    assert reason == str(again.value)
    assert [word in ready for word in ("side=Side.SELL", "lot=100", "crossed_qty=", "bid")] == [True] * 3 + [False]
    assert len(ready.splitlines()) < 30
    pasted(ready.replace("SellsTooMuch", "Healthy"))()


def test_ready_test_of_a_routing_logic_fails_and_passes_once_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    run = routing_logics.TestBreaksRarely().test_r24_keeps_its_word_whatever_it_is_asked
    reason, ready = printed(run, monkeypatch)
    assert reason == "ZeroDivisionError: division by zero"
    with pytest.raises(ZeroDivisionError):
        pasted(ready)()
    pasted(ready.replace("BreaksRarely", "Healthy"))()


# -- the kits ----------------------------------------------------------------------------------------------------------

KITS = [getattr(testing, name) for name in testing.__all__ if name.endswith("Kit")]


def test_all_names_can_be_imported() -> None:
    assert sorted(testing._LAZY) == sorted(set(testing.__all__) - {"START", "market", "request", "venue", "view"})
    for name in testing.__all__:
        assert getattr(testing, name).__class__.__name__ != "module"


@pytest.mark.parametrize("kit", KITS, ids=lambda kit: kit.__name__)
def test_scenarios_are_numbered_and_said_in_a_sentence(kit: type[Kit]) -> None:
    found = kit.scenarios()
    assert len({one.number[0] for one in found}) == 1
    assert [one.method[:8] for one in found] == [f"test_{one.number.lower().replace('-', '')}"[:8] for one in found]
    assert [one.number for one in found if not one.title.endswith(".")] == []


def test_no_two_kits_have_a_number_in_common() -> None:
    numbers = [one.number for kit in KITS for one in kit.scenarios()]
    assert len(set(numbers)) == len(numbers)
