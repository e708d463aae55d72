"""The pictures of a comparison, as one HTML file that needs no network: distributions, and means with intervals.

The figures are plain data in plotly's schema; plotly checks them and writes the file.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Final

from smartexec_tca.bootstrap import Estimate
from smartexec_tca.comparison import Compared, Measured
from smartexec_tca.comparison_report import NAMES
from smartexec_tca.study import Outcome
from smartexec_tca.worked import METRICS

WIDTH: Final = 1060
BAND: Final = 46
"""Pixels per combination."""
GAP: Final = 190
"""Pixels around the bands: title, axis."""
WRAP: Final = 34
"""Characters of a label's line."""
COLOURS: Final = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb")
"""Paul Tol's bright scheme, which the colour-blind can tell apart."""
Figure = dict[str, Any]
Chosen = Callable[[Measured], Estimate]
_ZERO: Final = {"zeroline": True, "zerolinecolor": "#888888", "zerolinewidth": 1}
_CONFIG: Final = {"displaylogo": False, "responsive": False}


def html(compared: Sequence[Compared], outcomes: Sequence[Outcome]) -> str:
    """Give the file; the same figures give the same bytes."""
    plotly: Any = import_module("plotly.io")  # slow to import, and only needed here
    figures = [("distributions", distributions(compared, outcomes)), ("means", means(compared))]
    if len(compared) > 1:
        figures.append(("differences", differences(compared)))
    parts = [
        plotly.to_html(figure, full_html=False, include_plotlyjs=number == 0, div_id=name, config=_CONFIG)
        for number, (name, figure) in enumerate(figures)
    ]
    head = '<meta charset="utf-8"><title>smartexec compare</title>'
    return "\n".join(["<!doctype html>", f"<html><head>{head}</head><body>", *parts, "</body></html>", ""])


def distributions(compared: Sequence[Compared], outcomes: Sequence[Outcome]) -> Figure:
    """Give a box per combination: costs of its parent orders against arrival, and their mean."""
    boxes: list[Figure] = []
    for number, one in enumerate(compared):
        parents = [p for o in outcomes if o.task.combination == one.combination for p in o.parents]
        costs = [round(bps, 3) for p in parents if (bps := p.bps("arrival")) is not None]
        boxes.append(_box(one, costs, COLOURS[number % len(COLOURS)]))
    title = "Cost of parent orders against arrival, bp (positive = worse)"
    layout = _layout(title, "middle half, median, mean (dashed) and outliers; each parent order counts once", compared)
    axis = {"title": {"text": "bp"}, **_ZERO}
    return {"data": boxes, "layout": {**layout, "xaxis": axis}}


def means(compared: Sequence[Compared]) -> Figure:
    """Give a panel per cost: the mean of each combination with its interval."""
    layout = _layout("Mean cost, bp (positive = worse)", "weighted by notional; bars: 95 % intervals", compared)
    return _panels(compared, layout, lambda measured: measured.mean)


def differences(compared: Sequence[Compared]) -> Figure:
    """Give a panel per cost: how far each combination is from the first one, with its interval."""
    first, *others = compared
    note = "mean costs on the same orders; bars: 95 % intervals of the paired difference"
    layout = _layout(f"Difference from {first.combination.label}, bp (positive = worse)", note, others)
    return _panels(others, layout, lambda measured: measured.difference)


def _panels(compared: Sequence[Compared], layout: Figure, chosen: Chosen) -> Figure:
    data: list[Figure] = []
    share = 1 / len(METRICS)
    for number, metric in enumerate(METRICS):
        suffix = "" if number == 0 else str(number + 1)
        domain = [number * share + 0.012, (number + 1) * share - 0.012]
        title = {"text": NAMES[metric], "font": {"size": 13}}
        layout[f"xaxis{suffix}"] = {"domain": domain, "title": title, "nticks": 5, **_ZERO}
        data.append(_points([(one, chosen(one.metrics[metric])) for one in compared], f"x{suffix}"))
    return {"data": data, "layout": layout}


def _box(one: Compared, costs: list[float], colour: str) -> Figure:
    marker = {"color": colour, "size": 3}
    shape = {"type": "box", "orientation": "h", "boxpoints": "outliers", "boxmean": True}
    return {**shape, "x": costs, "y": [_label(one)] * len(costs), "name": _label(one), "marker": marker}


def _points(found: Sequence[tuple[Compared, Estimate]], axis: str) -> Figure:
    known = [(one, e, e.value) for one, e in found if e.value is not None]
    up = [0.0 if e.high is None else round(e.high - value, 4) for _, e, value in known]
    down = [0.0 if e.low is None else round(value - e.low, 4) for _, e, value in known]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [round(value, 4) for _, _, value in known],
        "y": [_label(one) for one, _, _ in known],
        "xaxis": axis,
        "yaxis": "y",
        "error_x": {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "thickness": 2},
        "marker": {"size": 9, "color": COLOURS[0]},
    }


def _layout(title: str, note: str, compared: Sequence[Compared]) -> Figure:
    labels = [_label(one) for one in compared]
    lines = max((label.count("<br>") for label in labels), default=0)
    return {
        "title": {"text": f"{title}<br><sub>{note}</sub>", "x": 0.01, "xanchor": "left"},
        "width": WIDTH,
        "height": GAP + (BAND + 14 * lines) * len(labels),
        "showlegend": False,
        "template": "plotly_white",
        "margin": {"l": 20, "r": 30, "t": 90, "b": 60},
        "yaxis": {"automargin": True, "categoryorder": "array", "categoryarray": labels[::-1], "type": "category"},
    }


def _label(one: Compared) -> str:
    """Break a long label after its commas and colons."""
    lines = [""]
    for piece in one.combination.label.replace(":", ":\x00").replace(", ", ", \x00").split("\x00"):
        if lines[-1] and len(lines[-1]) + len(piece) > WRAP:
            lines.append("")
        lines[-1] += piece
    return "<br>".join(line.replace("&", "&amp;").replace("<", "&lt;") for line in lines)
