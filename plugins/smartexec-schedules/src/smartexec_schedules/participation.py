"""The arithmetic of shares of the market's volume. Integers only; knows nothing of orders or schedules.

A share p counts the own volume: own = p (own + others), so own = p / (1 - p) * others. The naive p * others realises
less: 900 of 9,900 is 9.09 %, not 10 %.
"""


def volume_of_others(volume: int, own: int) -> int:
    """Give what others traded of a volume that includes the own executions; never below 0."""
    return max(0, volume - own)


def own_for(others: int, percent: int) -> int:
    """Give the most own lots that are at most `percent` (0..99) of own and others' volume together."""
    return percent * others // (100 - percent)


def percent_for(own: int, others: int) -> int:
    """Give the smallest whole percentage at which `own` lots stand beside `others`; 0 for no lots."""
    return -(-100 * own // (own + others)) if own else 0
