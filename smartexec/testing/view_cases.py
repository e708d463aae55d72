"""Views and markets that the kits of strategies and routing logics ask with. Values only."""

from typing import Final

from smartexec.model.enums import Phase, Side
from smartexec.model.view import ParentView
from smartexec.testing.views import ASK, BID, HOUR, START, market, view

MARKETS: Final = {
    "empty": market(None, None),
    "only a bid": market(BID, None),
    "only an ask": market(None, ASK),
    "locked": market(BID, BID),
    "crossed": market(ASK, BID),
    "stale": market(age=HOUR),
    "never quoted": market(None, None, age=None),
    **{phase.name.lower(): market(phase=phase) for phase in Phase},
}
"""What a market may be like, by name."""


def some_views() -> list[ParentView]:
    """Some ordinary views."""
    return [
        view(side=side, now=START + at, cum_qty=cum, order_qty=1_000, limit=limit, seed=7)
        for side in Side
        for at, cum in ((0, 0), (HOUR // 3, 200), (HOUR * 9 // 10, 500))
        for limit in (None, BID)
    ]
