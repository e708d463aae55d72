"""The lower row of a lab's picture: a marker for each decision, by what woke it, with its note to be pointed at."""

from collections.abc import Iterator, Sequence
from html import escape
from textwrap import wrap
from typing import Final

from smartexec.lab.scene import Scene, Trace, group, line
from smartexec.lab.step import Step
from smartexec.lab.terms import clock
from smartexec.lab.words import seen, wanted

ROW = 3
BAD: Final = "#cc3311"
WIDTH: Final = 90
"""Characters of a line that is told."""


def decisions(scene: Scene) -> Iterator[Trace]:
    """Draw it."""
    for parent in scene.blotter.parents:
        asked = scene.asked(parent)
        sound = {"color": scene.colour(parent), "size": 11, "symbol": "line-ns-open", "line": {"width": 2}}
        bad = {"color": BAD, "size": 11, "symbol": "x"}
        below = group(scene, parent)
        yield from _asked(scene, "decisions", [step for step in asked if not step.fault], sound, below)
        yield from _asked(scene, "quarantined", [step for step in asked if step.fault], bad, below)


def _asked(scene: Scene, name: str, steps: Sequence[Step], marker: Trace, below: Trace) -> Iterator[Trace]:
    if steps:
        x, y = [scene.x(step.time) for step in steps], [step.view.woken_by.name for step in steps]
        texts = [_told(step) for step in steps]
        yield line(name, x, y, ROW, mode="markers", marker=marker, text=texts, hoverinfo="text", **below)


def _told(step: Step) -> str:
    lines = [f"step {step.number}, {clock(step.at)}, {step.strategy}", seen(step.view)]
    if step.decision is not None:
        lines += [f"wants {wanted(step.decision, step.view, step.at)}", step.decision.note]
    lines.append(step.fault)
    return "<br>".join(escape(part) for one in lines for part in wrap(one, WIDTH))
