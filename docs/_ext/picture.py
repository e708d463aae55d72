"""Directive `picture`: the pictures of the concept pages, each from a table of boxes and one of arrows."""

from collections.abc import Mapping, Sequence

from boxes import Arrow, Box, draw
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

FLOW: Mapping[str, Box] = {
    "sources": Box(0, 0, "order sources\norders, cancels", outside=True),
    "feeds": Box(0, 1, "market data\nquotes, prints, phases", outside=True),
    "reports": Box(0, 2, "venues\nreports, states", outside=True),
    "timers": Box(0, 3, "timers, operators\ntick, kill, resolve"),
    "sequencer": Box(1, 1.5, "sequencer\nnumber, time"),
    "kernel": Box(2, 1.5, "kernel\na fold of events"),
    "plugins": Box(2, 3, "strategies,\nrouting logics", outside=True),
    "journal": Box(3, 1.5, "journal\nevents + answers"),
    "outbox": Box(4, 1.5, "outbox\ncommands"),
    "venues": Box(5, 0, "venues\norders and queries", outside=True),
    "clients": Box(5, 1, "order sources\nclients' reports", outside=True),
    "alerts": Box(5, 2, "operators\nalerts", outside=True),
    "sinks": Box(3, 3, "sinks\ntables, rows", outside=True),
}
FLOW_ARROWS: Sequence[Arrow] = (
    *(Arrow(one, "sequencer") for one in ("sources", "feeds", "reports", "timers")),
    Arrow("sequencer", "kernel"),
    Arrow("kernel", "plugins", "view / answer", both=True),
    Arrow("kernel", "journal"),
    Arrow("journal", "outbox"),
    *(Arrow("outbox", one) for one in ("venues", "clients", "alerts")),
    Arrow("kernel", "sinks"),
)
ROOMS: Mapping[str, Box] = {
    "intake": Box(0, 0, "intake"),
    "members": Box(0, 1, "members"),
    "aggregate": Box(1, 0.5, "aggregate"),
    "netting": Box(2, 0.5, "netting\ncrossing"),
    "decide": Box(3, 0.5, "decide"),
    "reconcile": Box(4, 0.5, "reconcile"),
    "route": Box(5, 0.5, "route"),
    "send": Box(6, 0.5, "send\nguards"),
    "venues": Box(7, 0.5, "venues", outside=True),
    "children": Box(6, 2, "children\nlifecycle"),
    "executions": Box(5, 2, "executions"),
    "allocate": Box(4, 2, "allocate\nshares, demand"),
    "booking": Box(3, 2, "booking"),
    "clients": Box(2, 2, "clients", outside=True),
    "reports": Box(7, 2, "reports", outside=True),
}
ROOMS_ARROWS: Sequence[Arrow] = (
    Arrow("intake", "aggregate"),
    Arrow("members", "aggregate"),
    Arrow("aggregate", "netting"),
    Arrow("netting", "decide"),
    Arrow("decide", "reconcile"),
    Arrow("reconcile", "route"),
    Arrow("route", "send"),
    Arrow("send", "venues"),
    Arrow("venues", "reports"),
    Arrow("reports", "children"),
    Arrow("children", "executions"),
    Arrow("executions", "allocate"),
    Arrow("allocate", "booking"),
    Arrow("booking", "clients"),
)
LIVE: Mapping[str, Box] = {
    "transport": Box(0, 0, "transport\nsockets, TLS, time-outs", outside=True),
    "adapters": Box(1, 0, "adapters, sources\nbytes to events"),
    "turn": Box(2, 0, "turn\nfold, settle"),
    "journal": Box(3, 0, "journal\nrecord, commit"),
    "commands": Box(3, 1.4, "commands\nof the turn"),
    "encode": Box(2, 1.4, "adapters, sources\ncommands to bytes"),
    "wanted": Box(1, 1.4, "what is wanted\nsend, request, close"),
    "wire": Box(0, 1.4, "transport\nbytes on the wire", outside=True),
}
LIVE_ARROWS: Sequence[Arrow] = (
    Arrow("transport", "adapters"),
    Arrow("adapters", "turn"),
    Arrow("turn", "journal"),
    Arrow("journal", "commands", "once it is durable"),
    Arrow("commands", "encode"),
    Arrow("encode", "wanted"),
    Arrow("wanted", "wire"),
)
PICTURES: Mapping[str, tuple[str, Mapping[str, Box], Sequence[Arrow], int]] = {
    "flow": ("How orders flow", FLOW, FLOW_ARROWS, 172),
    "rooms": ("The rooms of the kernel", ROOMS, ROOMS_ARROWS, 126),
    "live": ("A step of the live loop", LIVE, LIVE_ARROWS, 190),
}
"""Name -> title, boxes, arrows, width of a cell."""


def picture(name: str) -> str:
    """Draw a picture by its name."""
    return draw(*PICTURES[name])


class Picture(SphinxDirective):
    """Insert the picture of the name in the argument."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        return [nodes.raw("", picture(self.arguments[0]), format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive with Sphinx."""
    app.add_directive("picture", Picture)
    return {"parallel_read_safe": True}
