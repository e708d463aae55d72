"""Boxes and arrows on a grid as SVG, from two small tables. Every line has the colour of the text around it, so that a
picture is read on light and on dark ground. Knows nothing of smartexec and of Sphinx."""

from collections.abc import Mapping, Sequence
from html import escape

from attrs import frozen

CELL_HEIGHT = 76
GAP = 34
"""Between two boxes of a row, for arrows."""
HALF_HEIGHT = 24
LINE = 14
"""From line to line of a text."""
HEAD = '<path d="M0 0L8 4L0 8z" fill="currentColor"/>'


@frozen
class Box:
    """A box in a cell of the grid; a row may be a fraction."""

    column: float
    row: float
    text: str
    """Lines are separated by newlines; the first is bold."""
    outside: bool = False
    """Drawn with a broken line: no part of what the picture is about."""


@frozen
class Arrow:
    """From box to box, by name."""

    source: str
    target: str
    text: str = ""
    both: bool = False
    """With a head at either end."""


def draw(title: str, boxes: Mapping[str, Box], arrows: Sequence[Arrow], cell_width: int) -> str:
    """Draw a picture. KeyError if an arrow names no box."""
    head = "head-" + "-".join(title.lower().split())  # one name for each picture of a page
    width = int((max(box.column for box in boxes.values()) + 1) * cell_width)
    height = int((max(box.row for box in boxes.values()) + 1) * CELL_HEIGHT)
    half = (cell_width - GAP) // 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'style="max-width:100%;width:{width}px;color:inherit" font-family="sans-serif" font-size="12" '
        f'fill="currentColor"><title>{escape(title)}</title><defs>'
        f'<marker id="{head}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
        f'orient="auto-start-reverse">{HEAD}</marker></defs>',
        *(_box(box, cell_width, half) for box in boxes.values()),
        *(_arrow(one, boxes[one.source], boxes[one.target], (cell_width, half), head) for one in arrows),
        "</svg>",
    ]
    return "".join(parts)


def _centre(box: Box, cell_width: int) -> tuple[int, int]:
    return round((box.column + 0.5) * cell_width), round((box.row + 0.5) * CELL_HEIGHT)


def _box(box: Box, cell_width: int, half: int) -> str:
    x, y = _centre(box, cell_width)
    lines = box.text.split("\n")
    top = y - LINE * (len(lines) - 1) / 2 + 4
    broken = ' stroke-dasharray="4 3"' if box.outside else ""
    text = "".join(
        f'<text x="{x}" y="{top + LINE * number:g}" text-anchor="middle"{_weight(number)}>{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
    return (
        f'<rect x="{x - half}" y="{y - HALF_HEIGHT}" width="{2 * half}" height="{2 * HALF_HEIGHT}" rx="6" '
        f'fill="currentColor" fill-opacity="0.06" stroke="currentColor" stroke-width="1.3"{broken}/>{text}'
    )


def _weight(number: int) -> str:
    return ' font-size="10.5"' if number else ' font-weight="bold"'


def _arrow(arrow: Arrow, source: Box, target: Box, size: tuple[int, int], head: str) -> str:
    cell_width, half = size
    (x0, y0), (x1, y1) = _centre(source, cell_width), _centre(target, cell_width)
    if x0 == x1:
        side = HALF_HEIGHT if y1 > y0 else -HALF_HEIGHT
        path, at, anchor = f"M{x0} {y0 + side}L{x1} {y1 - side}", (x0 + 5, (y0 + y1) // 2 + 4), "start"
    else:
        side = half if x1 > x0 else -half
        start, end = x0 + side, x1 - side
        turn = end - (GAP // 2 if x1 > x0 else -GAP // 2)
        path = f"M{start} {y0}L{end} {y1}" if y0 == y1 else f"M{start} {y0}L{turn} {y0}L{turn} {y1}L{end} {y1}"
        at, anchor = ((start + end) // 2, y0 - 5), "middle"
    heads = f'marker-end="url(#{head})"' + (f' marker-start="url(#{head})"' if arrow.both else "")
    text = f'<text x="{at[0]}" y="{at[1]}" text-anchor="{anchor}" font-size="10">{escape(arrow.text)}</text>'
    line = f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="1.3" {heads}/>'
    return line + (text if arrow.text else "")
