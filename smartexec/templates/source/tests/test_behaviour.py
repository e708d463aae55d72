"""What the order source is meant to do, beyond what all sources must."""

from pathlib import Path

import pytest
from smartexec.api import ConfigError, Context, Instrument, NewOrder, RejectedOrder, Side

from smartexec_your_name.source import YourName

HEAD = "time,client,id,symbol,side,qty,limit\n"


def started(folder: Path, text: str) -> YourName:
    (folder / "orders.csv").write_text(text, encoding="utf-8")
    source = YourName("orders.csv", strategy="VWAP")
    source.start(Context({"COIN": Instrument("COIN", qty_decimals=2)}, base=folder))
    return source


def test_row_becomes_an_order(tmp_path: Path) -> None:
    source = started(tmp_path, f"{HEAD}2026-01-05T14:30:00+00:00,ACME,A1,COIN,BUY,1.25,100.5\n")
    order = NewOrder("your-name", "A1", "COIN", Side.BUY, 125, "VWAP", "ACME", 100_500_000_000)
    assert list(source.events()) == [(1_767_623_400_000_000_000, order)]


def test_bad_row_is_rejected_by_file_and_row(tmp_path: Path) -> None:
    source = started(tmp_path, f"{HEAD}2026-01-05T14:30:00+00:00,ACME,A1,COIN,BUY,1.255,\n")
    ((_, event),) = source.events()
    assert isinstance(event, RejectedOrder)
    assert event.text == "orders.csv row 1: found qty '1.255', expected an order"


def test_file_without_a_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected the columns time, client"):
        started(tmp_path, "time,client\n")
