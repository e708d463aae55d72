"""The picture of a lab: three rows over one axis of time, laid out and handed to plotly, imported only then."""

from html import escape
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Any, Final

from smartexec.errors import ConfigError
from smartexec.lab.draw_decisions import decisions
from smartexec.lab.draw_market import market
from smartexec.lab.draw_progress import progress
from smartexec.lab.scene import Scene
from smartexec.model.enums import Wake

HEIGHT: Final = 820
ROWS: Final = ((0.47, 1.0), (0.19, 0.43), (0.0, 0.15))
"""Where the rows are, as shares of the height: market, progress, decisions."""
MARGIN: Final = 0.01
"""Beside what is drawn, as a share of the width."""
PAGES: Final = (".html", ".htm")
CONFIG: Final = {"displaylogo": False, "responsive": True}


def plot(scene: Scene, file: str | Path | None) -> Any:
    """Give the figure; write it to a page that needs no network, if there is a file."""
    if not isinstance(file, str | PathLike | None):
        raise ConfigError(f"plot: found {file!r}, expected the name of a file")
    suffix = PAGES[0] if file is None else Path(file).suffix
    if suffix.lower() not in PAGES:
        raise ConfigError(f"plot: {file}: found {suffix or 'no suffix'!r}, expected a page: .html")
    try:
        graph = import_module("plotly.graph_objects")
    except ImportError:
        raise ConfigError("plot: found no plotly, expected it installed: pip install 'smartexec[lab]'") from None
    drawn = graph.Figure(figure(scene))
    if file is not None:
        try:
            Path(file).write_text(_page(drawn, scene.title), encoding="utf-8")
        except (OSError, ValueError) as error:  # a name with a zero byte is no OSError
            found = error.strerror if isinstance(error, OSError) else error
            raise ConfigError(f"plot: {file}: found {found}, expected a file that can be written") from None
    return drawn


def figure(scene: Scene) -> dict[str, Any]:
    """Give the figure as plain data in plotly's schema."""
    return {"data": [*market(scene), *progress(scene), *decisions(scene)], "layout": _layout(scene)}


def _page(drawn: Any, title: str) -> str:
    """Give the page, plotly's script included."""
    part = drawn.to_html(full_html=False, include_plotlyjs=True, config=CONFIG, div_id="lab")
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    return f"<!doctype html>\n<html><head>{head}</head><body>\n{part}\n</body></html>\n"


def _layout(scene: Scene) -> dict[str, Any]:
    wakes = {step.view.woken_by for step in scene.steps}
    names = [wake.name for wake in reversed(Wake) if wake in wakes]
    category = {"type": "category", "categoryorder": "array", "categoryarray": names}
    span = scene.x(scene.instrument.close)
    grid = {"showgrid": True, "gridcolor": "#eeeeee", "zeroline": False}
    lots = "lots" if not scene.instrument.qty_decimals else "quantity"
    return {
        "title": {"text": scene.title, "x": 0.01, "xanchor": "left", "font": {"size": 15}},
        "height": HEIGHT,
        "template": "plotly_white",
        "hovermode": "closest",
        "margin": {"l": 80, "r": 20, "t": 50, "b": 50},
        "legend": {"font": {"size": 11}, "tracegroupgap": 12, "groupclick": "toggleitem", "traceorder": "grouped"},
        "xaxis": {
            **grid,
            "title": {"text": "minutes since the start"},
            "range": [-MARGIN * span, (1 + MARGIN) * span],
            "anchor": "y3",
        },
        "yaxis": {**grid, "title": {"text": f"price, {scene.instrument.currency}"}, "domain": ROWS[0]},
        "yaxis2": {**grid, "title": {"text": lots}, "domain": ROWS[1], "rangemode": "tozero", "tickformat": ","},
        "yaxis3": {**grid, "title": {"text": "woken by"}, "domain": ROWS[2], **category},
    }
