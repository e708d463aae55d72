"""A strategy says what should be live now; the kernel does the rest."""

from abc import ABC, abstractmethod
from typing import ClassVar

from smartexec.model.enums import Wake
from smartexec.model.view import Decision, ParentView


class Strategy(ABC):
    """Base of all strategies: a frozen attrs class whose fields are its parameters.

    Pure: the same view gives the same decision. No clock, no randomness but `view.seed`, no memory but
    `Decision.state`. An exception, a decision that is none, or one that wakes in the past quarantines the plugin.
    """

    name: ClassVar[str]
    """TargetStrategy(847) by name, as order files and configs spell it."""
    wakes_on: ClassVar[frozenset[Wake]] = frozenset({Wake.FILL, Wake.TIMER})
    """FILL, TIMER, QUOTE, TRADE and PEER wake only who asks; START, AMENDED, UNFILLED and PHASE always do."""
    state_type: ClassVar[type | None] = None
    """attrs class of `Decision.state`, so that a restart can give it back typed."""

    @abstractmethod
    def decide(self, view: ParentView) -> Decision:
        """Say what should be live now."""
