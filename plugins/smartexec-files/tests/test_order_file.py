"""Order files: what good rows become, and the exact words for bad ones."""

import json
from pathlib import Path

import pytest

from smartexec.api import (
    CancelRequest,
    ClientEvent,
    ConfigError,
    Context,
    Instrument,
    NewOrder,
    RejectedOrder,
    ReplaceRequest,
    Side,
    TimeInForce,
)
from smartexec_files.order_file import OrderFile

NAMES = [
    *("time", "source", "account", "cl_ord_id", "symbol", "side", "order_qty", "ord_type", "price", "strategy"),
    *("slices", "effective_time", "expire_time", "time_in_force", "no_cross", "action", "orig_cl_ord_id"),
]
GOOD = {
    "time": "2012-06-21T09:30:00.000000001-04:00",
    "source": "S",
    "account": "ACME",
    "cl_ord_id": "c1",
    "symbol": "AAPL",
    "side": "BUY",
    "order_qty": "100",
    "ord_type": "LIMIT",
    "price": "585.33",
    "strategy": "TWAP",
}
OPEN = 1_340_285_400_000_000_000
INSTRUMENTS = {
    "AAPL": Instrument("AAPL", lot=5),
    "BTC": Instrument("BTC", tick=10_000_000, qty_decimals=8),
}


def csv_line(**cells: str) -> str:
    row = {**GOOD, **cells}
    return ",".join(row.get(name, "") for name in NAMES)


def read(path: Path, faults: list[str] | None = None) -> list[tuple[int, ClientEvent]]:
    source = OrderFile(path.name)
    source.start(Context(INSTRUMENTS, base=path.parent, fault=(faults if faults is not None else []).append))
    return list(source.events())


def read_csv(folder: Path, *lines: str, faults: list[str] | None = None) -> list[tuple[int, ClientEvent]]:
    path = folder / "orders.csv"
    path.write_text("\n".join((",".join(NAMES), *lines)) + "\n")
    return read(path, faults)


def test_csv_order_whole(tmp_path: Path) -> None:
    line = csv_line(
        slices="20", expire_time="2012-06-21T13:40:00Z", time_in_force="GTC", no_cross="TRUE", effective_time=""
    )
    assert read_csv(tmp_path, line) == [
        (
            OPEN + 1,
            NewOrder(
                "S",
                "c1",
                "AAPL",
                Side.BUY,
                100,
                "TWAP",
                account="ACME",
                price=585_330_000_000,
                params=(("slices", "20"),),
                expire_time=OPEN + 600_000_000_000,
                time_in_force=TimeInForce.GTC,
                no_cross=True,
            ),
        )
    ]


def test_csv_market_order_and_fractional_quantity(tmp_path: Path) -> None:
    ((_, order),) = read_csv(tmp_path, csv_line(symbol="BTC", order_qty="0.00000012", ord_type="MARKET", price=""))
    assert isinstance(order, NewOrder)
    assert (order.order_qty, order.price) == (12, None)


def test_csv_actions_and_order_of_time(tmp_path: Path) -> None:
    late, early = "2012-06-21T09:31:00-04:00", "2012-06-21T09:30:00-04:00"
    events = read_csv(
        tmp_path,
        csv_line(action="REPLACE", time=late, cl_ord_id="c2", orig_cl_ord_id="c1", order_qty="200", price=""),
        csv_line(time=early),
        csv_line(action="CANCEL", time=late, cl_ord_id="c3", orig_cl_ord_id="c2"),
    )
    assert [type(event) for _, event in events] == [NewOrder, ReplaceRequest, CancelRequest]
    assert events[1:] == [
        (OPEN + 60_000_000_000, ReplaceRequest("S", "c2", "c1", 200, None)),
        (OPEN + 60_000_000_000, CancelRequest("S", "c3", "c2")),
    ]


def test_replace_takes_the_units_of_its_order(tmp_path: Path) -> None:
    replace = {"action": "REPLACE", "cl_ord_id": "c2", "orig_cl_ord_id": "c1", "symbol": "", "price": ""}
    events = read_csv(tmp_path, csv_line(symbol="BTC"), csv_line(**replace, order_qty="0.5"))
    assert events[1][1] == ReplaceRequest("S", "c2", "c1", 50_000_000, None)


BAD = [
    ({"order_qty": "-5"}, 'order_qty: found "-5", expected a positive whole number'),
    ({"order_qty": "0"}, 'order_qty: found "0", expected a positive whole number'),
    ({"order_qty": "1.5"}, 'order_qty: found "1.5", expected a positive whole number'),
    ({"order_qty": "1e3"}, 'order_qty: found "1e3", expected a positive whole number'),
    ({"order_qty": "٣"}, 'order_qty: found "٣", expected a positive whole number'),
    ({"order_qty": "9" * 30}, f'order_qty: found "{"9" * 30}", expected a positive whole number'),
    ({"order_qty": ""}, "order_qty: found nothing, expected a positive whole number"),
    ({"order_qty": "102"}, 'order_qty: found "102", expected a multiple of the lot 5'),
    (
        {"symbol": "BTC", "order_qty": "0.000000001"},
        'order_qty: found "0.000000001", expected a positive number with at most 8 decimals',
    ),
    ({"side": "buy"}, 'side: found "buy", expected BUY or SELL'),
    ({"price": ""}, "price: found nothing, expected a positive price"),
    ({"price": "nan"}, 'price: found "nan", expected a positive price'),
    ({"price": "585.331"}, 'price: found "585.331", expected a multiple of the tick 0.01'),
    ({"ord_type": "MARKET"}, 'price: found "585.33", expected none for a MARKET order'),
    ({"ord_type": "STOP"}, 'ord_type: found "STOP", expected MARKET or LIMIT'),
    ({"symbol": "XYZ"}, 'symbol: found "XYZ", expected AAPL or BTC'),
    ({"account": ""}, "account: found nothing, expected text"),
    ({"strategy": ""}, "strategy: found nothing, expected a strategy's name"),
    ({"action": "AMEND"}, 'action: found "AMEND", expected NEW, CANCEL or REPLACE'),
    ({"orig_cl_ord_id": "c0"}, 'orig_cl_ord_id: found "c0", expected none without action CANCEL or REPLACE'),
    ({"no_cross": "maybe"}, 'no_cross: found "maybe", expected true or false'),
    ({"time_in_force": "IOX"}, 'time_in_force: found "IOX", expected DAY, GTC, AT_OPEN, IOC, FOK or AT_CLOSE'),
    (
        {"expire_time": "2012-06-21T09:30:00-04:00"},
        'expire_time: found "2012-06-21T09:30:00-04:00", expected a time after the order\'s start',
    ),
    (
        {"effective_time": "2012-06-21T09:30:00"},
        'effective_time: found "2012-06-21T09:30:00", expected a time as 2012-06-21T09:30:00.000000000-04:00, '
        "with its zone",
    ),
]


@pytest.mark.parametrize(("cells", "text"), BAD)
def test_bad_cell_is_a_rejected_order(tmp_path: Path, cells: dict[str, str], text: str) -> None:
    ((at, order),) = read_csv(tmp_path, csv_line(**cells))
    assert isinstance(order, RejectedOrder)
    assert (at, order.text) == (OPEN + 1, f"orders.csv row 2, {text}")
    assert (order.source, order.cl_ord_id) == ("S", "c1")


def test_rejected_order_keeps_what_can_be_read(tmp_path: Path) -> None:
    ((_, order),) = read_csv(tmp_path, csv_line(side="LONG"))
    text = 'orders.csv row 2, side: found "LONG", expected BUY or SELL'
    assert order == RejectedOrder("S", "c1", text, "AAPL", "", "ACME", "", 100, 585_330_000_000, "TWAP")


def test_bad_time_takes_the_time_before(tmp_path: Path) -> None:
    late = "2012-06-21T09:31:00-04:00"
    events = read_csv(tmp_path, csv_line(time="soon"), csv_line(time=late), csv_line(time=""), csv_line())
    rejected = [(at, e.text) for at, e in events if isinstance(e, RejectedOrder)]
    expected = "a time as 2012-06-21T09:30:00.000000000-04:00, with its zone"
    assert rejected == [
        (OPEN + 60_000_000_000, f'orders.csv row 2, time: found "soon", expected {expected}'),
        (OPEN + 60_000_000_000, "orders.csv row 4, time: found nothing, expected a time"),
    ]


def test_bad_line_harms_itself_only(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    good = csv_line()
    lines = [
        ",".join(NAMES).encode(),
        (good + ",more").encode(),
        good.rsplit(",", 3)[0].encode(),
        good.replace("ACME", "AC\u00e9ME").encode("latin-1"),
        good.replace("ACME", '"ACME').encode(),
        b"",
        good.encode(),
    ]
    path.write_bytes(b"\r\n".join(lines))
    events = [event for _, event in read(path)]
    assert [e.text for e in events if isinstance(e, RejectedOrder)] == [
        f"orders.csv row 2: found {len(NAMES) + 1} cells, expected {len(NAMES)}",
        f"orders.csv row 3: found {len(NAMES) - 3} cells, expected {len(NAMES)}",
        "orders.csv row 4: found bytes that are no UTF-8, expected UTF-8 text",
        "orders.csv row 5: found unexpected end of data, expected quoted text",
    ]
    assert isinstance(events[-1], NewOrder)
    assert all(isinstance(e, RejectedOrder | NewOrder) and e.cl_ord_id == "c1" for e in events)


def test_bad_cancel_is_said(tmp_path: Path) -> None:
    faults: list[str] = []
    lines = [
        csv_line(action="CANCEL"),
        csv_line(action="REPLACE", cl_ord_id="c2", orig_cl_ord_id="c1", order_qty="many"),
        csv_line(action="REPLACE", cl_ord_id="c2", orig_cl_ord_id="c1", symbol="XYZ"),
    ]
    assert read_csv(tmp_path, *lines, faults=faults) == []
    assert faults == [
        "orders.csv row 2, orig_cl_ord_id: found nothing, expected the cl_ord_id of an earlier order",
        'orders.csv row 3, order_qty: found "many", expected a positive whole number',
        'orders.csv row 4, symbol: found "XYZ", expected AAPL or BTC',
    ]


def test_duplicates_and_unknown_cancels_are_handed_on(tmp_path: Path) -> None:
    events = read_csv(tmp_path, csv_line(), csv_line(), csv_line(action="CANCEL", cl_ord_id="c9", orig_cl_ord_id="c8"))
    assert [type(event) for _, event in events] == [NewOrder, NewOrder, CancelRequest]


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("o.csv", b"", "o.csv row 1: found nothing, expected column names"),
        ("o.csv", b"\xff\xfe", "o.csv row 1: found bytes that are no UTF-8, expected column names"),
        (
            "o.csv",
            ",".join(n for n in NAMES[:10] if n != "side").encode(),
            "o.csv: found time, source, account, cl_ord_id, symbol, order_qty, ord_type, price, strategy, "
            "expected also side",
        ),
        (
            "o.csv",
            ",".join((*NAMES, "side")).encode(),
            "o.csv: found side more than once, expected every column once",
        ),
        ("o.csv", ",".join((*NAMES, "")).encode(), "o.csv: found a column without a name, expected names"),
        ("o.jsonl", b'{"time": "x"}', "o.jsonl: found price, time, expected also source, account, cl_ord_id, symbol"),
        ("o.txt", b"", 'orders.path: found "o.txt", expected a name in .csv, .jsonl, .parquet'),
    ],
)
def test_bad_file_stops_the_start(tmp_path: Path, name: str, content: bytes, text: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read(tmp_path / name)
    assert str(caught.value).startswith(text)
    assert "\n" not in str(caught.value)


def test_missing_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path / "o.csv")
    text = f"orders.path: found {tmp_path / 'o.csv'} (No such file or directory), expected a readable file"
    assert str(caught.value) == text


def test_jsonl_types_reach_the_strategy(tmp_path: Path) -> None:
    path = tmp_path / "o.jsonl"
    row = {**GOOD, "order_qty": 100, "price": 585.33, "slices": 20, "rate": 0.5, "fast": True, "tag": None}
    path.write_text(json.dumps(row) + "\n")
    ((_, order),) = read(path)
    assert isinstance(order, NewOrder)
    assert (order.order_qty, order.price) == (100, 585_330_000_000)
    assert order.params == (("slices", 20), ("rate", 0.5), ("fast", True))


def test_jsonl_bad_rows(tmp_path: Path) -> None:
    path = tmp_path / "o.jsonl"
    good = json.dumps(GOOD)
    lines = [
        good,
        "{",
        "[1]",
        json.dumps({**GOOD, "order_qty": True}),
        json.dumps({**GOOD, "order_qty": 1.5}),
        json.dumps({**GOOD, "price": float("inf")}),
        json.dumps({**GOOD, "slices": [1]}),
        good[:-1] + ', "side": "SELL"}',
        "[" * 100_000,
    ]
    path.write_text("\n".join(lines))
    events = [event for _, event in read(path)]
    assert [e.text for e in events if isinstance(e, RejectedOrder)][:7] == [
        "o.jsonl row 2: found Expecting property name enclosed in double quotes at column 2, expected a JSON object",
        "o.jsonl row 3: found [1], expected a JSON object",
        "o.jsonl row 4, order_qty: found true, expected a positive whole number",
        'o.jsonl row 5, order_qty: found "1.5", expected a positive whole number',
        "o.jsonl row 6: found Infinity, expected a JSON object",
        "o.jsonl row 7, slices: found [1], expected text, a number, true, false or null",
        "o.jsonl row 8: found a key twice, side, expected a JSON object",
    ]
    assert len(events) == len(lines)


def test_parquet_equals_csv(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow", reason="the extra smartexec-files[parquet] is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    row = {**GOOD, "slices": "20"}
    columns = {name: [value] for name, value in row.items()}
    typed = {
        **columns,
        "time": pa.array([OPEN + 1], pa.timestamp("ns", tz="UTC")),
        "order_qty": pa.array([100]),
        "price": pa.array([585.33]),
    }
    for name, table in (("text", columns), ("typed", typed)):
        parquet.write_table(pa.table(table), tmp_path / f"{name}.parquet")
        assert read(tmp_path / f"{name}.parquet") == read_csv(tmp_path, csv_line(slices="20"))


def test_parquet_that_is_none(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the extra smartexec-files[parquet] is not installed")
    (tmp_path / "o.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(ConfigError, match=r"^o\.parquet: found .*, expected a Parquet file$"):
        read(tmp_path / "o.parquet")


def test_parquet_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    (tmp_path / "o.parquet").write_bytes(b"")
    with pytest.raises(ConfigError) as caught:
        read(tmp_path / "o.parquet")
    assert str(caught.value) == 'o.parquet: found no pyarrow, expected the extra "smartexec-files[parquet]"'
