"""What the feed is meant to do, beyond what all feeds must."""

from pathlib import Path

from smartexec.api import Context, Instrument, Phase, PhaseChange, Quote

from smartexec_your_name.feed import YourName

ROWS = "time,symbol,bid,bid_qty,ask,ask_qty\n2026-01-05T09:30:00-05:00,COIN,99.5,0.25,,\n"
AT = 1_767_623_400_000_000_000


def test_rows_become_quotes_in_lots(tmp_path: Path) -> None:
    (tmp_path / "quotes.csv").write_text(ROWS, encoding="utf-8")
    feed = YourName("quotes.csv")
    feed.start(Context({"COIN": Instrument("COIN", qty_decimals=2)}, base=tmp_path))
    quote = Quote("COIN", "", 99_500_000_000, 25, None, 0)
    assert list(feed.events()) == [(AT, PhaseChange("COIN", "", Phase.CONTINUOUS)), (AT, quote)]
