"""VWAP's slices on a curve measured from 104 days of AAPL. Needs the public data folder."""

import csv
import os
from math import fsum
from pathlib import Path

import pytest

from smartexec.api import CURVE_SCALE
from smartexec_schedules.volume_slices import static_slices

ROOT = Path(os.environ.get("SMARTEXEC_SHARED") or Path(__file__).parents[4] / "shared")
FILE = ROOT / "data" / "us_equity_volume_profiles_15min_2019H1" / "AAPL_15min_volume.csv"
FITTED = 104

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not FILE.is_file(), reason=f"no public data: {FILE} is not there; set SMARTEXEC_SHARED"),
]


def mean_of_fractions() -> list[int]:
    """Mean share of the day's volume by bin, in 1e-9."""
    with FILE.open(newline="", encoding="utf-8") as stream:
        _, *rows = csv.reader(stream)
    bins = [[float(cell) for cell in row[1 : FITTED + 1]] for row in rows]
    days = [fsum(day) for day in zip(*bins, strict=True)]
    return [round(fsum(v / day for v, day in zip(one, days, strict=True)) / FITTED * CURVE_SCALE) for one in bins]


def test_curve_is_the_printed_one() -> None:
    assert [round(share / CURVE_SCALE, 5) for share in mean_of_fractions()] == [
        0.12121, 0.06817, 0.06177, 0.05096, 0.04441, 0.0395, 0.04043, 0.03466, 0.03277, 0.02991, 0.02706, 0.02447,
        0.02366, 0.02302, 0.02189, 0.02207, 0.02184, 0.02259, 0.0259, 0.0245, 0.02637, 0.02824, 0.03032, 0.03065,
        0.04151, 0.0821,
    ]  # fmt: skip


def test_slices_are_the_printed_ones() -> None:
    assert static_slices(100_000, mean_of_fractions()) == [
        12121, 6817, 6178, 5096, 4440, 3950, 4043, 3466, 3278, 2991, 2706, 2447, 2366, 2302, 2190, 2207, 2184, 2259,
        2590, 2450, 2637, 2824, 3032, 3065, 4151, 8210,
    ]  # fmt: skip
