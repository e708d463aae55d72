"""What a picture of a lab is drawn from, and in which units and colours. Draws nothing.

Times are minutes since the start of the lab, prices in the currency, quantities as they are printed.
"""

from collections.abc import Sequence
from typing import Any, Final

from attrs import frozen

from smartexec.kernel.blotter import Blotter
from smartexec.kernel.orders import Execution, ParentOrder
from smartexec.lab.step import Step
from smartexec.lab.terms import clock, lots
from smartexec.lab.trail import Trail
from smartexec.model.enums import ExecType
from smartexec.model.ids import NANOS_PER_SECOND, PX_SCALE
from smartexec.model.instrument import Instrument

Trace = dict[str, Any]
"""A line, or markers, in plotly's schema."""
MINUTE: Final = 60 * NANOS_PER_SECOND
COLOURS: Final = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#aa3377", "#66ccee", "#bbbbbb")
"""Paul Tol's bright scheme, which the colour-blind can tell apart: one for each parent."""
FIRST_RANK: Final = 1001
"""In the legend: that of the first parent, below all that has none of its own (1000)."""


@frozen(kw_only=True, eq=False)
class Scene:
    """All that is drawn."""

    blotter: Blotter
    trail: Trail
    steps: Sequence[Step]
    instrument: Instrument
    venues: Sequence[str]
    now: int
    """How far the lab is, ns UTC."""
    title: str

    def x(self, time: int) -> float:
        """Give minutes since the start."""
        return round((time - self.instrument.open) / MINUTE, 6)

    def when(self, time: int) -> str:
        """Print a time."""
        return clock(time - self.instrument.open)

    def qty(self, qty: float) -> float:
        """Give a quantity in units."""
        return float(qty / 10**self.instrument.qty_decimals)

    def lots(self, qty: int) -> str:
        """Print a quantity."""
        return lots(qty, self.instrument.qty_decimals)

    def colour(self, parent: ParentOrder) -> str:
        """Give the colour of a parent."""
        return COLOURS[self.blotter.parents.index(parent) % len(COLOURS)]

    def until(self, parent: ParentOrder) -> int:
        """Give when a parent was over; how far the lab is, if it is not."""
        return self.now if parent.ended is None else parent.ended

    def asked(self, parent: ParentOrder) -> list[Step]:
        """Give the steps of a parent."""
        return [step for step in self.steps if step.view.parent_id == parent.parent_id]

    def executions(self, parent: ParentOrder) -> list[Execution]:
        """Give the executions of a parent that stand."""
        return [
            one
            for one in self.blotter.executions
            if one.parent is parent and one.superseded is None and one.exec_type is not ExecType.TRADE_CANCEL
        ]


def money(px: float | None) -> float | None:
    """Give a price in the currency."""
    return None if px is None else px / PX_SCALE


def group(scene: Scene, parent: ParentOrder) -> Trace:
    """Give what puts a trace under its parent in the legend."""
    head = f"{parent.parent_id} {parent.side.name} {parent.strategy}"
    rank = FIRST_RANK + scene.blotter.parents.index(parent)
    return {"legendgroup": parent.parent_id, "legendgrouptitle": {"text": head}, "legendrank": rank}


def line(name: str, x: Sequence[float | None], y: Sequence[Any], row: int = 1, **more: Any) -> Trace:
    """Make a trace in a row of the picture."""
    return {"type": "scatter", "name": name, "x": x, "y": y, "yaxis": "y" if row == 1 else f"y{row}", **more}
