"""Directives `lifecycle-table` and `lifecycle-diagram`: the order lifecycle, drawn from the kernel's own tables."""

from collections.abc import Iterable
from html import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tabling import table

from smartexec.kernel.lifecycle import LIFE, PENDING, STATUS, Life, Trigger

PLACES = {
    Life.SENT: (90, 125),
    Life.LIVE: (340, 60),
    Life.SUSPENDED: (340, 190),
    Life.DONE_FOR_DAY: (340, 320),
    Life.FILLED: (650, 40),
    Life.CANCELED: (650, 140),
    Life.EXPIRED: (650, 240),
    Life.REJECTED: (650, 340),
}
"""Centre of each life's box. Nothing else of the diagram is written by hand."""
COLOURS = {
    Life.SENT: "#888",
    Life.LIVE: "#2c6fbb",
    Life.SUSPENDED: "#7a8a99",
    Life.DONE_FOR_DAY: "#8a7a1f",
    Life.FILLED: "#2e8b57",
    Life.CANCELED: "#c0651d",
    Life.EXPIRED: "#8b5a9e",
    Life.REJECTED: "#b03040",
}
HALF_WIDTH, HALF_HEIGHT = 80, 22


def transitions() -> list[list[str]]:
    """Give the table's cells: a row per life, a column per trigger; a dot where nothing changes."""
    head = ["life", "OrdStatus(39)", *(trigger.name for trigger in Trigger)]
    return [
        head,
        *([life.name, STATUS[life].name, *(_target(life, trigger) for trigger in Trigger)] for life in Life),
    ]


def pending() -> list[list[str]]:
    """Give the second table: what an acknowledged request shows as, the higher precedence first."""
    head = ["acknowledged request", "OrdStatus(39)"]
    return [head, *([kind.name, status.name] for kind, status in PENDING.items())]


def arrows() -> list[tuple[Life, Life]]:
    """Give the pairs of lives between which something leads, each once."""
    return list(dict.fromkeys((life, to) for (life, _), to in LIFE.items() if to is not life))


def diagram() -> str:
    """Draw the first table as SVG. A box names the triggers that lead to it; an arrow has the colour of its target."""
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 740 380" role="img" style="max-width:100%" '
        'font-family="sans-serif" font-size="12" fill="currentColor"><title>Confirmed life of an order</title><defs>',
        *(
            f'<marker id="to{life.name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            f'orient="auto"><path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>'
            for life, colour in COLOURS.items()
        ),
        "</defs>",
        *(_arrow(source, to) for source, to in arrows()),
        *(_box(life) for life in PLACES),
        "</svg>",
    ]
    return "".join(parts)


def _arrow(source: Life, to: Life) -> str:
    (x0, y0), (x1, y1) = PLACES[source], PLACES[to]
    if x0 == x1:  # the same column: round its side, downwards on the left, upwards on the right
        side = -HALF_WIDTH if y1 > y0 else HALF_WIDTH
        bow = side + (35 if side > 0 else -35) * abs(y1 - y0) // 130
        path = f"M{x0 + side} {y0 + 6}C{x0 + bow} {y0 + 6} {x0 + bow} {y1 - 6} {x1 + side} {y1 - 6}"
    else:
        side = HALF_WIDTH if x1 > x0 else -HALF_WIDTH
        lift = (list(Life).index(source) - 2) * 4
        shift = 8 if x1 < x0 else 0
        far = x1 - x0 > 4 * HALF_WIDTH  # level until the middle column is passed
        turn, back = (4 * HALF_WIDTH, HALF_WIDTH // 2) if far else (side, side)
        path = (
            f"M{x0 + side} {y0 + shift}C{x0 + side + turn} {y0 + shift} "
            f"{x1 - side - back} {y1 + lift + shift} {x1 - side} {y1 + lift + shift}"
        )
    return f'<path d="{path}" fill="none" stroke="{COLOURS[to]}" stroke-width="1.4" marker-end="url(#to{to.name})"/>'


def _box(life: Life) -> str:
    x, y = PLACES[life]
    by = dict.fromkeys(trigger.name for (source, trigger), to in LIFE.items() if to is life and source is not life)
    text = f'<text x="{x}" y="{y - 3 if by else y + 4}" text-anchor="middle" font-weight="bold">{life.name}</text>'
    under = f'<text x="{x}" y="{y + 12}" text-anchor="middle" font-size="10">{escape(" or ".join(by))}</text>'
    at = f'x="{x - HALF_WIDTH}" y="{y - HALF_HEIGHT}" width="{2 * HALF_WIDTH}" height="{2 * HALF_HEIGHT}" rx="6"'
    look = f'fill="currentColor" fill-opacity="0.06" stroke="{COLOURS[life]}" stroke-width="2"'
    return f"<rect {at} {look}/>{text}{under if by else ''}"


def _target(life: Life, trigger: Trigger) -> str:
    target = LIFE.get((life, trigger))
    return "·" if target is None else target.name


class Drawn(SphinxDirective):
    """Insert one of the tables: `life` or `pending`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        makers = {"life": transitions, "pending": pending}
        rows: Iterable[Iterable[str]] = makers[self.arguments[0]]()
        drawn = table(rows)
        drawn["classes"] += ["wide"] if self.arguments[0] == "life" else []
        return [drawn]


class Diagram(SphinxDirective):
    """Insert the diagram."""

    def run(self) -> list[nodes.Node]:
        return [nodes.raw("", diagram(), format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives with Sphinx."""
    app.add_directive("lifecycle-table", Drawn)
    app.add_directive("lifecycle-diagram", Diagram)
    app.setup_extension("picture")
    app.setup_extension("fix_tables")
    return {"parallel_read_safe": True}
