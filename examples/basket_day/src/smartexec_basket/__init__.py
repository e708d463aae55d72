"""A strategy for baskets and pairs. The hook only."""

from collections.abc import Iterable

from smartexec.api import Strategy, hookimpl
from smartexec_basket.basket import Basket


@hookimpl.strategies
def smartexec_strategies() -> Iterable[type[Strategy]]:
    return [Basket]
