"""One side of a book by price: quantities, best price first. Knows no orders, no files and no events."""

from bisect import bisect_left, insort

from attrs import define, field


@define
class Ladder:
    """One side. `keys` are sign x price in ascending order, so that the best is always last."""

    sign: int
    keys: list[int] = field(factory=list)
    qtys: dict[int, int] = field(factory=dict)

    def put(self, px: int, qty: int) -> None:
        """Set what is there at a price; 0 = nothing."""
        key = self.sign * px
        if qty:
            if key not in self.qtys:
                insort(self.keys, key)
            self.qtys[key] = qty
        elif self.qtys.pop(key, 0):
            del self.keys[bisect_left(self.keys, key)]

    def change(self, px: int, qty: int) -> None:
        """Add to what is there at a price; `qty` may be negative."""
        self.put(px, self.qtys.get(self.sign * px, 0) + qty)

    def best(self) -> tuple[int | None, int]:
        """Best price and the quantity there; (None, 0) if empty."""
        if not self.keys:
            return None, 0
        key = self.keys[-1]
        return self.sign * key, self.qtys[key]
