"""The program as plugins' commands see it (`smartexec.interfaces.host`). Shows nothing: that is for the command."""

from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from smartexec.interfaces.host import Changes, Host, Ran, Table
from smartexec.runtime.replay.stored import stored_tables
from smartexec.runtime.simulation.changes import changed_plan, run_changed


@frozen
class Installed(Host):
    """Runs configurations with the installed plugins; holds nothing, so that it can go to another process."""

    def check(self, config: Path, changes: Changes) -> None:
        changed_plan(config, changes)

    def run(self, config: Path, changes: Changes) -> Ran:
        return run_changed(config, changes)

    def tables(self, run: Path) -> Mapping[str, Table]:
        return {found.name: Table(tuple(found.columns), found.rows) for found in stored_tables(run)}
