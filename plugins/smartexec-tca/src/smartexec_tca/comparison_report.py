"""How a comparison is printed: columns of the files, of the table on a terminal, of JSON. Works nothing out."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from rich.table import Table as RichTable

from smartexec_tca.bootstrap import Estimate
from smartexec_tca.comparison import Compared, Measured
from smartexec_tca.console import ruled
from smartexec_tca.study import Outcome
from smartexec_tca.worked import METRICS

DIGITS: Final = 6
NAMES: Final = {"arrival": "arrival", "vwap": "interval VWAP", "close": "close", "shortfall": "shortfall (IS)"}
LABEL: Final = 30
"""Characters of a combination's name before it is folded."""
SHORT: Final = 17
"""The same where there is little room."""
FOOTNOTE: Final = (
    "costs positive = worse, of parent orders, weighted by notional; difference: from the first line, paired,\n"
    "* = its interval does not hold 0; crossed: inside, of what clients ordered; all else is of the rest; done: of\n"
    "what was ordered; fill: of what child orders sent; passive: of what was executed; children: per parent order;\n"
    "worked: from its start to its end; time: of the runs"
)
_MEASURED: Final = ("mean", "low", "high", "difference", "difference_low", "difference_high", "sd", "tail")
_SHARES: Final = ("fees_bps", "fill_rate", "crossed", "completion", "passive", "children", "worked_seconds")
_SHARE_HEADS: Final = (
    *("runs", "par-\nents", "cros-\nsed %", "done\n%", "fill\n%", "pas-\nsive %", "fees\nbp", "chil-\ndren"),
    *("worked\ns", "time\ns"),
)
COLUMNS: Final = (
    *("combination", "strategy", "params", "router", "runs", "failed", "parents", "units", "notional"),
    *(f"{metric}_{what}" for metric in METRICS for what in _MEASURED),
    *_SHARES,
)
PARENT_COLUMNS: Final = (
    *("combination", "config", "seed", "parent_id", "symbol", "side", "clients", "notional"),
    *(f"{metric}_bps" for metric in METRICS),
    *("ordered", "crossed", "done", "sent", "filled", "added", "fees", "children", "worked_seconds"),
)
TIME_COLUMNS: Final = ("combination", "config", "seed", "seconds", "fault", "breaches")


def row(one: Compared) -> list[str]:
    """Give the row of a combination in the order of `COLUMNS`."""
    name = one.combination
    cells = [name.label, name.strategy or "", ";".join(f"{k}={v}" for k, v in name.params), name.router or ""]
    cells += [str(one.runs), str(one.failed), str(one.parents), str(one.units), f"{one.notional:.2f}"]
    cells += [_cell(value) for metric in METRICS for value in _values(one.metrics[metric])]
    return [*cells, *(_cell(getattr(one, share)) for share in _SHARES)]


def parent_rows(outcomes: Sequence[Outcome]) -> Iterator[list[str]]:
    """Give the row of each parent order of each run in the order of `PARENT_COLUMNS`."""
    for outcome in outcomes:
        for p in outcome.parents:
            ids = [*_run(outcome), p.parent_id, p.symbol, p.side, str(len(p.clients)), f"{p.notional:.2f}"]
            money = [f"{value:.4f}" for value in (p.ordered, p.crossed, p.done, p.sent, p.filled, p.added, p.fees)]
            yield [*ids, *(_cell(p.bps(m)) for m in METRICS), *money, str(p.children), f"{p.seconds:.3f}"]


def time_rows(outcomes: Sequence[Outcome]) -> Iterator[list[str]]:
    """Give the row of each run in the order of `TIME_COLUMNS`: what differs from one time to the next."""
    for outcome in outcomes:
        yield [*_run(outcome), f"{outcome.seconds:.3f}", outcome.fault, "; ".join(outcome.breaches)]


def report(compared: Sequence[Compared], outcomes: Sequence[Outcome], settings: dict[str, Any]) -> dict[str, Any]:
    """Give it for machines: numbers as numbers, None where there is no figure."""
    faults = [{"run": o.task.name, "fault": o.fault} for o in outcomes if o.fault]
    return {**settings, "combinations": [_told(one) for one in compared], "failed": faults}


def cost_table(compared: Sequence[Compared], metric: str, *, whole: bool = True) -> RichTable:
    """Give a cost of each combination, for people; not whole, it fits into 80 columns."""
    heads = ("mean", "95 %", "differ-\nence", "95 %", "sd", "worst\n5 %")
    found = ruled(f"{NAMES[metric]}, bp", heads, LABEL if whole else SHORT)
    digits = 2 if whole else 1
    for number, one in enumerate(compared):
        measured = one.metrics[metric]
        apart = _estimate(measured.difference, digits, star=True) if number else ["-", ""]
        scatter = [_number(measured.deviation), _number(measured.tail, "+.1f")]
        found.add_row(one.combination.label, *_estimate(measured.mean, digits), *apart, *scatter)
    return found


def share_table(compared: Sequence[Compared], *, whole: bool = True) -> RichTable:
    """Give what was done, and how, for people; not whole, it fits into 80 columns and has no times."""
    kept = len(_SHARE_HEADS) if whole else len(_SHARE_HEADS) - 1
    found = ruled("", _SHARE_HEADS[:kept], LABEL if whole else SHORT)
    for one in compared:
        runs = f"{one.runs - one.failed}" + (f"/{one.runs}" if one.failed else "")
        shares = [_percent(share) for share in (one.crossed, one.completion, one.fill_rate, one.passive)]
        others = [_number(one.fees_bps, ".2f"), _number(one.children), _number(one.worked_seconds, ".0f")]
        cells = [runs, f"{one.parents:,}", *shares, *others, f"{one.seconds:.1f}"]
        found.add_row(one.combination.label, *cells[:kept])
    return found


def _run(outcome: Outcome) -> list[str]:
    task = outcome.task
    return [task.combination.label, str(task.config), "" if task.seed is None else str(task.seed)]


def _values(measured: Measured) -> list[float | None]:
    mean, apart = measured.mean, measured.difference
    values = [mean.value, mean.low, mean.high, apart.value, apart.low, apart.high]
    return [*values, measured.deviation, measured.tail]


def _told(one: Compared) -> dict[str, Any]:
    name = one.combination
    counts = {key: getattr(one, key) for key in ("runs", "failed", "parents", "units")}
    return {
        "combination": name.label,
        "strategy": name.strategy,
        "params": dict(name.params),
        "router": name.router,
        **counts,
        "notional": round(one.notional, 2),
        **{m: dict(zip(_MEASURED, map(_rounded, _values(one.metrics[m])), strict=True)) for m in METRICS},
        **{share: _rounded(getattr(one, share)) for share in _SHARES},
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS) + 0.0  # not -0.0


def _cell(value: float | None) -> str:
    return "" if value is None else f"{_rounded(value):.{DIGITS}f}"


def _estimate(one: Estimate, digits: int, *, star: bool = False) -> list[str]:
    """Give a value and its interval; with a star where the interval does not hold 0."""
    if one.value is None:
        return ["-", ""]
    if one.low is None or one.high is None:
        return [f"{one.value:+.{digits}f}", ""]
    clear = "*" if star and one.low * one.high > 0 else ""
    return [f"{one.value:+.{digits}f}{clear}", f"{one.low:+.{digits}f}..{one.high:+.{digits}f}"]


def _number(value: float | None, form: str = ".1f") -> str:
    text = "-" if value is None else format(value, form)
    return text.removeprefix("-") if value is not None and not text.strip("-0.") else text


def _percent(share: float | None) -> str:
    return _number(None if share is None else share * 100)
