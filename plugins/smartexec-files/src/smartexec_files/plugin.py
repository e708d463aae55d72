"""The hooks of this distribution: which classes it gives. Nothing else lives here."""

from collections.abc import Iterable

from smartexec.api import Journal, MarketDataFeed, OrderSource, Sink, hookimpl
from smartexec_files.binance import Binance
from smartexec_files.csv_sink import CsvSink
from smartexec_files.dbn import Dbn
from smartexec_files.jsonl_sink import JsonlSink
from smartexec_files.lean_ticks import LeanTicks
from smartexec_files.lobster import Lobster
from smartexec_files.none_journal import NoneJournal
from smartexec_files.order_file import OrderFile
from smartexec_files.parquet_sink import ParquetSink
from smartexec_files.sqlite_journal import SqliteJournal


@hookimpl.order_sources
def smartexec_order_sources() -> Iterable[type[OrderSource]]:
    return [OrderFile]


@hookimpl.market_data_feeds
def smartexec_market_data_feeds() -> Iterable[type[MarketDataFeed]]:
    return [Lobster, LeanTicks, Dbn, Binance]


@hookimpl.journals
def smartexec_journals() -> Iterable[type[Journal]]:
    return [SqliteJournal, NoneJournal]


@hookimpl.sinks
def smartexec_sinks() -> Iterable[type[Sink]]:
    return [CsvSink, JsonlSink, ParquetSink]
