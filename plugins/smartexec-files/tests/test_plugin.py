"""The hooks give what the README names, under the entry point it names."""

from importlib.metadata import entry_points

from smartexec_files import plugin


def test_hook_names() -> None:
    assert [c.name for c in plugin.smartexec_order_sources()] == ["file"]
    assert [c.name for c in plugin.smartexec_market_data_feeds()] == ["lobster", "lean-ticks", "dbn", "binance"]
    assert [c.name for c in plugin.smartexec_journals()] == ["sqlite", "none"]
    assert [c.name for c in plugin.smartexec_sinks()] == ["csv", "jsonl", "parquet"]


def test_entry_point() -> None:
    (point,) = entry_points(group="smartexec", name="files")
    assert point.load() is plugin
