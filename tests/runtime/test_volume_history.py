"""Where the days of volume come from: files of profiles, and feeds cut into days."""

from collections.abc import Iterator
from math import fsum
from pathlib import Path
from typing import Any, ClassVar

import pytest
from attrs import define

from smartexec.api import Phase, PhaseChange, Quote, Trade, hookimpl
from smartexec.errors import ConfigError
from smartexec.registry import Registry
from smartexec.runtime.fit.volume_feeds import DAY, cutting, read_feeds
from smartexec.runtime.fit.volume_history import MINUTE, Day, History, coarser, pooled, read_history
from tests.hooks.kit import module, registry
from tests.runtime.world import CONFIG, PX, START, Few, First, Giver, MemoryFile, PlainCsv, Still, config
from tests.runtime.world import All as Everything

# -- files ---------------------------------------------------------------------------------------------------------


def written(folder: Path, *rows: str) -> Path:
    path = folder / "v.csv"
    path.write_text("".join(f"{row}\n" for row in rows))
    return path


def test_file_gives_days_by_bin(tmp_path: Path) -> None:
    path = written(tmp_path, "bin_start_ET,d1,d2", "11:30 AM,1,10.5", "12:00 PM,2,20", "12:30 PM,3,0")
    assert read_history(path) == History(str(path), 30 * MINUTE, (Day("d1", (1, 2, 3)), Day("d2", (10.5, 20, 0))))


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ((), "found 0 rows, 0 columns in the first, expected a row of headings, then a row for each bin"),
        (("at,d1",), "found 1 rows, 2 columns in the first, expected a row of headings, then a row for each bin"),
        (("at,d1", "09:30,x"), "row 2 column d1: found 'x', expected a volume from 0 to 1e+15"),
        (("at,d1", "09:30,-1"), "row 2 column d1: found '-1', expected a volume from 0 to 1e+15"),
        (("at,d1", "09:30,nan"), "row 2 column d1: found 'nan', expected a volume from 0 to 1e+15"),
        (("at,d1", "09:30,1e308"), "row 2 column d1: found '1e308', expected a volume from 0 to 1e+15"),
        (("at,d1", "noon,1"), "row 2 column at: found 'noon', expected a time such as \"09:30 AM\""),
        (("at,d1", "09:30,1,2"), "row 2: found 3 columns, expected 2 as in row 1"),
        (
            ("at,d1", "09:30,1", "09:45,1", "10:15,1"),
            "row 4 column at: found '10:15', 30 minutes after the row before, expected 15 minutes",
        ),
    ],
)
def test_fault_of_a_file_is_named(tmp_path: Path, rows: tuple[str, ...], fault: str) -> None:
    path = written(tmp_path, *rows)
    with pytest.raises(ConfigError) as caught:
        read_history(path)
    assert [line.removeprefix(str(path)).lstrip(": ") for line in caught.value.faults] == [fault]


def test_many_faults_are_cut(tmp_path: Path) -> None:
    path = written(tmp_path, "at,d1", *(f"{9 + n}:00,x" for n in range(15)), *(f"{n}:30,x" for n in range(9)))
    with pytest.raises(ConfigError) as caught:
        read_history(path)
    assert (len(caught.value.faults), caught.value.faults[-1]) == (21, f"{path}: and 5 more faults")


def test_bins_are_put_together() -> None:
    history = History("x.csv", 15 * MINUTE, (Day("d", (1, 2, 3, 4)),))
    assert coarser(history, bins=2) == History("x.csv", 30 * MINUTE, (Day("d", (3, 7)),))
    assert coarser(history, width=60 * MINUTE) == History("x.csv", 60 * MINUTE, (Day("d", (10,)),))
    assert coarser(history) == history
    for wanted, words in (({"bins": 3}, "3 bins"), ({"width": 20 * MINUTE}, "bins of 20 minutes")):
        with pytest.raises(ConfigError, match=f"found 4 bins of 15 minutes, expected some that make {words}"):
            coarser(history, **wanted)
    for width in (45 * MINUTE, 5 * MINUTE):
        with pytest.raises(ConfigError, match="expected some that make bins of"):
            coarser(history, width=width)


def test_histories_of_different_bins_are_not_pooled() -> None:
    a, b = History("a.csv", MINUTE, (Day("d", (1, 2)),)), History("b.csv", MINUTE, (Day("e", (1, 2, 3)),))
    assert pooled([a, a], "ABC").days == (*a.days, *a.days)
    with pytest.raises(
        ConfigError, match=r"b\.csv: ABC: found 3 bins of 1 minutes, expected 2 bins of 1 minutes as in a\.csv"
    ):
        pooled([a, b], "ABC")


# -- feeds ---------------------------------------------------------------------------------------------------------


@define
class Days(Still):
    """A print of 10 lots, and a quote that alternates, each ten minutes; on the second day 20 lots."""

    name: ClassVar[str] = "still"
    count: int = 400

    def events(self) -> Iterator[tuple[int, Any]]:
        first = START - START % DAY - DAY // 2
        yield first, PhaseChange("ABC", "", Phase.CONTINUOUS)
        for number in range(self.count):
            at, bid = first + number * 10 * MINUTE, 100 * PX + number % 2 * PX
            yield at, Quote("ABC", "", bid, 500, bid + 2 * PX, 500)
            yield at, Trade("ABC", "", bid, 10 if at < first + 3 * DAY // 2 else 20)


def feeds(feed: type) -> Registry:
    hooks = (
        ("strategies", Everything),
        ("routing_logics", First),
        ("venues", Giver),
        ("order_sources", Few),
        ("market_data_feeds", feed),
        ("journals", MemoryFile),
        ("sinks", PlainCsv),
    )
    made = {}
    for name, cls in hooks:

        def hook(cls: type = cls) -> Any:
            return [cls]

        hook.__name__ = f"smartexec_{name}"
        made[hook.__name__] = hookimpl(hook)
    return registry(module(**made))


def read_days(tmp_path: Path, run: str, session: str = "open = 0", minutes: int = 240) -> History:
    text = CONFIG.replace("start = 2026-01-05T14:30:00Z\nend = 2026-01-05T14:31:00Z", run)
    path = config(tmp_path, text.replace('tick = "0.01"', f'tick = "0.01"\n{session}'))
    faults: list[str] = []
    found = read_feeds(path, cutting(None, minutes * MINUTE), faults.append, registry=feeds(Days))
    assert faults == []
    return found["ABC"]


TWO_DAYS = "start = 2026-01-04T12:00:00Z\nend = 2026-01-07T03:00:00Z"


def test_days_of_a_market_without_a_session_are_the_whole_utc_days(tmp_path: Path) -> None:
    """The run begins and ends within a day: those two are left out."""
    history = read_days(tmp_path, TWO_DAYS)
    assert [(day.label, day.volumes) for day in history.days] == [
        ("2026-01-05", (240.0,) * 6),
        ("2026-01-06", (480.0,) * 6),
    ]
    assert {day.spread_area / day.spread_time for day in history.days} == {2 * PX}
    assert history.days[0].spread_time == DAY
    # sampled each minute: nine of ten returns are 0, the others 1/101 and 1/102
    steps = fsum([(1 / 101) ** 2, (1 / 102) ** 2]) / 2
    assert history.days[0].variance == pytest.approx(144 * steps, rel=0.01)


def test_day_of_a_session_is_the_session(tmp_path: Path) -> None:
    history = read_days(tmp_path, TWO_DAYS, "open = 2026-01-05T08:00:00Z\nclose = 2026-01-05T16:00:00Z")
    assert [(day.label, day.volumes, day.spread_time) for day in history.days] == [
        ("2026-01-05", (240.0, 240.0), 8 * 60 * MINUTE)
    ]


def test_run_that_covers_no_whole_day_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"instruments\.ABC: found no whole UTC day from 2026-01-05T12:00.*, expected one"
    ):
        read_days(tmp_path, "start = 2026-01-05T12:00:00Z\nend = 2026-01-06T12:00:00Z")


@pytest.mark.parametrize(("minutes", "wanted"), [(7, "bins of 7 minutes"), (2_000, "bins of 2000 minutes")])
def test_bins_that_do_not_fit_the_session_are_a_fault(tmp_path: Path, minutes: int, wanted: str) -> None:
    with pytest.raises(ConfigError, match=f"ABC: found a day of 1440 minutes, expected one that makes {wanted}"):
        read_days(tmp_path, TWO_DAYS, minutes=minutes)
