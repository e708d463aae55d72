"""What the kernel has measured of each venue and instrument, from its own events only."""

from attrs import define

from smartexec.kernel.market import Market
from smartexec.kernel.orders import ChildOrder
from smartexec.model.enums import Outcome
from smartexec.model.ids import Mic, Nanos, Px, Qty
from smartexec.model.routing import Capabilities, VenueScore


@define(eq=False)
class Tally:
    """Running totals of one venue for one instrument."""

    sent_qty: int = 0
    filled_qty: int = 0
    ended: int = 0
    rejected: int = 0
    acks: int = 0
    latency: int = 0
    """Sum of the times from order to acknowledgement, ns."""


NO_TALLY = Tally()
"""Of a venue that was not tried: never written to."""


class Scorecard:
    """Tallies by (symbol, MIC), and the scores that routing logics see."""

    def __init__(self, venues: dict[str, Capabilities]) -> None:
        self.venues = venues
        self.up = dict.fromkeys(venues, True)
        self.learned: dict[tuple[str, str], object] = {}
        """By (routing logic, symbol): what it last gave to be kept."""
        self._tallies: dict[tuple[str, str], Tally] = {}
        self._known: dict[tuple[str, str, bool], tuple[object, VenueScore]] = {}
        """By (symbol, MIC, is a buyer's): the last score, and what it was made from."""

    def _tally(self, child: ChildOrder) -> Tally:
        key = (child.parent.instrument.symbol, child.mic)
        tally = self._tallies.get(key)
        if tally is None:
            tally = self._tallies[key] = Tally()
        return tally

    def acked(self, child: ChildOrder, now: int) -> None:
        """A child was acknowledged for the first time."""
        tally = self._tally(child)
        tally.acks += 1
        tally.latency += now - child.sent

    def ended(self, child: ChildOrder) -> None:
        """A child is over."""
        tally = self._tally(child)
        tally.ended += 1
        tally.rejected += child.outcome is Outcome.REJECTED
        tally.sent_qty += child.order_qty
        tally.filled_qty += child.cum_qty

    def scores(self, market: Market, side_is_buy: bool) -> dict[Mic, VenueScore]:
        """Scores of all venues for an instrument, in the order of the configuration."""
        return {Mic(mic): self._score(mic, market, side_is_buy) for mic in self.venues}

    def _score(self, mic: str, market: Market, side_is_buy: bool) -> VenueScore:
        """The score of one venue; the one given last if nothing it was made from has changed."""
        symbol = market.instrument.symbol
        tally = self._tallies.get((symbol, mic)) or NO_TALLY
        shown, spread = market.shown(mic, side_is_buy), market.spread(mic)
        share = market.venue_volume.get(mic, 0) / market.volume if market.volume else 0.0
        made_from = (self.up[mic], shown, spread, share, tally.acks, tally.ended)
        known = self._known.get((symbol, mic, side_is_buy))
        if known is None or known[0] != made_from:
            score = self._make(mic, tally, shown, spread, share)
            known = self._known[symbol, mic, side_is_buy] = made_from, score
        return known[1]

    def _make(self, mic: str, tally: Tally, shown: int | None, spread: int | None, share: float) -> VenueScore:
        capabilities = self.venues[mic]
        return VenueScore(
            mic=Mic(mic),
            capabilities=capabilities,
            up=self.up[mic],
            shown_qty=None if shown is None else Qty(shown),
            spread=None if spread is None else Px(spread),
            volume_share=share,
            make_fee=capabilities.make_fee,
            take_fee=capabilities.take_fee,
            latency=Nanos(tally.latency // tally.acks) if tally.acks else None,
            fill_ratio=tally.filled_qty / tally.sent_qty if tally.sent_qty else None,
            reject_rate=tally.rejected / tally.ended if tally.ended else None,
            tried=tally.ended,
        )
