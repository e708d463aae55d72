"""Pseudo-random numbers that are the same on every Python: what a strategy varies, drawn from `view.seed`.

SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators"), used by position: draw k of a
seed needs no draw before it, so a strategy keeps no generator.
"""

_MASK = 2**64 - 1
_GAMMA = 0x9E3779B97F4A7C15


def draw(seed: int, position: int) -> int:
    """Give draw number `position` (0 and up) of a seed: 0 .. 2**64 - 1."""
    z = (seed + (position + 1) * _GAMMA) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def below(seed: int, position: int, bound: int) -> int:
    """Give a draw of 0 .. `bound` - 1."""
    return draw(seed, position) * bound >> 64


def between(seed: int, position: int, low: int, high: int) -> int:
    """Give a draw of `low` .. `high`, both possible."""
    return low + below(seed, position, high - low + 1)
