"""Tables on terminals: the whole form where it fits, else one that fits into 80 columns with no figure cut off."""

import pytest
from rich.console import Console
from rich.table import Table

from smartexec_tca.bootstrap import Estimate
from smartexec_tca.combination import Combination
from smartexec_tca.comparison import Compared, Measured
from smartexec_tca.comparison_report import cost_table, share_table
from smartexec_tca.console import show
from smartexec_tca.worked import METRICS

MEASURED = Measured(
    mean=Estimate(-123.456, -223.456, -23.456),
    difference=Estimate(-12.345, -22.345, -2.345),
    deviation=1234.5,
    tail=99.5,
)


def compared(*labels: str) -> list[Compared]:
    return [
        Compared(
            combination=Combination(label), runs=10, failed=1, parents=1234, units=5, notional=1.0,
            metrics=dict.fromkeys(METRICS, MEASURED), fees_bps=-0.001, fill_rate=0.5, crossed=0.74, completion=1.0,
            passive=None, children=12.5, worked_seconds=1234.0, seconds=123.4,
        )
        for label in labels
    ]  # fmt: skip


def printed(table: Table, width: int) -> str:
    console = Console(width=width)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


@pytest.mark.parametrize("whole", [True, False])
def test_no_figure_is_cut_off(whole: bool) -> None:
    lines = compared("TWAP", "A-VERY-LONG-NAME-OF-A-STRATEGY:with=parameters")
    for table in (cost_table(lines, "shortfall", whole=whole), share_table(lines, whole=whole)):
        text = printed(table, 140 if whole else 80)
        assert "…" not in text
        assert "TWAP" in text
    shares = printed(share_table(lines, whole=whole), 140 if whole else 80)
    assert "9/10" in shares
    assert all(text in shares for text in ("1,234", "74.0", "100.0", "50.0", "12.5", "1234"))
    assert ("123.4" in shares) == whole
    assert "-0.00" not in shares


def test_difference_of_the_first_line_is_none_and_a_clear_one_has_a_star() -> None:
    text = printed(cost_table(compared("A", "B"), "arrival"), 140)
    first, second = [line.split() for line in text.splitlines() if line.startswith(("A ", "B "))]
    assert first[3] == "-"
    assert second[3:5] == ["-12.35*", "-22.34..-2.35"]


def test_first_form_that_fits_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    wide, narrow = Table("x" * 200), Table("narrow")
    show(lambda: wide, lambda: narrow)
    assert "narrow" in capsys.readouterr().out
    show(lambda: narrow, lambda: wide)
    assert "narrow" in capsys.readouterr().out
