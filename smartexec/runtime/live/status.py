"""What a live session is about, for people and for machines that watch it. Reads, and changes nothing."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from smartexec.kernel.blotter import Blotter
from smartexec.kernel.engine import Engine
from smartexec.model.enums import KillLevel
from smartexec.runtime.live.live import Live
from smartexec.runtime.plan.plan import Plan
from smartexec.runtime.report.tables import time

MAX_ALERTS = 5
"""Of level error: the last ones."""
ASKED: Final = 3
"""So often a venue is asked before it is said that an order in doubt is a person's business."""


def status(live: Live, plan: Plan, now: int, faults: int) -> dict[str, Any]:
    """Describe a session as JSON would have it. `unwell` says why it is not well; nothing = it is."""
    engine, session = live.session.engine, live.session
    blotter = engine.blotter
    told = {
        "run": plan.config.run.name,
        "now": time(now),
        "end": time(live.end),
        "over": live.over,
        "turns": session.turns.count,
        "last_turn": time(session.now) if session.now else "",
        "client_orders": dict(Counter(order.ord_status.name for order in blotter.orders)),
        "working": len(blotter.working),
        **_children(blotter),
        "executions": len(blotter.executions),
        "venues": {mic: "up" if up else "down" for mic, up in engine.scorecard.up.items()},
        "plugins": {f"{kind} {one.name}": dict(one.status()) for kind, one in _plugins(plan) if one.status()},
        "switches": [_switch(level, name) for level, name in engine.guards.killed],
        "quarantined": dict(engine.quarantined),
        "faults": faults,
        "errors": [f"{a.where}: {a.what}" for a in blotter.alerts if a.level == "error"][-MAX_ALERTS:],
    }
    return {**told, "unwell": _unwell(told, engine)}


def _children(blotter: Blotter) -> dict[str, int]:
    children = [child for parent in blotter.working.values() for child in parent.children.values()]
    return {"child_orders": len(children), "in_doubt": sum(child.in_doubt for child in children)}


def _plugins(plan: Plan) -> list[tuple[str, Any]]:
    return [
        *((f"venue {mic}", venue) for mic, venue in plan.venues.items()),
        *(("order source", one) for one in plan.sources),
        *(("sink", one) for one in plan.sinks),
    ]


def _switch(level: KillLevel, name: str) -> str:
    return f"{level.value} {name}".strip()


def _unwell(told: Mapping[str, Any], engine: Engine) -> list[str]:
    """Say why it is not well, a line each."""
    down = [f"venue {mic} is down" for mic, state in told["venues"].items() if state == "down"]
    stopped = [f"stopped: {switch}" for switch in told["switches"]]
    bad = [f"plugin {name} is quarantined: {why}" for name, why in told["quarantined"].items()]
    return [*down, *stopped, *bad, *_unexplained(engine.blotter), *(["it is over"] if told["over"] else [])]


def _unexplained(blotter: Blotter) -> list[str]:
    children = (child for parent in blotter.working.values() for child in parent.children.values())
    count = sum(child.in_doubt and child.queries >= ASKED for child in children)
    return [f"{count} child orders are in doubt though their venue was asked {ASKED} times"] if count else []
