"""Latency distributions: their mean and percentile, by simulation; what cannot be had is refused by name."""

from collections.abc import Callable, Iterable
from math import exp, fsum
from random import Random
from typing import Any

import pytest

from smartexec.api import (
    ConfigError,
    ExecType,
    ExecutionReport,
    OrdStatus,
    OrdType,
    SendOrder,
    Side,
    Tick,
    TimeInForce,
    VenueAdapter,
    VenueInput,
)
from smartexec_sim.delays import gamma_cdf, sampler
from smartexec_sim.latency import IN, DelayLine
from smartexec_sim.lit import SimLit

Run = Callable[[VenueAdapter, Iterable[tuple[int, VenueInput]]], list[str]]
Start = Callable[[SimLit], SimLit]
M = "SIMA"


@pytest.mark.parametrize(
    ("model", "ratio"),
    [("uniform", 1.5), ("lognormal", 1.2), ("lognormal", 5.0), ("gamma", 1.1), ("gamma", 2.0), ("gamma", 5.0)],
)
def test_drawn_delays_have_the_mean_and_the_percentile(model: str, ratio: float) -> None:
    mean, count, rng = 200_000, 40_000, Random(7)
    draw = sampler(model, mean, round(ratio * mean))
    assert draw is not None
    drawn = sorted(draw(rng) for _ in range(count))
    assert drawn[0] >= 0
    assert fsum(drawn) / count == pytest.approx(mean, rel=0.03)
    assert drawn[int(0.99 * count)] == pytest.approx(ratio * mean, rel=0.05)


def test_gamma_distribution_function_on_known_values() -> None:
    """Shape 1 is exponential; chi-squared with 1 degree of freedom has its 99th percentile at 6.634897."""
    assert gamma_cdf(1.0, 2.0) == pytest.approx(1 - exp(-2.0), abs=1e-12)
    assert gamma_cdf(0.5, 6.634897 / 2) == pytest.approx(0.99, abs=1e-7)
    assert gamma_cdf(200.001, 230.0) == pytest.approx(gamma_cdf(199.999, 230.0), abs=1e-4)


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"latency_in_p99": 5}, "latency_in_p99: 99th percentile 5 ns, expected none with latency_model fixed"),
        ({"latency_model": "gamma", "latency_in": 10, "latency_in_p99": 10}, "expected more than the mean of 10 ns"),
        ({"latency_model": "uniform", "latency_out": 10, "latency_out_p99": 21}, "at most 1.98 times the mean"),
        ({"latency_model": "lognormal", "latency_in": 10, "latency_in_p99": 200}, "at most 14.97 times the mean"),
        ({"latency_model": "gamma", "latency_in": 10, "latency_in_p99": 900}, "90.00 times the mean, expected a light"),
    ],
)
def test_impossible_percentiles_are_named(parameters: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=rf"venue SIMA: latency_(in|out)_p99: .*{text.split(': ')[-1]}"):
        SimLit(mic=M, **parameters)


def test_distribution_without_a_percentile_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"SIMA: latency_model: found gamma and no percentile, expected latency_in_"):
        SimLit(mic=M, latency_in=10, latency_model="gamma")


def test_unknown_model_is_refused() -> None:
    with pytest.raises(ValueError, match="latency_model"):
        SimLit(mic=M, latency_model="pareto")


def test_what_is_heard_does_not_change_how_long_commands_take() -> None:
    def due(reports: int) -> list[int]:
        draw = sampler("lognormal", 1000, 3000)
        line = DelayLine(1000, 1000, 0, Random(0), (draw, draw), (Random(1), Random(2)))
        report = ExecutionReport(M, "A", ExecType.NEW, OrdStatus.NEW)
        for n in range(10):
            line.send_in(SendOrder(M, f"{n}", "ABC", Side.BUY, 1, OrdType.MARKET, None, TimeInForce.IOC), 10_000 * n)
            for _ in range(reports):
                line.send_out(report, 10_000 * n)
        return [at for at, _, kind, _ in (line.heap) if kind == IN]

    assert sorted(due(0)) == sorted(due(3))
    assert len(set(due(0))) == 10


@pytest.mark.parametrize("model", ["uniform", "lognormal", "gamma"])
def test_random_latency_repeats_with_the_seed_and_never_lets_messages_overtake(
    started: Start, run: Run, model: str
) -> None:
    def session(seed: int) -> list[str]:
        venue = started(
            SimLit(
                mic=M, seed=seed, latency_model=model, latency_in=1000, latency_in_p99=1900,
                latency_out=100, latency_out_p99=190,
            )
        )  # fmt: skip
        orders = [
            SendOrder(M, f"A{n:02}", "ABC", Side.BUY, 1, OrdType.LIMIT, 10**9, TimeInForce.DAY) for n in range(40)
        ]
        return run(venue, [*((50 * n, order) for n, order in enumerate(orders)), (100_000, Tick())])

    lines = session(5)
    assert [line.split()[2] for line in lines] == [f"A{n:02}" for n in range(40)]
    assert lines == session(5) != session(6)
    waits = {int(line.split()[0]) - 50 * n for n, line in enumerate(lines)}
    assert len(waits) > 10
