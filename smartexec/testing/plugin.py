"""The pytest plugin: scenarios are marked, counted per plugin and reported; `--certificate FILE` writes it all down.

pytest finds it by its entry point wherever smartexec is installed. Without conformance classes it does nothing.
"""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import asdict, define, field

from smartexec.testing.kit import DoesNotApply, Kit

VIEWS: Final = "SMARTEXEC_VIEWS"
"""Variable of the environment: how many random views or requests a kit tries."""
_KEY: Final = pytest.StashKey["Record"]()
_PROPERTY: Final = "smartexec"
"""Of a test's report: carries what came of a scenario, from worker processes too."""


@define
class Outcome:
    """What came of one scenario."""

    number: str
    title: str
    outcome: str
    """passed, failed, skipped (it does not apply), excused (it fails as its author says), missing (it was skipped by
    other means than the kit's) or error."""
    reason: str = ""
    """Why it was skipped or excused; the first line of the failure."""


@define
class Subject:
    """A conformance class and what came of its scenarios."""

    node: str
    """Of pytest."""
    kind: str
    name: str
    """Of the plugin."""
    cls: str
    """Its class, with its module."""
    kit: str
    """Name of the kit."""
    expected: tuple[str, ...]
    """Numbers of all scenarios of the kit."""
    scenarios: dict[str, Outcome] = field(factory=dict)
    """By number."""


Record = dict[str, Subject]
"""What came of all conformance classes, by their node id."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `smartexec certify` asks for."""
    group = parser.getgroup("smartexec")
    group.addoption("--certificate", type=Path, help="Write what came of the conformance scenarios, as JSON.")
    group.addoption("--conformance", action="store_true", help="Run conformance scenarios only.")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker of scenarios."""
    config.addinivalue_line("markers", "scenario(number): a scenario of a smartexec conformance kit")
    _check_switches(config)
    config.stash[_KEY] = {}
    config.pluginmanager.register(_Collector(config), "smartexec-collector")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave everything but scenarios out, if asked to; refuse a conformance class that names no plugin."""
    for kit in {kit for item in items if (kit := _kit(item)) is not None}:
        try:
            kit.plugin()
        except TypeError as error:
            raise pytest.UsageError(str(error)) from None
    if config.getoption("--conformance"):
        out = [item for item in items if _kit(item) is None]
        items[:] = [item for item in items if _kit(item) is not None]
        config.hook.pytest_deselected(items=out)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Put what came of a scenario on the test's report."""
    report: pytest.TestReport = yield
    kit, found = _kit(item), _outcome(report)
    if found is not None and found[0] == "skipped":
        found = _skipped(call, found[1])
    method = getattr(item, "originalname", item.name)
    tried = next((one for one in kit.scenarios() if one.method == method), None) if kit is not None else None
    if kit is not None and tried is not None and found is not None:
        node = item.nodeid.rpartition("::")[0]
        told = {"subject": asdict(_subject(kit, node)), "outcome": asdict(Outcome(tried.number, tried.title, *found))}
        report.user_properties = [*report.user_properties, (_PROPERTY, told)]
    return report


@define(eq=False)
class _Collector:
    """Gathers outcomes where reports come together: in the only process, or in the one that others report to."""

    config: pytest.Config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the first thing that is not a pass."""
        for name, told in report.user_properties:
            if name == _PROPERTY and isinstance(told, dict):
                subject = Subject(**{**told["subject"], "scenarios": {}})
                seen = self.config.stash[_KEY].setdefault(subject.node, subject).scenarios
                outcome = Outcome(**told["outcome"])
                if outcome.number not in seen or seen[outcome.number].outcome == "passed":
                    seen[outcome.number] = outcome


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say per plugin how many scenarios passed, and which did not and why."""
    record = config.stash[_KEY]
    if not record:
        return
    terminalreporter.section("smartexec conformance")
    for subject in record.values():
        counts = Counter(one.outcome for one in subject.scenarios.values())
        told = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
        terminalreporter.line(f"{subject.kind} {subject.name}: {told}")
        for number in sorted(subject.scenarios):
            one = subject.scenarios[number]
            if one.outcome != "passed":
                terminalreporter.line(f"  {number} {one.outcome}: {one.reason}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the certificate's raw material."""
    path = session.config.getoption("--certificate")
    if path is not None and not hasattr(session.config, "workerinput"):
        found = [asdict(subject) for subject in session.config.stash[_KEY].values()]
        path.write_text(json.dumps(found, indent=2), encoding="utf-8")


def _check_switches(config: pytest.Config) -> None:
    path, views = config.getoption("--certificate"), os.environ.get(VIEWS, "1")
    if path is not None and not path.parent.is_dir():
        raise pytest.UsageError(f"--certificate: found no folder {path.parent}, expected one")
    if not views.isdecimal() or int(views) == 0:
        raise pytest.UsageError(f"{VIEWS}: found {views!r}, expected how many random views to try, 1 or more")


def _skipped(call: pytest.CallInfo[None], reason: str) -> tuple[str, str]:
    """A skip counts where the kit says that the scenario does not apply, and nowhere else."""
    if call.excinfo is not None and isinstance(call.excinfo.value, DoesNotApply):
        return "skipped", str(call.excinfo.value.msg)
    return "missing", f"found it skipped ({reason}), expected the kit alone to say that it does not apply"


def _kit(item: pytest.Item) -> type[Kit] | None:
    cls = getattr(item, "cls", None)
    return cls if isinstance(cls, type) and issubclass(cls, Kit) else None


def _subject(kit: type[Kit], node: str) -> Subject:
    plugin = kit.plugin()
    return Subject(
        node=node,
        kind=kit.kind,
        name=str(getattr(plugin, "name", plugin.__name__)),
        cls=f"{plugin.__module__}.{plugin.__qualname__}",
        kit=next(base.__name__ for base in kit.__mro__ if Kit in base.__bases__),
        expected=tuple(one.number for one in kit.scenarios()),
    )


def _outcome(report: pytest.TestReport) -> tuple[str, str] | None:
    """(outcome, reason) of a phase of a test; None if it says nothing."""
    if hasattr(report, "wasxfail"):
        return ("excused", report.wasxfail.removeprefix("reason: ")) if report.skipped else ("failed", "it passed")
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        return "skipped", reason.removeprefix("Skipped: ")
    if report.failed:
        crash = getattr(report.longrepr, "reprcrash", None)
        text = crash.message if crash is not None else str(report.longrepr)
        return ("failed" if report.when == "call" else "error"), text.strip().partition("\n")[0]
    return ("passed", "") if report.when == "call" else None
