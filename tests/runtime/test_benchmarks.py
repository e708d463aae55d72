"""The table `benchmarks` against the market data themselves, read again and added up for each order on its own."""

import csv
from bisect import bisect_left, bisect_right
from calendar import timegm
from fractions import Fraction
from itertools import pairwise
from time import strptime

import pytest

from smartexec.api import Trade
from smartexec.runtime.replay.replay import open_run, start_feeds
from smartexec.runtime.simulation.run import run
from tests.runtime.day import write_day

Row = dict[str, str]
Print = tuple[int, Trade]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Row], dict[str, list[Print]]]:
    """The rows of a run, and the prints of its market by symbol."""
    folder = tmp_path_factory.mktemp("benchmarks")
    run(write_day(folder, end="14:50:00", events=200, count=40), folder / "out")
    with (folder / "out" / "tables" / "benchmarks.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    opened = open_run(folder / "out")
    start_feeds(opened)
    prints: dict[str, list[Print]] = {}
    for time, event in opened.plan.feeds[0].events():
        if isinstance(event, Trade):
            prints.setdefault(event.symbol, []).append((time, event))
    opened.plan.journal.close()
    return rows, prints


def test_volume_and_vwap_are_of_the_prints_in_the_life_of_an_order(
    day: tuple[list[Row], dict[str, list[Print]]],
) -> None:
    rows, prints = day
    assert {row["kind"] for row in rows} == {"CLIENT", "PARENT", "CHILD"}
    for row in rows:
        life = [trade for at, trade in prints[row["symbol"]] if ns(row["start"]) < at <= ns(row["end"])]
        volume = sum(trade.qty for trade in life)
        assert int(row["volume"]) == volume, row
        if volume:
            assert px(row["vwap"]) == round(Fraction(sum(trade.qty * trade.px for trade in life), volume)), row
        else:
            assert row["vwap"] == "", row
    assert sum(int(row["volume"]) > 0 for row in rows) > 50


def test_twap_is_that_of_the_last_price(day: tuple[list[Row], dict[str, list[Print]]]) -> None:
    rows, prints = day
    checked = 0
    for row in rows:
        start, end = ns(row["start"]), ns(row["end"])
        tape = prints[row["symbol"]]
        times = [at for at, _ in tape]
        first = bisect_right(times, start)
        if not first or start == end:
            continue  # no price stood at the start
        inside = tape[first : bisect_right(times, end)]
        steps = [(start, tape[first - 1][1].px), *((at, trade.px) for at, trade in inside), (end, 0)]
        area = sum(last * (until - at) for (at, last), (until, _) in pairwise(steps))
        assert px(row["twap"]) == round(Fraction(area, end - start)), row
        assert px(row["close"]) == tape[-1][1].px, row
        checked += 1
    assert checked > 50


def test_lives_do_not_begin_or_end_with_a_print(day: tuple[list[Row], dict[str, list[Print]]]) -> None:
    """What happens at one instant has an order that the table does not tell: the tests above would have to know it."""
    rows, prints = day
    for row in rows:
        times = [at for at, _ in prints[row["symbol"]]]
        for at in (ns(row["start"]), ns(row["end"])):
            assert bisect_left(times, at) == bisect_right(times, at), row


def ns(text: str) -> int:
    """Time of a cell, ns UTC."""
    seconds, _, rest = text.removesuffix("Z").partition(".")
    return timegm(strptime(seconds, "%Y-%m-%dT%H:%M:%S")) * 1_000_000_000 + int(rest)


def px(text: str) -> Fraction:
    """Price of a cell, 1e-9."""
    return Fraction(text) * 1_000_000_000
