"""The picture: what was done is in it, at the right place, and the page needs no network."""

import re
import sys
from pathlib import Path
from typing import Any

import plotly.graph_objects as graph
import pytest

from smartexec.errors import ConfigError
from smartexec.lab import Lab, quote
from smartexec.lab.draw_market import MAX_LOOKS, thinned
from smartexec.lab.trail import Look
from tests.lab.strategies import Eager, Fragile, Patient

START = 1_767_623_400_000_000_000


@pytest.fixture(scope="module")
def lab() -> Lab:
    """A buyer, a seller who is crossed, and one whose strategy breaks."""
    lab = Lab(30, 1)
    lab.buy(6_000, Patient(slices=5), start="1m", end="25m", limit="100.50")
    lab.sell(2_000, "TWAP", slices=4, at="9m", end="20m")
    lab.buy(300, Fragile(breaks_at=2))
    lab.run()
    return lab


def traces(figure: Any, name: str, group: str = "") -> list[Any]:
    """Traces of a name, of one parent if it is given."""
    return [one for one in figure.data if one.name.startswith(name) and (not group or one.legendgroup == group)]


def minutes(iso: str) -> float:
    """Minutes since the start of the lab of a time of the tables."""
    hour, minute, second = iso[11:-1].split(":")
    return (int(hour) - 14) * 60 + int(minute) - 30 + float(second) / 60


def place(row: dict[str, str]) -> tuple[float, float, str]:
    """Where an execution is drawn: minutes, price, venue."""
    return round(minutes(row["time"]), 3), float(row["last_px"]), row["venue"]


def test_executions_are_where_and_as_large_as_they_were(lab: Lab) -> None:
    figure = lab.plot()
    assert isinstance(figure, graph.Figure)
    rows = [row for row in lab.tables["executions"].records() if row["parent_id"] == "P2"]
    drawn = traces(figure, "executed at", "P2")
    points = [
        (round(x, 3), y, one.name.split()[-1], size)
        for one in drawn
        for x, y, size in zip(one.x, one.y, one.marker.size, strict=True)
    ]
    assert sorted(point[:3] for point in points) == sorted(map(place, rows))
    quantities = sorted(int(row["last_qty"]) for row in rows)
    by_size = sorted(points, key=lambda point: point[3])
    found = {place(row): int(row["last_qty"]) for row in rows}
    assert [found[point[:3]] for point in by_size] == quantities


def test_crosses_are_drawn_once(lab: Lab) -> None:
    rows = lab.tables["crosses"].records()
    assert rows
    (drawn,) = traces(lab.plot(), "crossed inside")
    assert [(round(x, 3), y) for x, y in zip(drawn.x, drawn.y, strict=True)] == [
        (round(minutes(row["time"]), 3), float(row["px"])) for row in rows
    ]


def test_band_is_the_touch_that_strategies_saw(lab: Lab) -> None:
    bid, ask = traces(lab.plot(), "bid to offer")
    for step in lab.steps:
        seen = max((n for n, x in enumerate(bid.x) if x <= round(step.at / 60e9, 6)), default=0)
        market = step.view.market
        assert (bid.y[seen], ask.y[seen]) == ((market.bid or 0) / 1e9, (market.ask or 0) / 1e9)


def test_progress_ends_where_the_orders_do(lab: Lab) -> None:
    figure = lab.plot()
    for row in lab.tables["parent_orders"].records():
        (done,) = traces(figure, "done", row["parent_id"])[:1]
        assert done.y[-1] == int(row["cum_qty"]) + int(row["crossed_qty"])
        assert list(done.y) == sorted(done.y)
        (even,) = traces(figure, "even in time", row["parent_id"])
        assert even.y[-1] == sum(order.order_qty for order in lab.orders if order.parent_id == row["parent_id"])
    for with_volume in traces(figure, "with the volume"):
        (done,) = traces(figure, "done", with_volume.legendgroup)[:1]
        assert with_volume.y[-1] == done.y[-1]


def test_decisions_are_by_what_woke_them_with_their_notes(lab: Lab) -> None:
    figure = lab.plot()
    drawn = [
        (x, y, text) for one in traces(figure, "decisions") for x, y, text in zip(one.x, one.y, one.text, strict=True)
    ]
    sound = [step for step in lab.steps if not step.fault]
    assert len(drawn) == len(sound)
    for step in sound:
        mine = [text for x, y, text in drawn if (x, y) == (round(step.at / 60e9, 6), step.view.woken_by.name)]
        assert step.decision is not None
        assert any(f"step {step.number}," in text and step.decision.note in text for text in mine)
    (bad,) = traces(figure, "quarantined")
    assert "ZeroDivisionError" in bad.text[0]


def test_resting_orders_stand_at_their_prices_until_they_are_moved_or_gone() -> None:
    lab = Lab(10, market=[(0, quote("99.99", "100.01")), ("90s", quote("100.00", "100.02"))])
    lab.buy(1_000, Patient(slices=5), end="5m")
    lab.run()
    (rests,) = traces(lab.plot(), "resting")
    stretches = [(rests.x[n], rests.x[n + 1], rests.y[n]) for n in range(0, len(rests.x), 3)]
    lit = sorted(x for x in stretches if x[1] - x[0] > 0.01)
    assert {price for _, _, price in lit} == {99.99, 100.00}
    assert all(begin < end <= 5.001 for begin, end, _ in lit)
    assert {round(end) for _, end, price in lit if price == 99.99} == {2}


def test_lab_that_is_not_over_is_drawn_up_to_now() -> None:
    lab = Lab(30, 1)
    assert lab.plot().data[0].name == "bid to offer"
    lab.buy(500, Eager, start="10m")
    lab.step()
    drawn = [x for one in lab.plot().data if one.name in ("bid to offer", "done", "decisions") for x in one.x]
    assert 9.9 < max(drawn) <= 10.0


def test_page_needs_no_network(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "lab.html"
    assert isinstance(lab.plot(file=file), graph.Figure)
    page = file.read_text(encoding="utf-8")
    assert "<title>lab: 30 min of ACME, seed 1, over" in page
    assert re.findall(r"<script[^>]*\bsrc=|<link\b[^>]*href=", page) == []
    assert "plotly.js v" in page
    lab.plot(file=str(tmp_path / "again.html"))
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == page


def test_missing_plotly_is_said_with_what_to_install(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    with pytest.raises(ConfigError, match=r"^plot: found no plotly, .*: pip install 'smartexec\[lab\]'$"):
        lab.plot()


def test_file_that_cannot_be_written_is_said(lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"plot: .*nowhere.*: found No such file or directory, expected a file that can"
    ):
        lab.plot(file=tmp_path / "nowhere" / "lab.html")
    with pytest.raises(ConfigError, match=r"^plot: .*: found embedded null byte, expected a file that can be written$"):
        lab.plot(file=f"{tmp_path}/lab\0.html")
    with pytest.raises(ConfigError, match=r"^plot: found 5, expected the name of a file$"):
        lab.plot(5)  # type: ignore[arg-type]


def test_too_many_looks_are_thinned_and_keep_the_last() -> None:
    looks = [Look(START + n, n, n + 1, n) for n in range(10 * MAX_LOOKS)]
    few = thinned(looks)
    assert len(few) == MAX_LOOKS
    assert few[-1] is looks[-1]
    assert thinned(looks[:7]) == looks[:7]
