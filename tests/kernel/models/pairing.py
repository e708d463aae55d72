"""Slow, obvious model of smartexec/kernel/crossing.py: pair single lots of different owners, as many as possible."""

Member = tuple[int, str]


def most_pairs(buys: list[Member], sells: list[Member]) -> int:
    """The largest number of (bought lot, sold lot) pairs of different owners: matching by augmenting paths."""
    bought = [owner for lots, owner in buys for _ in range(lots)]
    sold = [owner for lots, owner in sells for _ in range(lots)]
    partner: dict[int, int] = {}

    def place(buy: int, tried: list[bool]) -> bool:
        for sell, owner in enumerate(sold):
            if owner != bought[buy] and not tried[sell]:
                tried[sell] = True
                if sell not in partner or place(partner[sell], tried):
                    partner[sell] = buy
                    return True
        return False

    return sum(place(buy, [False] * len(sold)) for buy in range(len(bought)))
