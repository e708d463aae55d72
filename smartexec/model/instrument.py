"""The instrument: what is traded, and the units its integers are in. Not tied to a venue."""

from attrs import field, frozen
from attrs.validators import ge, gt

from smartexec.model.ids import PX_SCALE


@frozen
class Instrument:
    """An instrument and its increments."""

    symbol: str
    """Symbol(55)."""
    tick: int = field(default=PX_SCALE // 100, validator=gt(0))
    """Smallest price step of an order, in 1e-9 of the currency."""
    lot: int = field(default=1, validator=gt(0))
    """Smallest quantity step of an order, in quantity units of 10^-qty_decimals."""
    qty_decimals: int = field(default=0, validator=ge(0))
    """Decimals of a quantity: 0 for whole shares, 8 for a coin."""
    currency: str = "USD"
    """Currency(15), ISO 4217."""
    open: int = 0
    """Start of trading, ns UTC; 0 = not bounded."""
    close: int = 0
    """End of trading, ns UTC; 0 = not bounded. An order without ExpireTime(126) expires then."""
