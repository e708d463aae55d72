"""What the sink is meant to do, beyond what all sinks must."""

from pathlib import Path

from smartexec_your_name.sink import YourName


def test_table_is_a_file_of_json_arrays(tmp_path: Path) -> None:
    sink = YourName(suffix="jsonl")
    sink.open(tmp_path)
    sink.write("crosses", ["cross_id", "px"], [["X1", "100.25"], ["X2", ""]])
    sink.close()
    assert [path.name for path in tmp_path.iterdir()] == ["crosses.jsonl"]
    text = (tmp_path / "crosses.jsonl").read_text(encoding="utf-8")
    assert text == '["cross_id", "px"]\n["X1", "100.25"]\n["X2", ""]\n'
