"""Sinks: what is written is read back, and a table is there whole or not at all."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from smartexec.api import ConfigError, Sink
from smartexec_files.csv_sink import CsvSink
from smartexec_files.jsonl_sink import JsonlSink
from smartexec_files.parquet_sink import ParquetSink

COLUMNS = ("order_id", "text", "px")
ROWS = [["1", 'said "no", twice', "585.330000000"], ["2", "zwei\nZeilen é", ""]]


def read_back(path: Path) -> list[list[str]]:
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as stream:
            return list(csv.reader(stream))[1:]
    if path.suffix == ".jsonl":
        return [list(json.loads(line).values()) for line in path.read_text("utf-8").split("\n") if line]
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(path)
    assert table.schema.names == list(COLUMNS)
    return [list(row) for row in zip(*table.to_pydict().values(), strict=True)]


@pytest.fixture(params=[CsvSink, JsonlSink, ParquetSink])
def sink(request: pytest.FixtureRequest, tmp_path: Path) -> Sink:
    if request.param is ParquetSink:
        pytest.importorskip("pyarrow", reason="the extra smartexec-files[parquet] is not installed")
    made: Sink = request.param()
    made.open(tmp_path)
    return made


def test_round_trip_and_replace(sink: Sink, tmp_path: Path) -> None:
    path = tmp_path / f"orders.{sink.name}"
    sink.write("orders", COLUMNS, iter(ROWS))
    assert read_back(path) == ROWS
    sink.write("orders", COLUMNS, ROWS[1:])
    assert read_back(path) == ROWS[1:]
    sink.write("orders", COLUMNS, [])
    assert read_back(path) == []
    sink.close()
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_same_rows_same_bytes(sink: Sink, tmp_path: Path) -> None:
    path = tmp_path / f"orders.{sink.name}"
    sink.write("orders", COLUMNS, ROWS)
    first = path.read_bytes()
    sink.write("orders", COLUMNS, ROWS)
    assert path.read_bytes() == first


def test_broken_off_write_leaves_what_was(sink: Sink, tmp_path: Path) -> None:
    def breaking() -> Iterator[list[str]]:
        yield ROWS[0]
        raise RuntimeError

    sink.write("orders", COLUMNS, ROWS)
    with pytest.raises(RuntimeError):
        sink.write("orders", COLUMNS, breaking())
    assert read_back(tmp_path / f"orders.{sink.name}") == ROWS


def test_folder_that_is_gone(sink: Sink, tmp_path: Path) -> None:
    sink.open(tmp_path / "gone")
    with pytest.raises(ConfigError, match=r"gone/orders\.\w+: found .*, expected a file that can be written$"):
        sink.write("orders", COLUMNS, ROWS)


def test_parquet_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ConfigError) as caught:
        ParquetSink().open(tmp_path)
    assert str(caught.value) == 'sink "parquet": found no pyarrow, expected the extra "smartexec-files[parquet]"'
