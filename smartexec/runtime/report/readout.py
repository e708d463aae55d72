"""What came of an engine, for who has it in hand: its tables, and the laws checked. Reads, and changes nothing."""

from smartexec.interfaces.host import Table
from smartexec.kernel.engine import Engine
from smartexec.runtime.plan.setup import fair_lot
from smartexec.runtime.report.outcome import breaches
from smartexec.runtime.report.tables import tables


def tables_of(engine: Engine) -> dict[str, Table]:
    """Give the tables of the external contract as they are now, by name."""
    lot = fair_lot(engine.settings.allocation)
    return {name: Table(tuple(columns), list(rows)) for name, columns, rows in tables(engine.blotter, lot)}


def breaches_of(engine: Engine) -> list[str]:
    """Say, a line each, which law was broken and what was lost, once every order is over; none if all is well.

    What is not over counts as a breach. Alerts do not, but for those that say that something is in no table.
    """
    return breaches(engine.blotter)
