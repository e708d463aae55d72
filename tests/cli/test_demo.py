"""The demo's configuration against the plugins of this repository: no faults, and as large as it promises."""

from importlib.resources import files
from pathlib import Path

from smartexec.interfaces.context import Context
from smartexec.model.orders import NewOrder
from smartexec.runtime.plan.plan import plan_file
from smartexec.runtime.plan.starting import start

DEMO = Path(str(files("smartexec.cli") / "demo.toml"))


def test_demo_configuration_has_no_faults_and_enough_of_everything() -> None:
    plan = plan_file(DEMO)
    faults: list[str] = []
    start(plan, faults.append)
    assert faults == []
    assert len(plan.config.instruments) >= 5
    assert [v.name for v in plan.venues.values()] == ["sim-lit", "sim-lit", "sim-lit", "sim-ats", "sim-dark"]
    assert set(plan.statistics) == set(plan.config.instruments)
    assert plan.config.settings.routing.default == "parallel"
    (source,) = plan.sources
    source.start(Context(plan.config.instruments, plan.config.run.seed))
    orders = [event for _, event in source.events()]
    assert len(orders) >= 5_000
    assert len({event.source for event in orders}) == 3
    assert {event.strategy for event in orders if isinstance(event, NewOrder)} == {"TWAP", "VWAP", "IS"}
