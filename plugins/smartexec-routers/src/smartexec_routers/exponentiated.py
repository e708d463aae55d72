"""Exponentiated gradient over hidden venues, and the rounding of its fractions to lots. Pure; knows nothing of orders.

Agarwal, Bartlett & Dama (2010), "Optimal allocation strategies for the dark pool problem": a venue that executed all
it was given has its weight multiplied by e^eta, then all are scaled to sum to 1. "Was it executed in full?" is all
the feedback.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import exp, fsum
from random import Random

from smartexec_routers.split import split


def updated(weights: Sequence[float], full: Sequence[bool], eta: float) -> list[float]:
    """Multiply the weights of those executed in full by e^eta, and scale to sum to 1."""
    raised = [weight * exp(eta) if was else weight for weight, was in zip(weights, full, strict=True)]
    return normalised(raised)


def normalised(weights: Sequence[float]) -> list[float]:
    """Scale to sum to 1; equal where there is nothing to scale."""
    whole = fsum(weights)
    return [weight / whole for weight in weights] if whole > 0 else [1 / len(weights)] * len(weights)


def explored(weights: Sequence[float], share: float) -> list[float]:
    """Mix with equal weights: no venue gets less than `share` / number of venues of the whole."""
    return [(1 - share) * weight + share / len(weights) for weight in weights]


def by_remainder(qty: int, weights: Sequence[float], lot: int) -> list[int]:
    """Round by largest remainder."""
    return split(qty, [Fraction(weight) for weight in weights], lot)


def by_chance(qty: int, weights: Sequence[float], lot: int, random: Random) -> list[int]:
    """Round at random so that each part's expectation is its exact share, and the parts sum to `qty` in whole lots.

    Systematic sampling: one uniform draw shifts the grid on which the cumulative shares are cut, so each part is its
    exact share rounded down or up.
    """
    lots, shift = qty // lot, Fraction(random.random())
    exact = [Fraction(weight) for weight in weights]
    whole = sum(exact)
    if not whole:
        return [0] * len(weights)
    parts: list[int] = []
    upto, cut = Fraction(0), 0
    for index, weight in enumerate(exact):
        upto += weight
        reached = lots if index == len(exact) - 1 else (lots * upto / whole + shift).__floor__()
        parts.append((reached - cut) * lot)
        cut = reached
    return parts
