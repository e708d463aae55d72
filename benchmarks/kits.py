"""Random views and requests per second, as the conformance kits try them, for each installed strategy and logic.

    python benchmarks/kits.py [--tries 10000] [--seed 1]

A strategy is shown random views in chains of four, each with the memory of the one before, and every decision is
checked; a routing logic likewise with requests. The bytes are drawn from a seeded generator: hypothesis, which draws
them in the kits and shrinks what fails, is left out. A first line says what making the values alone costs.
"""

import argparse
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any, Final

from meter import Meter

from smartexec.errors import ConfigError
from smartexec.interfaces.routing import RoutingLogic
from smartexec.interfaces.strategy import Strategy
from smartexec.registry import discover
from smartexec.runtime.reading.schema import build
from smartexec.testing.checks import check_decision, check_route
from smartexec.testing.random_views import REQUEST_BYTES, VIEW_BYTES, Draw, draw_request, draw_view

CHAIN: Final = 4
"""Values in a row, as in the kits."""


def views(strategy: Strategy | None, draw: Draw) -> None:
    """Show a strategy a chain of views; with None, only make them."""
    state = None
    for _ in range(CHAIN):
        seen = draw_view(draw, state)
        if strategy is not None:
            decision = strategy.decide(seen)
            check_decision(seen, decision)
            state = decision.state


def requests(logic: RoutingLogic | None, draw: Draw) -> None:
    """Hand a routing logic a chain of requests; with None, only make them."""
    state = learned = None
    for _ in range(CHAIN):
        asked = draw_request(draw, state, learned)
        if logic is not None:
            route = logic.route(asked)
            check_route(asked, route)
            state, learned = route.state, route.learned


def measure(tries: int, seed: int, size: int, one_chain: Callable[[Draw], None], **settings: object) -> str:
    """Try so many values; give the line."""
    random, meter = Random(seed), Meter()
    drawn = [random.randbytes(CHAIN * size) for _ in range(tries // CHAIN)]
    with meter.running():
        for data in drawn:
            one_chain(Draw(data))
    n = len(drawn) * CHAIN
    return meter.line(n, us_each=round(meter.wall / n * 1e6, 1), seed=seed, **settings)


def main() -> None:
    """Print one JSON line for each plugin that needs no parameters."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--tries", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    kinds: tuple[tuple[str, int, Any, type[Any]], ...] = (
        ("view", VIEW_BYTES, views, Strategy),
        ("request", REQUEST_BYTES, requests, RoutingLogic),
    )
    for value, size, chain, base in kinds:
        for name, plugin in [("none", None), *plugins(base)]:
            print(
                measure(options.tries, options.seed, size, partial(chain, plugin), value=value, plugin=name), flush=True
            )


def plugins(base: type[Any]) -> list[tuple[str, Any]]:
    """Make the installed plugins of a kind, by name; those that need parameters are left out."""
    made = []
    for info in discover().infos():
        if issubclass(info.cls, base):
            try:
                made.append((info.name, build(info.cls, {}, info.name)))
            except ConfigError:
                continue
    return made


if __name__ == "__main__":
    main()
