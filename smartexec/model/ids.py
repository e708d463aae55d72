"""Names for the scalar types. Integers all the way: floats never touch a price, a quantity or a time.

`Px` is in 1e-9 of the currency, `Qty` in lots (10^-qty_decimals of a unit), `Nanos` in nanoseconds UTC since 1970.
Authors receive these types and give plain `int` back.
"""

from typing import NewType

Nanos = NewType("Nanos", int)
Px = NewType("Px", int)
Qty = NewType("Qty", int)
Mic = NewType("Mic", str)
"""ISO 10383 market identifier of a venue; `""` on market data means the consolidated tape."""

PX_SCALE = 1_000_000_000
NANOS_PER_SECOND = 1_000_000_000
