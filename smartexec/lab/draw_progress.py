"""The middle row of a lab's picture: what was done and wanted of each parent, against time and the market's volume."""

from bisect import bisect_right
from collections.abc import Iterator

from smartexec.kernel.lifecycle import Life
from smartexec.kernel.orders import ParentOrder
from smartexec.lab.draw_market import thinned
from smartexec.lab.scene import Scene, Trace, group, line
from smartexec.lab.step import Step
from smartexec.lab.trail import Look

ROW = 2
GREY = "#888888"


def progress(scene: Scene) -> Iterator[Trace]:
    """Draw it."""
    for parent in scene.blotter.parents:
        done = _done(scene, parent)
        yield _drawn(scene, parent, "done", done, scene.colour(parent), 2.5, "solid", "hv")
        asked = [(step.time, _wanted(step)) for step in scene.asked(parent)]
        if asked:
            asked.append((scene.until(parent), asked[-1][1]))
            yield _drawn(scene, parent, "done and wanted", asked, scene.colour(parent), 1.5, "dot", "hv")
        end = parent.end or scene.instrument.close
        whole = sum(one.done_qty if one.life is Life.CANCELED else one.order_qty for one in parent.members)
        yield _drawn(scene, parent, "even in time", [(parent.start, 0), (end, whole)], GREY, 1, "dash", "linear")
        with_volume = _with_volume(scene, parent, done[-1][1])
        if with_volume:
            yield _drawn(scene, parent, "with the volume", with_volume, GREY, 1.5, "dot", "linear")


def _done(scene: Scene, parent: ParentOrder) -> list[tuple[int, int]]:
    """Lots executed and crossed by a time, from the start to now."""
    parts = [(one.time, one.last_qty) for one in scene.executions(parent)]
    parts += [(row.time, row.qty) for row in scene.blotter.crosses if parent in (row.buy, row.sell)]
    done, total = [(parent.start, 0)], 0
    for time, qty in sorted(parts):
        total += qty
        done.append((time, total))
    return [*done, (scene.until(parent), total)]


def _wanted(step: Step) -> int:
    """What was done at a decision, and what it wanted live on top."""
    asked = step.decision.slices if step.decision is not None else ()
    return step.view.order_qty - step.view.leaves_qty + sum(one.qty for one in asked)


def _with_volume(scene: Scene, parent: ParentOrder, done: int) -> list[tuple[int, float]]:
    """The same quantity as was done by now, had it gone with the volume of the market since the start."""
    looks = scene.trail.looks
    before, after = _volume(looks, parent.start), _volume(looks, scene.until(parent))
    if after <= before:
        return []
    inside = thinned([look for look in looks if parent.start < look.time < scene.until(parent)])
    points = [(parent.start, before), *((look.time, look.volume) for look in inside), (scene.until(parent), after)]
    return [(time, done * (volume - before) / (after - before)) for time, volume in points]


def _volume(looks: list[Look], time: int) -> int:
    at = bisect_right(looks, time, key=lambda look: look.time)
    return looks[at - 1].volume if at else 0


def _drawn(
    scene: Scene,
    parent: ParentOrder,
    what: str,
    points: list[tuple[int, int]] | list[tuple[int, float]],
    colour: str,
    width: float,
    dash: str,
    shape: str,
) -> Trace:
    x, y = [scene.x(time) for time, _ in points], [scene.qty(qty) for _, qty in points]
    style = {"shape": shape, "width": width, "dash": dash, "color": colour}
    told = f"{parent.parent_id} {what}: %{{y:,}}<extra></extra>"
    return line(what, x, y, ROW, mode="lines", line=style, hovertemplate=told, **group(scene, parent))
