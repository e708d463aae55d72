"""What the kernel has measured of each venue and instrument, from its own events only.

Times are the kernel's: what a venue takes to answer is seen from here. A refusal by a guard is no order and counts
nowhere. An execution that is busted is taken out of every figure again, with the weight that it came in with, and one
that is corrected, or that comes after its order had ended, counts as what it is now. What history knew, from a file of
`fit venues`, is where the tallies begin.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from attrs import define

from smartexec.kernel.decay import Decay
from smartexec.kernel.market import Mark, Market, valid_mid2
from smartexec.kernel.markouts import Markouts, Marks, effective_bps, markout_bps
from smartexec.kernel.mean import Mean
from smartexec.kernel.orders import ChildOrder, Execution
from smartexec.kernel.settings import Scoring
from smartexec.kernel.tally import Tally
from smartexec.model.enums import Liquidity, Outcome, TimeInForce, VenueKind
from smartexec.model.ids import Mic, Px, Qty
from smartexec.model.routing import Capabilities, VenueScore
from smartexec.model.survival import Survival

AT_ONCE: Final = (TimeInForce.IOC, TimeInForce.FOK)
"""Where the venue does not say, orders with these remove liquidity."""
UNMEASURED: Final[Mapping[str, Any]] = {}
Put = Callable[[Mean, float, float], None]
"""`Mean.add` or `Mean.drop`."""


@define(eq=False)
class Figures:
    """What scores say of a tally, until it changes."""

    changes: int = -1
    said: Mapping[str, Any] = UNMEASURED
    quantiles: Sequence[int | None] = (None, None, None)
    more_acks: int = 0
    """Orders that must have been acknowledged for the quantiles to be looked up again."""
    hidden: Survival | None = None
    more_ended: int = 0
    """Orders that must have ended for the survival curve to be made again."""


@define(eq=False)
class Known:
    """The score that was given last of a venue, for one side of an instrument, and what it was made from."""

    key: tuple[str, str]
    """(symbol, MIC)."""
    mark: Mark | None = None
    changes: int = -1
    """Of the tally."""
    made_from: object = None
    figures: Mapping[str, Any] = UNMEASURED
    score: VenueScore | None = None


def _more(n: int) -> int:
    return n + 1 + n // 32


class Scorecard:
    """Tallies by (symbol, MIC), and the scores that routing logics see."""

    def __init__(
        self,
        venues: dict[str, Capabilities],
        settings: Scoring | None = None,
        known: Mapping[str, Mapping[str, Tally]] | None = None,
        learned: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        """`known` by symbol and MIC, `learned` by routing logic and symbol: what it begins with."""
        settings = settings or Scoring()
        self.venues = venues
        self.up = dict.fromkeys(venues, True)
        self.learned = {(name, symbol): one for name, by in (learned or {}).items() for symbol, one in by.items()}
        """By (routing logic, symbol): what it last gave to be kept."""
        self.markouts = Markouts()
        self.decay = Decay(settings.half_life)
        self.min_trials = settings.min_trials
        self.tallies = {(symbol, mic): deepcopy(one) for symbol, by in (known or {}).items() for mic, one in by.items()}
        self._dark = {mic for mic, one in venues.items() if one.kind is not VenueKind.LIT}
        self._figures: dict[tuple[str, str], Figures] = {}
        self._known: dict[tuple[str, bool], dict[Mic, Known]] = {}
        """By (symbol, is a buyer's): the last score of each venue, in the order of the configuration."""

    def _tally(self, child: ChildOrder, now: int) -> Tally:
        """The tally of a child's instrument and venue, which begins now if there is none yet."""
        key = child.parent.instrument.symbol, child.mic
        tally = self.tallies.get(key)
        if tally is None:
            tally = self.tallies[key] = Tally(now, now)
        return tally

    # -- orders ------------------------------------------------------------------------------------------------------

    def acked(self, child: ChildOrder, now: int) -> None:
        """A child was acknowledged for the first time."""
        tally, took = self._tally(child, now), now - child.sent
        weight = tally.weight(self.decay, now)
        tally.latency.add(weight, weight * took)
        tally.latencies.add(took, weight)

    def ended(self, child: ChildOrder) -> None:
        """A child is over, for the first time."""
        now, submitted, executed = child.ended or 0, child.order_qty, child.cum_qty
        tally = self._tally(child, now)
        weight = tally.weight(self.decay, now)
        tally.ended.add(weight, submitted, executed, child.outcome is Outcome.REJECTED)
        explored = self._explores(child)
        if explored:
            tally.hidden.add(submitted, executed, weight)
        child.scored = submitted, executed, explored

    def _explores(self, child: ChildOrder) -> bool:
        """Whether a child has found out how much is hidden: one that never arrived has not."""
        return child.mic in self._dark and child.acked and child.outcome is not Outcome.REJECTED

    def _recount(self, child: ChildOrder, was: tuple[int, int, bool]) -> None:
        """The executions of a child have changed after it was counted: count it as what it is now.

        One that was given up unanswered, and had explored nothing, may turn out to have arrived.
        """
        submitted, executed, explored = child.order_qty, child.cum_qty, self._explores(child)
        if was[1] == executed:
            return
        tally = self._tally(child, child.ended or 0)
        weight = tally.weight(self.decay, child.ended or 0)
        tally.ended.recount(weight, (was[0], submitted), (was[1], executed))
        if was[2]:
            tally.hidden.drop(was[0], was[1], weight)
        if explored:
            tally.hidden.add(submitted, executed, weight)
        if was[2] or explored:
            self._figures.pop((child.parent.instrument.symbol, child.mic), None)
        child.scored = submitted, executed, explored

    # -- executions --------------------------------------------------------------------------------------------------

    def executed(self, execution: Execution, child: ChildOrder) -> None:
        """An execution was booked. One that corrects another has its marks, and its place in time, from that one."""
        marks, liquidity = execution.marks, execution.liquidity
        if marks is None:
            marks = execution.marks = self._marks(execution, child)
            self.markouts.watch(marks)
        else:
            marks.px, marks.qty = execution.last_px, execution.last_qty
            marks.added = liquidity is Liquidity.ADDED or (marks.added and liquidity is Liquidity.NONE)
        self._count(marks, Mean.add)
        marks.counted = True
        if child.scored is not None:
            self._recount(child, child.scored)

    def undone(self, execution: Execution, child: ChildOrder) -> None:
        """An execution no longer stands."""
        marks = execution.marks
        if marks is not None and marks.counted:
            self._count(marks, Mean.drop)
            marks.counted = False
        if child.scored is not None:
            self._recount(child, child.scored)

    def _marks(self, execution: Execution, child: ChildOrder) -> Marks:
        """Of an execution just booked.

        Who takes pays a spread from the midpoint when the order was sent, as in SEC Rule 605: the quote after it may
        already lack what was taken. Who rested is measured from the midpoint at the execution, and so is everybody at
        a dark venue: orders rest there and are called takers, and no quote moves. An auction has no midpoint.
        """
        market, now, liquidity = child.parent.market, execution.time, execution.liquidity
        took = liquidity is Liquidity.REMOVED or (liquidity is Liquidity.NONE and child.time_in_force in AT_ONCE)
        if took and child.mic not in self._dark:
            before = valid_mid2(child.repriced or child.mark0)
        else:
            before = None if liquidity is Liquidity.AUCTION else valid_mid2(market.best())
        waited = now - child.sent if child.cum_qty == execution.last_qty else None
        return Marks(
            market, self._tally(child, now), now, child.parent.sign, execution.last_px, execution.last_qty,
            liquidity is Liquidity.ADDED, before, waited,
        )  # fmt: skip

    def _count(self, marks: Marks, put: Put) -> None:
        """Count an execution with all that is known of it, or take it out."""
        tally = marks.tally
        weight = tally.weight(self.decay, marks.time)
        if marks.before is not None:
            lots = weight * marks.qty
            put(tally.effective, lots, lots * effective_bps(marks.sign, marks.px, marks.before))
        if marks.waited is not None:
            put(tally.time_to_fill, weight, weight * marks.waited)
        for number in range(len(marks.after)):
            self._mark(marks, weight, number, put)

    def look(self, now: int) -> None:
        """Look at the executions whose horizons passed before `now`; to be called before the event is folded."""
        self.markouts.look(now, self._looked)

    def _looked(self, marks: Marks, number: int) -> None:
        self._mark(marks, marks.tally.weight(self.decay, marks.time), number, Mean.add)

    @staticmethod
    def _mark(marks: Marks, weight: float, number: int, put: Put) -> None:
        """Count one horizon of an execution, or take it out."""
        mid2, tally = marks.after[number], marks.tally
        if mid2 is None:
            return
        moved = weight * markout_bps(marks.sign, marks.px, mid2)
        put((tally.markout_100ms, tally.markout_1s, tally.markout_10s)[number], weight, moved)
        if number == 2 and marks.added:
            put(tally.added_10s, weight, moved)

    # -- scores ------------------------------------------------------------------------------------------------------

    def scores(self, market: Market, side_is_buy: bool) -> dict[Mic, VenueScore]:
        """Scores of all venues for an instrument, in the order of the configuration.

        Where neither the market nor the tally has changed since a score was given, it is given again unseen.
        """
        symbol, mark, out = market.instrument.symbol, market.mark(), {}
        known = self._known.get((symbol, side_is_buy))
        if known is None:
            known = self._known[symbol, side_is_buy] = {Mic(mic): Known((symbol, mic)) for mic in self.venues}
        for mic, one in known.items():
            tally = self.tallies.get(one.key)
            changes = 0 if tally is None else tally.changes
            if one.mark is mark and one.changes == changes and one.score is not None:
                out[mic] = one.score
            else:
                one.mark, one.changes = mark, changes
                out[mic] = self._score(one, market, side_is_buy)
        return out

    def _score(self, known: Known, market: Market, side_is_buy: bool) -> VenueScore:
        """The score of one venue; the one given last if nothing it was made from has changed."""
        mic = known.key[1]
        figures = self._measured(*known.key)
        shown, touch, spread = market.shown(mic, side_is_buy), market.reach(mic, side_is_buy), market.spread(mic)
        share = market.venue_volume.get(mic, 0) / market.volume if market.volume else 0.0
        made_from = (self.up[mic], shown, touch, spread, share)
        if known.score is None or known.made_from != made_from or known.figures is not figures:
            known.made_from, known.figures = made_from, figures
            known.score = self._make(mic, shown, touch, spread, share, figures)
        return known.score

    def _measured(self, symbol: str, mic: str) -> Mapping[str, Any]:
        """What the tally says, worked out when it has changed.

        Quantiles and the survival curve need a walk: they are made again when there is 1/32 more to see.
        """
        key = symbol, mic
        tally = self.tallies.get(key)
        if tally is None:
            return UNMEASURED
        known = self._figures.get(key)
        if known is None:
            known = self._figures[key] = Figures()
        if known.changes != tally.changes:
            if tally.latency.n >= known.more_acks:
                known.quantiles, known.more_acks = tally.quantiles(), _more(tally.latency.n)
            if tally.ended.n >= known.more_ended:
                known.hidden, known.more_ended = tally.curve(self.decay, self.min_trials), _more(tally.ended.n)
            known.changes = tally.changes
            known.said = tally.figures(known.quantiles, known.hidden)
        return known.said

    def _make(
        self,
        mic: str,
        shown: int | None,
        touch: tuple[int | None, int],
        spread: int | None,
        share: float,
        figures: Mapping[str, Any],
    ) -> VenueScore:
        capabilities, (px, qty) = self.venues[mic], touch
        return VenueScore(
            mic=Mic(mic),
            capabilities=capabilities,
            up=self.up[mic],
            shown_qty=None if shown is None else Qty(shown),
            touch=None if px is None else Px(px),
            touch_qty=None if px is None else Qty(qty),
            spread=None if spread is None else Px(spread),
            volume_share=share,
            make_fee=capabilities.make_fee,
            take_fee=capabilities.take_fee,
            **figures,
        )
