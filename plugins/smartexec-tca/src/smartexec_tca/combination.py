"""What is compared: a strategy with parameters, and a router; read from the command line. Runs nothing.

`TWAP,VWAP:dynamic=true:slices=10` are two strategies; the parameters are text, as an order file has them.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Final, TypeVar

from attrs import frozen

from smartexec.api import Changes, ConfigError

T = TypeVar("T")
AS_CONFIGURED: Final = "as configured"


@frozen
class Combination:
    """One of the things compared; None is what the configuration and the orders say."""

    strategy: str | None = None
    params: tuple[tuple[str, str], ...] = ()
    router: str | None = None

    @property
    def label(self) -> str:
        """Name it as the command line does."""
        own = None if self.strategy is None else ":".join([self.strategy, *(f"{k}={v}" for k, v in self.params)])
        return ", ".join(part for part in (own, self.router) if part) or AS_CONFIGURED

    def changes(self, seed: int | None) -> Changes:
        """Give it as changes to a configuration."""
        return Changes(seed=seed, strategy=self.strategy, params=dict(self.params), router=self.router)


def combinations(strategies: Sequence[str], routers: Sequence[str]) -> list[Combination]:
    """Read the options and combine every strategy with every router; ConfigError with every fault."""
    faults: list[str] = []
    named = _read("--strategies", strategies, _strategy, faults)
    routed = _read("--routers", routers, _router, faults)
    if faults:
        raise ConfigError(faults)
    any_router: Sequence[str | None] = routed or [None]
    return [Combination(name, params, router) for (name, params), router in product(named or [_OWN], any_router)]


_Named = tuple[str | None, tuple[tuple[str, str], ...]]
_OWN: Final[_Named] = (None, ())
_NAME: Final = re.compile(r"[^\s=;()]+")
"""What stands before the first colon; more than a name there is another way to write parameters."""


def _read(option: str, given: Sequence[str], read: Callable[[str], T], faults: list[str]) -> list[T]:
    found: list[T] = []
    for text in _items(given):
        try:
            one = read(text)
        except ValueError as error:
            faults.append(f"{option}: {error}")
            continue
        if one in found:
            faults.append(f"{option}: found {text!r} twice, expected once")
        found.append(one)
    return found


def _items(given: Iterable[str]) -> list[str]:
    return [item.strip() for text in given for item in text.split(",")]


def _strategy(text: str) -> _Named:
    name, *pairs = text.split(":")
    params = tuple((key, value) for key, _, value in (pair.partition("=") for pair in pairs))
    if not _NAME.fullmatch(name) or not all("=" in pair and key for pair, (key, _) in zip(pairs, params, strict=True)):
        raise ValueError(f"found {text!r}, expected NAME or NAME:PARAMETER=VALUE")
    twice = [key for number, (key, _) in enumerate(params) if key in dict(params[:number])]
    if twice:
        raise ValueError(f"found {twice[0]} twice in {text!r}, expected once")
    return name, params


def _router(text: str) -> str:
    if not text:
        raise ValueError(f"found {text!r}, expected the name of a routing logic")
    return text
