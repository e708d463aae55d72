"""What came of a lab: a line per parent with its costs, what became of client orders, the laws. Prints itself."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from attrs import frozen

from smartexec.kernel.blotter import Blotter
from smartexec.kernel.orders import ParentOrder
from smartexec.lab.show import Lines, card, columns, grid, sheet
from smartexec.lab.terms import lots, mean_px
from smartexec.model.enums import Side
from smartexec.runtime.report.outcome import (
    ClientTally,
    ParentLine,
    Totals,
    breaches,
    client_tally,
    errors,
    parent_lines,
    totals,
)

BPS: Final = 10_000
HEAD: Final = (
    *("parent", "side", "strategy", "ordered", "crossed", "executed", "average"),
    *("arrival", "bp", "VWAP", "bp", "venues"),
)
NUMBERS: Final = frozenset(range(3, 11))
NOTE: Final = "bp: average price against the market, positive = worse; crosses are in no average"


@frozen(kw_only=True)
class Result:
    """What came of it, or how it stands if it is not over."""

    title: str
    """The lab, and how far it is."""
    over: bool
    """Whether the end of the market was reached; before that, no law is checked."""
    parents: tuple[ParentLine, ...]
    """In the order in which they started; prices in 1e-9, quantities in lots."""
    arrivals: Mapping[str, tuple[int | None, float | None]]
    """By parent: midpoint when it started, and the average price against it in bp, positive = worse."""
    totals: Totals
    """All parents together."""
    clients: ClientTally
    """What became of the client orders."""
    breaches: tuple[str, ...]
    """Laws broken and things lost; none if all is well."""
    errors: tuple[str, ...]
    """Alerts of level error: no breach by themselves."""
    faults: tuple[str, ...]
    """Bad pieces of input that were left out."""
    commands: str
    """Digest of all commands: of a run from a configuration that does the same, it is the same."""

    def __str__(self) -> str:
        table = columns(HEAD, self._rows(), NUMBERS)
        return (
            f"{card(self.title, self._lines())}\n{table}\n{NOTE}" if self.parents else card(self.title, self._lines())
        )

    def _repr_html_(self) -> str:
        table = f"{grid(HEAD, self._rows(), NUMBERS)}<small>{NOTE}</small>" if self.parents else ""
        return sheet(self.title, self._lines()) + table

    def _lines(self) -> Lines:
        statuses = ", ".join(f"{count} {name}" for name, count in self.clients.statuses.items() if count)
        lines = [("client orders", statuses or "none")]
        lines += [("rejected", reason) for reason in self.clients.reasons]
        lines += [("law broken", line) for line in self.breaches]
        lines += [("laws", "all kept")] if self.over and not self.breaches else []
        lines += [("error", line) for line in self.errors if line not in self.breaches]
        return lines + [("fault", line) for line in self.faults]

    def _rows(self) -> list[Sequence[str]]:
        return [self._row(line) for line in self.parents]

    def _row(self, line: ParentLine) -> Sequence[str]:
        arrival, cost = self.arrivals[line.parent_id]
        digits = line.qty_decimals
        return (
            line.parent_id, line.side, line.strategy, lots(line.order_qty, digits), lots(line.netted_qty, digits),
            lots(line.cum_qty, digits), mean_px(line.avg_px), mean_px(arrival), _bps(cost), mean_px(line.vwap),
            _bps(line.slippage_bps), " ".join(line.venues),
        )  # fmt: skip


def result(
    blotter: Blotter, title: str, commands: str, *, over: bool, lost: Sequence[str], faults: Sequence[str]
) -> Result:
    """Say what has come of a blotter. `lost`: a feed or a venue that broke off."""
    return Result(
        title=title,
        over=over,
        parents=tuple(parent_lines(blotter)),
        arrivals={parent.parent_id: _arrival(parent) for parent in blotter.parents},
        totals=totals(blotter),
        clients=client_tally(blotter),
        breaches=(*lost, *(breaches(blotter) if over else ())),
        errors=tuple(errors(blotter)),
        faults=tuple(faults),
        commands=commands,
    )


def _arrival(parent: ParentOrder) -> tuple[int | None, float | None]:
    arrival = parent.mark0.price
    if not arrival or not parent.cum_qty:
        return arrival, None
    sign = 1 if parent.side is Side.BUY else -1
    return arrival, float(sign * (Fraction(parent.notional, parent.cum_qty) / arrival - 1) * BPS)


def _bps(value: float | None) -> str:
    return "-" if value is None else f"{value:+.2f}"
