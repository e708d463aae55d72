"""What markets say: quotes, trades, phases, and order-level book messages. Values only.

Times are not in the values: whoever hands an event on says when it happened. `mic == ""` is the consolidated tape
(a national best bid and offer), which venues' own quotes must not be mixed up with.
"""

from attrs import define

from smartexec.model.enums import Phase, Side


@define
class Quote:
    """Best bid and offer of one venue, or of the consolidated tape. A missing side is None with quantity 0."""

    symbol: str
    mic: str
    bid: int | None
    bid_qty: int
    ask: int | None
    ask_qty: int


@define
class Trade:
    """One print. `side` is the aggressor's where the data say it."""

    symbol: str
    mic: str
    px: int
    qty: int
    side: Side | None = None
    hidden: bool = False
    """Against hidden liquidity: it tells nothing of the visible queue."""
    auction: bool = False
    """The print of an opening, closing or volatility auction: one price for all that took part."""


@define
class PhaseChange:
    """Trading phase of an instrument, at one venue or (mic "") everywhere."""

    symbol: str
    mic: str
    phase: Phase


@define
class BookAdd:
    """Order-level: a visible order joins the back of its price's queue. For simulated venues; the kernel ignores it."""

    symbol: str
    mic: str
    ref: int
    side: Side
    px: int
    qty: int


@define
class BookReduce:
    """Order-level: `qty` of order `ref` is withdrawn (all of it where qty is what is left)."""

    symbol: str
    mic: str
    ref: int
    qty: int


@define
class BookExecute:
    """Order-level: `qty` of visible order `ref` trades. A `Trade` follows for those who need only the tape."""

    symbol: str
    mic: str
    ref: int
    qty: int


KernelMarketEvent = Quote | Trade | PhaseChange
MarketEvent = Quote | Trade | PhaseChange | BookAdd | BookReduce | BookExecute
