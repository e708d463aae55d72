"""What differs between worlds before anything happens in them. What can happen is in machine.py."""

from attrs import frozen

from smartexec.kernel.settings import (
    Aggregation,
    Allocation,
    Limits,
    Netting,
    NettingScope,
    Risk,
    Routing,
    SameOwner,
    Scoring,
    Settings,
    Timing,
)
from smartexec.testing.advice import SECOND

MAX_ORDER = 60


@frozen
class Config:
    """What differs between worlds before anything happens."""

    seed: int = 0
    faults: float = 0.0
    timing: Timing = Timing.AT_COMPLETION
    scope: NettingScope = NettingScope.ALL
    same_owner: SameOwner = SameOwner.OFFSET
    window: int = 0
    rounding: int = 1
    join: bool = True
    first: int = 4
    overbook: int = 0
    auctions: float = 0.0
    learns: bool = False

    def settings(self) -> Settings:
        """The engine's settings."""
        return Settings(
            seed=self.seed,
            aggregation=Aggregation(window=self.window, join_open=self.join),
            netting=Netting(scope=self.scope, same_owner=self.same_owner, max_quote_age=60 * SECOND),
            allocation=Allocation(timing=self.timing, rounding_lot=self.rounding),
            routing=Routing(default="any", max_rounds=3, overbook={"any": self.overbook}),
            risk=Risk(firm=Limits(max_order_qty=MAX_ORDER)),
            scorecard=Scoring(half_life=0),
        )


CHOICES: dict[str, tuple[object, ...]] = {
    "faults": (0.0, 0.0, 0.02),
    "timing": tuple(Timing),
    "scope": tuple(NettingScope),
    "same_owner": tuple(SameOwner),
    "window": (0, SECOND // 2),
    "rounding": (1, 1, 1, 5),
    "join": (True, True, True, False),
    "first": (2, 4, 8),
    "overbook": (0, 0, 25),
    "auctions": (0.0, 0.0, 0.3),
    "learns": (False, True),
}
"""Values of a configuration, apart from the seed."""
