"""Sinks beyond the conformance kit: their files, byte for byte, and the exact words for what cannot be written."""

from pathlib import Path

import pytest

from smartexec.api import ConfigError, Sink
from smartexec_files.csv_sink import CsvSink
from smartexec_files.jsonl_sink import JsonlSink
from smartexec_files.parquet_sink import ParquetSink

COLUMNS = ("order_id", "text", "px")
ROWS = [["1", 'said "no", twice', "585.330000000"], ["2", "zwei\nZeilen é", ""]]


@pytest.fixture(params=[CsvSink, JsonlSink, ParquetSink])
def sink(request: pytest.FixtureRequest, tmp_path: Path) -> Sink:
    if request.param is ParquetSink:
        pytest.importorskip("pyarrow", reason="the extra smartexec-files[parquet] is not installed")
    made: Sink = request.param()
    made.open(tmp_path)
    return made


def test_a_table_is_one_file(sink: Sink, tmp_path: Path) -> None:
    for rows in (ROWS, ROWS[1:]):
        sink.write("orders", COLUMNS, rows)
    sink.close()
    assert [p.name for p in tmp_path.iterdir()] == [f"orders.{sink.name}"]


def test_same_rows_same_bytes(sink: Sink, tmp_path: Path) -> None:
    path = tmp_path / f"orders.{sink.name}"
    sink.write("orders", COLUMNS, ROWS)
    first = path.read_bytes()
    sink.write("orders", COLUMNS, ROWS)
    assert path.read_bytes() == first


def test_folder_that_is_gone(sink: Sink, tmp_path: Path) -> None:
    sink.open(tmp_path / "gone")
    with pytest.raises(ConfigError, match=r"gone/orders\.\w+: found .*, expected a file that can be written$"):
        sink.write("orders", COLUMNS, ROWS)


def test_parquet_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ConfigError) as caught:
        ParquetSink().open(tmp_path)
    assert str(caught.value) == 'sink "parquet": found no pyarrow, expected the extra "smartexec-files[parquet]"'
