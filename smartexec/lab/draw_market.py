"""The upper row of a lab's picture: the touch, where own orders rested, executions, crosses, limits."""

from collections.abc import Iterator, Sequence
from math import sqrt
from typing import Any, Final

from smartexec.kernel.orders import Execution, ParentOrder
from smartexec.lab.scene import Scene, Trace, group, line, money
from smartexec.lab.terms import coin
from smartexec.lab.trail import Look

BAND: Final = "rgba(120, 130, 140, 0.30)"
EDGE: Final = {"shape": "hv", "width": 0.7, "color": "rgba(120, 130, 140, 0.6)"}
MID: Final = {"shape": "hv", "width": 0.7, "color": "#777777"}
SYMBOLS: Final = ("circle", "diamond", "square", "triangle-up", "triangle-down", "pentagon", "hexagram")
"""One for each venue."""
MAX_LOOKS: Final = 4_000
"""Looks at the market that are drawn: of more, the last in each of as many stretches of time."""
SMALLEST: Final = 6
"""Pixels across of the marker of a small execution, to which up to `GROWS` are added for the largest."""
GROWS: Final = 14


def market(scene: Scene) -> Iterator[Trace]:
    """Draw it."""
    looks = thinned(scene.trail.looks)
    x = [scene.x(look.time) for look in looks]
    edge: Trace = {"mode": "lines", "line": EDGE, "hoverinfo": "skip", "legendgroup": "market"}
    yield line("bid to offer", x, [money(look.bid) for look in looks], **edge, showlegend=False)
    yield line("bid to offer", x, [money(look.ask) for look in looks], **edge, fill="tonexty", fillcolor=BAND)
    yield line(
        "midpoint",
        x,
        [money(_mid(look)) for look in looks],
        mode="lines",
        line=MID,
        hoverinfo="skip",
        legendgroup="market",
    )
    for parent in scene.blotter.parents:
        yield from _limit(scene, parent)
        yield from _resting(scene, parent)
        yield from _executed(scene, parent)
        yield from _crossed(scene, parent)


def thinned(looks: Sequence[Look]) -> Sequence[Look]:
    """Leave out looks where there are too many to draw."""
    if len(looks) <= MAX_LOOKS:
        return looks
    first, span = looks[0].time, looks[-1].time - looks[0].time + 1
    return list({(look.time - first) * MAX_LOOKS // span: look for look in looks}.values())


def _mid(look: Look) -> float | None:
    return None if look.bid is None or look.ask is None else (look.bid + look.ask) / 2


def _limit(scene: Scene, parent: ParentOrder) -> Iterator[Trace]:
    """The most permissive limit of its members, as its strategy saw it."""
    asked = scene.asked(parent)
    if any(step.view.limit is not None for step in asked):
        x = [*(scene.x(step.time) for step in asked), scene.x(scene.until(parent))]
        y = [money(step.view.limit) for step in asked]
        style = {"shape": "hv", "width": 1, "dash": "dash", "color": scene.colour(parent)}
        yield line("limit", x, [*y, y[-1]], mode="lines", line=style, hoverinfo="name", **group(scene, parent))


def _resting(scene: Scene, parent: ParentOrder) -> Iterator[Trace]:
    x: list[float | None] = []
    y: list[float | None] = []
    texts: list[str] = []
    for rest in scene.trail.rests:
        if rest.parent_id == parent.parent_id:
            x += [scene.x(rest.begin), scene.x(scene.now if rest.end is None else rest.end), None]
            y += [money(rest.price), money(rest.price), None]
            texts += [f"{rest.parent_id} rests {scene.lots(rest.qty)} @ {coin(rest.price)} at {rest.mic}"] * 3
    if x:
        style: Trace = {"mode": "lines", "line": {"width": 4, "color": scene.colour(parent)}, "opacity": 0.4}
        yield line("resting", x, y, **style, text=texts, hoverinfo="text", **group(scene, parent))


def _executed(scene: Scene, parent: ParentOrder) -> Iterator[Trace]:
    """A trace for each venue."""
    largest = max((one.last_qty for one in scene.blotter.executions), default=1)
    for number, mic in enumerate(scene.venues):
        fills = [one for one in scene.executions(parent) if one.mic == mic]
        if fills:
            x, y = [scene.x(one.time) for one in fills], [money(one.last_px) for one in fills]
            sizes = [SMALLEST + GROWS * sqrt(one.last_qty / largest) for one in fills]
            marker = _marker(scene.colour(parent), SYMBOLS[number % len(SYMBOLS)], sizes)
            told: Trace = {"text": [_fill(scene, one) for one in fills], "hoverinfo": "text", **group(scene, parent)}
            yield line(f"executed at {mic}", x, y, mode="markers", marker=marker, **told)


def _crossed(scene: Scene, parent: ParentOrder) -> Iterator[Trace]:
    """Crosses are drawn once, at their buyer."""
    rows = [row for row in scene.blotter.crosses if row.buy is parent]
    if rows:
        texts = [
            f"{row.cross_id} {scene.when(row.time)}: {scene.lots(row.qty)} @ {coin(row.px)}<br>"
            f"{row.buy.parent_id} buys from {row.sell.parent_id} inside"
            for row in rows
        ]
        x, y = [scene.x(row.time) for row in rows], [money(row.px) for row in rows]
        marker = _marker("black", "star", [16] * len(rows))
        told: Trace = {"text": texts, "hoverinfo": "text", **group(scene, parent)}
        yield line("crossed inside", x, y, mode="markers", marker=marker, **told)


def _fill(scene: Scene, one: Execution) -> str:
    text = f"{scene.when(one.time)} {one.cl_ord_id}: {scene.lots(one.last_qty)} @ {coin(one.last_px)} at {one.mic}"
    return f"{text}, {one.liquidity.name.lower()}" if one.liquidity.value else text


def _marker(colour: str, symbol: str, size: Any) -> Trace:
    return {"color": colour, "symbol": symbol, "size": size, "opacity": 0.85, "line": {"width": 1, "color": "white"}}
